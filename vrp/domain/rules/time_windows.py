from collections.abc import Iterator, Sequence

from vrp.domain import clock
from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Work begins inside one of the stop's time windows."""
    for number, route in enumerate(routes):
        for step, visit, _ in route.tasks:
            if visit.late:
                begins, closed = clock.show(visit.service_start), clock.show(visit.latest)
                message = f"{visit.type} {visit.id} begins at {begins}, its time window closed at {closed}"
                yield Violation("delay", message, number, step, visit.late)
