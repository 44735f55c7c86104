"""Why an order is not served, and where it could go: exact insertions into the judged routes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vrp.domain import request as requests
from vrp.domain.evaluator import Evaluation, Trial, route_with
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Item, Order, Problem, Task, Vehicle
from vrp.domain.rules import Violation
from vrp.domain.schedule import TimedRoute

_MESSAGES = {
    "NO_VEHICLE": "there is no vehicle",
    "SKILL": "lacks a skill it needs",
    "VEHICLE_NOT_ALLOWED": "may not serve it",
    "CAPACITY": "has not enough room for it",
    "TIME_WINDOW": "cannot be there (or at the stops around it) inside the time windows",
    "SHIFT": "would end after its shift",
    "MAX_DURATION": "would exceed its longest duration",
    "MAX_DISTANCE": "would exceed its longest distance",
    "MAX_TRAVEL_TIME": "would exceed its longest travel time",
    "MAX_TASKS": "has as many tasks as it may",
    "BREAK": "could not take its break",
    "UNREACHABLE": "has no way there",
    "PENALTY_CHEAPER": "leaving it out costs less than serving it",
    "NOT_FOUND_IN_TIME": "there is a place for it that the plan does not use",
}
_CODES = {
    "skills": "SKILL",
    "vehicle": "VEHICLE_NOT_ALLOWED",
    "load": "CAPACITY",
    "unreachable": "UNREACHABLE",
    "max_duration": "MAX_DURATION",
    "max_distance": "MAX_DISTANCE",
    "max_travel_time": "MAX_TRAVEL_TIME",
    "max_tasks": "MAX_TASKS",
    "max_wait": "TIME_WINDOW",
    "missing_break": "BREAK",
    "max_load": "BREAK",
    "precedence": "RELATION",
}
_FIRST = ("SKILL", "VEHICLE_NOT_ALLOWED", "UNREACHABLE", "CAPACITY", "MAX_TASKS", "BREAK")


@dataclass(frozen=True, slots=True)
class Insertion:
    """A place for an order: the route's new steps, the position of its first stop among them, the added cost."""

    vehicle: Vehicle
    items: tuple[Item, ...]
    position: int
    extra_cost: float


@dataclass(slots=True)
class Explanation:
    """Why one order is left out: vehicle ids by reason code, and the cheapest legal insertion if there is one."""

    order: Order
    reasons: dict[str, list[str | int]] = field(default_factory=dict)
    cheapest: Insertion | None = None

    def as_dict(self) -> dict[str, Any]:
        cheapest = self.cheapest
        return {
            "type": self.order.type,
            "id": self.order.id,
            "penalty": self.order.penalty,
            "reasons": [
                {
                    "code": code,
                    "message": self._sentence(code, vehicles),
                    "vehicles": vehicles,
                    "margin": None,
                }
                for code, vehicles in self.reasons.items()
            ],
            "cheapest_insertion": cheapest
            and {
                "vehicle": cheapest.vehicle.id,
                "position": cheapest.position,
                "extra_cost": round(cheapest.extra_cost, 6),
            },
        }

    def _sentence(self, code: str, vehicles: list[str | int]) -> str:
        if not vehicles or code in ("PENALTY_CHEAPER", "NOT_FOUND_IN_TIME"):
            return _MESSAGES[code][0].upper() + _MESSAGES[code][1:]
        names = ", ".join(str(name) for name in vehicles[:3])
        more = f" and {len(vehicles) - 3} more" if len(vehicles) > 3 else ""
        word = "Vehicle" if len(vehicles) == 1 else "Vehicles"
        return f"{word} {names}{more}: {_MESSAGES.get(code, code)}"


def explain(evaluation: Evaluation, seconds: float = 2.0) -> list[Explanation]:
    """This will say of every order left out why no vehicle serves it. Insertions are scanned for `seconds`."""
    deadline = time.monotonic() + seconds
    return [_explain(evaluation, order, deadline) for order in evaluation.left_out]


def repair(evaluation: Evaluation, seconds: float = 2.0) -> Plan | None:
    """This will insert orders that ought to be served and can be, cheapest place each; None when there are none."""
    deadline = time.monotonic() + seconds
    routes = _items_by_vehicle(evaluation)
    changed = False
    for order in sorted(evaluation.missing, key=lambda order: -order.priority):
        best = None
        for vehicle in _candidates(evaluation.problem, set(routes)):
            best, _ = _best_insertion(
                evaluation.problem, order, vehicle, routes.get(vehicle.index, ()), best, deadline
            )
        if best:
            routes[best.vehicle.index] = best.items
            changed = True
    return plan_of(evaluation.problem, routes) if changed else None


def plan_of(problem: Problem, routes: dict[int, tuple[Item, ...]]) -> Plan:
    """This will write routes (tasks and breaks by vehicle index) as a plan of names."""
    return Plan(
        tuple(
            Route(
                problem.vehicles[index].id,
                tuple(Step(item.kind if isinstance(item, Task) else "break", item.id) for item in items),
            )
            for index, items in sorted(routes.items())
        )
    )


