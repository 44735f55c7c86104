"""Travel between places: whole tables, or tables that hold some pairs and compute all others.

A table of seconds or metres is a two-dimensional array, int32 where its values fit, else int64, with `NO_WAY` where
there is none. Above a few thousand places that is too much memory, and `Computed` stands in for the array.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from vrp.domain import limits

NO_WAY = -1
EARTH_RADIUS = 6_371_009  # metres, the mean
_FARTHEST = 2.0**25  # metres; farther than half around the earth, and a power of two keeps slopes exact
_CELLS = 2**18  # computed at a time, so that memory stays near that of the answer, and in caches


# Estimates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimate:
    """What roads are like by great-circle distance, in bins: from `breaks[k]` metres up to the next of them (from 0 in
    the first bin, without end in the last) a metre of great circle is `detour[k]` metres of road, driven at `speed[k]`
    metres a second. Between the middles of bins both are interpolated: what is farther is never sooner reached."""

    breaks: tuple[float, ...]
    detour: tuple[float, ...]
    speed: tuple[float, ...]

    @cached_property
    def knots(self) -> tuple[list[float], list[float], list[float]]:
        """Metres of great circle, the metres of road for them and the seconds for those, each growing; between them
        all is linear."""
        ends = (*self.breaks[1:], 2 * self.breaks[-1])
        middles = [(low + high) / 2 for low, high in zip(self.breaks, ends, strict=True)]
        found = [(0.0, 0.0, 0.0)]
        for k, circle in [*enumerate(middles), (-1, _FARTHEST)]:
            metres = circle * self.detour[k]
            seconds = metres / self.speed[k]
            if metres > found[-1][1] and seconds > found[-1][2]:
                found.append((circle, metres, seconds))
        circles, roads, times = map(list, zip(*found, strict=True))
        return circles, roads, times

    def metres(self, circle: np.ndarray) -> np.ndarray:
        """This will estimate the whole metres of road for metres of great circle."""
        circles, roads, _ = self.knots
        return np.rint(np.interp(circle, circles, roads))

    def seconds(self, metres: np.ndarray) -> np.ndarray:
        """This will estimate the whole seconds for so many metres of road."""
        _, roads, times = self.knots
        return np.rint(np.interp(metres, roads, times))


def great_circles(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """This will return the metres between all points of one and the other list, `(longitude, latitude)` in degrees."""
    return _apart(unit_vectors(here)[:, None], unit_vectors(there)[None, :])


def unit_vectors(points: np.ndarray) -> np.ndarray:
    """This will return points, `(longitude, latitude)`, as points of the unit sphere."""
    longitude, latitude = np.radians(np.asarray(points, dtype=np.float64).reshape(-1, 2)).T
    level = np.cos(latitude)
    return np.stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)], axis=-1)


def _apart(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Great circles, by the chord: exact to the millimetre for neighbours as well."""
    squared = (here[..., 0] - there[..., 0]) ** 2
    squared += (here[..., 1] - there[..., 1]) ** 2
    squared += (here[..., 2] - there[..., 2]) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1))


# Tables ----------------------------------------------------------------------------------------------------


