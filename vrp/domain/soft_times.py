"""The cheapest times for a route with soft windows, by dynamic programming over the moments that can matter.

In a cheapest schedule each stretch without waiting hangs on one moment at which a window opens or closes or a price
begins (as in Vidal et al., "Timing problems and algorithms"); so only such moments, carried along the route by the
travel between, are tried. Where the length of the route has a limit or a price of its own, each start is tried.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from vrp.domain.problem import FAR_FUTURE, Vehicle
from vrp.domain.request import SoftWindow

if TYPE_CHECKING:
    from vrp.domain.schedule import Visit

Rows = list[tuple[int, int, SoftWindow | None]]  # when it opens, when it closes, what is soft about it
_MOST_CELLS = 3_000_000  # of all tables; where they would have more, not every start is tried


@dataclass
class _Node:
    """A moment to settle: `lasts` seconds at least after the one before it. Of these a break may come up to `drive`
    before the end: what is not driven before it is driven after it."""

    rows: Rows
    lasts: int = 0
    visit: int | None = None
    drive: int = 0


def cost(soft: SoftWindow, begins: int, ends: int) -> float:
    """This will return what it costs to begin before the soft start and to end after the soft end."""
    early = max(0, soft.start - begins) if soft.start is not None else 0
    late = max(0, ends - soft.end) if soft.end is not None else 0
    return (early * soft.cost_per_hour_early + late * soft.cost_per_hour_late) / 3600


def cheapest(
    vehicle: Vehicle, visits: Sequence["Visit"], earliest: int, latest: int, max_duration: int | None
) -> tuple[int, list[int]] | None:
    """This will return when to start and when to begin each visit's work (0: as soon as may be), or None where
    the windows cannot be kept."""
    costs, overtime = vehicle.spec.costs, vehicle.spec.overtime
    hourly = costs.per_wait_hour + costs.per_duration_hour
    table = _Table(_nodes(vehicle, visits, earliest, latest))
    found = table.path(table.prices[0] - hourly * table.times[0], hourly * table.times[-1])
    lengths = [overtime.after] if overtime else []
    lengths += [max_duration] if max_duration is not None else []
    if found and any(found.end - found.start > length for length in lengths):
        table = _Table(table.nodes, lengths)
        starts = table.starts()
        duration = table.times[-1] - table.times[0][starts][:, None]
        ending = hourly * duration
        if overtime:
            ending = ending + overtime.cost_per_hour * np.maximum(0, duration - overtime.after)
        if max_duration is not None:
            ending = np.where(duration > max_duration, np.inf, ending)
        found = table.path_of_one(starts, ending)
    if found is None:
        return None
    wanted = [0] * len(visits)
    for node, begins in zip(table.nodes[1:], found.begins, strict=True):
        if node.visit is not None:
            wanted[node.visit] = begins
    return found.start, wanted


def _nodes(vehicle: Vehicle, visits: Sequence["Visit"], earliest: int, latest: int) -> list[_Node]:
    shift = vehicle.spec.time_window.soft if vehicle.spec.time_window else None
    at_start = shift.model_copy(update={"end": None}) if shift else None
    at_end = shift.model_copy(update={"start": None}) if shift else None
    rest = vehicle.spec.drive_break.duration if vehicle.spec.drive_break else 0
    nodes = [_Node([(earliest, latest, at_start)])]
    passed, closes = 0, vehicle.window[1]  # since the last node's beginning; when the route is to end
    for k, visit in enumerate(visits):
        leg = visit.leg if visit.opens_leg else 0
        passed += leg + visit.rests * rest
        if visit.type == "end":
            closes = min(closes, visit.due)
        elif visit.type != "start":
            pairs = zip(visit.windows, visit.soft, strict=True)
            rows = [(max(opens, visit.floor), min(ends, visit.due), soft) for (opens, ends), soft in pairs]
            rows = rows or [(visit.floor, visit.due, None)]
            nodes.append(_Node(rows, passed, k, leg if visit.is_pause else 0))
            passed = visit.setup + visit.service
    nodes.append(_Node([(visits[-1].floor if visits[-1].type == "end" else 0, closes, at_end)], passed))
    return nodes


@dataclass
class _Path:
    """Times for a whole route: its start, its end, when each node after the start begins."""

    start: int
    end: int
    begins: list[int]


class _Table:
    """The prices of all nodes at all moments that matter, counted from where the route would be if it never waited;
    with `lengths`, also those at which a route that hangs on another moment is just so long."""

    def __init__(self, nodes: list[_Node], lengths: Sequence[int] = ()) -> None:
        self.nodes = nodes
        offsets = list(accumulate(node.lasts for node in nodes))
        found = set()
        for node, offset in zip(nodes, offsets, strict=True):
            for moment in _changes(node.rows):
                found |= {moment - offset, moment - offset + node.drive}
        apart = [length - offsets[-1] for length in lengths]
        found |= {moment + sign * length for moment in found for length in apart for sign in (-1, 1)}
        moments = np.array(sorted(found), dtype=np.int64)
        self.times = [moments + offset for offset in offsets]
        self.prices = [_priced(node.rows, at) for node, at in zip(nodes, self.times, strict=True)]

    def starts(self) -> np.ndarray:
        """The numbers of the moments at which the route may start; not all of them where that were too many."""
        starts = np.flatnonzero(np.isfinite(self.prices[0]))
        return starts[:: 1 + len(starts) * len(self.times[0]) * len(self.nodes) // _MOST_CELLS]

    def path(self, begun: np.ndarray, ending: np.ndarray) -> _Path | None:
        """The cheapest times, given what it costs to start and to end at each moment; those that end the earliest,
        and of them those that start the latest."""
        steps = list(self._forward(begun[None]))
        total = np.round(steps[-1][0][0] + ending, 3)
        if not total.size or not np.isfinite(total.min()):
            return None
        last = int(np.argmin(total))
        end, begins = int(self.times[-1][last]), []
        for _, came, when in reversed(steps):
            begins.append(int(when[0, last]))
            last = int(came[0, last])
        return _Path(int(self.times[0][last]), end, begins[::-1])

    def path_of_one(self, starts: np.ndarray, ending: np.ndarray) -> _Path | None:
        """The same where what it costs to end depends on the start: a row of `ending` for each of the starts."""
        begun = np.full((len(starts), len(self.times[0])), np.inf)
        begun[np.arange(len(starts)), starts] = self.prices[0][starts]
        reached, _, _ = deque(self._forward(begun), maxlen=1)[0]
        total = np.round(reached + ending, 3)
        if not total.size:
            return None
        best = total == total.min()
        last = int(np.argmax(best.any(axis=0)))
        row = len(best) - 1 - int(np.argmax(best[::-1, last]))
        return self.path(begun[row], ending[row])

    def _forward(self, before: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """For each node after the start: the least cost of reaching it at each time, from which time of the one
        before, and when its work begins then."""
        numbers = np.arange(before.shape[1])
        for node, at, price in zip(self.nodes[1:], self.times[1:], self.prices[1:], strict=True):
            least = np.minimum.accumulate(before, axis=1)
            came = np.maximum.accumulate(np.where(before <= least, numbers, 0), axis=1)
            begins = np.broadcast_to(at, before.shape)
            total = least + price
            if node.drive:
                meanwhile, when = _while_driving(node, at)
                better = before + meanwhile <= total
                total = np.where(better, before + meanwhile, total)
                came, begins = np.where(better, numbers, came), np.where(better, when, begins)
            before = total
            yield total, came, begins


def _changes(rows: Rows) -> list[int]:
    """The moments at which the price of a node changes its course."""
    found = []
    for opens, closes, soft in rows:
        found += [opens] + ([closes] if closes < FAR_FUTURE else [])
        found += [part for part in (soft.start, soft.end) if part is not None] if soft else []
    return found


def _priced(rows: Rows, times: np.ndarray) -> np.ndarray:
    """What it costs to let a node happen at these times, in money times 3600; infinite where no window is open."""
    prices = np.full(len(times), np.inf)
    for opens, closes, soft in rows:
        price = np.zeros(len(times))
        if soft and soft.start is not None:
            price += np.maximum(0, soft.start - times) * soft.cost_per_hour_early
        if soft and soft.end is not None:
            price += np.maximum(0, times - soft.end) * soft.cost_per_hour_late
        prices = np.where((times >= opens) & (times <= closes), price, prices)
    return prices


def _while_driving(node: _Node, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least cost of a break that interrupts the drive which ends at these times, and when it begins then."""
    best, when = np.full(len(times), np.inf), times
    changes = (np.full_like(times, change) for change in sorted(_changes(node.rows)))
    for moment in (times - node.drive, *changes, times):
        is_on_the_way = (moment >= times - node.drive) & (moment <= times)
        price = np.where(is_on_the_way, _priced(node.rows, moment), np.inf)
        when, best = np.where(price < best, moment, when), np.minimum(price, best)
    return best, when
