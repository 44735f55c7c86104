"""Two routes that swap their tails or their vehicles, and loads that need no order."""

from typing import Any

import pytest

from vrp.domain.evaluator import evaluate
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.sisr import compiled, teams
from vrp.engines.sisr.model import Model, Routes
from vrp.engines.sisr.search import Search
from vrp.tests.problems import build, job, line, request, shipment, vehicle

WEST, EAST = (-10, -20, -30, -40, -50, -60), (10, 20, 30, 40, 50, 60)
EACH_SECOND = 3600  # an hour's price that is one a second


@pytest.fixture(scope="module")
def kernel() -> Any:
    compiled.compile_now(compiled.STANDARD[0])
    return compiled.kernel(compiled.STANDARD[0])


def cost_after_swaps(problem: Problem, kernel: Any, routes: list[tuple[int, list[int]]]) -> float:
    """What a plan costs after some rounds that only swap; `routes` name vehicles by number, jobs by id."""
    model = Model(problem)
    number = {task.id: k for k, task in enumerate(model.tasks)}
    return cost_after(problem, kernel, [(van, [number[name] for name in names]) for van, names in routes])


def cost_after(problem: Problem, kernel: Any, routes: Routes) -> float:
    model = Model(problem)
    search = Search(model, kernel, model.fixed(kernel), seed=1)
    search.load(model.whole(routes))
    search.state.tuning[kernel.SWAPS] = 1
    kernel.search(500, 1e-9, search.fixed, search.state)
    search.publish()
    judged = evaluate(problem, model.plan(search.routes()))
    assert judged.violations == ()
    assert search.cost / model.network.scale == pytest.approx(judged.cost)
    return judged.cost


def crossed(*vehicles: Any, **of_jobs: Any) -> Problem:
    jobs = [job(place, place, delivery=[1], **of_jobs) for place in range(1, 13)]
    return build(request(list(vehicles), jobs, (0, *WEST, *EAST)))


CROSSED = [(0, [1, 2, 3, 10, 11, 12]), (1, [7, 8, 9, 4, 5, 6])]  # both go west and east


def test_tails_longer_than_any_string_change_places(kernel: Any) -> None:
    vans = [vehicle("a", capacity=[6]), vehicle("b", capacity=[6])]

    assert cost_after_swaps(crossed(*vans), kernel, CROSSED) == 240


def test_tails_change_places_between_vehicles_of_several_depots(kernel: Any) -> None:
    vans = [vehicle("a", capacity=[6]), vehicle("b", 1, 1, capacity=[6])]

    assert cost_after_swaps(crossed(*vans), kernel, CROSSED) == 120 + 100


def test_a_tail_stays_where_it_would_be_too_much(kernel: Any) -> None:
    vans = [vehicle("a", capacity=[6]), vehicle("b", capacity=[6])]
    heavy = build(
        request(
            vans,
            [job(k, k, delivery=[4 if k in (1, 7) else 1]) for k in (1, 2, 3, 7, 8, 9)],
            (0, *WEST, *EAST),
        )
    )

    assert cost_after_swaps(heavy, kernel, [(0, [1, 8, 9]), (1, [7, 2, 3])]) == 120


def test_a_tail_stays_with_who_may_serve_it(kernel: Any) -> None:
    problem = build(
        request(
            [vehicle("a", skills=["ice"]), vehicle("b")],
            [*(job(k, k, skills=["ice"]) for k in (1, 8)), job(7, 7), job(2, 2)],
            (0, *WEST, *EAST),
        )
    )

    assert cost_after_swaps(problem, kernel, [(0, [1, 8]), (1, [7, 2])]) == 60 + 40


def test_a_shipment_stays_together(kernel: Any) -> None:
    shipments = [shipment(1, 1, 8), shipment(2, 7, 2)]  # from west to east, and back
    problem = build(request([vehicle("a"), vehicle("b")], [], (0, *WEST, *EAST), shipments=shipments))
    ends = {(task.kind, task.id): k for k, task in enumerate(Model(problem).tasks)}
    routes = [(0, [ends["pickup", 1], ends["delivery", 1]]), (1, [ends["pickup", 2], ends["delivery", 2]])]

    assert cost_after(problem, kernel, routes) == 120


