"""How much longer than great circles a region's roads are, and how fast: fitted to its own road times."""

from collections.abc import Mapping, Sequence

import numpy as np

from vrp.domain.travel import Estimate, great_circles
from vrp.roads.base import Block

BREAKS = (
    0.0,
    250.0,
    500.0,
    1_000.0,
    2_000.0,
    5_000.0,
    10_000.0,
    25_000.0,
    60_000.0,
)  # metres of great circle
_LEAST = 50  # pairs that make a figure
_OFF = 50  # metres off the road: farther ones belong to a road that this profile may not take
_SPREAD, _CLUMPS, _IN_CLUMP = 400, 20, 20  # points


def estimate(fitted: Mapping[str, Sequence[float]]) -> Estimate:
    """This will return what was fitted as the domain reads it."""
    return Estimate(tuple(fitted["breaks"]), tuple(fitted["detour"]), tuple(fitted["speed"]))


def sample(points: np.ndarray) -> np.ndarray:
    """This will return some of many points, in the same order every time: far apart, and close together as stops of a
    route are."""
    clumps = points[:: max(1, len(points) // _CLUMPS)][:_CLUMPS]
    close = np.argsort(great_circles(clumps, points), axis=1)[:, :_IN_CLUMP].reshape(-1)
    even = np.arange(0, len(points), max(1, len(points) // _SPREAD))[:_SPREAD]
    return np.unique(points[np.concatenate([even, close])], axis=0)


def fit(points: np.ndarray, block: Block) -> dict[str, list[float]] | None:
    """This will return `{breaks, detour, speed}` (metres; metres per metre; metres per second), by distance.

    Each figure is that of all pairs that lie between two breaks together: the sum of their roads by the sum of their
    circles, or of their seconds. Returns None where there are too few pairs.
    """
    circle = great_circles(points, points)
    usable = (block.durations > 0) & (block.distances > 0) & (circle > 0)
    for axis, off in ((1, block.sources_off), (0, block.targets_off)):
        if off is not None:
            usable &= np.expand_dims(off <= _OFF, axis)
    metres, seconds, apart = block.distances[usable], block.durations[usable], circle[usable]
    fitted: dict[str, list[float]] = {"breaks": [], "detour": [], "speed": []}
    for low, high in zip(BREAKS, (*BREAKS[1:], np.inf), strict=True):
        inside = (apart >= low) & (apart < high)
        if inside.sum() < _LEAST:
            continue
        fitted["breaks"].append(float(low))
        fitted["detour"].append(round(float(metres[inside].sum(dtype=np.float64) / apart[inside].sum()), 3))
        fitted["speed"].append(round(float(metres[inside].sum() / seconds[inside].sum()), 2))
    return fitted if fitted["breaks"] else None
