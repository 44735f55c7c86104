from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Of the jobs in a group of alternatives at most one is served."""
    served: dict[int, str | int] = {}
    for number, route in enumerate(routes):
        for step, visit, task in route.tasks:
            group = problem.orders[task.order].group
            if len(group) == 1:
                continue
            if group[0] in served:
                message = f"job {visit.id} is served beside its alternative {served[group[0]]}"
                yield Violation("alternatives", message, number, step)
            served.setdefault(group[0], task.id)
