from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.request import Incompatibility
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute

Stay = tuple[str, int, int, str | int]  # class, position it comes on board, position it has left, who


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Goods of incompatible classes do not share a vehicle, or are not on board at the same moment."""
    for pair in problem.request.incompatibilities:
        classes = {str(name) for name in pair.classes}
        for number, route in enumerate(routes):
            stays = [stay for stay in _stays(problem, route, pair) if stay[0] in classes]
            for position, stay in enumerate(stays):
                other = next((o for o in stays[:position] if o[0] != stay[0] and _meet(o, stay)), None)
                if other:
                    message = (
                        f"{stay[3]} ({stay[0]}) is on vehicle {route.vehicle.id} with {other[3]} ({other[0]})"
                    )
                    yield Violation("compatibility", message, number, min(stay[2], len(route.visits) - 1))


def _meet(one: Stay, other: Stay) -> bool:
    return one[1] < other[2] and other[1] < one[2]


def _stays(problem: Problem, route: TimedRoute, pair: Incompatibility) -> Iterator[Stay]:
    """When each order is on board: for the whole route where no vehicle may serve both."""
    whole, begins = len(route.visits), -1
    delivered = {task.order: step for step, visit, task in route.tasks if visit.type == "delivery"}
    for _, tasks in route.trips:
        ends = next((k for k in range(begins + 1, whole) if route.visits[k].reload), whole)
        for step, visit, task in tasks:
            name = problem.orders[task.order].spec.compatibility_class
            if name is None:
                continue
            name = str(name)
            if pair.mode == "same_vehicle":
                yield name, -1, whole, task.id
            elif visit.type == "pickup":
                yield name, step, delivered.get(task.order, whole), task.id
            elif visit.type == "job":
                collects, brings = any(task.pickup), any(task.delivery) or not any(task.pickup)
                yield name, begins if brings else step, ends if collects else step, task.id
        begins = ends
