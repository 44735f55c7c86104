"""What is particular about PyVRP: where it begins, what it is not asked for together."""

from typing import Any

import pytest

from vrp import engines
from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Step
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.tests.problems import STORES, build, job, reloading, request, shipment, vehicle


def first_plan(problem: Problem) -> Plan:
    """The first one that PyVRP reports."""
    reported: list[Plan] = []
    budget = Budget(10, should_stop=lambda: bool(reported))
    engines.get("pyvrp").solve(problem, budget, reported.append)
    return reported[0]


def given(*steps: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"type": kind, "id": name} for kind, name in steps]


def test_it_begins_with_the_routes_that_are_given() -> None:
    steps = given(("job", 3), ("job", 1), ("job", 2))

    plan = first_plan(build(request([vehicle(steps=steps)], [job(k, k) for k in (1, 2, 3)])))

    assert plan.routes[0].steps == (Step("job", 3), Step("job", 1), Step("job", 2))


def test_given_trips_and_windows_are_begun_with_too() -> None:
    steps = given(("job", 2), ("reload", 0), ("job", 1))
    van = vehicle(steps=steps, capacity=[1], **reloading("depot"))
    late = job(1, 1, delivery=[1], time_windows=[[0, 5], [70, 80]])

    plan = first_plan(build(request([van], [late, job(2, 2, delivery=[1])], **STORES)))

    assert plan.routes[0].steps == (Step("job", 2), Step("reload", 0), Step("job", 1))


@pytest.mark.parametrize(
    "steps",
    [
        given(("pickup", 2)),
        given(("delivery", 2), ("pickup", 2)),
        given(("pickup", 2), ("reload", 0), ("delivery", 2), ("job", 1)),
    ],
)
def test_given_routes_that_it_cannot_hold_are_no_hindrance(steps: list[dict[str, Any]]) -> None:
    van = vehicle(steps=steps, **reloading("depot"))
    problem = build(request([van], [job(1, 1)], shipments=[shipment(2, 1, 2)], **STORES))

    plan = engines.get("pyvrp").solve(problem, Budget(0.2), lambda plan: None)

    assert plan.claimed_cost == 40


def test_given_routes_stay_with_their_vehicles_where_there_are_more_than_orders() -> None:
    fleet = [vehicle(name) for name in "abc"]

    plan = first_plan(build(request([*fleet, vehicle("d", steps=given(("job", 1)))], [job(1, 1)])))

    assert plan.routes[0].vehicle == "d"


@pytest.mark.parametrize(
    ("van", "more", "refused"),
    [
        ({"max_tasks": 2}, {}, Feature.MAX_TASKS),
        ({"max_duration": 99}, {"release_time": 9}, Feature.RELEASE_TIME),
        ({"overtime": {"after": 9, "max": 90}}, {"release_time": 9}, Feature.RELEASE_TIME),
    ],
)
def test_what_it_does_not_combine_with_reloads(van: Any, more: Any, refused: Feature) -> None:
    vehicles = [vehicle(**van, **reloading("depot"))]

    assert engines.missing("pyvrp", build(request(vehicles, [job(1, 1, **more)], **STORES))) == [refused]


def test_a_vehicle_that_may_not_reload_is_as_any_other() -> None:
    vehicles = [vehicle(max_tasks=2, **reloading("depot", max_reloads=0))]

    assert engines.missing("pyvrp", build(request(vehicles, [job(1, 1)], **STORES))) == []


def test_setup_at_a_place_to_reload_is_not_beside_windows() -> None:
    at_store = job(1, 2, setup=5, time_windows=[[0, 99]])

    problem = build(request([vehicle(**reloading("store"))], [at_store], **STORES))

    assert engines.missing("pyvrp", problem) == [Feature.SETUP]


def test_overtime_too_cheap_for_whole_numbers_is_refused() -> None:
    dear = vehicle(costs={"fixed": 1e12}, overtime={"after": 9, "max": 9, "cost_per_hour": 0.001})

    assert engines.missing("pyvrp", build(request([dear], [job(1, 1)]))) == [Feature.OVERTIME]
