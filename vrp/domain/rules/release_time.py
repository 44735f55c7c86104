from collections.abc import Iterator, Sequence

from vrp.domain import clock
from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A trip leaves when the goods of its jobs are ready; work at a shipment's stop begins when those are."""
    for number, route in enumerate(routes):
        for begins, tasks in route.trips:
            left = begins.departure if begins else route.start_time
            for step, visit, task in tasks:
                at = left if visit.type == "job" else visit.service_start
                if task.release > at:
                    message = (
                        f"{visit.type} {visit.id} is ready at {clock.show(task.release)}, vehicle"
                        f" {route.vehicle.id} cannot wait beyond {clock.show(at)}"
                    )
                    yield Violation("release", message, number, step, task.release - at)
