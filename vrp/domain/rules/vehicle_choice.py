from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A job is served by one of its allowed vehicles and by none of its forbidden ones."""
    for number, route in enumerate(routes):
        names = route.vehicle.names
        for step, visit, task in route.tasks:
            spec = problem.orders[task.order].spec
            allowed = {str(name) for name in spec.allowed_vehicles}
            forbidden = {str(name) for name in spec.forbidden_vehicles}
            if (allowed and not allowed & names) or forbidden & names:
                message = f"{visit.type} {visit.id} may not be served by vehicle {route.vehicle.id}"
                yield Violation("vehicle", message, number, step)
