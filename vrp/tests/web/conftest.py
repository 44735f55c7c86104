from typing import Any

import pytest

from vrp import planner
from vrp.domain import evaluator, explain
from vrp.domain import plan as plans
from vrp.models import Scenario, Solution
from vrp.tests.factories import ScenarioFactory, SessionFactory, SolutionFactory

VAN = {
    "id": "van",
    "start": [7.417, 43.731],
    "end": [7.417, 43.731],
    "capacity": [10],
    "time_window": [28_800, 57_600],
}


def monaco(**changes: Any) -> dict[str, Any]:
    """Three stops: one with a window, one without, one that fits no van; names as people write them."""
    return {
        "jobs": [
            {
                "id": 1,
                "description": "<b>Café</b> & Söhne",
                "location": [7.427, 43.739],
                "service": 600,
                "delivery": [4],
                "time_windows": [[36_000, 39_600]],
            },
            {
                "id": 2,
                "description": "مطعم البحر",
                "location": [7.418, 43.729],
                "service": 300,
                "delivery": [3],
            },
            {"id": "huge", "location": [7.43, 43.74], "delivery": [99]},
        ],
        "vehicles": [VAN],
    } | changes


def judged(document: dict[str, Any], *jobs: int | str) -> dict[str, Any]:
    """The published plan of one van that makes these jobs in this order; no engine needed."""
    problem = planner.prepare(document)
    steps = [{"type": "job", "id": job} for job in jobs]
    evaluation = evaluator.evaluate(problem, plans.read({"routes": [{"vehicle": "van", "steps": steps}]}))
    payload = evaluator.payload(evaluation)
    explained = explain.explain(evaluation, document)
    payload["unassigned"] = [explanation.as_dict() for explanation in explained]
    return payload | {"estimated": True, "engine": {"name": "pyvrp", "trace": [[0.1, 900], [0.5, 700]]}}


def checked(document: dict[str, Any], *steps: str) -> dict[str, Any]:
    """The published plan of one van that makes `job:1 break:lunch reload:0 …`, with all that a plan tells."""
    made = [dict(zip(("type", "id"), step.split(":"), strict=True)) for step in steps]
    (van,) = document["vehicles"]
    return planner.solve(document | {"vehicles": [van | {"steps": made}], "options": {"mode": "check"}})


@pytest.fixture
def session(alice):
    return SessionFactory(user=alice, name="Monday")


@pytest.fixture
def scenario(session) -> Scenario:
    document = monaco()
    return ScenarioFactory(session=session, name="First try", request=document)


@pytest.fixture
def solution(scenario) -> Solution:
    plan = judged(scenario.request, 2, 1)
    figures = {key: plan["summary"][key] for key in ("cost", "vehicles_used", "assigned", "unassigned")}
    return SolutionFactory(
        scenario=scenario, succeeded=True, payload=plan, plan_status=plan["status"], **figures
    )


@pytest.fixture
def alices(client, alice):
    """Alice's browser."""
    client.force_login(alice)
    return client
