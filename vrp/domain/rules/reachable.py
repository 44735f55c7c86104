from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute, Visit


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """There is a way between each stop and the next."""
    for number, route in enumerate(routes):
        for step, visit in enumerate(route.visits):
            if visit.no_way:
                message = f"there is no way to {_name(visit)} from {_name(route.visits[step - 1])}"
                yield Violation("unreachable", message, number, step)


def _name(visit: Visit) -> str:
    if visit.type in ("start", "end"):
        return f"the {visit.type}"
    return f"{visit.type} {visit.id if visit.id is not None else ''}".rstrip()
