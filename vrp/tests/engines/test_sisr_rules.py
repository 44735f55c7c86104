"""Each rule the compiled kernel does, on a problem to solve by eye: the kernel itself finds the best plan."""

import pytest

from vrp.domain.evaluator import Evaluation, evaluate
from vrp.engines.base import Budget
from vrp.engines.sisr import compiled, teams
from vrp.engines.sisr.model import Model, refusals
from vrp.tests.problems import Case, build, job, line, request, shipment, vehicle

EACH_SECOND = 3600  # an hour's price that is one a second


@pytest.fixture(scope="module", autouse=True)
def _kernel() -> None:
    compiled.compile_now(compiled.STANDARD[0])


def solved(case: Case) -> Evaluation:
    assert refusals(case.problem) == set()
    model = Model(case.problem)
    kernel = compiled.kernel(compiled.STANDARD[0])
    assert kernel
    assert not model.excesses(kernel)
    return evaluate(case.problem, teams.solve(model, kernel, Budget(10), lambda _: None, rounds=400))


def costs(**prices: float) -> dict[str, float]:
    return {"per_hour": EACH_SECOND, **prices}


ONE = [vehicle("a")]
TWO = [vehicle("a"), vehicle("b")]
LATE = [job(1, 1, time_windows=[[0, 30]]), job(2, 2, time_windows=[[60, 60]])]
LUNCH = {"id": "lunch", "service": 5, "time_windows": [[12, 12]]}
SOFT_END = {"start": 0, "end": 90, "soft": {"end": 5, "cost_per_hour_late": EACH_SECOND}}
SOFT_START = {"start": 0, "end": 90, "soft": {"start": 60, "cost_per_hour_early": EACH_SECOND}}
SOFT_SHIFT = {"start": 0, "end": 90, "soft": {"end": 30, "cost_per_hour_late": EACH_SECOND}}
PRICED_WAYS = {"car": line(0, 10, 20)["car"] | {"costs": [[0, 5, 1], [1, 0, 5], [5, 1, 0]]}}

CASES = [
    Case(
        "travel_is_limited",
        request([vehicle(max_travel_time=40)], [job(1, 2), job(2, 3, penalty=7)]),
        cost=47,
    ),
    Case(
        "hours_of_work_cost_by_the_type_of_vehicle",
        request(
            [
                vehicle("a", type="big", costs=costs(per_task_hour=EACH_SECOND)),
                vehicle("b", costs=costs(per_task_hour=EACH_SECOND)),
            ],
            [job(1, 1, service=10, service_per_type={"big": 30})],
        ),
        cost=30,
    ),
    Case(
        "waiting_costs", request([vehicle(costs=costs(per_wait_hour=EACH_SECOND))], LATE), cost=60
    ),  # leaves at 20 and waits from 40 on
    Case(
        "the_whole_time_costs",
        request([vehicle(costs={"per_hour": 0, "per_duration_hour": EACH_SECOND})], LATE),
        cost=60,
    ),
    Case(
        "a_late_start_is_not_allowed",
        request([vehicle(costs={"per_hour": 0, "per_duration_hour": EACH_SECOND}, start_latest=0)], LATE),
        cost=80,
    ),
    Case(
        "overtime_costs",
        request(
            [vehicle(overtime={"after": 30, "max": 20, "cost_per_hour": EACH_SECOND})],
            [job(1, 2), job(2, 3, penalty=1)],
        ),
        cost=51,
    ),
    Case(
        "goods_are_ready_later_than_others_are_due",
        request(TWO, [job(1, 1, release_time=50), job(2, 2, time_windows=[[0, 30]])]),
        cost=60,
    ),
    Case(
        "another_vehicle_is_preferred",
        request(TWO, [job(1, 1, preferred_vehicles=[{"vehicle": "b", "cost": -15}])]),
        cost=5,
    ),
    Case(
        "one_of_two_is_enough",
        request(ONE, [job(1, 3, alternatives_group="parcel"), job(2, 1, alternatives_group="parcel")]),
        cost=20,
    ),
    Case(
        "ways_have_their_own_prices",
        request(ONE, [job(1, 1), job(2, 2)], PRICED_WAYS),
        cost=3,
    ),
    Case(
        "a_break_on_the_way",
        request(
            [vehicle(breaks=[LUNCH])], [job(1, 1, time_windows=[[0, 10]]), job(2, 2, time_windows=[[25, 25]])]
        ),
        cost=40,
    ),
    Case(
        "a_break_in_which_a_window_closes",
        request(
            [vehicle("a", breaks=[LUNCH]), vehicle("b", costs=costs(fixed=7))],
            [job(2, 2, time_windows=[[20, 24]])],
        ),
        cost=47,
    ),
    Case("late_for_a_soft_end", request(ONE, [job(1, 1, time_windows=[SOFT_END])]), cost=25),
    Case(
        "early_for_a_soft_start_as_the_next_one_closes",
        request(
            [vehicle(costs=costs())],
            [job(1, 1, time_windows=[SOFT_START]), job(2, 2, time_windows=[[0, 50]])],
        ),
        cost=40,  # the other one first
    ),
    Case(
        "a_soft_shift",
        request([vehicle(time_window=SOFT_SHIFT)], [job(1, 2)]),
        cost=50,
    ),
    Case(
        "the_second_window_makes_the_route_shorter",
        request(
            [vehicle(max_duration=60)],
            [job(1, 1, time_windows=[[0, 20], [100, 120]]), job(2, 2, time_windows=[[110, 130]])],
        ),
        cost=40,
    ),
    Case(
        "a_ride_is_not_broken_off_for_work",
        request(ONE, [job(2, 2, service=50)], shipments=[shipment(1, 1, 3, max_ride_time=20)]),
        cost=60,
    ),
    Case(
        "who_may_not_wait_so_long_sends_another",
        request([vehicle("a", max_wait=10), vehicle("b", max_wait=10)], LATE),
        cost=60,
    ),
    Case(
        "fewest_vehicles",
        request(
            [vehicle("a"), vehicle("b", 3, 3)], [job(1, 1), job(2, 3)], objective={"preset": "min_vehicles"}
        ),
        cost=40,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_kernel_finds_the_best_plan_under_the_rule(case: Case) -> None:
    judged = solved(case)

    assert judged.violations == ()
    assert judged.missing == ()
    assert judged.cost == case.cost


def test_given_routes_are_what_the_search_begins_with_where_they_are_legal():
    steps = [{"type": "job", "id": 2}, {"type": "job", "id": 1}]
    late = [{"type": "job", "id": 3}]
    problem = build(
        request(
            [vehicle("a", steps=steps), vehicle("b", steps=late)],
            [job(1, 1), job(2, 2), job(3, 3, time_windows=[[0, 10]])],
        )
    )

    model = Model(problem)

    assert [[model.tasks[c].id for c in tasks] for _, tasks in model.given] == [[2, 1]]


@pytest.mark.parametrize(
    "rule",
    [
        {"max_duration": 500, "time_window": SOFT_START},
        {"breaks": [LUNCH | {"max_load": [0]}]},
        {"drive_break": {"max_driving": 30, "duration": 5}},
        {"breaks": [LUNCH | {"time_windows": [[0, 5], [20, 25]]}], "max_duration": 500},
    ],
)
def test_what_the_kernel_cannot_judge_exactly_it_leaves_to_another(rule):
    assert refusals(build(request([vehicle(**rule)], [job(1, 1)])))
