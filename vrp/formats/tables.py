"""Requests out of tables. What columns may be called and what cells may say: vrp/docs/formats.md."""

from collections.abc import Iterator

from vrp.domain import request as requests
from vrp.errors import Fault, Invalid, Place
from vrp.formats import cells, fleet, grids
from vrp.formats.grids import Row, Sheet
from vrp.formats.previews import Document, Preview, PreviewColumn, PreviewRow
from vrp.formats.stops import Stops
from vrp.formats.table import ADDRESS, Table

_FLEET = {"vehicles", "vehicle", "fleet", "fahrzeuge", "vehicules", "pojazdy", "vehiculos", "trucks", "vans"}
_SHOWN_ROWS = 20
_NO_VEHICLES = (
    "needs vehicles: a second sheet 'vehicles', a second file (--vehicles FILE), or a row of type depot"
)
# Where a key of the request was written, if not in a column of that name.
_FIELDS = {"location": "latitude", "start": "latitude", "end": "end_latitude", "time_window": "close"}


def read(data: bytes, vehicles: bytes | None = None) -> Document:
    """This will turn a table of stops into a request, or raise `Invalid` with the rows and columns at fault."""
    found = preview(data, vehicles)
    if found.document is None:
        raise Invalid(found.faults)
    return found.document


def preview(data: bytes, vehicles: bytes | None = None) -> Preview:
    """This will read a table of stops and say how it was understood, with every fault it has.

    Vehicles come from a second file, a second sheet, or (a plain default) from the rows of type `depot`.
    """
    stop_sheet, fleet_sheet = _sheets(data, vehicles)
    table = Table(stop_sheet, "stops")
    made = Preview("xlsx" if is_workbook(data) else "csv")
    made.columns = [PreviewColumn(column.heading, column.field) for column in table.columns]
    made.rows = [
        PreviewRow(row.number, [*map(cells.text, row.cells)]) for row in stop_sheet.rows[:_SHOWN_ROWS]
    ]
    has_addresses = any(field in table for field in ADDRESS)
    for field, other in (("latitude", "longitude"), ("longitude", "latitude")):
        if field not in table and (other in table or not has_addresses):
            message = f"no column says the {field}: call one {field!r}, or bring one of addresses"
            made.faults.append(Fault((field,), message, "missing"))
    if not made.faults:
        _read_into(made, Stops(table), Table(fleet_sheet, "vehicles") if fleet_sheet else None)
    return made


def is_workbook(data: bytes) -> bool:
    """This will say whether these are the bytes of a spreadsheet (an old or a locked one is refused later)."""
    return data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0"


def _read_into(made: Preview, stops: Stops, vehicles: Table | None) -> None:
    listed = fleet.of_table(vehicles, stops) if vehicles else list(fleet.of_depots(stops))
    made.to_find = [*stops.table.to_find, *(vehicles.to_find if vehicles else [])]
    document = {"jobs": stops.jobs, "vehicles": listed}
    if texts := dict.fromkeys(one.text for one in made.to_find):
        document["locations"] = [{"id": text, "address": text} for text in texts]
    faults = [*stops.table.faults, *(vehicles.faults if vehicles else [])]
    if not listed:
        faults.append(Fault(("vehicles",), _NO_VEHICLES, "missing"))
    # What could not be read is missing from the request: one fault a cell is enough.
    named = {fault.loc[:length] for fault in faults for length in range(1, len(fault.loc) + 1)}
    for fault in _faults_of(document, stops, vehicles):
        is_new = fault.loc not in named and (fault.type != "missing" or not named)
        if is_new and (listed or fault.loc[:1] != ("vehicles",)):
            faults.append(fault)
    made.notes = list(_notes(stops.table, vehicles))
    made.faults = faults[:100]
    made.document = None if faults else document


def _sheets(data: bytes, vehicles: bytes | None) -> tuple[Sheet, Sheet | None]:
    sheets = _all_sheets(data)
    fleets = [sheet for sheet in sheets if sheet.name.strip().casefold() in _FLEET]
    stops = [sheet for sheet in sheets if sheet not in fleets]
    if vehicles is not None:
        fleets = _all_sheets(vehicles)
        if not fleets or not fleets[0].rows:
            raise Invalid([Fault(("vehicles",), "the file of vehicles has no rows below a row of headings")])
    if not stops or not stops[0].rows:
        raise Invalid([Fault((), "there are no rows of stops below a row of headings")])
    return stops[0], fleets[0] if fleets and fleets[0].rows else None


def _all_sheets(data: bytes) -> list[Sheet]:
    return grids.read_xlsx(data) if is_workbook(data) else [grids.read_csv(data)]


def _faults_of(document: Document, stops: Stops, vehicles: Table | None) -> Iterator[Fault]:
    """What the request's own rules say, at the rows and headings where it was written."""
    yield from _duplicates(stops.table, stops.rows, document["jobs"])
    if vehicles:
        yield from _duplicates(vehicles, vehicles.sheet.rows, document["vehicles"])
    anywhere = [row | {"coordinates": [0.0, 0.0]} for row in document.get("locations", ())]
    try:
        requests.read(document | {"locations": anywhere})
    except Invalid as error:
        for fault in error.faults:
            if fault.type == "duplicate_id":
                continue
            if fault.loc[:1] == ("vehicles",):
                place = _in_table(fault.loc, vehicles, vehicles.sheet.rows) if vehicles else fault.loc
            else:
                place = _in_table(fault.loc, stops.table, stops.rows)
            yield Fault(place, fault.msg, fault.type)


def _duplicates(table: Table, rows: list[Row], entries: list[Document]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    heading = (table.headings("id") or table.headings("name") or ["id"])[0]
    for row, entry in zip(rows, entries, strict=True):
        before = first.setdefault(str(entry["id"]), row.number)
        if before != row.number:
            message = f"{entry['id']!r} is there already, in row {before}"
            yield Fault((*table.place, "row", row.number, heading), message, "duplicate_id")


def _in_table(loc: Place, table: Table, rows: list[Row]) -> Place:
    """`("jobs", 3, "service")` as `("row", 5, "Service (min)")`."""
    _, index, *keys = (*loc, None, None)[: max(len(loc), 2)]
    if not isinstance(index, int) or index >= len(rows):
        return loc
    key = next((str(part) for part in reversed(keys) if str(part) in table), "")
    key = key or (_FIELDS.get(str(keys[0]), str(keys[0])) if keys else "")
    if key == "time_windows" and key not in table:
        key = "close"
    headings = table.headings(key)
    number = keys[1] if len(keys) > 1 and isinstance(keys[1], int) and keys[1] < len(headings) else 0
    return (
        *table.place,
        "row",
        rows[index].number,
        *([headings[number]] if headings else [key] if key else []),
    )


def _notes(stops: Table, vehicles: Table | None) -> Iterator[str]:
    if unknown := [heading for heading in stops.headings("") if heading]:
        yield f"Kept as free data: {', '.join(unknown)}."
    if "id" not in stops and "name" not in stops:
        yield "There is no column of ids: stops go by their row numbers."
    for field in ("service", "setup"):
        if field in stops and not stops.unit(field):
            heading = stops.headings(field)[0]
            yield f"Bare numbers under {heading!r} are seconds; call the column '{heading} (min)' for minutes."
    if not vehicles:
        yield "No vehicles are given: as many as may be needed start and end at each depot, without capacity."
