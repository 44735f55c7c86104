"""Every hard rule, one file each. A rule looks at timed routes and says in words what is broken."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from vrp.domain.features import Feature
from vrp.domain.problem import Problem
from vrp.domain.rules import (
    alternatives,
    breaks,
    capacity,
    compatibility,
    limits,
    loading,
    locks,
    max_ride,
    reachable,
    relations,
    release_time,
    reloads,
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
    "release_time": release_time.check,
    "max_ride": max_ride.check,
    "loading": loading.check,
    "reloads": reloads.check,
    "compatibility": compatibility.check,
    "alternatives": alternatives.check,
    "relations": relations.check,
    "locks": locks.check,
    "locked_steps": locks.unserved,
}
# What can only be said of a whole plan, or looks at several routes at once.
_WHOLE = {"locked_steps"}
_ASKED_BY = {
    "skills": {Feature.SKILLS, Feature.SKILLS_ANY, Feature.SKILLS_NONE},
    "vehicle_choice": {Feature.VEHICLE_CHOICE},
    "breaks": {Feature.BREAKS},
    "release_time": {Feature.RELEASE_TIME},
    "max_ride": {Feature.MAX_RIDE_TIME},
    "loading": {Feature.LOADING_POLICY},
    "reloads": {Feature.RELOAD},
    "compatibility": {Feature.INCOMPATIBILITIES},
    "alternatives": {Feature.ALTERNATIVES},
    "relations": {Feature.RELATIONS},
    "locks": {Feature.LOCKS, Feature.FREEZE},
}
_ACROSS = ("alternatives", "relations", "locked_steps")

__all__ = ["RULES", "Violation", "across", "check", "check_part"]


def check(
    problem: Problem, routes: Sequence[TimedRoute], heed: Callable[[], None] = lambda: None
) -> Iterator[Violation]:
    """This will yield everything the routes of a whole plan break, and call `heed` before each rule. Rules that nothing
    in the request asks for are not even looked at, here and below: large plans are waited for."""
    for rule in (*_asked_for(problem.features), *(RULES[name] for name in _WHOLE)):
        heed()
        yield from rule(problem, routes)


def check_part(problem: Problem, routes: Sequence[TimedRoute]) -> list[Violation]:
    """This will list what routes break whatever the others do."""
    return [violation for rule in _asked_for(problem.features) for violation in rule(problem, routes)]


@cache
def _asked_for(used: frozenset[Feature]) -> tuple[Rule, ...]:
    return tuple(
        rule
        for name, rule in RULES.items()
        if name not in _WHOLE and (name not in _ASKED_BY or used & _ASKED_BY[name])
    )


def across(problem: Problem, routes: Sequence[TimedRoute]) -> list[Violation]:
    """This will list what routes that are legal by themselves break together."""
    return [violation for name in _ACROSS for violation in RULES[name](problem, routes)]
