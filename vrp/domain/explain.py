"""Why an order is not served, where it could go, and what would let it in; what each served stop costs."""

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from vrp.domain import relax
from vrp.domain.evaluator import Evaluation
from vrp.domain.insertion import Board, Insertion, badness, is_allowed, may_serve
from vrp.domain.plan import Plan
from vrp.domain.pointers import Document, Pointers
from vrp.domain.problem import Order, Problem, Task, Vehicle
from vrp.domain.relax import Change
from vrp.domain.travel import NO_WAY

_MESSAGES = {
    "NO_VEHICLE": "there is no vehicle for it",
    "SKILL": "a skill it needs is missing, or one it refuses is there",
    "VEHICLE_NOT_ALLOWED": "not among those that may serve it",
    "CAPACITY": "not enough room for it",
    "TIME_WINDOW": "cannot be there (or at the stops around it) inside the time windows",
    "SHIFT": "would end after its shift, or start too late",
    "MAX_DURATION": "would exceed its longest duration",
    "MAX_DISTANCE": "would exceed its longest distance",
    "MAX_TRAVEL_TIME": "would exceed its longest travel time",
    "MAX_TASKS": "no more tasks allowed",
    "BREAK": "could not take its break",
    "RELATION": "could not keep the order or the company it has to be served in",
    "COMPATIBILITY": "something must not share a vehicle with it",
    "MAX_RIDE": "would carry it, or another, for too long",
    "RELEASE": "cannot wait until its goods are ready",
    "UNREACHABLE": "no way there",
    "LOCKED": "locked or frozen",
    "PENALTY_CHEAPER": "leaving it out costs less than serving it, or serves the objective better",
    "NOT_FOUND_IN_TIME": "there is a place for it that the plan does not use",
}
_CODES = {
    "skills": "SKILL",
    "vehicle": "VEHICLE_NOT_ALLOWED",
    "load": "CAPACITY",
    "max_reloads": "CAPACITY",
    "unreachable": "UNREACHABLE",
    "max_duration": "MAX_DURATION",
    "overtime": "MAX_DURATION",
    "max_distance": "MAX_DISTANCE",
    "max_travel_time": "MAX_TRAVEL_TIME",
    "max_tasks": "MAX_TASKS",
    "min_tasks": "NO_VEHICLE",
    "max_wait": "TIME_WINDOW",
    "missing_break": "BREAK",
    "max_load": "BREAK",
    "compatibility": "COMPATIBILITY",
    "max_ride": "MAX_RIDE",
    "release": "RELEASE",
    "locked": "LOCKED",
}
_FIRST = (
    "SKILL",
    "VEHICLE_NOT_ALLOWED",
    "LOCKED",
    "UNREACHABLE",
    "COMPATIBILITY",
    "CAPACITY",
    "MAX_TASKS",
    "BREAK",
)
PATIENCE = 1.5  # seconds for each of these questions; problems of some hundred stops need a small part of it
# The kinds of change that answer a reason, by the pointer's words.
_ANSWERS = {
    "CAPACITY": ("capacity",),
    "TIME_WINDOW": ("time_window", "max_wait"),
    "SHIFT": ("shift", "start_latest"),
    "MAX_DURATION": ("max_duration", "overtime"),
    "MAX_DISTANCE": ("max_distance",),
    "MAX_TRAVEL_TIME": ("max_travel_time",),
    "MAX_TASKS": ("max_tasks",),
    "MAX_RIDE": ("max_ride_time",),
    "RELEASE": ("release_time", "start_latest", "shift"),
    "PENALTY_CHEAPER": ("penalty",),
    "NO_VEHICLE": ("min_tasks", "vehicles"),
}


@dataclass(slots=True)
class Explanation:
    """Why one order is left out: vehicle ids by reason code, the cheapest place (legal or not), and the smallest
    changes of the request that would let it in."""

    order: Order
    reasons: dict[str, list[str | int]] = field(default_factory=dict)
    cheapest: Insertion | None = None
    changes: list[Change] = field(default_factory=list)
    gap: str = ""  # between which two places there is no way

    def as_dict(self) -> dict[str, Any]:
        cheapest = self.cheapest
        if cheapest and any(violation.cause == "unreachable" for violation in cheapest.violations):
            cheapest = None  # nobody knows what a way costs that is not there
        return {
            "type": self.order.type,
            "id": self.order.id,
            "penalty": self.order.penalty,
            "reasons": [
                {
                    "code": code,
                    "message": self._sentence(code, vehicles),
                    "vehicles": vehicles,
                    "margin": self._margin(code),
                }
                for code, vehicles in self.reasons.items()
            ],
            "cheapest_insertion": cheapest
            and {
                "vehicle": cheapest.vehicle.id,
                "position": cheapest.way.position,
                "extra_cost": round(cheapest.extra_cost, 6),
                "violations": [violation.as_dict() for violation in cheapest.violations],
            },
            "changes": [change.as_dict() for change in self.changes],
        }

    def _margin(self, code: str) -> dict[str, Any] | None:
        kinds = _ANSWERS.get(code, ())
        change = next((c for c in self.changes if c.kind in kinds and c.by is not None), None)
        return {"need": change.need, "by": change.by} if change else None

    def _sentence(self, code: str, vehicles: list[str | int]) -> str:
        if code == "NO_VEHICLE" and vehicles:
            return f"{', '.join(map(str, vehicles[:3]))}: not out for so few tasks"
        if not vehicles or code in ("PENALTY_CHEAPER", "NOT_FOUND_IN_TIME"):
            return _MESSAGES[code][0].upper() + _MESSAGES[code][1:]
        names = ", ".join(str(name) for name in vehicles[:3])
        more = f" and {len(vehicles) - 3} more" if len(vehicles) > 3 else ""
        word = "Vehicle" if len(vehicles) == 1 else "Vehicles"
        gap = self.gap if code == "UNREACHABLE" else ""
        return f"{word} {names}{more}: {_MESSAGES[code]}{gap and ', '}{gap}"


