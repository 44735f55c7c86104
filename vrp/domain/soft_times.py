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
_MOST_CELLS = 20_000_000  # of all tables; where they would have more, not every start is tried


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
    nodes = _nodes(vehicle, visits, earliest, latest)
    offsets = list(accumulate(node.lasts for node in nodes))
    lengths = [overtime.after] if overtime else []
    lengths += [max_duration] if max_duration is not None else []
    moments = _moments(nodes, offsets, [length - offsets[-1] for length in lengths])
    times = [moments + offset for offset in offsets]
    prices = [_priced(node.rows, at) for node, at in zip(nodes, times, strict=True)]
    if lengths:
        starts = np.flatnonzero(np.isfinite(prices[0]))
        starts = starts[:: 1 + len(starts) * len(moments) * len(nodes) // _MOST_CELLS]
        begun = np.full((len(starts), len(moments)), np.inf)
        begun[np.arange(len(starts)), starts] = prices[0][starts]
        duration = times[-1] - times[0][starts][:, None]
        ending = hourly * duration
        if overtime:
            ending = ending + overtime.cost_per_hour * np.maximum(0, duration - overtime.after)
        if max_duration is not None:
            ending = np.where(duration > max_duration, np.inf, ending)
    else:
        begun = (prices[0] - hourly * times[0])[None]
        ending = hourly * times[-1][None]
    reached, _, _ = deque(_forward(nodes, times, prices, begun), maxlen=1)[0]
    total = np.round(reached + ending, 3)
    if not total.size or not np.isfinite(total.min()):
        return None
    best = total == total.min()
    last = int(np.argmax(best.any(axis=0)))  # the earliest end
    row = len(best) - 1 - int(np.argmax(best[::-1, last]))  # and the latest start
    return _traced(
        nodes, times, list(_forward(nodes, times, prices, begun[row : row + 1])), last, len(visits)
    )


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


def _changes(rows: Rows) -> list[int]:
    """The moments at which the price of a node changes its course."""
    found = []
    for opens, closes, soft in rows:
        found += [opens] + ([closes] if closes < FAR_FUTURE else [])
        found += [part for part in (soft.start, soft.end) if part is not None] if soft else []
    return found


def _moments(nodes: list[_Node], offsets: list[int], apart: list[int]) -> np.ndarray:
    """All moments that matter, counted from where the route would be if it never waited; also those that lie `apart`
    from another one, where the length of the route is just kept."""
    found = set()
    for node, offset in zip(nodes, offsets, strict=True):
        for moment in _changes(node.rows):
            found |= {moment - offset, moment - offset + node.drive}
    found |= {moment + sign * length for moment in found for length in apart for sign in (-1, 1)}
    return np.array(sorted(found), dtype=np.int64)


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


def _forward(
    nodes: list[_Node], times: list[np.ndarray], prices: list[np.ndarray], before: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each node after the start: the least cost of reaching it at each time, from which time of the one before,
    and when its work begins then."""
    numbers = np.arange(before.shape[1])
    for node, at, price in zip(nodes[1:], times[1:], prices[1:], strict=True):
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


def _while_driving(node: _Node, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The least cost of a break that interrupts the drive which ends at these times, and when it begins then."""
    best, when = np.full(len(times), np.inf), times
    changes = (np.full_like(times, change) for change in sorted(_changes(node.rows)))
    for moment in (times - node.drive, *changes, times):
        is_on_the_way = (moment >= times - node.drive) & (moment <= times)
        price = np.where(is_on_the_way, _priced(node.rows, moment), np.inf)
        when, best = np.where(price < best, moment, when), np.minimum(price, best)
    return best, when


def _traced(
    nodes: list[_Node],
    times: list[np.ndarray],
    steps: list[tuple[np.ndarray, np.ndarray, np.ndarray]],
    last: int,
    visits: int,
) -> tuple[int, list[int]]:
    wanted = [0] * visits
    for node, (_, came, begins) in zip(nodes[:0:-1], steps[::-1], strict=True):
        if node.visit is not None:
            wanted[node.visit] = int(begins[0, last])
        last = int(came[0, last])
    return int(times[0][last]), wanted
