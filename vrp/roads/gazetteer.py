"""Addresses and names out of an extract of OpenStreetMap: what people write to say where something is."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import osmium
from osmium.filter import KeyFilter, TagFilter

from vrp.roads.base import RoadsFailed
from vrp.roads.towns import QUARTERS, SETTLEMENTS, Thing, Towns, Where

KINDS = ("address", "street", "place", "poi")
_PLACES = (*SETTLEMENTS, *QUARTERS, "hamlet", "isolated_dwelling", "locality", "island", "islet", "farm")
_NO_STREETS = re.compile(
    r"motorway|.*_link|raceway|platform|proposed|construction|rest_area|services|bus_stop|corridor|elevator"
)
_POI_KEYS = ("shop", "amenity", "office", "tourism", "leisure", "craft", "healthcare", "historic", "building")
_POI_VALUES = {
    "railway": ("station", "halt"),
    "aeroway": ("aerodrome", "heliport", "terminal"),
    "landuse": ("industrial", "commercial", "retail", "cemetery"),
    "man_made": ("works", "pier"),
}
_OTHER_NAMES = ("alt_name", "official_name", "short_name", "int_name", "name:en")
_CELL = 0.006  # degrees: stretches of one street lie no farther apart
_NUMBER_FIRST = re.compile(
    r"(all[ée]e|avenue|boulevard|chemin|cours|descente|escalier|impasse|mont[ée]e|passage|place|promenade|quai|route"
    r"|rue|ruelle|sentier|square|venelle|villa)s?\b|.*\b(avenue|close|court|drive|lane|road|square|street|way)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that has a place. `district` is the part of the city; `also` holds other names of the same."""

    kind: str
    name: str  # of an address: its street
    longitude: float
    latitude: float
    number: str = ""
    street: str = ""  # of a POI
    postcode: str = ""
    city: str = ""
    district: str = ""
    also: str = ""

    @property
    def label(self) -> str:
        """The entry as people of its country write it, as far as its street tells."""
        street = _with_number(self.name if self.kind == "address" else self.street, self.number)
        first = [street] if self.kind == "address" else [self.name, street]
        district = "" if street else self.district
        city = "" if self.kind == "place" and not self.city else f"{self.postcode} {self.city}".strip()
        parts = [*first, "" if district == self.city else district, city]
        return ", ".join(dict.fromkeys(part for part in parts if part))


def read(extract: Path) -> Iterator[Entry]:
    """This will yield the addresses, streets, places and named things of an extract, the same each time in the same
    order. Raises `RoadsFailed` where the file cannot be read."""
    try:
        things, ways = _things(extract)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadsFailed(f"{extract.name} cannot be read as an .osm.pbf: {error}.") from error
    towns = Towns(things)
    yield from _addresses(things, towns)
    yield from _streets(ways, towns)
    yield from _named(things, towns)


