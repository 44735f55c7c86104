from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A vehicle reloads no more often than it may."""
    for number, route in enumerate(routes):
        spec = route.vehicle.spec.reload
        made = sum(1 for visit in route.visits if visit.reload)
        if spec and spec.max_reloads is not None and made > spec.max_reloads:
            message = f"vehicle {route.vehicle.id} reloads {made} times, its limit is {spec.max_reloads}"
            yield Violation("max_reloads", message, number, None, made - spec.max_reloads)
