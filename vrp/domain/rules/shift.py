from collections.abc import Iterator, Sequence

from vrp.domain import clock
from vrp.domain.problem import FAR_FUTURE, START, Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A vehicle starts and ends inside its time window and as given, and starts no later than its latest start."""
    for number, route in enumerate(routes):
        vehicle, last = route.vehicle, route.visits[-1]
        closes = min(vehicle.window[1], last.due) if last.type == "end" else vehicle.window[1]
        if route.end_time > closes:
            message = f"vehicle {vehicle.id} ends at {clock.show(route.end_time)}, its shift at {clock.show(closes)}"
            yield Violation("delay", message, number, len(route.visits) - 1, route.end_time - closes)
        latest = vehicle.spec.start_latest if vehicle.spec.start_latest is not None else FAR_FUTURE
        if START in vehicle.lock_by_key:
            latest = min(latest, vehicle.lock_by_key[START].latest)
        if route.start_time > latest:
            message = f"vehicle {vehicle.id} starts at {clock.show(route.start_time)}, later than {clock.show(latest)}"
            yield Violation("delay", message, number, 0, route.start_time - latest)