class Computed:
    """A table that computes what it does not hold, from where the places lie: memory grows with the places.

    It reads like an array of shape (n, n): `[row, column]` with numbers, slices and arrays of indexes, `item`, `len`,
    `shape`, `dtype`, `np.asarray` (all of it, computed). `max` and `min` are bounds: no value is larger, or smaller.
    """

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def positions(self) -> np.ndarray:
        """Where the places lie, in a space in which neighbours are near."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, int]:
        return len(self), len(self)

    @cached_property
    def dtype(self) -> np.dtype[Any]:
        return _fitting(self.max())

    def item(self, row: int, column: int) -> int:
        """This will return one value: the evaluator asks for every leg of every route."""
        raise NotImplementedError

    def known(self, row: int, column: int) -> bool:
        """This will tell whether a value is no estimate."""
        raise NotImplementedError

    def at_speed(self, factor: float) -> "Computed":
        """This will return the table for a vehicle that is so many times as fast."""
        raise NotImplementedError

    def among(self, places: np.ndarray) -> "Computed":
        """This will return the table of some places only, which are named in ascending order."""
        raise NotImplementedError

    def __getitem__(self, where: Any) -> Any:
        rows, columns = where if isinstance(where, tuple) else (where, slice(None))
        every = np.arange(len(self))
        is_outer = isinstance(rows, slice) or isinstance(columns, slice)
        rows, columns = every[rows], every[columns]
        if is_outer and rows.ndim and columns.ndim:
            rows = rows[:, None]
        if not rows.ndim and not columns.ndim:
            return self.item(int(rows), int(columns))
        return self._some(rows, columns)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:, :], dtype)

    def max(self, axis: int | None = None) -> Any:
        """This will return what no value exceeds: in all, in each column (0) or in each row (1)."""
        return int(self._bounds(axis).max()) if axis is None else self._bounds(axis)

    def min(self) -> int:
        """This will return what no value is below."""
        return 0

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def _some(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        shape = np.broadcast_shapes(rows.shape, columns.shape)
        found = np.empty(shape, dtype=self.dtype)
        step = max(1, _CELLS // max(1, math.prod(shape[1:])))

        def cut(numbers: np.ndarray) -> np.ndarray:
            is_long = numbers.ndim == len(shape) and len(numbers) == shape[0]
            return numbers[first : first + step] if is_long else numbers

        for first in range(0, shape[0], step):
            found[first : first + step] = self._block(cut(rows), cut(columns))
        return found

    def _block(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _bounds(self, axis: int | None) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Sparse(Computed):
    """A table that holds some pairs and estimates all others."""

    vectors: np.ndarray  # the places, on the unit sphere
    estimate: Estimate
    is_time: bool  # else distance
    keys: np.ndarray  # row * n + column of the pairs that are held, ascending
    values: np.ndarray
    factor: float = 1.0  # times as fast as estimated

    @classmethod
    def of(
        cls,
        points: np.ndarray,
        rows: np.ndarray,
        columns: np.ndarray,
        values: np.ndarray,
        estimate: Estimate,
        *,
        is_time: bool,
    ) -> "Sparse":
        """This will make a table of places at `points`, `(longitude, latitude)`, that holds the values of some pairs;
        of a pair named twice the last one."""
        keys, last = _sorted_pairs(len(points), rows, columns)
        return cls(unit_vectors(points), estimate, is_time, keys, _narrowed(values)[last])

    @property
    def positions(self) -> np.ndarray:
        return self.vectors

    def item(self, row: int, column: int) -> int:
        at = self._position(row, column)
        return self._guess(row, column) if at is None else self._quick[2][at]

    def known(self, row: int, column: int) -> bool:
        """Held, or certain: there is no way to go to stay."""
        return row == column or self._position(row, column) is not None

    def min(self) -> int:
        return int(self.values.min(initial=0))

    def at_speed(self, factor: float) -> "Sparse":
        return replace(self, values=_at_speed(self.values, factor), factor=self.factor * factor)

    def among(self, places: np.ndarray) -> "Sparse":
        row_of = np.full(len(self), -1)
        row_of[places] = np.arange(len(places))
        rows, columns = row_of[self.keys // len(self)], row_of[self.keys % len(self)]
        kept = (rows >= 0) & (columns >= 0)
        keys = rows[kept] * len(places) + columns[kept]
        return replace(self, vectors=self.vectors[places], keys=keys, values=self.values[kept])

    # One pair

    @cached_property
    def _quick(self) -> tuple[list[int], memoryview, memoryview, list[tuple[float, ...]]]:
        """Where each row begins among the pairs, the pairs, their values and the places, as Python reads them fast."""
        size = len(self)
        begins = np.searchsorted(self.keys, np.arange(size + 1) * size).tolist()
        return begins, self.keys.data, self.values.data, list(map(tuple, self.vectors.tolist()))

    def _position(self, row: int, column: int) -> int | None:
        begins, keys, _, _ = self._quick
        key, end = row * (len(begins) - 1) + column, begins[row + 1]
        at = bisect_left(keys, key, begins[row], end)
        return at if at < end and keys[at] == key else None

    def _guess(self, row: int, column: int) -> int:
        """Step by step as in `_apart`, so that both come to the same bit; so does the native engine's kernel."""
        (ax, ay, az), (bx, by, bz) = self._quick[3][row], self._quick[3][column]
        circles, roads, times = self.estimate.knots
        squared = (ax - bx) * (ax - bx) + (ay - by) * (ay - by) + (az - bz) * (az - bz)
        circle = 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(squared) / 2))
        metres = round(_interpolated(circle, circles, roads))
        if not self.is_time:
            return metres
        return _slowed(round(_interpolated(metres, roads, times)), self.factor)

    # Many pairs

    def _block(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        found = self._estimated(_apart(self.vectors[rows], self.vectors[columns])).astype(self.dtype)
        if len(self.keys):
            wanted = rows * len(self) + columns
            at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
            held = self.keys[at] == wanted
            found[held] = self.values[at[held]]
        return found

    def _estimated(self, circle: np.ndarray) -> np.ndarray:
        metres = self.estimate.metres(circle)
        if not self.is_time:
            return metres
        seconds = self.estimate.seconds(metres)
        return seconds if self.factor == 1 else np.floor(seconds / self.factor + 0.5)

    def _bounds(self, axis: int | None) -> np.ndarray:
        """Of each column, or row: nothing is farther from it than a place in the middle and from there the farthest of
        all; nor than what is held of it."""
        middle = self.vectors[np.argmax(self.vectors @ self.vectors.mean(axis=0))]
        from_middle = _apart(self.vectors, middle)
        most = self._estimated(from_middle + from_middle.max() + 1).astype(np.int64)
        of_pair = self.keys // len(self) if axis == 1 else self.keys % len(self)
        np.maximum.at(most, of_pair, self.values)
        return most


Rounding = Literal["nearest", "down", "up"]  # to whole numbers; halves to the even one
ROUNDED: dict[Rounding, tuple[Callable[[float], int], Callable[[np.ndarray], np.ndarray]]] = {
    "nearest": (round, np.rint),
    "down": (math.floor, np.floor),
    "up": (math.ceil, np.ceil),
}


@dataclass(frozen=True, eq=False)
class Plane(Computed):
    """A table of straight lines in a plane, as benchmarks have it: times `before`, then rounded, then times `after`."""

    points: np.ndarray
    before: float = 1.0
    rounding: Rounding = "nearest"
    after: int = 1
    factor: float = 1.0  # times as fast

    @property
    def positions(self) -> np.ndarray:
        return self.points

    def item(self, row: int, column: int) -> int:
        (ax, ay), (bx, by) = self._quick[row], self._quick[column]
        distance = math.sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by))
        return _slowed(self.after * ROUNDED[self.rounding][0](self.before * distance), self.factor)

    def known(self, row: int, column: int) -> bool:
        return True

    def at_speed(self, factor: float) -> "Plane":
        return replace(self, factor=self.factor * factor)

    def among(self, places: np.ndarray) -> "Plane":
        return replace(self, points=self.points[places])

    def as_dict(self) -> dict[str, Any]:
        """This will return what to make it of again, as JSON has it."""
        return self.__getstate__() | {"points": self.points.tolist()}

    @classmethod
    def of(cls, made: dict[str, Any]) -> "Plane":
        """This will make the table that `as_dict` told of."""
        return cls(**made | {"points": np.array(made["points"], dtype=np.float64)})

    @cached_property
    def _quick(self) -> list[tuple[float, ...]]:
        return list(map(tuple, self.points.tolist()))

    def _block(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self._rounded(_length(self.points[rows] - self.points[columns])).astype(self.dtype)

    def _rounded(self, distance: np.ndarray) -> np.ndarray:
        found = self.after * ROUNDED[self.rounding][1](self.before * distance)
        return found if self.factor == 1 else np.floor(found / self.factor + 0.5)

    def _bounds(self, axis: int | None) -> np.ndarray:
        """Nothing is farther than the way by the middle."""
        from_middle = _length(self.points - self.points.mean(axis=0))
        return self._rounded(from_middle + from_middle.max() + 1).astype(np.int64)


Table = np.ndarray | Computed


@dataclass(frozen=True, eq=False)
class Travel:
    """Travel between places, rows to columns: seconds and metres.

    `costs` (money) replaces what time and distance cost, as in VROOM. `distances_known` is False when the request
    gave durations only; the distances are then all zero and must not be shown. `estimated` marks straight lines.
    """

    durations: Table
    distances: Table
    costs: np.ndarray | None = None
    distances_known: bool = True
    estimated: bool = False

    @classmethod
    def sparse(
        cls,
        points: np.ndarray,
        rows: np.ndarray,
        columns: np.ndarray,
        durations: np.ndarray,
        distances: np.ndarray,
        estimate: Estimate,
    ) -> "Travel":
        """This will make travel that is exact for some pairs of `points`, of a pair named twice as last said, and
        estimated for all others."""
        keys, last = _sorted_pairs(len(points), rows, columns)
        vectors = unit_vectors(points)
        return cls(
            Sparse(vectors, estimate, True, keys, _narrowed(durations)[last]),
            Sparse(vectors, estimate, False, keys, _narrowed(distances)[last]),
        )

    def is_known(self, a: int, b: int) -> bool:
        """This will tell whether the way from one place to another is no estimate."""
        if self.estimated:
            return False
        return not isinstance(self.durations, Computed) or self.durations.known(a, b)

    @cached_property
    def has_no_way(self) -> bool:
        """Whether there is none between some places."""
        return any(len(table) > 0 and int(table.min()) < 0 for table in (self.durations, self.distances))

    def at_speed(self, factor: float) -> "Travel":
        """The same roads for a vehicle that is `factor` times as fast; seconds rounded half up."""
        if factor == 1:
            return self
        if isinstance(self.durations, Computed):
            return replace(self, durations=self.durations.at_speed(factor))
        return replace(self, durations=_at_speed(self.durations, factor))

    def among(self, places: np.ndarray) -> "Travel":
        """This will return travel between some places only, which are named in ascending order."""
        durations = _among(self.durations, places)
        are_same = self.distances is self.durations
        return replace(
            self,
            durations=durations,
            distances=durations if are_same else _among(self.distances, places),
            costs=None if self.costs is None else self.costs[np.ix_(places, places)],
        )


def estimated(points: np.ndarray, estimate: Estimate) -> Travel:
    """This will estimate travel between all points: as whole tables, where those are not too large."""
    nothing = np.empty(0, dtype=np.int32)
    sparse = Travel.sparse(points, nothing, nothing, nothing, nothing, estimate)
    if len(points) > limits.MAX_ROWS:
        return replace(sparse, estimated=True)
    size = len(points)
    durations, distances = (np.empty((size, size), dtype=np.int32) for _ in range(2))
    step = max(1, _CELLS // max(1, size))
    for first in range(0, size, step):
        rows = slice(first, first + step)
        metres = estimate.metres(great_circles(points[rows], points))
        durations[rows], distances[rows] = estimate.seconds(metres), metres
    return Travel(durations, distances, estimated=True)


def _length(ways: np.ndarray) -> np.ndarray:
    length: np.ndarray = np.sqrt(ways[..., 0] * ways[..., 0] + ways[..., 1] * ways[..., 1])
    return length


def _slowed(value: int, factor: float) -> int:
    return value if factor == 1 else math.floor(value / factor + 0.5)


def _among(table: Table, places: np.ndarray) -> Table:
    return table.among(places) if isinstance(table, Computed) else table[np.ix_(places, places)]


def _interpolated(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    at = min(bisect_right(xs, x), len(xs) - 1) - 1
    return ys[at] + (ys[at + 1] - ys[at]) / (xs[at + 1] - xs[at]) * (x - xs[at])


def _sorted_pairs(size: int, rows: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Keys of pairs, ascending, and where each was named last."""
    named = np.asarray(rows, dtype=np.int64) * size + columns
    keys, from_end = np.unique(named[::-1], return_index=True)
    return keys, len(named) - 1 - from_end


def _at_speed(seconds: np.ndarray, factor: float) -> np.ndarray:
    scaled = np.empty(seconds.shape, _fitting(int(seconds.max(initial=0)) / factor + 1))
    step = max(1, _CELLS // max(1, math.prod(seconds.shape[1:])))
    for first in range(0, len(seconds), step):
        part = seconds[first : first + step]
        scaled[first : first + step] = np.where(part == NO_WAY, NO_WAY, np.floor(part / factor + 0.5))
    return scaled


def _narrowed(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values)
    return values.astype(_fitting(int(values.max(initial=0))), copy=False)


def _fitting(most: float) -> np.dtype[Any]:
    """The type for values up to so much."""
    return np.dtype(np.int32 if most < 2**31 else np.int64)