def explain(
    evaluation: Evaluation, document: Document | None = None, seconds: float = PATIENCE
) -> list[Explanation]:
    """This will say of every order left out why no vehicle serves it and, where the request's `document` is given,
    what single change would let it in. Reasons are looked for during `seconds`, changes as long again."""
    now = time.monotonic()
    board = Board.of(evaluation)
    found = [_explained(board, order, now + seconds) for order in evaluation.left_out]
    if document is not None:
        pointers, deadline = Pointers(document), time.monotonic() + seconds
        for left, explanation in zip(range(len(found), 0, -1), found, strict=True):
            if time.monotonic() > deadline + seconds:
                break
            share = max(0.0, deadline - time.monotonic()) / left  # a fair part of the time for each
            explanation.changes = _changes(board, explanation, pointers, time.monotonic() + share)
    return found


def repair(evaluation: Evaluation, seconds: float = PATIENCE) -> Plan | None:
    """This will insert orders that ought to be served and can be, or cost less so than left out, each at its
    cheapest place; None when there are none."""
    deadline = time.monotonic() + seconds
    board = Board.of(evaluation)
    changed = False
    may_pay = evaluation.problem.request.objective.preset == "cost"  # else the preset's aim comes before cost
    wanted = evaluation.left_out if may_pay else evaluation.missing
    for order in sorted(wanted, key=lambda order: (order.penalty is not None, -order.priority)):
        below = math.inf if order.penalty is None else order.penalty
        best = cheapest(board, order, below, deadline)
        if best:
            board.put(best.trial)
            changed = True
    return board.plan() if changed else None


def cheapest(
    board: Board, order: Order, below: float = math.inf, deadline: float = math.inf
) -> Insertion | None:
    """This will return the cheapest legal place for an order, or for one of its alternatives."""
    best: Insertion | None = None
    for alternative in _alternatives(board.problem, order):
        for vehicle in board.vehicles():
            if may_serve(board.problem, alternative, vehicle) and time.monotonic() < deadline:
                best = (
                    board.cheapest(alternative, vehicle, best.extra_cost if best else below, deadline) or best
                )
    return best


def places(board: Board, order: Order, k: int) -> list[Insertion]:
    """This will return the best `k` places for an order: the cheapest legal ones, else the one that breaks least."""
    able = [vehicle for vehicle in board.vehicles() if may_serve(board.problem, order, vehicle)]
    found = board.best_places(order, able, k)
    if not found and (best := _explained(board, order, math.inf).cheapest):
        return [best]
    return found


def marginal_costs(evaluation: Evaluation, seconds: float = PATIENCE) -> dict[int, float]:
    """This will return what leaving out each served order would save, by its index, as far as time allows."""
    deadline = time.monotonic() + seconds
    saved: dict[int, float] = {}
    board = Board.of(evaluation)
    for route in evaluation.routes:
        items = route.items
        for index in dict.fromkeys(task.order for _, _, task in route.tasks):
            if time.monotonic() > deadline:
                return saved
            rest = tuple(item for item in items if not (isinstance(item, Task) and item.order == index))
            saved[index] = board.saving(route.vehicle, rest)
    return saved


def _alternatives(problem: Problem, order: Order) -> list[Order]:
    return [problem.orders[index] for index in order.group]


