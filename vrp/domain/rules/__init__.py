"""Every hard rule, one file each. A rule looks at timed routes and says in words what is broken."""

from collections.abc import Callable, Iterator, Sequence

from vrp.domain.problem import Problem
from vrp.domain.rules import (
    breaks,
    capacity,
    limits,
    reachable,
    shift,
    skills,
    time_windows,
    vehicle_choice,
    visits,
)
from vrp.domain.rules.violation import Violation
from vrp.domain.schedule import TimedRoute

Rule = Callable[[Problem, Sequence[TimedRoute]], Iterator[Violation]]

RULES: dict[str, Rule] = {
    "visits": visits.check,
    "time_windows": time_windows.check,
    "shift": shift.check,
    "capacity": capacity.check,
    "skills": skills.check,
    "vehicle_choice": vehicle_choice.check,
    "reachable": reachable.check,
    "breaks": breaks.check,
    "limits": limits.check,
}

__all__ = ["RULES", "Violation", "check"]


def check(problem: Problem, routes: Sequence[TimedRoute]) -> list[Violation]:
    """This will list everything the routes break."""
    return [violation for rule in RULES.values() for violation in rule(problem, routes)]
