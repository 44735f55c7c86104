"""What is cut comes back whole: every order once, nothing linked apart, the same costs, the same rules."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vrp.domain import evaluator, explain
from vrp.domain import request as requests
from vrp.domain.evaluator import Evaluation
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, places_of
from vrp.domain.problem import build as build_problem
from vrp.domain.travel import Estimate, Plane, Sparse, Travel
from vrp.engines import parcels, parts
from vrp.tests.engines.mixed import mixed_request
from vrp.tests.problems import build, job, line, vehicle

seeds = st.integers(0, 2**32)


def filled(problem: Problem) -> Plan:
    """A legal plan, served from nothing."""
    return explain.repair(evaluator.evaluate(problem, Plan())) or Plan()


def judged(problem: Problem, plan: Plan) -> Evaluation:
    return evaluator.evaluate(problem, plan)


def cut_at_random(seed: int) -> tuple[Problem, Plan, list[parts.Part]]:
    problem = build(mixed_request(Random(seed)))
    assume(parts.is_divisible(problem))
    plan = filled(problem)
    assume(not judged(problem, plan).violations)
    return problem, plan, parts.cut(problem, plan, 1 + seed % 4, seed)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_every_order_and_every_vehicle_is_in_one_part(seed: int):
    problem, plan, cut = cut_at_random(seed)

    orders = Counter(order.id for part in cut for order in part.problem.orders)
    vehicles = Counter(vehicle.id for part in cut for vehicle in part.problem.vehicles)

    assert orders == Counter(order.id for order in problem.orders)
    assert vehicles == Counter(vehicle.id for vehicle in problem.vehicles)
    assert {route for part in cut for route in part.start.routes} == set(plan.routes)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_routes_cost_in_their_parts_what_they_cost_in_the_whole(seed: int):
    problem, plan, cut = cut_at_random(seed)
    sent = [parcels.unpacked(parcels.packed(part)) for part in cut]

    apart = [judged(part.problem, part.start) for part in sent]

    assert not any(one.violations for one in apart)
    assert sum(one.cost for one in apart) == pytest.approx(judged(problem, plan).cost)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_another_plan_of_a_part_is_in_the_whole_what_it_is_in_the_part(seed: int):
    problem, plan, cut = cut_at_random(seed)
    part = parcels.unpacked(parcels.packed(cut[0]))
    found = Plan(tuple(Route(route.vehicle, route.steps[::-1]) for route in part.start.routes))

    before, after = judged(part.problem, part.start), judged(part.problem, found)
    whole = judged(problem, parts.merged(plan, part, found))

    assert {violation.cause for violation in whole.violations} == {v.cause for v in after.violations}
    assert whole.cost - judged(problem, plan).cost == pytest.approx(after.cost - before.cost)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_what_is_linked_stays_together(seed: int):
    problem, _, cut = cut_at_random(seed)
    part_of = {str(order.id): number for number, part in enumerate(cut) for order in part.problem.orders}

    linked = [list(map(str, relation.ids)) for relation in problem.request.relations]
    linked += [[str(problem.orders[index].id) for index in order.group] for order in problem.orders]

    assert all(len({part_of[name] for name in names}) == 1 for names in linked)
    assert sum(len(part.problem.request.relations) for part in cut) == len(problem.request.relations)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_parts_use_no_feature_that_the_whole_does_not(seed: int):
    problem, _, cut = cut_at_random(seed)

    assert all(part.problem.features <= problem.features for part in cut)


def town(stops: int, sparse: bool = False, at_once: int = 10) -> tuple[Problem, Plan]:
    """Stops at random, in routes of neighbours along a line."""
    points = np.random.default_rng(3).uniform((9, 48), (10, 49), (stops + 1, 2))
    points = points[np.argsort(points[:, 0])].round(6)
    jobs = [{"id": k, "location": points[k].tolist()} for k in range(1, stops + 1)]
    van = {"id": "van", "start": points[0].tolist(), "end": points[0].tolist(), "count": stops}
    request = requests.read({"jobs": jobs, "vehicles": [van]})
    places = places_of(request)
    where = np.array([place.coordinates for place in places.rows])
    pairs = np.random.default_rng(4).integers(0, len(where), (2, 20 * stops))
    seconds = np.random.default_rng(5).integers(1, 10_000, pairs.shape[1])
    travel = Travel.sparse(
        where, pairs[0], pairs[1], seconds, 10 * seconds, Estimate((0.0, 1000.0), (1.4, 1.3), (8, 12))
    )
    if not sparse:
        travel = Travel(np.asarray(travel.durations), np.asarray(travel.distances))
    steps = [Step("job", k) for k in range(1, stops + 1)]
    routes = [
        Route(f"van#{k // at_once + 1}", tuple(steps[k : k + at_once])) for k in range(0, stops, at_once)
    ]
    return build_problem(request, places, {"car": travel}), Plan(tuple(routes))


@pytest.mark.parametrize("number", [2, 3, 5, 8])
def test_parts_have_about_the_same_number_of_stops(number: int):
    problem, plan = town(600)

    cut = parts.cut(problem, plan, number, seed=1)

    assert len(cut) == number
    assert all(abs(len(part.problem.tasks) - 600 / number) <= 20 for part in cut)


def test_another_seed_cuts_elsewhere():
    problem, plan = town(200)

    first, second = (parts.cut(problem, plan, 2, seed) for seed in (1, 2))

    assert {route.vehicle for route in first[0].start.routes} != {r.vehicle for r in second[0].start.routes}


def test_routes_of_a_part_are_neighbours():
    problem, plan = town(400)

    cut = parts.cut(problem, plan, 4, seed=1)

    def width(orders) -> float:
        middles = [problem.places[order.tasks[0].place].coordinates for order in orders]
        return float(np.ptp(np.array(middles), axis=0).prod())

    whole = width(problem.orders)
    mine = [width([problem.orders_by_name[str(o.id)] for o in part.problem.orders]) for part in cut]
    assert sum(mine) < 2 * whole


def test_spare_vehicles_are_shared():
    problem, plan = town(100)

    cut = parts.cut(problem, plan, 4, seed=1)

    assert all(len(part.vehicles) - len(part.start.routes) in (22, 23) for part in cut)


def test_there_are_no_more_parts_than_routes():
    problem = build({"matrices": line(0, 5), "vehicles": [vehicle()], "jobs": [job(1, 1)]})

    assert len(parts.cut(problem, filled(problem), 5, seed=1)) == 1


@pytest.mark.parametrize("sparse", [False, True], ids=["whole", "sparse"])
def test_travel_of_a_part_is_that_of_the_whole(sparse: bool):
    problem, plan = town(300, sparse)

    for part in parts.cut(problem, plan, 3, seed=1):
        sent = parcels.unpacked(parcels.packed(part))
        travel, whole = sent.travels["car"], problem.travels["car"]
        assert isinstance(travel.durations, Sparse) == sparse
        rows = [problem.orders_by_name[str(order.id)].tasks[0].place for order in sent.problem.orders]
        mine = [order.tasks[0].place for order in sent.problem.orders]
        for name in ("durations", "distances"):
            expected = np.asarray(getattr(whole, name))[np.ix_(rows, rows)]
            assert (np.asarray(getattr(travel, name))[np.ix_(mine, mine)] == expected).all()


def test_travel_of_a_part_of_a_plane_is_that_of_the_plane():
    problem, plan = town(60)
    points = np.array([place.coordinates for place in problem.places]) * 100
    table = Plane(points, after=3)
    whole = build_problem(problem.request, places_of(problem.request), {"car": Travel(table, table)})

    part = parcels.unpacked(parcels.packed(parts.cut(whole, plan, 2, seed=1)[0]))

    cut, uncut = judged(part.problem, part.start), judged(whole, Plan(part.start.routes))
    assert [route.end_time for route in cut.routes] == [route.end_time for route in uncut.routes]
    assert part.travels["car"].distances is part.travels["car"].durations


def test_parcel_that_would_run_something_is_not_read():
    import io
    import zlib

    buffer = io.BytesIO()
    np.savez(buffer, head=np.array([print], dtype=object), allow_pickle=True)

    with pytest.raises(ValueError, match="pickle"):
        parcels.unpacked(zlib.compress(buffer.getvalue()))


FIXED = {
    "locked steps": {"vehicles": [vehicle(steps=[{"type": "job", "id": 1, "locked": "vehicle"}])]},
    "freeze": {"freeze": {"until": 10}},
    "balance": {"objective": {"balance": {"metric": "tasks", "weight": 1}}},
    "stability": {"objective": {"stability": {"cost_per_moved_stop": 1}}},
}


@pytest.mark.parametrize("change", FIXED.values(), ids=FIXED)
def test_what_depends_on_the_whole_is_not_divisible(change):
    request = {"matrices": line(0, 5), "vehicles": [vehicle()], "jobs": [job(1, 1)]}
    assert parts.is_divisible(build(request))

    assert not parts.is_divisible(build(request | change))
