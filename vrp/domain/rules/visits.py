from collections import Counter
from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Nothing is served twice, no vehicle makes two routes, a shipment is picked up before it is delivered, by
    the same vehicle."""
    vehicles: Counter[int] = Counter()
    seen: dict[int, tuple[int, int]] = {}
    for number, route in enumerate(routes):
        vehicles[route.vehicle.index] += 1
        if vehicles[route.vehicle.index] == 2:
            yield Violation("vehicle", f"vehicle {route.vehicle.id} makes two routes", number)
        for step, visit, task in route.tasks:
            if task.index in seen:
                yield Violation("duplicate", f"{visit.type} {visit.id} is served twice", number, step)
            seen.setdefault(task.index, (number, step))
    for order in {
        problem.tasks[index].order: problem.orders[problem.tasks[index].order] for index in seen
    }.values():
        if len(order.tasks) == 2:
            yield from _shipment(order.id, *(seen.get(task.index) for task in order.tasks))


def _shipment(
    name: str | int, pickup: tuple[int, int] | None, delivery: tuple[int, int] | None
) -> Iterator[Violation]:
    if pickup is None and delivery is None:
        return
    if pickup is None or delivery is None:
        done, missing = ("delivered", "picked up") if pickup is None else ("picked up", "delivered")
        number, step = pickup or delivery or (0, 0)
        yield Violation("precedence", f"shipment {name} is {done} and never {missing}", number, step)
    elif pickup[0] != delivery[0]:
        yield Violation(
            "precedence", f"shipment {name} is picked up and delivered by two vehicles", *delivery
        )
    elif pickup[1] > delivery[1]:
        yield Violation("precedence", f"shipment {name} is delivered before it is picked up", *delivery)
