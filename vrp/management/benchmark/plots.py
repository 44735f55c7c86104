"""The mean gap over time of each engine on a set, as an SVG that follows the reader's light or dark."""

import math
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain

from vrp.management.benchmark.runs import Run, gap, references

WIDTH, HEIGHT = 780, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 650, 56, 372  # of the drawing; the engines' names stand to its right
_LEAST = 0.01  # percent: what is closer to the reference is drawn there
_APART = 16  # pixels between names
_COLOURS = {
    "auto": "#0b66c3, #6ab0ff",
    "sisr": "#15803d, #5fd38a",
    "pyvrp": "#c2410c, #ff9a5c",
    "vroom": "#7e22ce, #c99bff",
    "ortools": "#a16207, #e6c34a",
}
_OTHER = "#39424e, #c3ccd6"
_BELOW = "wall clock since before the file was read; a line begins when every run has a plan"
_STYLE = """
:root { color-scheme: light dark; font: 13px system-ui, sans-serif }
.ground { fill: light-dark(#fff, #14181d) } text { fill: light-dark(#39424e, #c3ccd6) }
.title { font-size: 16px; font-weight: 600; fill: light-dark(#14181d, #f2f5f8) }
.grid { stroke: light-dark(#e3e7ec, #2b333d) } .line { fill: none; stroke-width: 2.2; stroke-linejoin: round }
"""
Curve = list[tuple[float, float]]  # seconds, percent


def svg(runs: Sequence[Run]) -> str:
    """This will draw the runs of one set that had the most time."""
    most = max(run.seconds for run in runs)
    best, curves = references(runs), {}
    for engine in dict.fromkeys(run.engine for run in runs if run.seconds == most):
        here = [run for run in runs if (run.engine, run.seconds) == (engine, most)]
        curves[engine] = mean_curve(here, best)
    axes = _Axes(curves.values(), most)
    parts = [*_title(runs[0].set, most), *axes.grid(), *_lines(curves, axes)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f"<style>{_STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def mean_curve(runs: Sequence[Run], best: dict[tuple[str, str], float]) -> Curve:
    """This will return the mean gap at every moment it changes, from when each run has a plan; nothing where one never
    has."""
    if any(run.state != "ok" for run in runs):
        return []
    steps = [
        (seconds, number, gap(cost, best[run.set, run.instance]))
        for number, run in enumerate(runs)
        for seconds, cost in run.trace
    ]
    curve: Curve = []
    now: dict[int, float] = {}
    for seconds, number, value in sorted(steps, key=lambda step: step[0]):
        now[number] = value
        if len(now) == len(runs):
            curve.append((seconds, sum(now.values()) / len(runs)))
    return curve


class _Axes:
    """Both logarithmic, from one round number to another."""

    def __init__(self, curves: Iterable[Curve], seconds: float) -> None:
        points = list(chain.from_iterable(curves))
        times = [moment for moment, _ in points] or [seconds / 10]
        gaps = [max(value, _LEAST) for _, value in points] or [1.0]
        self.seconds = _down(min(times) * 0.99), max(seconds, *times)
        self.gaps = _down(min(gaps)), _up(max(gaps))

    def x(self, seconds: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * _part(seconds, *self.seconds), 1)

    def y(self, percent: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * _part(max(percent, _LEAST), *self.gaps), 1)

    def grid(self) -> Iterator[str]:
        """Yields the lines behind the curves and what they stand for."""
        for percent in _round_numbers(*self.gaps):
            y = self.y(percent)
            yield f'<path class="grid" d="M{LEFT} {y}H{RIGHT}"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{percent:g} %</text>'
        for seconds in _round_numbers(*self.seconds):
            x = self.x(seconds)
            yield f'<path class="grid" d="M{x} {TOP}V{BOTTOM}"/>'
            yield f'<text x="{x}" y="{BOTTOM + 18}" text-anchor="middle">{seconds:g} s</text>'


def _title(name: str, seconds: float) -> Iterator[str]:
    yield '<rect class="ground" width="100%" height="100%"/>'
    yield f'<text class="title" x="{LEFT}" y="26">{escape(name)}: mean gap over time, runs of {seconds:g} s</text>'
    middle = (LEFT + RIGHT) // 2
    yield f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">{_BELOW}</text>'


def _lines(curves: dict[str, Curve], axes: _Axes) -> Iterator[str]:
    """Yields a line for each engine, and beside their ends all names, none upon another."""
    ends = [(axes.y(curve[-1][1]) if curve else BOTTOM, name) for name, curve in curves.items()]
    free = float(BOTTOM)
    for end, name in sorted(ends, reverse=True):
        y, free = min(end, free), min(end, free) - _APART
        curve, colour = curves[name], f"light-dark({_COLOURS.get(name, _OTHER)})"
        label = f"{name} {curve[-1][1]:.2f} %" if curve else f"{name}: no plan"
        if curve:
            yield f'<path class="line" style="stroke: {colour}" d="{_path(curve, axes)}"/>'
        yield f'<text x="{RIGHT + 8}" y="{y + 4:.1f}" style="fill: {colour}">{escape(label)}</text>'


def _path(curve: Curve, axes: _Axes) -> str:
    """Across to each moment, then down; the last value holds to the end."""
    (first, percent), *rest = curve
    steps = "".join(f"H{axes.x(seconds)}V{axes.y(value)}" for seconds, value in rest)
    return f"M{axes.x(first)} {axes.y(percent)}{steps}H{RIGHT}"


def _part(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low)


def _round_numbers(low: float, high: float) -> list[float]:
    """1, 2 and 5 in every power of ten between two numbers, both included."""
    powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    numbers = [float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)]
    return [number for number in numbers if low <= number <= high]


def _down(value: float) -> float:
    return _round_numbers(value / 10, value)[-1]


def _up(value: float) -> float:
    """The round number above a value; never the one below it too."""
    return next(number for number in _round_numbers(value, value * 10) if number > value)
