from collections.abc import Iterator, Sequence

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
            ("max_tasks", tasks, spec.max_tasks, "tasks"),
            ("max_distance", route.total("distance"), spec.max_distance, "m"),
            ("max_duration", route.duration, spec.max_duration, "s"),
            ("max_travel_time", route.total("travel_time"), spec.max_travel_time, "s of travel"),
            ("overtime", route.overtime, spec.overtime.max if spec.overtime else None, "s of overtime"),
        )
        for cause, amount, most, unit in totals:
            if most is not None and amount > most:
                message = f"vehicle {route.vehicle.id}: {amount} {unit}, its limit is {most} ({cause})"
                yield Violation(cause, message, number, None, amount - most)
        for step, visit in enumerate(route.visits):
            if spec.max_wait is not None and visit.waiting_time > spec.max_wait:
                message = f"waits {visit.waiting_time} s before {visit.type} {visit.id}, its limit is {spec.max_wait} s"
                yield Violation("max_wait", message, number, step, visit.waiting_time - spec.max_wait)
