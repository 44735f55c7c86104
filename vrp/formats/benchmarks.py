"""What the benchmark formats share: their scaled integers, their numbers on lines, and the document they become.

A benchmark file counts distance and time in one unit. It becomes a request whose matrix holds that unit in both
tables and whose vehicles cost 1 a unit, so that the cost of a plan is the published objective.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from vrplib.parse.parse_distances import pairwise_euclidean

from vrp.domain import limits
from vrp.domain.travel import ROUNDED, Plane, Rounding, Table
from vrp.errors import Fault, Invalid, TooLarge

Document = dict[str, Any]
ROUND_FUNCS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "round": lambda values: np.round(values).astype(np.int64),
    "dimacs": lambda values: (10 * values).astype(np.int64),
    "exact": lambda values: np.round(1_000 * values).astype(np.int64),
}
Step = tuple[float, Rounding]  # so many times as much, then rounded
_STEPS: dict[str, Step] = {"round": (1.0, "nearest"), "dimacs": (10.0, "down"), "exact": (1_000.0, "nearest")}
_LARGEST = 1e8  # of any number in a file, so that a thousand times as much is inside the limits of a request


class Line(NamedTuple):
    """One line of a file that holds something: its number, counted from 1, and its words."""

    number: int
    words: tuple[str, ...]

    def numbers(self) -> list[float]:
        """This will return the words as finite numbers, or raise `Invalid` with the line."""
        try:
            found = [*map(float, self.words)]
        except ValueError:
            found = [math.nan]
        if all(-_LARGEST <= value <= _LARGEST for value in found):
            return found
        return [number(word, self.number) for word in self.words]


def number(word: object, line: int) -> float:
    """This will return a finite number of ordinary size, or raise `Invalid` with the line it stands on."""
    try:
        value = float(str(word))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > _LARGEST:
        raise Invalid([Fault(("line", line), f"{str(word)[:40]!r} is not a number up to {_LARGEST:.0f}")])
    return value


def whole(word: object, line: int, what: str, least: int = 0) -> int:
    """This will return a whole number of at least `least`, or raise `Invalid` with the line it stands on."""
    value = number(word, line)
    if not value.is_integer() or value < least:
        raise Invalid([Fault(("line", line), f"{what} should be a whole number from {least} up, not {word}")])
    return int(value)


def lines(data: bytes) -> Iterator[Line]:
    """This will yield the lines of a file that are neither empty nor comments."""
    if b"\x00" in data:
        raise Invalid([Fault((), "this is not a text file")])
    for count, line in enumerate(data.decode("utf-8-sig", errors="replace").splitlines(), 1):
        words = tuple(line.split())
        if words and not words[0].startswith("#"):
            yield Line(count, words)


def rounding(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """This will return how the quantities of a file become whole numbers: round, dimacs or exact."""
    if name not in ROUND_FUNCS:
        known = ", ".join(ROUND_FUNCS)
        raise Invalid([Fault(("round_func",), f"there is no {name[:40]!r}; choose one of {known}")])
    return ROUND_FUNCS[name]


def refuse_too_many(places: int, most: int = limits.MAX_PLACES) -> None:
    """This will raise `TooLarge` when a file has more places than a request may have."""
    if places > most:
        raise TooLarge(f"{places} places; the limit is {most}")


def distances(coordinates: np.ndarray, round_func: str, first: Step | None = None) -> Table:
    """This will return straight-line distances in whole numbers: all of them, or of many places what computes them.

    `first` is what the file itself does to a distance before it is rounded.
    """
    if len(coordinates) > limits.MAX_ROWS:
        before, how = _STEPS[round_func]
        if first is None:
            return Plane(coordinates, before, how)
        return Plane(coordinates, *first, after=int(before))  # what is whole stays whole
    exact = euclidean(coordinates)
    return ROUND_FUNCS[round_func](ROUNDED[first[1]][1](first[0] * exact) if first else exact)


def euclidean(coordinates: np.ndarray) -> np.ndarray:
    """This will return straight-line distances, to the last bit those of vrplib, which published costs rest on."""
    with np.errstate(invalid="ignore"):
        squared_below_zero = pairwise_euclidean(coordinates)  # NaN where two decimal places coincide
    distances: np.ndarray = np.nan_to_num(squared_below_zero, copy=False, nan=0.0)
    return distances


@dataclass(frozen=True, slots=True)
class Node:
    """A place of the file, in scaled integers. `name` is the number it has in the file."""

    name: int
    index: int
    delivery: list[int]
    pickup: list[int]
    service: int
    window: list[int] | None
    xy: list[float] | None

    def stop(self) -> Document:
        """This will return the node as a stop of the request; what is zero is left out."""
        made: Document = {"id": self.name, "location_index": self.index}
        for key in ("delivery", "pickup"):
            if any(amounts := getattr(self, key)):
                made[key] = amounts
        if self.service:
            made["service"] = self.service
        if self.window:
            made["time_windows"] = [self.window]
        return made | self.meta()

    def meta(self) -> Document:
        return {"meta": {"x": self.xy[0], "y": self.xy[1]}} if self.xy else {}


def vehicle(name: int, depot: Node, count: int, capacity: list[int], unit_cost: float = 1.0) -> Document:
    """This will return a vehicle type that starts and ends at a depot, within the depot's hours."""
    made: Document = {"id": name, "start_index": depot.index, "end_index": depot.index}
    if count > 1:
        made["count"] = count
    if capacity:
        made["capacity"] = capacity
    if depot.window:
        made["time_window"] = depot.window
    made["costs"] = {"per_hour": 0, "per_km": 1000 * unit_cost}
    return made | depot.meta()


def shipment(pickup: Node, delivery: Node, amount: list[int]) -> Document:
    """This will return the shipment between two nodes; it goes by the number of its pickup."""
    made: Document = {"id": pickup.name, "pickup": pickup.stop(), "delivery": delivery.stop()}
    return made | ({"amount": amount} if any(amount) else {})


def matrices(matrix: Table) -> Document:
    """This will return one matrix as the durations and the distances of the request."""
    return {"matrices": {"car": {"durations": matrix, "distances": matrix}}}


def table(rows: list[Line], width: int) -> np.ndarray:
    """This will return rows of numbers whose first is a whole number that no two share."""
    refuse_too_many(len(rows))
    names: set[int] = set()
    for line in rows:
        if len(line.words) != width:
            fault = f"should hold {width} numbers, not {len(line.words)}"
            raise Invalid([Fault(("line", line.number), fault)])
        name = whole(line.words[0], line.number, "the first number")
        if name in names:
            raise Invalid([Fault(("line", line.number), f"number {name} is there already")])
        names.add(name)
    return np.array([line.numbers() for line in rows])
