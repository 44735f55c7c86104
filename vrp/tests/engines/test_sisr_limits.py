"""What the compiled kernel cannot hold is said beforehand; odd shapes of problems end in a legal plan all the same."""

from dataclasses import replace
from random import Random
from types import ModuleType

import pytest

from vrp import engines
from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.sisr import compiled, teams
from vrp.engines.sisr.model import Model
from vrp.tests.engines.native import native_plan, native_request
from vrp.tests.problems import Document, build, job, line, request, shipment, vehicle


@pytest.fixture(autouse=True)
def _only_the_kernel_of_everything(kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other is wished for."""
    monkeypatch.setattr(
        compiled, "kernel", lambda kind: kernel if compiled.STANDARD[0].covers(kind) else None
    )
    monkeypatch.setattr(teams, "_cores", lambda: 2)


def solved(problem: Problem, rounds: int = 600, seed: int = 1) -> Evaluation:
    plan = native_plan(problem, Budget(60, seed=seed), lambda _: None, rounds)
    return evaluate(problem, plan)


def many_kinds(count: int) -> list[Document]:
    return [vehicle(f"v{k}", costs={"fixed": k}) for k in range(count)]


def long_and_closed() -> Document:
    durations = [[0, 2**25, 5], [2**25, 0, None], [5, 5, 0]]
    return {"car": {"durations": durations, "distances": durations}}


TOO_LARGE = {
    "moments too late": request([vehicle()], [job(1, 1, time_windows=[[2**29, 2**29 + 9]])]),
    "ways too long": request([vehicle()], [job(1, 1)], (0, 2**28)),
    "ways too long to tell from none": request([vehicle()], [job(k, 1) for k in range(8)], long_and_closed()),
    "too many kinds of vehicles": request(many_kinds(63), [job(1, 1)]),
    "amounts too large": request([vehicle(capacity=[10**12])], [job(1, 1, delivery=[2**31])]),
    "prices too far apart": request(
        [vehicle(costs={"per_hour": 10**12, "per_km": 1e-7 + 1e-15, "fixed": 0.123456789012345})], [job(1, 1)]
    ),
}


@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_is_too_large_is_said_and_done_without_the_kernel(what: str, kernel: ModuleType) -> None:
    problem = build(TOO_LARGE[what])

    plan = engines.get("sisr").solve(problem, Budget(0.3), lambda _: None)

    assert what in Model(problem).excesses(kernel)
    assert evaluate(problem, plan).violations == ()


def test_loads_that_add_up_to_too_much_are_too_large_unless_no_vehicle_can_carry_them(
    kernel: ModuleType,
) -> None:
    heavy = [job(k, 1, delivery=[2**28]) for k in range(9)]
    unlimited, limited = (build(request([vehicle(**more)], heavy)) for more in ({}, {"capacity": [2**28]}))

    assert Model(unlimited).excesses(kernel) == {"amounts too large"}
    assert Model(limited).excesses(kernel) == set()


def test_uneven_prices_beside_long_ways_are_exact(kernel: ModuleType) -> None:
    costs = {"per_hour": 3600, "per_km": 0.37}
    model = Model(build(request([vehicle(costs=costs)], [job(k, 1) for k in range(100)], (0, 90_000))))

    assert model.network.scale % 100_000 == 0
    assert model.excesses(kernel) == set()


ODD = {
    "no job": request([vehicle()], []),
    "one job": request([vehicle("a"), vehicle("b")], [job(1, 1)]),
    "one job and many vehicles": request([vehicle(count=5_000)], [job(1, 1)]),
    "three jobs and many vehicles": request([vehicle(count=5_000)], [job(k, k) for k in (1, 2, 3)]),
    "one shipment": request([vehicle("a"), vehicle("b")], [], shipments=[shipment(1, 1, 2)]),
    "all at one place": request([vehicle("a"), vehicle("b")], [job(k, 0) for k in range(20)]),
    "all at one place but the depot": request(
        [vehicle("a", max_tasks=7), vehicle("b", max_tasks=7)], [job(k, 1, setup=3) for k in range(14)]
    ),
    "no vehicle that can go out": request([vehicle(capacity=[1], initial_load=[2])], [job(1, 1)]),
    "no room": request([vehicle(capacity=[0])], [job(k, 1, delivery=[1]) for k in range(5)]),
    "no time": request([vehicle(time_window=[0, 0])], [job(k, 1) for k in range(5)]),
    "no task allowed": request([vehicle(max_tasks=0)], [job(k, 1) for k in range(5)]),
    "no distance allowed": request([vehicle(max_distance=0)], [job(k, 1) for k in range(5)]),
    "no duration allowed": request([vehicle(max_duration=0)], [job(k, 1) for k in range(5)]),
    "nothing costs anything": request([vehicle(costs={"per_hour": 0})], [job(k, 1) for k in range(5)]),
    "nothing is far": request([vehicle()], [job(k, k) for k in (0, 1, 2)], (5, 5, 5)),
    "windows of one moment": request(
        [vehicle("a"), vehicle("b")], [job(k, k, time_windows=[[20, 20], [40, 40]]) for k in (1, 2, 3)]
    ),
    "penalties of nothing": request([vehicle()], [job(k, 1, penalty=0) for k in range(5)]),
    "shipments that weigh nothing": request(
        [vehicle(capacity=[1])], [job(9, 1, delivery=[1])], shipments=[shipment(k, 1, 2) for k in range(4)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_odd_shapes_end_in_a_legal_plan(what: str) -> None:
    problem = build(ODD[what])

    judged = solved(problem)

    assert judged.violations == ()
    if not what.startswith("no "):
        assert judged.missing == ()


def test_no_way_at_all_leaves_everything_out() -> None:
    closed = tuple((a, b) for a in range(4) for b in range(4) if a != b)
    problem = build(request([vehicle()], [job(k, k) for k in (1, 2, 3)], line(0, 10, 20, 30, closed=closed)))

    judged = solved(problem)

    assert judged.violations == ()
    assert len(judged.missing) == 3


def test_a_way_without_a_length_is_none_where_lengths_cost_nothing() -> None:
    matrices = line(0, 10, 20)
    matrices["car"]["distances"] = [[0, 1, None], [1, 0, 1], [1, 1, 0]]
    problem = build(request([vehicle()], [job(1, 2), job(2, 1)], matrices))

    judged = solved(problem)

    assert judged.violations == ()
    assert [visit.id for visit in judged.routes[0].visits] == [None, 2, 1, None]


def test_going_out_that_earns_money_is_no_reason_to_leave_something_out() -> None:
    problem = build(request([vehicle(costs={"fixed": -1_000})], [job(k, k) for k in (1, 2, 3)]))

    assert solved(problem).missing == ()


# One search, one plan ---------------------------------------------------------------------------------------


def large(seed: int) -> Problem:
    rules = frozenset({"several_windows", "max_duration"})
    return build(native_request(Random(seed), most=60, without=rules))


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_and_rounds_make_the_same_plan_on_two_cores(seed: int) -> None:
    plans = [native_plan(large(seed), Budget(60, seed=7), lambda _: None, rounds=2_000) for _ in range(2)]

    assert plans[0] == plans[1]


def test_another_seed_makes_another_plan() -> None:
    random = Random(1)
    seconds = [[random.randint(1, 900) if a != b else 0 for b in range(60)] for a in range(60)]
    jobs = [job(k, k) for k in range(1, 60)]
    problem = build(request([vehicle(count=4)], jobs, {"car": {"durations": seconds}}))
    plans = {native_plan(problem, Budget(60, seed=seed), lambda _: None, rounds=400) for seed in range(5)}

    assert len(plans) > 1


def test_few_tasks_end_long_before_the_time_is_over() -> None:
    problem = build(request([vehicle("a"), vehicle("b")], [job(k, k) for k in range(15)], tuple(range(15))))
    budget = Budget(600)

    plan = native_plan(problem, budget, lambda _: None)

    assert evaluate(problem, plan).cost == 28
    assert not budget.is_over()


def test_a_stop_is_answered_with_the_best_plan_so_far(kernel: ModuleType) -> None:
    problem = build(
        request([vehicle(count=9, max_tasks=9)], [job(k, k % 50) for k in range(80)], tuple(range(50)))
    )
    shown: list[float] = []
    budget = Budget(600)

    stopping = replace(budget, should_stop=lambda: bool(shown))
    plan = native_plan(problem, stopping, lambda plan: shown.append(evaluate(problem, plan).cost))

    judged = evaluate(problem, plan)
    assert judged.status == "feasible"
    assert judged.cost <= min(shown)
    assert not budget.is_over()
