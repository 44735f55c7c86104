"""Whole tables from a source, in blocks of rows, with what is known already left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from vrp.roads.base import DECIMALS, NO_WAY, Block, RoadsFailed, Source, Watch, interruptibly

_ROWS = 250  # of a block: often enough to tell how far it is and to stop


@dataclass(frozen=True, slots=True)
class Table:
    """Travel between all of some points, rows to columns, int32; `off` is how many metres each lies off the road
    (NaN where the source does not tell)."""

    points: np.ndarray
    durations: np.ndarray
    distances: np.ndarray
    off: np.ndarray

    def of(self, rows: np.ndarray) -> "Table":
        """The same for some of the points, in the order of `rows`."""
        grid = np.ix_(rows, rows)
        return Table(self.points[rows], self.durations[grid], self.distances[grid], self.off[rows])


class Cache(Protocol):
    """Keeps what sources have answered. It may forget; it never fails."""

    def closest(self, dataset: str, profile: str, points: np.ndarray) -> Table | None:
        """This will return the kept table that has the most of the points."""

    def keep(self, dataset: str, profile: str, table: Table) -> None:
        """This will keep a table."""

    def get(self, key: str) -> bytes | None:
        """This will return what was put under a key."""

    def put(self, key: str, content: bytes) -> None:
        """This will keep something else than a table: the shape of a route, neighbours."""


class Forgetful:
    """Keeps nothing: for where there is no database."""

    def closest(self, dataset: str, profile: str, points: np.ndarray) -> Table | None:
        return None

    def keep(self, dataset: str, profile: str, table: Table) -> None:
        return None

    def get(self, key: str) -> bytes | None:
        return None

    def put(self, key: str, content: bytes) -> None:
        return None


def rounded(points: np.ndarray) -> np.ndarray:
    """This will return points as they are asked for and kept."""
    return np.round(np.asarray(points, dtype=np.float64).reshape(-1, 2), DECIMALS) + 0.0  # no minus zero


def table(source: Source, points: np.ndarray, profile: str, cache: Cache, watch: Watch) -> Table:
    """This will return travel between all points (rounded, each one once), from the cache as far as that goes.

    Raises `RoadsFailed` where the source does, `RoadsStopped` where the watch says so.
    """
    size = len(points)
    made = Table(
        points,
        np.zeros((size, size), dtype=np.int32),
        np.zeros((size, size), dtype=np.int32),
        np.full(size, np.nan),
    )
    dataset = interruptibly(lambda: source.dataset, watch.should_stop)
    old = cache.closest(dataset, profile, points)
    known = _fill(made, old) if old is not None else np.zeros(size, dtype=bool)
    if known.all():
        return made
    new, kept = np.flatnonzero(~known), np.flatnonzero(known)
    parts = [(new, np.arange(size)), (kept, new)] if len(kept) else [(new, np.arange(size))]
    done, total = 0, sum(len(rows) * len(columns) for rows, columns in parts)
    for rows, columns in parts:
        for some, into in _blocks(source, rows, columns):
            watch(done, total)
            question = partial(_asked, source, points, some, into, profile)
            _put(made, some, into, interruptibly(question, watch.should_stop))
            done += len(some) * len(into)
    watch(total, total)
    np.fill_diagonal(made.durations, 0)
    np.fill_diagonal(made.distances, 0)
    if source.dataset == dataset:  # else the server got other data half-way
        cache.keep(dataset, profile, made)
    return made


def _fill(made: Table, old: Table) -> np.ndarray:
    """What an older table knows; returns which points that are."""
    at = {point: row for row, point in enumerate(map(tuple, old.points.tolist()))}
    there = np.array([at.get(point, -1) for point in map(tuple, made.points.tolist())])
    known = there >= 0
    rows, from_rows = np.flatnonzero(known), there[known]
    made.durations[np.ix_(rows, rows)] = old.durations[np.ix_(from_rows, from_rows)]
    made.distances[np.ix_(rows, rows)] = old.distances[np.ix_(from_rows, from_rows)]
    made.off[rows] = old.off[from_rows]
    return known


def _blocks(source: Source, rows: np.ndarray, columns: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pieces that the source answers in one go, wide rather than high: a column costs as much as a row."""
    wide = min(len(columns), source.most_points - 1, source.most_cells)
    high = max(1, min(source.most_cells // wide, source.most_points - wide))
    if high < wide and high * wide < source.most_cells // 2:  # the points are what limits: a square is better
        high = wide = max(1, min(source.most_points // 2, int(source.most_cells**0.5)))
    high = min(high, _ROWS)
    for top in range(0, len(rows), high):
        for left in range(0, len(columns), wide):
            yield rows[top : top + high], columns[left : left + wide]


def _asked(source: Source, points: np.ndarray, rows: np.ndarray, columns: np.ndarray, profile: str) -> Block:
    if rows.tolist() == columns.tolist() and len(rows) == 1:  # servers want two places, be they the same
        points, rows, columns = points[[rows[0], rows[0]]], np.array([0]), np.array([1])
    block = source.block(points, rows, columns, profile)
    shape = (len(rows), len(columns))
    if block.durations.shape != shape or block.distances.shape != shape:
        raise RoadsFailed(
            f"The road server answered {block.durations.shape} values where {shape} were asked for."
        )
    return block


def _put(made: Table, rows: np.ndarray, columns: np.ndarray, block: Block) -> None:
    grid = np.ix_(rows, columns)
    there_is_no_way = (block.durations == NO_WAY) | (block.distances == NO_WAY)
    made.durations[grid] = np.where(there_is_no_way, NO_WAY, block.durations)
    made.distances[grid] = np.where(there_is_no_way, NO_WAY, block.distances)
    if block.sources_off is not None:
        made.off[rows] = block.sources_off
    if block.targets_off is not None:
        made.off[columns] = block.targets_off
