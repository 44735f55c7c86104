from collections.abc import Iterator, Sequence

from vrp.domain import words
from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute, Visit


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """From leaving its pickup to arriving at its delivery a shipment takes no longer than its max_ride_time."""
    for number, route in enumerate(routes):
        picked_up: dict[int, Visit] = {}
        for step, visit, task in route.tasks:
            if visit.type == "pickup":
                picked_up[task.order] = visit
            elif visit.type == "delivery" and task.order in picked_up and task.max_ride is not None:
                ride = visit.arrival - picked_up[task.order].departure
                if ride > task.max_ride:
                    rides = words.more("max_ride", ride, task.max_ride)
                    message = f"shipment {problem.orders[task.order].id} rides {rides}"
                    yield Violation("max_ride", message, number, step, ride - task.max_ride)
