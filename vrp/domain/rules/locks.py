from collections.abc import Iterator, Sequence
from itertools import pairwise

from vrp.domain.problem import Key, Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Locked steps stay on their vehicle, in their order, with nothing new before those locked in full."""
    if not problem.has_locks:
        return
    for number, route in enumerate(routes):
        yield from _misplaced(problem, number, route)
        yield from _disordered(number, route)


def unserved(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Every locked step is in the plan."""
    if not problem.has_locks:
        return
    numbers = {route.vehicle.index: number for number, route in enumerate(routes)}
    for vehicle in problem.vehicles:
        number = numbers.get(vehicle.index)
        made = set(_keys(routes[number])) if number is not None else set()
        for lock in vehicle.locks:
            if lock.level != "none" and lock.key not in made:
                message = f"{' '.join(lock.key)} is locked to vehicle {vehicle.id}, which does not make it"
                yield Violation("locked", message, number)


def _misplaced(problem: Problem, number: int, route: TimedRoute) -> Iterator[Violation]:
    for step, visit, task in route.tasks:
        owner = problem.locked_to.get(task.key)
        if owner is not None and owner != route.vehicle.index:
            message = f"{visit.type} {visit.id} is locked to vehicle {problem.vehicles[owner].id}"
            yield Violation("locked", message, number, step)


def _disordered(number: int, route: TimedRoute) -> Iterator[Violation]:
    vehicle = route.vehicle
    keys = _keys(route)
    at = {key: step for step, key in enumerate(keys) if key}
    ordered = [lock for lock in vehicle.locks if lock.level in ("order", "full") and lock.key in at]
    for before, lock in pairwise(ordered):
        if at[before.key] > at[lock.key]:
            message = f"{' '.join(lock.key)} is locked behind {' '.join(before.key)}"
            yield Violation("locked", message, number, at[lock.key])
    for lock in ordered:
        if lock.level == "full":
            new = next((key for key in keys[: at[lock.key]] if key and key not in lock.before), None)
            if new:
                message = f"{' '.join(new)} is put before {' '.join(lock.key)}, which is locked in full"
                yield Violation("locked", message, number, at[lock.key])
    if vehicle.is_closed:
        given = {lock.key for lock in vehicle.locks}
        for step, key in enumerate(keys):
            if key and key not in given:
                yield Violation("locked", f"vehicle {vehicle.id} is frozen as it was", number, step)


def _keys(route: TimedRoute) -> list[Key | None]:
    """The keys of a route's steps, reloads numbered; None for its ends and for rests."""
    keys: list[Key | None] = []
    reloads = 0
    for visit in route.visits:
        if visit.reload:
            keys.append(("reload", str(reloads)))
            reloads += 1
        else:
            keys.append(visit.key if visit.task or visit.pause else None)
    return keys
