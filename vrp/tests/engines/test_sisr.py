"""The engine of last resort: what it does beside the contract that all engines keep."""

import time
from random import Random

import pytest

from vrp import engines, planner
from vrp.domain.evaluator import evaluate, route_with
from vrp.domain.features import Feature
from vrp.engines import relaxation
from vrp.engines.base import Budget
from vrp.engines.sisr import judged
from vrp.tests.engines.mixed import mixed_request
from vrp.tests.problems import build, job, request, vehicle

MANY = tuple(range(0, 410, 10))
RELAXABLE = (
    frozenset(relaxation._OF_VEHICLES) | frozenset(relaxation._OF_JOBS) | frozenset(relaxation._OF_REQUESTS)
)


def solved(problem, seconds=1.0):
    plans = []
    plan = engines.get("sisr").solve(problem, Budget(seconds), plans.append)
    return evaluate(problem, plan), plans


def test_many_orders_begin_with_another_engines_plan_made_legal():
    stops = [job(number, number) for number in range(1, 41)]
    pairs = [{"type": "different_vehicle", "ids": [number, number + 1]} for number in range(1, 40, 2)]
    problem = build(request([vehicle("a"), vehicle("b")], stops, MANY, relations=pairs))

    judged, _ = solved(problem)

    assert judged.status == "feasible"
    assert judged.cost == 800 + 780  # both vans go out almost to the end and back


def test_a_first_plan_of_many_orders_is_reported_long_before_the_last():
    stops = [job(number, number) for number in range(1, 41)]
    problem = build(request([vehicle(drive_break={"max_driving": 300, "duration": 50})], stops, MANY))

    _, plans = solved(problem, 2.0)

    assert evaluate(problem, plans[0]).status == "feasible"


def test_the_same_seed_finds_the_same_plan_of_few_orders():
    problem = build(request([vehicle(min_tasks=2)], [job(number, number) for number in range(1, 6)], MANY))

    first, second = (solved(problem, 0.5)[0].cost for _ in range(2))

    assert first == second == 100


def test_routes_that_come_again_are_not_judged_again(monkeypatch):
    asked = []

    def remembering(problem, vehicle, items):
        asked.append((vehicle.id, items))
        return route_with(problem, vehicle, items)

    monkeypatch.setattr(judged, "route_with", remembering)
    jobs = [job(number, number) for number in range(1, 10)]
    problem = build(request([vehicle("a", breaks=[{"id": "lunch"}], min_tasks=2), vehicle("b")], jobs, MANY))

    plan = judged.solve(problem, Budget(0.5), lambda _: None)

    assert evaluate(problem, plan).cost == 180
    assert len(asked) == len(set(asked))


def test_a_search_of_few_orders_ends_when_nothing_better_turns_up(monkeypatch):
    monkeypatch.setattr(judged, "_PATIENCE", 5)
    problem = build(request([vehicle(min_tasks=2)], [job(number, number) for number in range(1, 10)], MANY))
    began = time.monotonic()

    judged.solve(problem, Budget(60), lambda _: None)

    assert time.monotonic() - began < 20


def test_a_stop_ends_the_search_at_once_and_keeps_the_best_plan():
    problem = build(request([vehicle(min_tasks=1)], [job(number, number) for number in range(1, 13)], MANY))
    plans = []

    plan = engines.get("sisr").solve(problem, Budget(60, should_stop=lambda: bool(plans)), plans.append)

    assert evaluate(problem, plan).status == "feasible"


@pytest.mark.parametrize("seed", range(40))
def test_a_relaxed_problem_uses_none_of_what_was_taken_off(seed):
    problem = planner.prepare(mixed_request(Random(seed)))

    relaxed = relaxation.without(problem, RELAXABLE)

    off = RELAXABLE & relaxed.features
    assert off <= {Feature.SETUP}  # by type of vehicle, where it is not known which will come
    assert {order.id for order in relaxed.orders} <= {order.id for order in problem.orders}
