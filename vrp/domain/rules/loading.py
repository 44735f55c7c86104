from collections.abc import Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """Under `lifo` the shipment delivered is the one picked up last of those on board, under `fifo` the first."""
    for number, route in enumerate(routes):
        policy = route.vehicle.spec.loading_policy
        if policy == "any":
            continue
        on_board: list[int] = []
        for step, visit, task in route.tasks:
            if visit.type == "pickup":
                on_board.append(task.order)
            elif visit.type == "delivery" and task.order in on_board:
                due = on_board[-1 if policy == "lifo" else 0]
                if task.order != due:
                    message = (
                        f"delivery {visit.id} stands behind that of shipment {problem.orders[due].id}"
                        f" (vehicle {route.vehicle.id} unloads {policy})"
                    )
                    yield Violation("loading", message, number, step)
                on_board.remove(task.order)