def test_the_longer_route_is_given_the_cheaper_vehicle(kernel: Any) -> None:
    costs = [{"per_hour": rate * EACH_SECOND} for rate in (1, 2)]
    vans = [vehicle(name, capacity=[1], costs=costs[k]) for k, name in enumerate("ab")]
    problem = build(request(vans, [job(k, k, delivery=[1]) for k in (1, 12)], (0, *WEST, *EAST)))

    assert cost_after_swaps(problem, kernel, [(0, [1]), (1, [12])]) == 120 + 2 * 20


def apart(*capacities: int) -> Problem:
    """Two jobs in the west, two in the east, and a depot between the two of each side."""
    vans = [
        vehicle(name, end, end, capacity=[room])
        for name, end, room in zip("ab", (0, 1), capacities, strict=True)
    ]
    jobs = [job(place, place, delivery=[1]) for place in (2, 3, 4, 5)]
    return build(request(vans, jobs, (-100, 100, -110, -90, 90, 110)))


def test_two_routes_change_depots(kernel: Any) -> None:
    assert cost_after_swaps(apart(2, 2), kernel, [(0, [4, 5]), (1, [2, 3])]) == 2 * 40


def test_a_route_changes_to_a_depot_where_a_vehicle_is_unused(kernel: Any) -> None:
    vans = [vehicle("a", 0, 0, capacity=[2]), vehicle("b", 1, 1, capacity=[2])]
    problem = build(request(vans, [job(2, 2, delivery=[1]), job(3, 3, delivery=[1])], (-100, 100, 90, 110)))

    assert cost_after_swaps(problem, kernel, [(0, [2, 3])]) == 40


def test_a_route_stays_at_its_depot_where_the_other_vehicle_lacks_room(kernel: Any) -> None:
    assert cost_after_swaps(apart(3, 1), kernel, [(0, [4, 5, 3]), (1, [2])]) > 400


# Loads ------------------------------------------------------------------------------------------------------


def backhauls(*closed: tuple[int, int]) -> Problem:
    """Two stops to deliver to, two to pick up from, one van that takes as much as either pair."""
    jobs = [job(1, 1, delivery=[2]), job(2, 2, delivery=[2]), job(3, 3, pickup=[2]), job(4, 4, pickup=[2])]
    return build(request([vehicle(capacity=[4])], jobs, line(0, 10, 20, 30, 40, closed=closed)))


LINEHAUL_FIRST = ((3, 1), (3, 2), (4, 1), (4, 2))


def test_what_is_picked_up_after_all_deliveries_is_a_load_of_its_own() -> None:
    kind = Model(backhauls(*LINEHAUL_FIRST)).kind

    assert "SEQUENCE" not in kind.on
    assert kind.dimensions == 2


def test_one_way_back_to_a_delivery_is_enough_for_the_order_to_matter() -> None:
    assert "SEQUENCE" in Model(backhauls(*LINEHAUL_FIRST[1:])).kind.on


def test_where_everything_is_picked_up_the_order_does_not_matter() -> None:
    problem = build(request([vehicle(capacity=[3])], [job(1, 1, pickup=[2]), job(2, 2, pickup=[1])]))

    assert "SEQUENCE" not in Model(problem).kind.on


def test_backhauls_fill_the_van_once_more(kernel: Any) -> None:
    problem = backhauls(*LINEHAUL_FIRST)

    plan = teams.solve(Model(problem), kernel, Budget(10), lambda _: None, rounds=200)

    judged = evaluate(problem, plan)
    assert (judged.violations, judged.missing, judged.cost) == ((), (), 80)


def test_no_van_picks_up_more_than_it_holds(kernel: Any) -> None:
    jobs = [job(1, 1, pickup=[2], penalty=1), job(2, 2, pickup=[2])]
    problem = build(request([vehicle(capacity=[3])], jobs))

    plan = teams.solve(Model(problem), kernel, Budget(10), lambda _: None, rounds=200)

    judged = evaluate(problem, plan)
    assert (judged.violations, judged.missing, judged.cost) == ((), (), 41)
