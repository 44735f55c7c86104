"""The routes of a plan as rows: what the table shows of each, and of every step in it."""

from dataclasses import dataclass
from typing import Any

from vrp.web import legend
from vrp.web.legend import Legend, Window

Document = dict[str, Any]
WORDS = {"start": "Start", "end": "End", "break": "Break", "reload": "Reload"}


@dataclass(frozen=True)
class StepRow:
    """A step with its name and its number among the stops of its route (None for start, end and breaks)."""

    step: Document
    number: int | None
    name: str
    windows: tuple[Window, ...]

    @property
    def work(self) -> int:
        return self.step["setup"] + self.step["service"]

    @property
    def kind(self) -> str:
        """Said beside the name where the name alone does not tell."""
        return self.step["type"] if self.step["type"] in ("pickup", "delivery") else ""


@dataclass(frozen=True)
class RouteRow:
    number: int
    colour: int
    name: str
    route: Document
    steps: tuple[StepRow, ...]
    fill: int | None  # percent of the capacity that is used most, where there is a capacity

    @property
    def stops(self) -> int:
        return sum(row.number is not None for row in self.steps)

    @property
    def violations(self) -> list[str]:
        found = list(self.route["violations"])
        for row in self.steps:
            found += row.step["violations"]
        return [violation["message"] for violation in found]


def rows(plan: Document, names: Legend) -> list[RouteRow]:
    return [_route(number, route, names) for number, route in enumerate(plan["routes"], start=1)]


def _route(number: int, route: Document, names: Legend) -> RouteRow:
    vehicle = names.vehicle(route["vehicle"])
    steps, count = [], 0
    for step in route["steps"]:
        is_stop = step["type"] not in WORDS
        count += is_stop
        name = names.stop(step["type"], step["id"])
        text = name.text if is_stop else WORDS[step["type"]]
        steps.append(StepRow(step, count if is_stop else None, text, name.windows))
    return RouteRow(
        number,
        legend.colour(number),
        vehicle.text,
        route,
        tuple(steps),
        _fill(route["load_max"], vehicle.capacity),
    )


def _fill(load: list[int], capacity: tuple[int, ...]) -> int | None:
    shares = [100 * used / most for used, most in zip(load, capacity, strict=False) if most]
    return round(min(100, max(shares))) if shares else None
