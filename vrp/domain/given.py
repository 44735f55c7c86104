"""What is given and what of it is fixed: initial steps with their locks, a freeze, a baseline to stay close to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vrp.domain import evaluator, plan
from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route
from vrp.domain.problem import END, FAR_FUTURE, START, Item, Key, Lock, Problem, Reload, Task, Vehicle
from vrp.domain.schedule import TimedRoute, timed
from vrp.errors import Fault, Invalid

Begun = tuple[str | int, int]  # the vehicle that serves a task, and when work begins


def routes_of(problem: Problem) -> Plan:
    """This will return the routes to begin with: as a rule those that the request's own vehicles[].steps describe."""
    if problem.start is not None:
        return problem.start
    routes = [_route(vehicle) for vehicle in problem.vehicles if vehicle.spec.steps]
    return Plan(tuple(routes))


def with_draft(problem: Problem, draft: Mapping[str, Any]) -> Problem:
    """This will return the problem with a draft's routes as what is given, in place of all `vehicles[].steps`.

    Raises `Invalid` with the place of what cannot be made.
    """
    evaluator.resolved(problem, plan.read(draft))
    steps = {
        str(route["vehicle"]): tuple(map(requests.GivenStep.model_validate, route["steps"]))
        for route in draft["routes"]
    }
    return replace(
        problem,
        vehicles=tuple(
            replace(vehicle, spec=vehicle.spec.model_copy(update={"steps": steps.get(str(vehicle.id), ())}))
            for vehicle in problem.vehicles
        ),
    )


def fixed(problem: Problem, baseline: Mapping[str, Any] | None = None) -> Problem:
    """This will return the problem with its locks, its freeze and its baseline in place.

    `baseline` is the published plan that `objective.stability.baseline` names. Raises `Invalid` where steps cannot
    be made, or a baseline is asked for and not given.
    """
    vehicles, routes = problem.vehicles, {}
    if any(vehicle.spec.steps for vehicle in vehicles):
        given = {vehicle.index: items for vehicle, items in evaluator.resolved(problem, routes_of(problem))}
        vehicles = tuple(_with_locks(vehicle, given.get(vehicle.index, [])) for vehicle in vehicles)
        routes = {index: timed(problem, vehicles[index], items) for index, items in given.items() if items}
    known = dict(_begun(routes.values()))
    if freeze := problem.request.freeze:
        vehicles = tuple(_frozen(vehicle, freeze, routes.get(vehicle.index)) for vehicle in vehicles)
    vehicles = tuple(_without_idle_locks(vehicle) for vehicle in vehicles)
    stability = problem.request.objective.stability
    if stability and stability.baseline is not None:
        if baseline is None:
            loc = ("objective", "stability", "baseline")
            message = f"there is no solution {stability.baseline!r} to compare with"
            raise Invalid([Fault(loc, message, "unknown_id")])
        known = _times_of(problem, baseline)
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


def _with_locks(vehicle: Vehicle, items: list[Item]) -> Vehicle:
    """The vehicle with a lock for each given step, also for those that say nothing yet."""
    inside = zip(_keys(items), items, strict=True)
    locks: dict[Key, Lock] = {START: Lock(START)} if items else {}
    for step in vehicle.spec.steps:
        if _is_rest(step):
            continue
        lock = Lock((step.type, ""), "none", *_bounds(step))
        if step.type not in ("start", "end"):
            key, item = next(inside)
            place = item.place if isinstance(item, Reload) else None
            lock = replace(lock, key=key, level=step.locked, place=place)
        locks[lock.key] = lock
    given = {key: position for position, key in enumerate(_keys(items))}
    return replace(vehicle, given=given, locks=tuple(locks.values()))


def _frozen(vehicle: Vehicle, freeze: requests.Freeze, route: TimedRoute | None) -> Vehicle:
    """The vehicle with what the freeze adds; `route` is its given one."""
    until, named = freeze.until, set(map(str, freeze.vehicles))
    if (named and named.isdisjoint(vehicle.names)) or (not named and until is None):
        return vehicle
    if until is None:
        locks = tuple(replace(lock, level="full") for lock in vehicle.locks if lock.key in vehicle.given)
        ends = tuple(lock for lock in vehicle.locks if lock.key not in vehicle.given)
        return replace(vehicle, locks=locks + ends, is_closed=True)
    begun = {START: route.start_time} if route else {}
    if route:
        visits = (visit for visit in route.visits if visit.task or visit.pause or visit.reload)
        begun |= {key: visit.service_start for key, visit in zip(vehicle.given, visits, strict=True)}
    locks = tuple(_from(lock, begun.get(lock.key), until) for lock in vehicle.locks)
    return replace(vehicle, locks=locks, opens=until)


def _from(lock: Lock, begins: int | None, until: int) -> Lock:
    """A lock under a freeze: what begins before its end stays as it is, the rest comes after it."""
    if lock.key == END:
        return lock
    if begins is None or begins >= until:
        return replace(lock, after=max(lock.after, until))
    return replace(lock, level="none" if lock.key == START else "full", after=begins, latest=begins)


def _without_idle_locks(vehicle: Vehicle) -> Vehicle:
    locks = tuple(
        lock
        for lock in vehicle.locks
        if lock.level != "none" or lock.after > vehicle.opens or lock.latest < FAR_FUTURE
    )
    return replace(vehicle, locks=locks) if len(locks) < len(vehicle.locks) else vehicle


def _is_rest(step: requests.GivenStep) -> bool:
    return step.type == "break" and str(step.id) == plan.REST


def _bounds(step: requests.GivenStep) -> tuple[int, int]:
    """Work begins no earlier, and no later."""
    given = [moment for moment in (step.service_at, step.service_before) if moment is not None]
    return max(step.service_at or 0, step.service_after or 0), min(given, default=FAR_FUTURE)


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


def _begun(routes: Iterable[TimedRoute]) -> Iterator[tuple[int, Begun]]:
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
