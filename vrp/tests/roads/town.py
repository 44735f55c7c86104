"""A tiny town for road engines to read: a grid of streets, one of them one-way, and an island without a bridge."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

SIZE = 8  # streets each way
WEST, SOUTH = 10.0, 50.0
_EAST_STEP, _NORTH_STEP = 0.0028, 0.0018  # about 200 m
ONE_WAY = 2  # the row that may be driven eastwards only
_ISLAND_LATITUDE, _ISLAND_NODE = SOUTH + 0.5, 9_000
Place = tuple[float, float]


def corner(row: int, column: int) -> Place:
    """Where two streets cross: longitude and latitude."""
    return round(WEST + column * _EAST_STEP, 6), round(SOUTH + row * _NORTH_STEP, 6)


def island(row: int, column: int) -> Place:
    """A corner of the island, 55 km north: too far off to be taken for a place in town."""
    longitude, latitude = corner(row, column)
    return longitude, round(latitude + _ISLAND_LATITUDE - SOUTH, 6)


def write(path: Path) -> None:
    """Writes the town as OSM XML, nodes before ways and both by id, as programs that read it want."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="Routebook tests">']
    lines += [*_nodes(), *_ways(), "</osm>"]
    path.write_text("\n".join(lines))


def _nodes() -> Iterator[str]:
    for where, first in ((corner, 1), (island, _ISLAND_NODE)):
        for row in range(SIZE):
            for column in range(SIZE):
                longitude, latitude = where(row, column)
                yield f'<node id="{_id(first, row, column)}" version="1" lat="{latitude}" lon="{longitude}"/>'


def _ways() -> Iterator[str]:
    for line in range(SIZE):
        along = [_id(1, line, step) for step in range(SIZE)]
        kind = "residential" if line % 3 else "secondary"
        one_way = {"oneway": "yes"} if line == ONE_WAY else {}
        yield _way(100 + line, along, {"highway": kind, "name": f"Row {line}", **one_way})
    for line in range(SIZE):
        across = [_id(1, step, line) for step in range(SIZE)]
        yield _way(200 + line, across, {"highway": "residential", "name": f"Column {line}"})
    for line in range(2):
        along = [_id(_ISLAND_NODE, line, step) for step in range(SIZE)]
        yield _way(900 + line, along, {"highway": "residential", "name": f"Island {line}"})
    yield _way(910, [_id(_ISLAND_NODE, row, 0) for row in range(2)], {"highway": "residential"})


def _id(first: int, row: int, column: int) -> int:
    return first + row * SIZE + column


def _way(number: int, nodes: Sequence[int], tags: Mapping[str, str]) -> str:
    inside = [f'<nd ref="{node}"/>' for node in nodes]
    inside += [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
    return f'<way id="{number}" version="1">{"".join(inside)}</way>'
