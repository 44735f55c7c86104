"""The cheapest times for a route with soft windows, by dynamic programming over the moments that can matter.

In a cheapest schedule each stretch without waiting hangs on one moment at which a window opens or closes or a price
begins (as in Vidal et al., "Timing problems and algorithms"); so only such moments, carried along the route by the
travel between, are tried. Breaks count with their length here, not with their windows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from vrp.domain.problem import FAR_FUTURE, Vehicle
from vrp.domain.request import SoftWindow

if TYPE_CHECKING:
    from vrp.domain.schedule import Visit

Rows = list[tuple[int, int, SoftWindow | None]]  # when it opens, when it closes, what is soft about it


@dataclass
class _Node:
    """A moment to settle: `lasts` seconds at least after the one before it."""

    rows: Rows
    lasts: int = 0
    visit: int | None = None
    chosen: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    came_from: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def cost(soft: SoftWindow, begins: int, ends: int) -> float:
    """This will return what it costs to begin before the soft start and to end after the soft end."""
    early = max(0, soft.start - begins) if soft.start is not None else 0
    late = max(0, ends - soft.end) if soft.end is not None else 0
    return (early * soft.cost_per_hour_early + late * soft.cost_per_hour_late) / 3600


def cheapest(
    vehicle: Vehicle, visits: Sequence["Visit"], earliest: int, latest: int, hourly: float
) -> tuple[int, list[int]] | None:
    """This will return when to start and when to begin each visit's work (0: as soon as may be), or None where
    the windows cannot be kept. `hourly` is the money for an hour between start and end."""
    nodes = _nodes(vehicle, visits, earliest, latest)
    offsets = np.cumsum([node.lasts for node in nodes])
    moments = np.unique(
        np.concatenate([_moments(node) - offset for node, offset in zip(nodes, offsets, strict=True)])
    )
    before = np.empty(0)
    previous = before
    for node, offset in zip(nodes, offsets, strict=True):
        times, prices = _priced(node, moments + offset)
        if node is nodes[0]:
            prices = prices - hourly * times
        else:
            least = np.minimum.accumulate(before)
            at = np.maximum.accumulate(np.where(before <= least, np.arange(len(before)), 0))
            reach = np.searchsorted(previous, times - node.lasts, "right") - 1
            possible = reach >= 0
            times, prices, reach = times[possible], prices[possible], reach[possible]
            prices = prices + least[reach]
            node.came_from = at[reach]
        if not len(times):
            return None
        node.chosen, previous, before = times, times, prices
    return _traced(nodes, int(np.argmin(np.round(before + hourly * nodes[-1].chosen, 3))), len(visits))


def _nodes(vehicle: Vehicle, visits: Sequence["Visit"], earliest: int, latest: int) -> list[_Node]:
    shift = vehicle.spec.time_window.soft if vehicle.spec.time_window else None
    at_start = shift.model_copy(update={"end": None}) if shift else None
    at_end = shift.model_copy(update={"start": None}) if shift else None
    nodes = [_Node([(earliest, latest, at_start)])]
    passed = 0  # since the last node's beginning
    for k, visit in enumerate(visits):
        if visit.type == "start":
            continue
        if visit.pause:
            passed += visit.service
            continue
        passed += visit.leg
        if visit.type == "end":
            break
        pairs = zip(visit.windows, visit.soft, strict=True)
        rows = [(max(opens, visit.floor), closes, soft) for (opens, closes), soft in pairs]
        nodes.append(_Node(rows or [(visit.floor, FAR_FUTURE, None)], passed, k))
        passed = visit.setup + visit.service
    nodes.append(_Node([(0, vehicle.window[1], at_end)], passed))
    return nodes


def _moments(node: _Node) -> np.ndarray:
    found = []
    for opens, closes, soft in node.rows:
        found += [opens] + ([closes] if closes < FAR_FUTURE else [])
        found += [soft.start] if soft and soft.start is not None else []
        found += [soft.end] if soft and soft.end is not None else []
    return np.array(found, dtype=np.int64)


def _priced(node: _Node, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of these times the ones at which the node may happen, with what that costs, in money times 3600."""
    allowed = np.zeros(len(times), dtype=bool)
    prices = np.zeros(len(times))
    for opens, closes, soft in node.rows:
        inside = (times >= opens) & (times <= closes)
        allowed |= inside
        if soft and soft.start is not None:
            prices += inside * np.maximum(0, soft.start - times) * soft.cost_per_hour_early
        if soft and soft.end is not None:
            prices += inside * np.maximum(0, times - soft.end) * soft.cost_per_hour_late
    return times[allowed], prices[allowed]


def _traced(nodes: list[_Node], last: int, visits: int) -> tuple[int, list[int]]:
    wanted = [0] * visits
    for node in reversed(nodes[1:]):
        if node.visit is not None:
            wanted[node.visit] = int(node.chosen[last])
        last = int(node.came_from[last])
    return int(nodes[0].chosen[last]), wanted
