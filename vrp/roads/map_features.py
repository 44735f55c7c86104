"""What of OpenStreetMap the base map shows: tags in; layer, smallest zoom and properties out.

Layers: `water` and `land` (areas), `building`, `waterway`, `road`, `rail`, `border` (lines), `label` (points).
What is drawn how is the style's business (`vrp/static/vrp/basemap.js`), which knows these names.
"""

from collections.abc import Mapping
from typing import NamedTuple

Tags = Mapping[str, str]
Properties = dict[str, str | int]

KEYS = (
    "aeroway", "amenity", "boundary", "building", "highway", "landuse", "leisure", "man_made", "natural", "place",
    "railway", "tourism", "water", "waterway",
)  # fmt: skip

ROADS = {
    "motorway": ("motorway", 5),
    "trunk": ("trunk", 6),
    "primary": ("primary", 8),
    "secondary": ("secondary", 9),
    "tertiary": ("tertiary", 10),
    "unclassified": ("street", 11),
    "residential": ("street", 11),
    "living_street": ("street", 11),
    "road": ("street", 12),
    "busway": ("street", 13),
    "raceway": ("street", 13),
    "pedestrian": ("pedestrian", 13),
    "service": ("service", 13),
    "track": ("path", 13),
    "cycleway": ("path", 14),
    "footway": ("path", 14),
    "path": ("path", 14),
    "bridleway": ("path", 14),
    "steps": ("steps", 14),
}
RAILWAYS = {"rail": 9, "narrow_gauge": 11, "light_rail": 11, "tram": 12, "funicular": 12, "subway": 12}
WATERWAYS = {"river": 8, "canal": 9, "stream": 12}
WATER = {
    "natural": {"water": 6, "bay": 6, "strait": 6},
    "waterway": {"riverbank": 6, "dock": 11},
    "landuse": {"reservoir": 8, "basin": 11},
    "leisure": {"swimming_pool": 14},
}
LAND = {
    "natural": {
        "wood": ("wood", 8), "grassland": ("grass", 11), "heath": ("grass", 10), "scrub": ("grass", 10),
        "wetland": ("grass", 10), "beach": ("sand", 11), "sand": ("sand", 11), "bare_rock": ("rock", 11),
    },
    "landuse": {
        "forest": ("wood", 8), "grass": ("grass", 13), "meadow": ("grass", 11), "village_green": ("grass", 12),
        "recreation_ground": ("park", 12), "allotments": ("grass", 12), "cemetery": ("cemetery", 12),
        "farmland": ("farm", 10), "orchard": ("farm", 11), "vineyard": ("farm", 11), "flowerbed": ("grass", 14),
        "residential": ("town", 8), "commercial": ("works", 11), "retail": ("works", 11),
        "industrial": ("works", 10), "railway": ("works", 12),
    },
    "leisure": {
        "park": ("park", 10), "garden": ("park", 13), "golf_course": ("park", 11), "nature_reserve": ("park", 10),
        "playground": ("pitch", 14), "pitch": ("pitch", 13), "track": ("pitch", 13), "stadium": ("pitch", 12),
        "common": ("park", 12), "dog_park": ("park", 14),
    },
    "amenity": {
        "grave_yard": ("cemetery", 13), "hospital": ("campus", 12), "school": ("campus", 13),
        "university": ("campus", 12), "college": ("campus", 13),
    },
    "man_made": {"pier": ("paved", 12), "breakwater": ("paved", 12), "groyne": ("paved", 13)},
    "aeroway": {"aerodrome": ("works", 10), "apron": ("paved", 12)},
    "highway": {"pedestrian": ("paved", 13), "footway": ("paved", 14)},
}  # fmt: skip
PLACES = {
    "city": 5, "town": 7, "borough": 10, "suburb": 11, "village": 10, "hamlet": 12, "quarter": 13,
    "neighbourhood": 13, "island": 11, "islet": 14, "square": 14,
}  # fmt: skip
LANDMARKS = {
    "aeroway": {"aerodrome": "airport"},
    "railway": {"station": "station", "halt": "station"},
    "amenity": {
        "hospital": "hospital", "university": "school", "college": "school", "school": "school", "townhall": "civic",
        "library": "civic", "theatre": "civic", "courthouse": "civic", "marketplace": "civic",
        "place_of_worship": "worship",
    },
    "tourism": {"museum": "civic", "attraction": "civic", "zoo": "park", "theme_park": "park"},
    "leisure": {
        "park": "park", "garden": "park", "golf_course": "park", "nature_reserve": "park", "stadium": "civic",
        "marina": "civic",
    },
    "landuse": {"cemetery": "park", "industrial": "works"},
    "natural": {"water": "water", "bay": "water", "beach": "park", "peak": "peak"},
}  # fmt: skip
_LABEL_ZOOMS = {
    "airport": 10, "water": 11, "park": 13, "peak": 12, "station": 12, "hospital": 13, "works": 14, "school": 14,
    "civic": 14, "worship": 14,
}  # fmt: skip


