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
    """Every locked step is in the plan; breaks and reloads where their vehicle is used."""
    if not problem.has_locks:
        return
    numbers = {route.vehicle.index: number for number, route in enumerate(routes)}
    for vehicle in problem.vehicles:
        number = numbers.get(vehicle.index)
        made = _places(routes[number]) if number is not None else {}
        for lock in vehicle.locks:
            if lock.level == "none" or (number is None and lock.key not in problem.task_by_name):
                continue  # breaks and reloads are for a vehicle in use
            what = " ".join(lock.key)
            if lock.key not in made:
                message = f"{what} is locked to vehicle {vehicle.id}, which does not make it"
                yield Violation("locked", message, number)
            elif lock.place is not None and lock.place != made[lock.key]:
                yield Violation("locked", f"{what} of vehicle {vehicle.id} is locked to its place", number)


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
    newest = -1, ""  # of the steps so far, the one that was given last; what was not given is newer than all
    for step, key in enumerate(keys):
        if not key:
            continue
        position = vehicle.given.get(key, len(vehicle.given))
        own = vehicle.lock_by_key.get(key)
        if own and own.level == "full" and newest[0] > position:
            message = f"{newest[1]} is put before {' '.join(key)}, which is locked in full"
            yield Violation("locked", message, number, step)
        newest = max(newest, (position, " ".join(key)))
    if vehicle.is_closed:
        for step, key in enumerate(keys):
            if key and key not in vehicle.given:
                yield Violation("locked", f"vehicle {vehicle.id} is frozen as it was", number, step)


def _places(route: TimedRoute) -> dict[Key, int | None]:
    """Where the vehicle makes each step."""
    return {key: visit.place for key, visit in zip(_keys(route), route.visits, strict=True) if key}


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
