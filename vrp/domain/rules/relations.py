from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from vrp.domain.problem import Order, Problem
from vrp.domain.request import Relation
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


@dataclass(frozen=True, slots=True)
class _Served:
    """Where an order is served: its route, its first and last place among the route's tasks, its first step."""

    order: Order
    route: int
    first: int
    last: int
    step: int


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Relations between orders hold for those of them that are served."""
    if not problem.request.relations:
        return
    served = _served(problem, routes)
    for relation in problem.request.relations:
        named = (problem.orders_by_name[str(name)].index for name in relation.ids)
        members = [served[index] for index in named if index in served]
        if relation.vehicle is not None:
            for member in members:
                vehicle = routes[member.route].vehicle
                if str(relation.vehicle) not in vehicle.names:
                    message = f"{member.order.id} belongs on vehicle {relation.vehicle}, not {vehicle.id}"
                    yield Violation("relation", message, member.route, member.step)
        for member, message in _broken(relation, members, routes):
            yield Violation("relation", message, member.route, member.step)


def _served(problem: Problem, routes: Sequence[TimedRoute]) -> dict[int, _Served]:
    found: dict[int, _Served] = {}
    for number, route in enumerate(routes):
        for position, (step, _, task) in enumerate(route.tasks):
            before = found.get(task.order)
            if before and before.route == number:
                found[task.order] = _Served(before.order, number, before.first, position, before.step)
            else:
                found[task.order] = _Served(problem.orders[task.order], number, position, position, step)
    return found


def _broken(
    relation: Relation, members: list[_Served], routes: Sequence[TimedRoute]
) -> Iterator[tuple[_Served, str]]:
    if relation.type in ("first", "last"):
        yield from _at_an_end(relation.type, members, routes)
        return
    if relation.type == "different_vehicle":
        for position, member in enumerate(members):
            other = next((o for o in members[:position] if o.route == member.route), None)
            if other:
                yield member, f"{member.order.id} shares a vehicle with {other.order.id}"
        return
    for before, member in pairwise(members):
        if before.route != member.route:
            yield member, f"{member.order.id} is not on the same vehicle as {before.order.id}"
        elif relation.type == "sequence" and before.last >= member.first:
            yield member, f"{member.order.id} does not come after {before.order.id}"
        elif relation.type == "direct_sequence" and before.last + 1 != member.first:
            yield member, f"{member.order.id} does not come right after {before.order.id}"


def _at_an_end(
    which: str, members: list[_Served], routes: Sequence[TimedRoute]
) -> Iterator[tuple[_Served, str]]:
    orders = {member.order.index for member in members}
    for member in members:
        served = [task.order for _, _, task in routes[member.route].tasks]
        beyond = served[: member.first] if which == "first" else served[member.last + 1 :]
        if not orders.issuperset(beyond):
            yield member, f"{member.order.id} is not the {which} on vehicle {routes[member.route].vehicle.id}"