class Drawn(NamedTuple):
    """One feature of the base map: its layer, the smallest zoom at which it is in the tiles, what is told of it."""

    layer: str
    zoom: int
    properties: Properties


def line(tags: Tags) -> Drawn | None:
    """This will say how a way is drawn as a line, or None where it is not."""
    highway = tags.get("highway", "")
    if drawn := ROADS.get(highway.removesuffix("_link")):
        return None if tags.get("area") == "yes" else _road(tags, *drawn)
    if zoom := RAILWAYS.get(tags.get("railway", "")):
        minor = tags.get("service") is not None
        kind = "rail" if tags["railway"] in ("rail", "narrow_gauge") else "tram"
        return Drawn("rail", max(zoom, 13) if minor else zoom, {"kind": kind, **_level(tags)})
    if zoom := WATERWAYS.get(tags.get("waterway", "")):
        return Drawn("waterway", zoom, {"kind": tags["waterway"], **_level(tags), **_named(tags)})
    if tags.get("boundary") == "administrative" and tags.get("admin_level") in ("2", "4"):
        return None if tags.get("maritime") == "yes" else Drawn("border", 5, {})
    if tags.get("man_made") in ("pier", "breakwater", "groyne"):
        return Drawn("road", 14, {"kind": "pier"})
    return None


def area(tags: Tags) -> Drawn | None:
    """This will say how an area is filled, or None where it is not."""
    if tags.get("building", "no") != "no":
        return Drawn("building", 14, {})
    for key, values in WATER.items():
        if zoom := values.get(tags.get(key, "")):
            return Drawn("water", zoom, {"kind": "pool"} if zoom == 14 else {})
    for key, kinds in LAND.items():
        if drawn := kinds.get(tags.get(key, "")):
            # A closed street is a roundabout or a walk around the block, unless it says otherwise.
            return (
                None
                if key == "highway" and tags.get("area") != "yes"
                else Drawn("land", drawn[1], {"kind": drawn[0]})
            )
    return None


def label(tags: Tags) -> Drawn | None:
    """This will say what is written at a point, or in the middle of an area, or None where nothing is."""
    if not (name := tags.get("name")):
        return None
    if zoom := PLACES.get(tags.get("place", "")):
        return Drawn("label", zoom, {"kind": tags["place"], "name": name})
    for key, kinds in LANDMARKS.items():
        if kind := kinds.get(tags.get(key, "")):
            return Drawn("label", _LABEL_ZOOMS[kind], {"kind": kind, "name": name})
    return None


def _road(tags: Tags, kind: str, zoom: int) -> Drawn | None:
    properties: Properties = {"kind": kind, **_level(tags), **_named(tags)}
    if tags["highway"].endswith("_link"):
        properties["link"] = 1
        zoom = max(zoom, 11)
    if kind == "service" and tags.get("service") in ("parking_aisle", "driveway", "drive-through"):
        return Drawn("road", 14, properties | {"kind": "driveway"})
    if oneway := {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}.get(tags.get("oneway", "")):
        properties["oneway"] = oneway
    return Drawn("road", zoom, properties)


def _level(tags: Tags) -> Properties:
    """Above or below what it crosses."""
    if tags.get("tunnel", "no") not in ("no", "building_passage") or tags.get("covered") == "yes":
        return {"tunnel": 1}
    return {"bridge": 1} if tags.get("bridge", "no") != "no" else {}


def _named(tags: Tags) -> Properties:
    name = tags.get("name") or tags.get("ref", "").replace(";", " · ")
    return {"name": name} if name else {}
