from collections.abc import Iterator, Sequence

from vrp.domain import clock
from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A used vehicle takes each required break once, inside a window of it, with no more than its max_load."""
    for number, route in enumerate(routes):
        taken = [(step, visit, visit.pause) for step, visit in enumerate(route.visits) if visit.pause]
        for pause in route.vehicle.spec.breaks:
            times = sum(1 for _, _, other in taken if other.id == pause.id)
            if times > 1 or (times == 0 and pause.required):
                takes = f"takes break {pause.id} twice" if times else f"does not take break {pause.id}"
                message = f"vehicle {route.vehicle.id} {takes}"
                yield Violation("missing_break", message, number)
        for step, visit, pause in taken:
            if visit.late:
                begins, closed = clock.show(visit.service_start), clock.show(visit.latest)
                message = f"break {pause.id} begins at {begins}, its time window closed at {closed}"
                yield Violation("delay", message, number, step, visit.late)
            before = route.visits[step - 1].load if step else route.load_start
            for amount, most in zip(before, pause.max_load or (), strict=False):
                if amount > most:
                    message = f"{amount} on board during break {pause.id}, at most {most} is allowed"
                    yield Violation("max_load", message, number, step, amount - most)