def _explain(evaluation: Evaluation, order: Order, deadline: float) -> Explanation:
    problem = evaluation.problem
    explanation = Explanation(order)
    routes = {route.vehicle.index: route for route in evaluation.routes}
    items = _items_by_vehicle(evaluation)
    alike: dict[object, str] = {}  # unused vehicles of one `count` all answer the same
    for vehicle in problem.vehicles:
        key = vehicle.path if vehicle.index not in routes else vehicle.index
        if key not in alike:
            code = _too_much(order, vehicle, routes.get(vehicle.index))
            if code is None:
                found, code = _best_insertion(
                    problem, order, vehicle, items.get(vehicle.index, ()), explanation.cheapest, deadline
                )
                explanation.cheapest = found
            alike[key] = code
        if alike[key]:
            explanation.reasons.setdefault(alike[key], []).append(vehicle.id)
    _settle(explanation)
    return explanation


def _settle(explanation: Explanation) -> None:
    """With a legal place for the order the reason is not the vehicles' but the price or the time."""
    penalty, cheapest = explanation.order.penalty, explanation.cheapest
    if cheapest and penalty is not None and cheapest.extra_cost >= penalty:
        explanation.reasons = {"PENALTY_CHEAPER": [cheapest.vehicle.id]}
    elif cheapest:
        explanation.reasons = {"NOT_FOUND_IN_TIME": [cheapest.vehicle.id]}
    elif not explanation.reasons:
        explanation.reasons = {"NO_VEHICLE": []}


def _too_much(order: Order, vehicle: Vehicle, route: TimedRoute | None) -> str | None:
    """CAPACITY when the order fits nowhere on the route, whatever the position: its start or end is too full."""
    if vehicle.capacity is None:
        return None
    first = order.tasks[0]
    for dimension, most in enumerate(vehicle.capacity):
        start = (
            route.load_start[dimension]
            if route
            else sum(vehicle.spec.initial_load[dimension : dimension + 1])
        )
        end = route.visits[-1].load[dimension] if route else start
        if start + first.delivery[dimension] > most or end + first.pickup[dimension] > most:
            return "CAPACITY"
        if first.change[dimension] > most:
            return "CAPACITY"
    return None


def _best_insertion(
    problem: Problem,
    order: Order,
    vehicle: Vehicle,
    items: tuple[Item, ...],
    best: Insertion | None,
    deadline: float,
) -> tuple[Insertion | None, str]:
    """The cheaper of `best` and the cheapest legal insertion here, and why there is none here ('' if there is)."""
    before = route_with(problem, vehicle, items).cost if items else 0.0
    least: tuple[int, int, str] | None = None
    legal = False
    for position, candidate in _insertions(order, vehicle, items):
        trial = route_with(problem, vehicle, candidate)
        if not trial.violations:
            legal = True
            extra = trial.cost - before
            if best is None or extra < best.extra_cost:
                best = Insertion(vehicle, candidate, position, extra)
        else:
            broken = _severity(trial)
            least = broken if least is None else min(least, broken)
            if broken[2] in ("SKILL", "VEHICLE_NOT_ALLOWED"):
                break
        if time.monotonic() > deadline:
            break
    return best, "" if legal else least[2] if least else "NOT_FOUND_IN_TIME"


def _severity(trial: Trial) -> tuple[int, int, str]:
    codes = [_code(trial, violation) for violation in trial.violations]
    first = next((code for code in _FIRST if code in codes), codes[0])
    return len(codes), sum(violation.amount or 0 for violation in trial.violations), first


def _code(trial: Trial, violation: Violation) -> str:
    if violation.cause == "delay":
        at_end = violation.step == len(trial.route.visits) - 1 and not trial.route.visits[-1].late
        return "SHIFT" if at_end else "TIME_WINDOW"
    return _CODES.get(violation.cause, "RELATION")


def _insertions(
    order: Order, vehicle: Vehicle, items: tuple[Item, ...]
) -> Iterator[tuple[int, tuple[Item, ...]]]:
    """Every way to put the order's stops between those of the route; an unused vehicle's breaks move as well."""
    if not items:
        yield from _with_breaks(order, [pause for pause in vehicle.spec.breaks if pause.required])
        return
    for first in range(len(items) + 1):
        if len(order.tasks) == 1:
            yield first, (*items[:first], order.tasks[0], *items[first:])
            continue
        for second in range(first, len(items) + 1):
            pickup, delivery = order.tasks
            yield first, (*items[:first], pickup, *items[first:second], delivery, *items[second:])


def _with_breaks(order: Order, breaks: list[requests.Break]) -> Iterator[tuple[int, tuple[Item, ...]]]:
    if not breaks:
        yield 0, order.tasks
        return
    breaks = sorted(breaks, key=lambda pause: pause.time_windows[0].start if pause.time_windows else 0)
    for before in range(len(breaks) + 1):
        for between in range(before, len(breaks) + 1):
            head, middle, tail = breaks[:before], breaks[before:between], breaks[between:]
            if len(order.tasks) == 1 and middle:
                continue
            yield before, (*head, order.tasks[0], *middle, *order.tasks[1:], *tail)


def _candidates(problem: Problem, used: set[int]) -> Iterator[Vehicle]:
    """Used vehicles, and of those alike and unused only the first."""
    specs = set()
    for vehicle in problem.vehicles:
        if vehicle.index in used:
            yield vehicle
        elif vehicle.path not in specs:
            specs.add(vehicle.path)
            yield vehicle


def _items_by_vehicle(evaluation: Evaluation) -> dict[int, tuple[Item, ...]]:
    return {route.vehicle.index: route.items for route in evaluation.routes}
