"""The best plan of a few orders, out of all there are."""

import time
from random import Random

import pytest

from vrp import engines, planner
from vrp.domain.evaluator import route_with
from vrp.engines.base import Budget
from vrp.engines.sisr import exhaustive
from vrp.tests.brute import optimum
from vrp.tests.engines.mixed import mixed_request
from vrp.tests.problems import build, job, request, vehicle

LINE = tuple(range(0, 200, 10))


def best(problem, is_over=lambda: False):
    return exhaustive.best(problem, lambda vehicle, items: route_with(problem, vehicle, items), is_over)


def tries(problem):
    tried = []

    def remembering(vehicle, items):
        tried.append((vehicle.id, items))
        return route_with(problem, vehicle, items)

    exhaustive.best(problem, remembering, lambda: False)
    return {(vehicle, items) for vehicle, items in tried}


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_of_a_small_problem_is_better(seed):
    problem = planner.prepare(mixed_request(Random(seed)))

    assert best(problem).rank == pytest.approx(optimum(problem).rank, abs=1e-4)


def test_orders_that_are_good_only_together_are_found():
    pair = [{"type": "same_vehicle", "ids": [1, 2]}]
    jobs = [job(1, 18, penalty=200), job(2, 19, penalty=200), job(3, 1)]

    judged = best(build(request([vehicle(min_tasks=3)], jobs, LINE, relations=pair)))

    assert judged.cost == 380
    assert not judged.left_out


def test_vehicles_that_are_alike_have_the_same_routes():
    jobs = [job(1, 1), job(2, 2), job(3, 3)]

    one = tries(build(request([vehicle()], jobs)))
    three = tries(build(request([vehicle(count=3, max_tasks=1)], jobs)))

    assert len(one) == 3 + 6 + 6
    assert len(three) < len(one) + 6  # those of pairs break a rule; some are tried again on the others


def test_a_vehicle_named_by_an_order_is_like_no_other():
    jobs = [job(1, 1, preferred_vehicles=[{"vehicle": "van#2", "cost": -5}])]

    judged = best(build(request([vehicle(count=2)], jobs)))

    assert [route.vehicle.id for route in judged.routes] == ["van#2"]
    assert judged.cost == 15


def test_a_break_alone_is_no_route_however_much_it_would_save():
    lazy = vehicle(breaks=[{"id": "lunch"}], costs={"fixed": -20})

    assert best(build(request([lazy], [job(1, 1, penalty=5)]))).cost == 0
    assert best(build(request([lazy], [job(1, 1, skills=["none has"], penalty=5)]))).cost == 5


def test_more_than_a_few_orders_are_left_to_the_search():
    assert best(build(request([vehicle()], [job(number, 1) for number in range(9)]))) is None


def test_too_many_routes_are_left_to_the_search(monkeypatch):
    monkeypatch.setattr(exhaustive, "_MOST_TRIALS", 14)

    assert best(build(request([vehicle()], [job(1, 1), job(2, 2)]))) is not None
    assert best(build(request([vehicle()], [job(1, 1), job(2, 2), job(3, 3)]))) is None


def test_looking_at_all_ends_when_the_time_is_over():
    assert best(build(request([vehicle()], [job(1, 1)])), is_over=lambda: True) is None


def test_the_engine_ends_once_all_plans_are_looked_at():
    problem = build(request([vehicle(min_tasks=2)], [job(number, number) for number in range(1, 4)]))
    began = time.monotonic()

    plan = engines.get("sisr").solve(problem, Budget(60), lambda _: None)

    assert time.monotonic() - began < 10
    assert len(plan.routes[0].steps) == 3
