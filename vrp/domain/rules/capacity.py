from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """In every dimension the load never exceeds the vehicle's capacity, in any trip."""
    for number, route in enumerate(routes):
        capacity = route.vehicle.capacity
        if capacity is None:
            continue
        loads: list[tuple[int | None, str, tuple[int, ...]]] = [(None, "start", route.load_start)]
        loads += [
            (step, f"{visit.type} {visit.id}", visit.load)
            for step, visit in enumerate(route.visits)
            if visit.task or visit.reload
        ]
        for step, where, load in loads:
            for dimension, (amount, most) in enumerate(zip(load, capacity, strict=True)):
                if amount > most:
                    message = (
                        f"vehicle {route.vehicle.id} carries {amount} after {where}, its capacity is {most}"
                        f" (dimension {dimension})"
                    )
                    yield Violation("load", message, number, step, amount - most)
