"""The routes of a plan as rows: what the table shows of each, and of every step in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vrp.domain import words
from vrp.domain.plan import REST
from vrp.web import legend
from vrp.web.legend import Legend, Name, Window, Wish
from vrp.web.show import lasting, sentence

Document = dict[str, Any]
Locks = Mapping[tuple[str, str], str]
WORDS = {"start": "Start", "end": "End", "break": "Break", "reload": "Reload"}


@dataclass(frozen=True)
class StepRow:
    """A step with its name and its number among the stops of its route (None for start, end and breaks)."""

    step: Document
    number: int | None
    name: str
    windows: tuple[Window, ...]
    locked: str = "none"
    missed: str = ""  # by how much it misses what is wished for inside its window

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
    overtime: int = 0  # seconds

    @property
    def id(self) -> str:
        return str(self.route["vehicle"])

    @property
    def is_held(self) -> bool:
        """Whether all its stops are."""
        return all(row.locked == "full" for row in self.steps if row.number is not None)

    @property
    def stops(self) -> int:
        return sum(row.number is not None for row in self.steps)

    @property
    def violations(self) -> list[str]:
        """What it breaks, each with by how much; a van that stays too full says so once."""
        found = list(self.route["violations"])
        for row in self.steps:
            found += row.step["violations"]
        return [_told(violation) for violation in words.breaches(found)]


def _told(violation: Mapping[str, Any]) -> str:
    by = words.beyond(violation["cause"], violation["amount"])
    return sentence(violation["message"]) + (f", {by}" if by else "")


def rows(plan: Document, names: Legend, locks: Locks | None = None) -> list[RouteRow]:
    """The routes of a plan; `locks` says what is held, by type and id."""
    return [_route(number, route, names, locks or {}) for number, route in enumerate(plan["routes"], start=1)]


def _route(number: int, route: Document, names: Legend, locks: Locks) -> RouteRow:
    vehicle = names.vehicle(route["vehicle"])
    steps, count = [], 0
    for step in route["steps"]:
        is_stop = step["type"] not in WORDS
        count += is_stop
        name = names.stop(step["type"], step["id"]) if is_stop else _pause(step, vehicle)
        missed = _missed(step, _wish(step, name, vehicle))
        locked = locks.get((step["type"], str(step["id"])), "none")
        steps.append(StepRow(step, count if is_stop else None, name.text, name.windows, locked, missed))
    after = vehicle.overtime_after
    return RouteRow(
        number,
        legend.colour(number),
        vehicle.text,
        route,
        tuple(steps),
        _fill(route["load_max"], vehicle.capacity),
        0 if after is None else max(0, route["duration"] - after),
    )


def _pause(step: Document, vehicle: Name) -> Name:
    """What a step is called that serves nobody."""
    if step["type"] != "break":
        return Name(WORDS[step["type"]])
    return Name("Rest") if step["id"] == REST else vehicle.breaks.get(str(step["id"]), Name("Break"))


def _wish(step: Document, name: Name, vehicle: Name) -> Wish:
    """What a soft window asks of a step; a vehicle's asks something of both ends of its route."""
    if step["type"] not in ("start", "end"):
        return name.wish_at(step["service_start"])
    earliest, latest = vehicle.wish_at(step["departure"])
    return (earliest, None) if step["type"] == "start" else (None, latest)


def _missed(step: Document, wish: Wish) -> str:
    earliest, latest = wish
    begins = step["departure"] if step["type"] == "start" else step["service_start"]
    if earliest is not None and begins < earliest:
        return f"{lasting(earliest - begins)} earlier than wished"
    if latest is not None and begins > latest:
        return f"{lasting(begins - latest)} later than wished"
    return ""


def _fill(load: list[int], capacity: tuple[int, ...]) -> int | None:
    shares = [100 * used / most for used, most in zip(load, capacity, strict=False) if most]
    return round(min(100, max(shares))) if shares else None
