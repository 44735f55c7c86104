"""The best cost so far over the seconds of a solve, as the points of a small SVG line."""

from dataclasses import dataclass

WIDTH, HEIGHT = 600, 120


@dataclass(frozen=True)
class Curve:
    points: str
    first: float
    best: float
    seconds: float
    width: int = WIDTH
    height: int = HEIGHT


def of(trace: list[list[float]], until: float) -> Curve | None:
    """This will draw `[[seconds, cost], …]` as steps that go down, up to the moment `until`; None when empty."""
    if not trace:
        return None
    seconds = max(until, trace[-1][0], 0.001)
    costs = [cost for _, cost in trace]
    low, high = min(costs), max(costs)
    spread = (high - low) or 1

    def x(moment: float) -> float:
        return round(WIDTH * moment / seconds, 1)

    def y(cost: float) -> float:
        return round(6 + (HEIGHT - 12) * (high - cost) / spread, 1) if high > low else HEIGHT / 2

    points, before = [], costs[0]
    for moment, cost in trace:
        points += [(x(moment), y(before)), (x(moment), y(cost))]
        before = cost
    points.append((x(seconds), y(before)))
    return Curve(" ".join(f"{a},{b}" for a, b in points), costs[0], costs[-1], seconds)
