from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """There is a way between each stop and the next."""
    for number, route in enumerate(routes):
        for step, visit in enumerate(route.visits):
            if visit.no_way:
                message = (
                    f"there is no way to {visit.type} {visit.id if visit.id is not None else ''}".rstrip()
                )
                yield Violation("unreachable", f"{message} from the stop before it", number, step)
