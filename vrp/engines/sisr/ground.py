"""Ways between the places of a problem, as the kernel looks them up, and which tasks are near each other.

Up to `limits.MAX_ROWS` places all ways are in one table. Beyond, the kernel computes them, as the domain does to the
last bit, and looks up what is held: all memory here grows with places and what is held of them.
"""

import functools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from types import ModuleType

import numpy as np

from vrp.domain import limits
from vrp.domain.travel import NO_WAY, Computed, Plane, Sparse, Table, Travel
from vrp.engines.network import NOWHERE

GAP = 2**28  # the kernel's NO_WAY
NEAR = 100
_ALL = 4  # seconds and metres, there and back
_FAR = np.int64(1) << 40
_CELLS = 2**22  # looked at at a time
_BLOCK = 64  # tasks that follow each other along the curve, whose neighbours are looked for together
_AROUND = 16  # blocks in which they are looked for
_CHOICE = 3  # times as many tasks near by as neighbours, where windows keep some from following each other
_ENDS = 100  # of vehicles, that are looked at for what is remote
_ROUNDINGS = {"nearest": 0, "down": 1, "up": 2}


class Ground:
    """Places (rows of the tables, or `NOWHERE`), the tables of each profile that are looked at, at which of the places
    tasks are, and the travels that say where there is no way."""

    def __init__(
        self,
        places: np.ndarray,
        tables: Sequence[Sequence[Table]],
        at: np.ndarray,
        travels: Sequence[Travel] = (),
    ) -> None:
        self.places, self.tables, self.at = places, tables, at
        self.gaps = [[t.durations, t.distances] if t.has_no_way else [] for t in travels] or [[]] * len(
            tables
        )
        computed = all(isinstance(table, Computed) for several in tables for table in several)
        self.is_sparse = computed and len(places) > limits.MAX_ROWS

    @property
    def is_symmetric(self) -> bool:
        """Whether all ways are known to be the same there and back."""
        return all(isinstance(table, Plane) for several in self.tables for table in several)

    def between(self, profile: int, which: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """This will return ways between places, by their numbers here."""
        table, here, there = self.tables[profile][which], self.places[rows], self.places[columns]
        found = table[here, there]
        for gaps in self.gaps[profile]:
            found = np.where((found if gaps is table else gaps[here, there]) == NO_WAY, GAP, found)
        return np.where((here == NOWHERE) | (there == NOWHERE), 0, found)

    # What the kernel looks up

    def ways_for(self, kernel: ModuleType) -> np.ndarray:
        """This will return the kernel's `ways`. Who looks at metres finds some, though they cost nothing and have no
        limit."""
        lacks = kernel.METRES and self.ways.shape[3] < _ALL
        return np.concatenate([self.ways, np.zeros_like(self.ways)], axis=-1) if lacks else self.ways

    def held_for(self, kernel: ModuleType) -> tuple[np.ndarray, np.ndarray]:
        """This will return the kernel's `held` and `held_from`."""
        held, held_from = self._held
        lacks = kernel.METRES and held.shape[1] < 1 + _ALL
        return (np.concatenate([held, np.zeros_like(held)], axis=-1) if lacks else held), held_from

    @cached_property
    def ways(self) -> np.ndarray:
        """`[profile, place, other]`: seconds from the other and to it, then metres likewise; nothing if sparse."""
        if self.is_sparse:
            return np.zeros((1, 1, 1, 4), dtype=np.int32)
        every = np.arange(len(self.places))
        found = []
        for profile, tables in enumerate(self.tables):
            columns = []
            for which in range(len(tables)):
                there = self.between(profile, which, every[:, None], every[None, :]).astype(np.int32)
                columns += [there.T, there]
            found.append(np.stack(columns, axis=-1))
        return np.ascontiguousarray(np.stack(found))

    @cached_property
    def positions(self) -> np.ndarray:
        """Of all places, in three dimensions; what is nowhere is at no number."""
        table = self.tables[0][0]
        if not self.is_sparse or not isinstance(table, Computed):
            return np.zeros((1, 3))
        found = np.zeros((len(self.places), 3))
        found[:, : table.positions.shape[1]] = table.positions[self.places]
        found[self.places == NOWHERE] = np.nan
        return found

    def laws(self, kernel: ModuleType) -> np.ndarray:
        """This will return how ways that are not held are computed."""
        if not self.is_sparse:
            return np.zeros((1, 2, kernel.KNOTS + 1))
        found = [[_law(kernel, tables[which % len(tables)]) for which in (0, 1)] for tables in self.tables]
        laws = np.zeros((len(found), 2, max(len(law) for pair in found for law in pair)))
        for profile, pair in enumerate(found):
            for which, law in enumerate(pair):
                laws[profile, which, : len(law)] = law
        return laws

    @cached_property
    def _held(self) -> tuple[np.ndarray, np.ndarray]:
        parts, begins, first = [], [], 0
        for profile in range(len(self.tables)):
            found, sizes = self._held_of(profile)
            parts.append(found)
            begins.append(first + np.concatenate([[0], np.cumsum(sizes)]))
            first += len(found)
        return parts[0] if len(parts) == 1 else np.concatenate(parts), np.array(begins, dtype=np.int64)

    def _held_of(self, profile: int) -> tuple[np.ndarray, np.ndarray]:
        """The hash tables of all places one after the other, and how long each is."""
        tables = self.tables[profile]
        count = len(self.places)
        asked = [*tables, *self.gaps[profile]]
        many = sum(
            (np.bincount(rows, minlength=count) for rows, _ in self._held_pairs(asked)), np.zeros(count)
        )
        sizes = np.where(many > 0, 1 << np.ceil(np.log2(np.maximum(2 * many, 1))).astype(np.int64), 0)
        found = np.full((int(sizes.sum()), 1 + 2 * len(tables)), -1, dtype=np.int32)
        for rows, others in self._held_pairs(asked):
            values = np.empty((len(rows), found.shape[1]), dtype=np.int32)
            values[:, 0] = others
            for which in range(len(tables)):
                values[:, 1 + 2 * which] = self.between(profile, which, others, rows)
                values[:, 2 + 2 * which] = self.between(profile, which, rows, others)
            _put(found, sizes, rows, values)
        return found, sizes

    def _held_pairs(self, tables: Sequence[Table]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Places and others of which a way there or back is held, some places at a time."""
        sparse = [table for table in tables if isinstance(table, Sparse) and len(table.keys)]
        if not self.is_sparse or not sparse:
            return
        count, size = len(self.places), len(sparse[0])
        row_of = np.full(size, -1)
        row_of[self.places[self.places != NOWHERE]] = np.flatnonzero(self.places != NOWHERE)
        keys = sparse[0].keys
        if any(table.keys is not keys for table in sparse):
            keys = np.unique(np.concatenate([table.keys for table in sparse]))
        rows, others = row_of[keys // size], row_of[keys % size]
        used = (rows >= 0) & (others >= 0)
        rows, others = rows[used], others[used]
        there, back = np.sort(rows * count + others), np.sort(others * count + rows)
        del rows, others
        step = max(1, _CELLS * count // max(1, 4 * len(keys)))
        for first in range(0, count, step):
            ends = np.array([first, min(first + step, count)]) * count
            pairs = np.union1d(*(some[slice(*np.searchsorted(some, ends))] for some in (there, back)))
            yield pairs // count, pairs % count

    # Who is near whom

    def neighbours(
        self, opens: np.ndarray | None, done: np.ndarray, closes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """This will return tasks by nearness, and those that can be straight before and after a task: where there are
        windows (`opens` is given), not every one, as each is `done` so soon at the earliest."""

        def look(rows: np.ndarray, columns: np.ndarray) -> list[np.ndarray]:
            here, other = self.at[rows][:, None], self.at[columns]
            there = self._soonest(here, other)
            back = there.copy() if self.is_symmetric else self._soonest(other, here)
            itself = rows[:, None] == columns
            there[itself] = back[itself] = _FAR
            near = _nearest(np.minimum(there, back), columns)
            if opens is not None:
                follows = done[rows][:, None] + there <= closes[columns]
                comes_before = done[columns] + back <= closes[rows][:, None]
                there, back = np.where(follows, there, _FAR), np.where(comes_before, back, _FAR)
            if np.array_equal(there, back):
                return [near]
            return [near, _nearest(back, columns), _nearest(there, columns)]

        with ThreadPoolExecutor(1) as other_core:  # it looks at some while more are gathered here
            some = self._candidates(1 if opens is None else _CHOICE)
            looking = [other_core.submit(look, rows, columns) for rows, columns in some]
        found = [one.result() for one in looking]
        if all(len(lists) == 1 for lists in found):
            nearest = np.concatenate([lists[0] for lists in found])
            return nearest, nearest, nearest
        near, before, after = (np.concatenate([lists[k % len(lists)] for lists in found]) for k in range(3))
        return near, before, after

    def _soonest(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Ways of the profile that is the fastest there."""
        ways = (self.between(profile, 0, rows, columns) for profile in range(len(self.tables)))
        return functools.reduce(np.minimum, ways).astype(np.int64)

    def way_to_near(self, profile: int, which: int, near: np.ndarray, count: int) -> np.ndarray:
        """This will return the ways from each task to its nearest ones; 0 where there is none."""
        found = self.between(profile, which, self.at[:, None], self.at[near[:, :count]])
        return np.where((near[:, :count] < 0) | (found >= GAP), 0, found)

    def shortest(self, which: int, others: np.ndarray) -> np.ndarray:
        """This will return the shorter of the ways from each task to others and back."""
        here, there = self.at[:, None], self.at[others]
        return np.minimum(self.between(0, which, here, there), self.between(0, which, there, here))

    def remoteness(self, ends: np.ndarray) -> np.ndarray:
        """This will return how far each task is from the nearest of the vehicles' ends."""
        found = np.full(len(self.at), GAP, dtype=np.int64)
        for end in ends[:: max(1, len(ends) // _ENDS)]:
            found = np.minimum(found, self.between(0, 0, np.array([end]), self.at))
        return found

    def _candidates(self, choice: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Some tasks at a time, and for each those among which its neighbours are looked for (or once for all)."""
        size = len(self.at)
        if not self.is_sparse:
            step = max(1, _CELLS // max(1, size))
            for first in range(0, size, step):
                yield np.arange(first, min(first + step, size)), np.arange(size)[None, :]
            return
        points = self.positions[self.at]
        points, begins = points - points.mean(axis=0), np.arange(0, size, _BLOCK)
        # Squares of distances, less what is the same for all of a row, are one product of these.
        here = np.column_stack([-2 * points, np.ones(size)])
        there = np.column_stack([points, (points**2).sum(axis=1)])
        lows, highs = np.minimum.reduceat(points, begins), np.maximum.reduceat(points, begins)
        for k, first in enumerate(begins.tolist()):
            gaps = np.maximum(0, np.maximum(lows - highs[k], lows[k] - highs))
            middles = (lows + highs - lows[k] - highs[k]) / 2
            apart = (gaps**2).sum(axis=1) + 1e-6 * (middles**2).sum(axis=1)
            blocks = np.argsort(apart, kind="stable")[:_AROUND]
            members = (begins[blocks][:, None] + np.arange(_BLOCK)).reshape(-1)
            members = members[members < size]
            rows = np.arange(first, min(first + _BLOCK, size))
            ways = here[rows] @ there[members].T
            count = min(choice * NEAR + 1, len(members))
            yield rows, members[np.argpartition(ways, count - 1, axis=1)[:, :count]]


def along_a_curve(points: np.ndarray) -> np.ndarray:
    """This will return the order in which Hilbert's curve visits points."""
    points = points - points.min(axis=0)
    bits = 12
    grid = (points / max(points.max(), 1e-12) * (2**bits - 1)).astype(np.int64)
    x, y = grid[:, 0].copy(), grid[:, 1].copy()
    along = np.zeros(len(points), dtype=np.int64)
    step = 1 << (bits - 1)
    while step:
        right, up = ((x & step) > 0).astype(np.int64), ((y & step) > 0).astype(np.int64)
        along += step * step * ((3 * right) ^ up)
        flips = (up == 0) & (right == 1)
        x, y = np.where(flips, 2**bits - 1 - x, x), np.where(flips, 2**bits - 1 - y, y)
        x, y = np.where(up == 0, y, x), np.where(up == 0, x, y)
        step >>= 1
    return np.argsort(along, kind="stable")


def _law(kernel: ModuleType, table: Table) -> np.ndarray:
    head = np.zeros(kernel.KNOTS + 1)
    if isinstance(table, Plane):
        head[kernel.LAW], head[kernel.ROUNDING] = kernel.STRAIGHT, _ROUNDINGS[table.rounding]
        head[kernel.TIMES_BEFORE], head[kernel.TIMES_AFTER] = table.before, table.after
        head[kernel.SPEED] = table.factor
        return head
    assert isinstance(table, Sparse)
    circles, roads, times = (np.array(knots) for knots in table.estimate.knots)
    head[kernel.LAW] = kernel.BY_SECONDS if table.is_time else kernel.BY_METRES
    head[kernel.SPEED], head[kernel.KNOTS] = table.factor if table.is_time else 1.0, len(circles)
    rises = (np.append(np.diff(high) / np.diff(low), 0) for low, high in ((circles, roads), (roads, times)))
    return np.concatenate([head, circles, roads, times, *rises])


def _put(found: np.ndarray, sizes: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """Put values into the hash tables of their rows, which are so large and lie one after the other."""
    begin, last = (np.cumsum(sizes) - sizes)[rows], sizes[rows] - 1
    slot, waiting = ((values[:, 0].astype(np.int64) * 2654435761) >> 15) & last, np.arange(len(rows))
    while len(waiting):
        at = begin[waiting] + slot[waiting]
        empty = found[at, 0] < 0
        found[at[empty]] = values[waiting[empty]]  # of several for one slot the last is in it now
        waiting = waiting[found[at, 0] != values[waiting, 0]]
        slot[waiting] = (slot[waiting] + 1) & last[waiting]


def _nearest(cost: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The columns of the smallest values of each row, -1 where they are too far."""
    columns = np.broadcast_to(columns, cost.shape)
    count = min(NEAR, max(1, cost.shape[1] - 1))
    if cost.shape[1] > 2 * count:  # else sorting them all is as fast
        best = np.argpartition(cost, count - 1, axis=1)[:, :count]
        cost, columns = np.take_along_axis(cost, best, 1), np.take_along_axis(columns, best, 1)
    best = np.argsort(cost, axis=1, kind="stable")[:, :count]
    cost, columns = np.take_along_axis(cost, best, 1), np.take_along_axis(columns, best, 1)
    return np.where(cost >= _FAR, -1, columns).astype(np.int32)
