"""What is given and what of it is fixed: initial steps with their locks, a freeze, a baseline to stay close to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vrp.domain import evaluator, plan
from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route
from vrp.domain.problem import Item, Key, Lock, Problem, Task, Vehicle
from vrp.domain.schedule import TimedRoute, timed
from vrp.errors import Fault, Invalid

Begun = tuple[str | int, int]  # the vehicle that serves a task, and when work begins


def routes_of(problem: Problem) -> Plan:
    """This will return the routes that the request's own vehicles[].steps describe."""
    routes = [_route(vehicle) for vehicle in problem.vehicles if vehicle.spec.steps]
    return Plan(tuple(routes))


def fixed(problem: Problem, baseline: Mapping[str, Any] | None = None) -> Problem:
    """This will return the problem with its locks, its freeze and its baseline in place.

    `baseline` is the published plan that `objective.stability.baseline` names. Raises `Invalid` where steps cannot
    be made, or a baseline is asked for and not given.
    """
    steps = routes_of(problem)
    vehicles, given = problem.vehicles, {}
    if any(vehicle.spec.steps for vehicle in problem.vehicles):
        _refuse_shared(problem)
        given = {vehicle.index: items for vehicle, items in evaluator.resolved(problem, steps)}
    freeze = problem.request.freeze
    if given or freeze:
        vehicles = tuple(
            _with_locks(problem, vehicle, given.get(vehicle.index, [])) for vehicle in problem.vehicles
        )
    stability = problem.request.objective.stability
    if stability and stability.baseline is not None:
        if baseline is None:
            loc = ("objective", "stability", "baseline")
            message = f"there is no solution {stability.baseline!r} to compare with"
            raise Invalid([Fault(loc, message, "unknown_id")])
        known = _times_of(problem, baseline)
    else:
        known = dict(_begun(timed(problem, problem.vehicles[index], items) for index, items in given.items()))
    return replace(problem, vehicles=vehicles, baseline=known)


def changes(problem: Problem, routes: Sequence[TimedRoute]) -> list[dict[str, Any]]:
    """This will list the stops whose work begins earlier or later than in the baseline by more than the limit."""
    stability = problem.request.objective.stability or requests.Stability()
    now = dict(_begun(routes))
    found = []
    for index, (vehicle, begins) in problem.baseline.items():
        task, after = problem.tasks[index], now.get(index)
        shift = after[1] - begins if after else None
        if shift is None or abs(shift) > stability.eta_limit:
            found.append(
                {
                    "type": task.kind,
                    "id": task.id,
                    "before": {"vehicle": vehicle, "service_start": begins},
                    "after": after and {"vehicle": after[0], "service_start": after[1]},
                    "shift": shift,
                }
            )
    return found


def _route(vehicle: Vehicle) -> Route:
    steps = [step.model_dump() for step in vehicle.spec.steps]
    return plan.read({"routes": [{"vehicle": vehicle.id, "steps": steps}]}).routes[0]


def _refuse_shared(problem: Problem) -> None:
    """Vehicles of a `count` cannot all make the same steps."""
    faults = [
        Fault(
            (*vehicle.path, "steps"), "goes not with a count: steps are those of one vehicle", "conflicting"
        )
        for vehicle in problem.vehicles
        if vehicle.spec.steps and vehicle.spec.count > 1 and str(vehicle.id).endswith("#1")
    ]
    if faults:
        raise Invalid(faults)


def _with_locks(problem: Problem, vehicle: Vehicle, items: list[Item]) -> Vehicle:
    steps = [step for step in vehicle.spec.steps if step.type not in ("start", "end")]
    steps = [step for step in steps if not _is_rest(step)]
    keys = list(_keys(items))
    route = timed(problem, vehicle, items) if items else None
    begun = [visit for visit in route.visits if visit.task or visit.pause or visit.reload] if route else []
    freeze = problem.request.freeze
    is_frozen = freeze is not None and (
        not freeze.vehicles or bool(vehicle.names & set(map(str, freeze.vehicles)))
    )
    until = freeze.until if freeze and is_frozen else None
    is_closed = is_frozen and freeze is not None and freeze.until is None and bool(freeze.vehicles)
    locks: list[Lock] = []
    for position, (step, key, visit) in enumerate(zip(steps, keys, begun, strict=True)):
        before = frozenset(keys[:position])
        after, latest = _bounds(step)
        if until is not None and visit.service_start < until:
            locks.append(Lock(key, "full", before, visit.service_start, visit.service_start))
        elif step.locked != "none" or after is not None or latest is not None or is_closed:
            level = "full" if is_closed else step.locked
            locks.append(Lock(key, level, before, after, latest))
    start = next((step for step in vehicle.spec.steps if step.type == "start"), None)
    if route and until is not None and route.start_time < until:
        locks.append(Lock(("start", ""), "none", frozenset(), route.start_time, route.start_time))
    elif start and any(part is not None for part in _bounds(start)):
        locks.append(Lock(("start", ""), "none", frozenset(), *_bounds(start)))
    return replace(vehicle, locks=tuple(locks), opens=until or 0, is_closed=is_closed)


def _is_rest(step: requests.GivenStep) -> bool:
    return step.type == "break" and str(step.id) == plan.REST


def _bounds(step: requests.GivenStep) -> tuple[int | None, int | None]:
    after = step.service_at if step.service_at is not None else step.service_after
    latest = step.service_at if step.service_at is not None else step.service_before
    return after, latest


def _keys(items: list[Item]) -> Iterator[Key]:
    reloads = 0
    for item in items:
        if isinstance(item, Task):
            yield item.key
        elif isinstance(item, requests.Break):
            yield "break", str(item.id)
        else:
            yield "reload", str(reloads)
            reloads += 1


def _begun(routes: Iterator[TimedRoute] | Sequence[TimedRoute]) -> Iterator[tuple[int, Begun]]:
    for route in routes:
        for _, visit, task in route.tasks:
            yield task.index, (route.vehicle.id, visit.service_start)


def _times_of(problem: Problem, baseline: Mapping[str, Any]) -> dict[int, Begun]:
    """Where and when a published plan serves the stops that are still in the request."""
    found = {}
    for route in baseline.get("routes", ()):
        for step in route.get("steps", ()):
            task = problem.task_by_name.get((str(step.get("type")), str(step.get("id"))))
            begins = step.get("service_start")
            if task and isinstance(begins, int) and not isinstance(begins, bool):
                found[task.index] = (route["vehicle"], begins)
    return found
