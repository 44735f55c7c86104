from collections.abc import Iterator, Sequence

from vrp.domain import words
from vrp.domain.problem import Problem
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute


def check(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[Violation]:
    """A route keeps its vehicle's limits on tasks, distance, duration, travel time, overtime and waiting."""
    for number, route in enumerate(routes):
        spec = route.vehicle.spec
        tasks = sum(1 for _ in route.tasks)
        if spec.min_tasks is not None and 0 < tasks < spec.min_tasks:
            message = f"vehicle {route.vehicle.id}: {tasks} tasks, it goes out for {spec.min_tasks} or more"
            yield Violation("min_tasks", message, number, None, spec.min_tasks - tasks)
        totals = (
            ("max_tasks", tasks, spec.max_tasks, "has"),
            ("max_distance", route.total("distance"), spec.max_distance, "goes"),
            ("max_duration", route.duration, spec.max_duration, "is out"),
            ("max_travel_time", route.total("travel_time"), spec.max_travel_time, "drives"),
            ("overtime", route.overtime, spec.overtime.max if spec.overtime else None, "works overtime for"),
        )
        for cause, amount, most, does in totals:
            if most is not None and amount > most:
                message = f"vehicle {route.vehicle.id} {does} {words.more(cause, amount, most)}"
                yield Violation(cause, message, number, None, amount - most)
        for step, visit in enumerate(route.visits):
            if spec.max_wait is not None and visit.waiting_time > spec.max_wait:
                waits = words.more("max_wait", visit.waiting_time, spec.max_wait)
                message = f"vehicle {route.vehicle.id} waits {waits} before {visit.type} {visit.id}"
                yield Violation("max_wait", message, number, step, visit.waiting_time - spec.max_wait)
