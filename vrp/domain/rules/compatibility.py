from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


@dataclass(frozen=True, slots=True)
class _Stay:
    """From which step on (-1: the start) to before which step goods of a class are on board, by which stop."""

    name: str
    begins: int
    ends: int
    stop: int
    who: str | int


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Goods of incompatible classes do not share a vehicle, or are not on board at the same moment."""
    for pair in problem.request.incompatibilities:
        classes = {str(name) for name in pair.classes}
        for number, route in enumerate(routes):
            stays = [stay for stay in _stays(problem, route, pair.mode) if stay.name in classes]
            for position, stay in enumerate(stays):
                other = next((o for o in stays[:position] if o.name != stay.name and _meet(o, stay)), None)
                if other:
                    with_what = f"vehicle {route.vehicle.id} with {other.who} ({other.name})"
                    message = f"{stay.who} ({stay.name}) is on {with_what}"
                    yield Violation("compatibility", message, number, stay.stop)


def _meet(one: _Stay, other: _Stay) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def _stays(problem: Problem, route: TimedRoute, mode: str) -> Iterator[_Stay]:
    """When each order is on board: for the whole route where no vehicle may serve both."""
    whole, begins = len(route.visits), -1
    delivered = {task.order: step for step, visit, task in route.tasks if visit.type == "delivery"}
    for _, tasks in route.trips:
        ends = next((k for k in range(begins + 1, whole) if route.visits[k].reload), whole)
        for step, visit, task in tasks:
            name = problem.orders[task.order].spec.compatibility_class
            if name is None:
                continue
            if mode == "same_vehicle":
                yield _Stay(str(name), -1, whole, step, task.id)
            elif visit.type == "pickup":
                yield _Stay(str(name), step, delivered.get(task.order, whole), step, task.id)
            elif visit.type == "job":
                collects, brings = any(task.pickup), any(task.delivery) or not any(task.pickup)
                yield _Stay(str(name), begins if brings else step, ends if collects else step, step, task.id)
        begins = ends