def _explained(board: Board, order: Order, deadline: float) -> Explanation:
    """Past the deadline a vehicle is only asked where none has answered yet, or the answer is plain."""
    explanation = Explanation(order)
    best: tuple[Any, ...] | None = None
    for alternative in _alternatives(board.problem, order):
        codes: dict[object, str] = {}  # unused vehicles of one `count` all answer the same
        for vehicle in board.problem.vehicles:
            key = vehicle.index if vehicle.index in board.trials else vehicle.path
            if key not in codes:
                if explanation.reasons and time.monotonic() > deadline:
                    codes[key] = _plain(board, alternative, vehicle)
                else:
                    codes[key], found = _asked(board, alternative, vehicle, deadline)
                    if found and (best is None or badness(found) < best):
                        best, explanation.cheapest = badness(found), found
            if codes[key] and vehicle.id not in explanation.reasons.setdefault(codes[key], []):
                explanation.reasons[codes[key]].append(vehicle.id)
    if "UNREACHABLE" in explanation.reasons:
        explanation.gap = _gap(board.problem, order, explanation.reasons["UNREACHABLE"][0])
    _settle(explanation, board.problem.request.objective.preset)
    return explanation


def _gap(problem: Problem, order: Order, name: str | int) -> str:
    """The first two places on the shortest route for an order between which there is no way, if that is why."""
    vehicle = problem.vehicle_by_id[str(name)]
    stops = [(f"{task.kind} {task.id}", task.place) for task in order.tasks]
    if vehicle.start is not None:
        stops.insert(0, ("its start", vehicle.start))
    if vehicle.end is not None:
        stops.append(("its end", vehicle.end))
    for (here, a), (there, b) in itertools.pairwise(stops):
        if vehicle.travel.durations.item(a, b) == NO_WAY or vehicle.travel.distances.item(a, b) == NO_WAY:
            return f"from {here} to {there}"
    return ""


def _plain(board: Board, order: Order, vehicle: Vehicle) -> str:
    """Why a vehicle cannot take the order, where that can be said without trying; '' where it cannot."""
    problem = board.problem
    owners = {problem.locked_to.get(task.key, vehicle.index) for task in order.tasks}
    if vehicle.is_closed or owners != {vehicle.index}:
        return "LOCKED"
    if not may_serve(problem, order, vehicle):
        return "SKILL" if is_allowed(problem, order, vehicle) else "VEHICLE_NOT_ALLOWED"
    return _CODES.get(board.lacks_room(order, vehicle), "")


def _asked(board: Board, order: Order, vehicle: Vehicle, deadline: float) -> tuple[str, Insertion | None]:
    """Why a vehicle cannot take the order ('' if it can), and its best place there."""
    if code := _plain(board, order, vehicle):
        return code, board.scan(order, vehicle, math.inf, deadline)[1]
    legal, least = board.scan(order, vehicle, math.inf, deadline)
    if legal or least is None:
        return "", legal
    return _code(least), least


def _code(insertion: Insertion) -> str:
    codes = []
    for violation in insertion.violations:
        if violation.cause == "delay":
            visits = insertion.trial.route.visits
            at_end = violation.step in (0, len(visits) - 1) and not visits[violation.step].late
            codes.append("SHIFT" if at_end else "TIME_WINDOW")
        else:
            codes.append(_CODES.get(violation.cause, "RELATION"))
    return next((code for code in _FIRST if code in codes), codes[0] if codes else "NOT_FOUND_IN_TIME")


def _settle(explanation: Explanation, preset: str) -> None:
    """With a legal place for the order the reason is not the vehicles' but the price or the time."""
    penalty, best = explanation.order.penalty, explanation.cheapest
    if best and best.is_legal and penalty is not None and (preset != "cost" or best.extra_cost >= penalty):
        explanation.reasons = {"PENALTY_CHEAPER": [best.vehicle.id]}
    elif best and best.is_legal:
        explanation.reasons = {"NOT_FOUND_IN_TIME": [best.vehicle.id]}
    elif not explanation.reasons:
        explanation.reasons = {"NO_VEHICLE": []}


def _changes(board: Board, explanation: Explanation, pointers: Pointers, deadline: float) -> list[Change]:
    best, order = explanation.cheapest, explanation.order
    if best and best.is_legal:
        is_price = order.penalty is not None and best.extra_cost >= order.penalty and len(order.group) == 1
        return [relax.penalty(order, best, pointers)] if is_price else []
    found: dict[str, Change] = {}
    for alternative in _alternatives(board.problem, order):
        for change in _changes_for(board, alternative, best, pointers, deadline):
            if change.need not in found or change.effort < found[change.need].effort:
                found[change.need] = change
    return sorted(found.values(), key=lambda change: (change.effort, change.extra_cost))


def _changes_for(
    board: Board, order: Order, nearest: Insertion | None, pointers: Pointers, deadline: float
) -> Sequence[Change]:
    """The vehicle that would break least is asked first."""
    able = [v for v in board.vehicles() if may_serve(board.problem, order, v) and not v.is_closed]
    if nearest is not None:
        able.sort(key=lambda vehicle: vehicle.index != nearest.vehicle.index)
    found = list(relax.changes(board, order, able, pointers, deadline))
    for vehicle in board.vehicles():
        if vehicle not in able and time.monotonic() < deadline:
            change = relax.to_be_allowed(board, order, vehicle, pointers)
            found += [change] if change else []
    return found
