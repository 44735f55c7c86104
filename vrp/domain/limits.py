"""How much one request may ask for; published at `/api/v1/capabilities/`, checked before anything is expanded."""

MAX_STOPS = 32_000  # jobs plus both ends of every shipment
MAX_VEHICLES = 32_000  # after `count` is expanded
MAX_PLACES = 33_000  # every stop at a place of its own, and depots
MAX_ROWS = 5_000  # of a matrix that holds all pairs; of more places only neighbours are measured
MAX_DIMENSIONS = 16  # of load
MAX_WINDOWS = 64  # of one stop or break
MAX_BREAKS = 16  # of one vehicle
MAX_RELOADS = 100
MAX_NAMES = 10_000  # in any list of ids or skills
MAX_TEXT = 2_000  # characters
MAX_KEYS = 200  # of one object, outside meta
MAX_ITEMS = 1_000_000  # keys and list items of a whole request, outside meta and matrices
MAX_DEPTH = 64  # of nested JSON
MAX_SECONDS = 10**11  # clock values and durations, also in the scaled units of benchmark files
MAX_METRES = 10**11
MAX_AMOUNT = 10**12
MAX_MONEY = 10**12
MAX_TIME_LIMIT = 3_600
DEFAULT_TIME_LIMIT = 10

PUBLISHED = {
    "stops": MAX_STOPS,
    "vehicles": MAX_VEHICLES,
    "places": MAX_PLACES,
    "matrix_rows": MAX_ROWS,
    "load_dimensions": MAX_DIMENSIONS,
    "time_windows": MAX_WINDOWS,
    "breaks": MAX_BREAKS,
    "max_reloads": MAX_RELOADS,
    "names_in_a_list": MAX_NAMES,
    "text_characters": MAX_TEXT,
    "json_depth": MAX_DEPTH,
    "keys_of_an_object": MAX_KEYS,
    "items_in_all": MAX_ITEMS,
    "time_limit_seconds": MAX_TIME_LIMIT,
}