def _things(extract: Path) -> tuple[list[Thing], dict[str, list[list[tuple[float, float]]]]]:
    """Everything with an address or a name but streets, and the stretches of each street by its name."""
    things: list[Thing] = []
    ways: dict[str, list[list[tuple[float, float]]]] = defaultdict(list)
    streets = _streets_of_houses(extract)
    wanted = KeyFilter("name", "addr:housenumber")
    found: Any = osmium.FileProcessor(str(extract)).with_areas(wanted)
    for thing in found.with_filter(wanted):
        kind, tags = thing.type_str(), dict(thing.tags)
        if kind == "r" or (kind == "a" and thing.from_way()):
            continue
        line = _line(thing, kind)
        if not line:
            continue
        if kind == "w" and _is_street(tags):
            # Both ends and the middle are enough to tell which stretches are of one street.
            ways[tags["name"]].append([line[0], line[len(line) // 2], line[-1]])
            continue
        if street := streets.get((kind, thing.id)):
            tags.setdefault("addr:street", street)
        things.append(Thing(tags, *_middle(line)))
    return things, ways


def _line(thing: Any, kind: str) -> list[tuple[float, float]]:
    """The places of its nodes, those of the outline of an area; none where the extract cuts it off."""
    if kind == "n":
        return [(thing.location.lon, thing.location.lat)] if thing.location.valid() else []
    rings = [thing.nodes] if kind == "w" else list(thing.outer_rings())
    return [(node.lon, node.lat) for ring in rings for node in ring if node.location.valid()]


def _streets_of_houses(extract: Path) -> dict[tuple[str, int], str]:
    """Where houses say their street by belonging to a relation of it."""
    found: dict[tuple[str, int], str] = {}
    relations: Any = osmium.FileProcessor(str(extract), osmium.osm.RELATION)
    for relation in relations.with_filter(TagFilter(("type", "associatedStreet"), ("type", "street"))):
        if name := relation.tags.get("name"):
            found.update({(member.type, member.ref): name for member in relation.members})
    return found


def _addresses(things: list[Thing], towns: Towns) -> Iterator[Entry]:
    """Each address once, though shops of one house may all bear it."""
    seen = set()
    for thing in things:
        tags, street = thing.tags, _street_of(thing.tags)
        if not street or not tags.get("addr:housenumber"):
            continue
        entry = _entry("address", street, thing, towns.of(thing), number=_number_of(tags))
        if (key := (street.casefold(), entry.number, *_around(thing, 2))) not in seen:
            seen.add(key)
            yield entry


def _entry(kind: str, name: str, thing: Thing, where: Where, **rest: str) -> Entry:
    also = [thing.tags.get(key, "") for key in _OTHER_NAMES] if kind != "address" else []
    return Entry(
        kind,
        name,
        thing.longitude,
        thing.latitude,
        postcode=where.postcode,
        city=where.city,
        district=where.district,
        also="; ".join(text for text in (*also, where.town) if text and text not in (name, where.city)),
        **rest,
    )


def _streets(ways: dict[str, list[list[tuple[float, float]]]], towns: Towns) -> Iterator[Entry]:
    for name, stretches in sorted(ways.items()):
        for part in _parts(stretches):
            middles = [points[1] for points in part]
            longitude, latitude = _middle(middles)
            point = min(middles, key=lambda at: (at[0] - longitude) ** 2 + (at[1] - latitude) ** 2)
            thing = Thing({}, *point)
            yield _entry("street", name, thing, towns.of(thing))


def _parts(stretches: list[list[tuple[float, float]]]) -> Iterator[list[list[tuple[float, float]]]]:
    """Stretches of a name that lie side by side; the same name in the next town is another street."""
    cells: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, points in enumerate(stretches):
        for longitude, latitude in points:
            cells[int(longitude // _CELL), int(latitude // _CELL)].append(number)
    left = set(range(len(stretches)))
    while left:
        part, to_see = [], [min(left)]
        left.discard(to_see[0])
        while to_see:
            number = to_see.pop()
            part.append(number)
            for column, row in {(int(x // _CELL), int(y // _CELL)) for x, y in stretches[number]}:
                around = [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
                beside = {other for cell in around for other in cells.pop(cell, ())} & left
                left -= beside
                to_see += sorted(beside)
        yield [stretches[number] for number in sorted(part)]


def _named(things: list[Thing], towns: Towns) -> Iterator[Entry]:
    """Places, squares and what else has a name, each once where it is tagged as a point and as a building."""
    seen = set()
    for thing in things:
        kind, tags = _kind(thing.tags), thing.tags
        if not kind:
            continue
        where = towns.of(thing)
        if kind == "place":
            where = where._replace(district="", city="" if tags["name"] == where.city else where.city)
        own = {"number": _number_of(tags), "street": _street_of(tags)} if kind == "poi" else {}
        entry = _entry(kind, tags["name"], thing, where, **own)
        if (key := (kind, entry.label.casefold(), *_around(thing, 3))) not in seen:
            seen.add(key)
            yield entry


def _around(thing: Thing, decimals: int) -> tuple[float, float]:
    """The same here and next to it; what bears the same name elsewhere is something else."""
    return round(thing.longitude, decimals), round(thing.latitude, decimals)


def _kind(tags: Mapping[str, str]) -> str:
    if len(tags.get("name", "")) < 2:  # letters of staircases
        return ""
    if tags.get("place") in _PLACES:
        return "place"
    if tags.get("place") == "square" or tags.get("highway") == "pedestrian":
        return "street"  # an area: streets that are lines do not come here
    is_poi = any(tags.get(key, "no") != "no" for key in _POI_KEYS)
    return "poi" if is_poi or any(tags.get(key) in values for key, values in _POI_VALUES.items()) else ""


def _is_street(tags: Mapping[str, str]) -> bool:
    return "name" in tags and "highway" in tags and not _NO_STREETS.fullmatch(tags["highway"])


def _street_of(tags: Mapping[str, str]) -> str:
    return tags.get("addr:street") or tags.get("addr:place") or ""


def _number_of(tags: Mapping[str, str]) -> str:
    return tags.get("addr:housenumber", "")[:50]


def _with_number(street: str, number: str) -> str:
    if not (street and number):
        return street
    return f"{number} {street}" if _NUMBER_FIRST.match(street) else f"{street} {number}"


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The middle of an outline; a closed one has its first point twice."""
    corners = points[:-1] if len(points) > 1 and points[0] == points[-1] else points
    columns = (sum(values) / len(corners) for values in zip(*corners, strict=True))
    longitude, latitude = (round(value, 6) for value in columns)
    return longitude, latitude
