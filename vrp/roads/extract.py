"""Looking through an extract of OpenStreetMap before anything is made of it."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
from osmium.filter import KeyFilter

from vrp.roads.base import RoadsFailed

_SAMPLE = 20_000
_STRAY = 0.5  # per cent of the roads on each side that do not count: long ways reach far beyond an extract


class BadExtract(RoadsFailed):
    """The file is not an extract that roads can be made of."""


@dataclass(frozen=True, slots=True)
class Survey:
    """`bounds` are west, south, east, north of nearly all roads (the file's own header is often wrong); `sample` are
    some points on them, drawn evenly, the same every time."""

    bounds: tuple[float, float, float, float]
    sample: list[tuple[float, float]]
    roads: int


def survey(path: Path) -> Survey:
    """This will read the whole extract once, which must be sorted. Raises `BadExtract` where it is damaged or holds no
    roads."""
    dice, seen, roads = random.Random(1), 0, 0
    sample: list[tuple[float, float]] = []
    with _reading():
        found = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
        for way in found.with_locations().with_filter(KeyFilter("highway")):
            if not isinstance(way, osmium.osm.Way):
                continue
            roads += 1
            for node in way.nodes:
                if not node.location.valid():
                    continue
                seen += 1
                place = len(sample) if len(sample) < _SAMPLE else dice.randrange(seen)
                if place < _SAMPLE:
                    sample[place : place + 1] = [(node.location.lon, node.location.lat)]
    if not sample:
        raise BadExtract("The file holds no roads.")
    (west, south), (east, north) = np.percentile(np.array(sample), [_STRAY, 100 - _STRAY], axis=0).round(6)
    return Survey((float(west), float(south), float(east), float(north)), sample, roads)


def is_sorted(path: Path) -> bool:
    """This will tell whether nodes come before ways before relations, each by number, as road engines need it."""
    last = (0, 0)
    with _reading():
        with osmium.io.Reader(str(path), osmium.osm.NOTHING) as reader:
            if reader.header().get("sorting") == "Type_then_ID":
                return True
        for thing in osmium.FileProcessor(str(path)):
            here = ("nwr".index(thing.type_str()), thing.id)
            if here < last:
                return False
            last = here
    return True


def sort(path: Path, target: Path) -> None:
    """This will write the extract in the order road engines need."""
    with _reading():
        reader = osmium.MergeInputReader()
        reader.add_file(str(path))
        with osmium.SimpleWriter(str(target), overwrite=True) as writer:
            reader.apply(writer, simplify=True)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, OSError, ValueError) as error:
        raise BadExtract(f"The file cannot be read as an .osm.pbf: {error}.") from error
