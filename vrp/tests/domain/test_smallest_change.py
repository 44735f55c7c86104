"""Whatever is left out of an overfull problem has a reason, and the smallest changes offered are true: made to the
request they let the order in, and nothing smaller of the same kind does. Every place is tried, and judged."""

import json
from collections.abc import Iterator
from itertools import permutations
from math import inf
from random import Random
from typing import Any

import jsonpatch
import pytest

from vrp import planner
from vrp.domain import explain
from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Order, Problem, Reload, Task, Vehicle
from vrp.domain.schedule import TimedRoute
from vrp.tests import brute
from vrp.tests.engines.mixed import overfull_request
from vrp.tests.problems import Document
from vrp.tests.shrinking import smallest

_LONG = 60.0  # seconds; nothing here takes so long
_CENT = 0.01
Steps = tuple[Step, ...]


@pytest.mark.parametrize("seed", range(25))
def test_a_smallest_change_is_true(seed: int) -> None:
    document = overfull(Random(seed))

    assert not untrue(document), pinned(document)


@pytest.mark.evidence
@pytest.mark.timeout(1800)
def test_smallest_changes_of_five_hundred_overfull_problems_are_true() -> None:
    random = Random(500)
    documents = [overfull(random) for _ in range(500)]

    wrong = [document for document in documents if untrue(document)]

    assert not wrong, f"{len(wrong)}\n" + "\n".join(pinned(document) for document in wrong[:5])


def overfull(random: Random) -> Document:
    """The next random request of which even the best plan leaves something out."""
    while True:
        document = overfull_request(random)
        best = brute.optimum(planner.prepare(document))
        if best.left_out and best.is_feasible:
            return document


def untrue(document: Document) -> list[str]:
    """What is wrong with the explanations of the best plan of a request."""
    best = brute.optimum(planner.prepare(document))
    return [
        words for found in explain.explain(best, document, _LONG) for words in _faults(document, best, found)
    ]


def _faults(document: Document, plan: Evaluation, explanation: explain.Explanation) -> Iterator[str]:
    said, order = explanation.as_dict(), explanation.order
    if not said["reasons"]:
        yield f"{said['id']} has no reason"
    for change in said["changes"]:
        has_number = change["by"] is not None and change["kind"] != "vehicles"
        moves_breaks = not has_number or change["kind"] == "penalty"
        if not fits(document, change["patch"], plan, order, moves_breaks):
            yield f"{said['id']} does not fit with: {change['message']} {change}"
        if has_number and fits(document, _smaller(change), plan, order):
            yield f"{said['id']} would fit with less than: {change['message']} {change}"


def _smaller(change: dict[str, Any]) -> list[Document]:
    """The patch with its number a unit nearer to what it was."""
    before, after = (step["value"] for step in change["patch"][-2:])
    unit = _CENT if change["kind"] == "penalty" else 1
    value = round(after - unit if after > before else after + unit, 2)
    return [{"op": "replace", "path": change["need"], "value": value}]


def fits(
    document: Document, patch: list[Document], plan: Evaluation, order: Order, moves_breaks: bool = False
) -> bool:
    """Whether the order, or one of its alternatives, has a legal place in the plan once the request is changed; where
    the penalty was too small to serve it, one that costs less than leaving it out."""
    problem = planner.prepare(jsonpatch.apply_patch(document, patch))
    routes = {str(route.vehicle.id): tuple(_written(problem, route)) for route in plan.routes}
    asks_price = patch[-1]["path"].endswith("/penalty")
    most = _judged(problem, routes).cost if asks_price else inf
    names = {(order.type, plan.problem.orders[index].id) for index in order.group}
    ways = (
        _judged(problem, routes | {str(vehicle.id): steps})
        for alternative in problem.orders
        if (alternative.type, alternative.id) in names
        for vehicle in problem.vehicles
        for steps in _with(alternative, vehicle, routes.get(str(vehicle.id), ()), moves_breaks)
    )
    return any(not judged.violations and judged.cost < most for judged in ways)


def _judged(problem: Problem, routes: dict[str, Steps]) -> Evaluation:
    return evaluate(problem, Plan(tuple(Route(vehicle, steps) for vehicle, steps in routes.items())))


def _written(problem: Problem, route: TimedRoute) -> Iterator[Step]:
    """The steps of a route, but for those of an order that was taken out of the request."""
    for item in route.items:
        if isinstance(item, Task):
            if item.key in problem.task_by_name:
                yield Step(item.kind, item.id)
        else:
            yield Step("reload" if isinstance(item, Reload) else "break", item.id)


def _with(order: Order, vehicle: Vehicle, steps: Steps, moves_breaks: bool) -> Iterator[Steps]:
    """A vehicle's route with the order at every place; in a route there already is also with a reload before it, or
    behind a job."""
    stops = tuple(Step(task.kind, task.id) for task in order.tasks)
    is_new = all(step.type == "break" for step in steps)
    reloads = [] if is_new else [Step("reload", position) for position in range(len(vehicle.reloads))]
    for before in _seated(vehicle, steps) if is_new or moves_breaks else [steps]:
        for route in _placed(before, stops):
            yield route
            at = route.index(stops[0])
            for reload in reloads:
                yield (*route[:at], reload, *route[at:])
                if len(stops) == 1:
                    yield (*route[: at + 1], reload, *route[at + 1 :])


def _placed(steps: Steps, stops: Steps) -> Iterator[Steps]:
    """Every way to put stops, in this order, between the steps."""
    if not stops:
        yield steps
        return
    for at in range(len(steps) + 1):
        for rest in _placed(steps[at:], stops[1:]):
            yield (*steps[:at], stops[0], *rest)


def _seated(vehicle: Vehicle, steps: Steps) -> Iterator[Steps]:
    """The steps with the required breaks anywhere."""
    breaks = [Step("break", pause.id) for pause in vehicle.spec.breaks if pause.required]
    others = tuple(step for step in steps if step.type != "break")
    for ordered in permutations(breaks):
        yield from _placed(others, ordered)


def pinned(document: Document) -> str:
    """The smallest part of a request whose explanation is still wrong, with what is wrong."""
    small = smallest(document, is_wrong)
    return json.dumps(small) + "\n" + "\n".join(untrue(small))


def is_wrong(document: Document) -> bool:
    try:
        return bool(untrue(document))
    except Exception:  # too much was taken away: no longer a request
        return False
