"""Tiny problems on a line: places 0, 1, 2, … lie `100 s` and `1000 m` apart, the depot is place 0."""

from collections.abc import Mapping
from typing import Any

from vrp.domain import evaluator, given
from vrp.domain import request as requests
from vrp.domain.evaluator import Evaluation
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, build, inline_travel, places_of


def line(size: int) -> dict[str, Any]:
    apart = [[abs(a - b) for b in range(size)] for a in range(size)]
    return {
        "car": {
            "durations": [[100 * n for n in row] for row in apart],
            "distances": [[1000 * n for n in row] for row in apart],
        }
    }


def job(place: int, **extra: Any) -> dict[str, Any]:
    """A job at a place of the line, called after it."""
    return {"id": f"J{place}", "location_index": place, **extra}


def shipment(first: int, second: int, name: str = "S", **extra: Any) -> dict[str, Any]:
    """A shipment from one place of the line to another."""
    ends = {"pickup": {"location_index": first}, "delivery": {"location_index": second}}
    return {"id": name, **ends, **extra}


def van(**extra: Any) -> dict[str, Any]:
    return {"id": "V", "start_index": 0, "end_index": 0, **extra}


def document(
    jobs: list[Any], vehicles: list[Any] | None = None, size: int = 6, **extra: Any
) -> dict[str, Any]:
    return {"jobs": jobs, "vehicles": vehicles or [van()], "matrices": line(size), **extra}


def problem(doc: dict[str, Any], baseline: Mapping[str, Any] | None = None) -> Problem:
    request = requests.read(doc)
    return given.fixed(build(request, places_of(request), inline_travel(request)), baseline)


def plan(**routes: str) -> Plan:
    """`plan(V="J1 J2 break:lunch pickup:S delivery:S")`."""
    return Plan(
        tuple(
            Route(vehicle, tuple(_step(word) for word in words.split())) for vehicle, words in routes.items()
        )
    )


def judge(doc: dict[str, Any], **routes: str) -> Evaluation:
    return evaluator.evaluate(problem(doc), plan(**routes))


def payload(doc: dict[str, Any], **routes: str) -> dict[str, Any]:
    return evaluator.payload(judge(doc, **routes))


def times(evaluation: Evaluation, route: int = 0) -> list[tuple[int, int]]:
    """When work begins and ends at each step of a route."""
    return [(visit.service_start, visit.departure) for visit in evaluation.routes[route].visits]


def terms(evaluation: Evaluation) -> dict[str, float]:
    """What a plan costs beside its travel."""
    return {path: cost for path, cost in evaluation.breakdown.items() if path != "/vehicles/costs/per_hour"}


def causes(evaluation: Evaluation) -> list[str]:
    return sorted(violation.cause for violation in evaluation.violations)


def _step(word: str) -> Step:
    kind, _, name = word.partition(":")
    return Step(kind, name) if name else Step("job", kind)
