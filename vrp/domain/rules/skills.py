from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A vehicle has all of a job's skills, any of its skills_any, none of its skills_none."""
    for number, route in enumerate(routes):
        has = route.vehicle.skills
        for step, visit, task in route.tasks:
            spec = problem.orders[task.order].spec
            lacks = sorted({str(skill) for skill in spec.skills} - has)
            any_of = {str(skill) for skill in spec.skills_any}
            barred = sorted({str(skill) for skill in spec.skills_none} & has)
            who = f"{visit.type} {visit.id}"
            if lacks:
                message = f"{who} needs {', '.join(lacks)}; vehicle {route.vehicle.id} lacks it"
                yield Violation("skills", message, number, step, len(lacks))
            if any_of and not any_of & has:
                message = (
                    f"{who} needs one of {', '.join(sorted(any_of))}; vehicle {route.vehicle.id} has none"
                )
                yield Violation("skills", message, number, step, 1)
            if barred:
                message = f"{who} refuses {', '.join(barred)}; vehicle {route.vehicle.id} has it"
                yield Violation("skills", message, number, step, len(barred))
