"""The native engine where not all ways fit into a table: what its kernel looks up and computes, and whole plans."""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vrp.domain import limits, problem, request
from vrp.domain.evaluator import evaluate
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.domain.travel import NO_WAY, Estimate, Plane, Table, Travel
from vrp.engines.base import Budget
from vrp.engines.network import NOWHERE
from vrp.engines.sisr import compiled, native, savings, search, teams
from vrp.engines.sisr.compiled import Kind
from vrp.engines.sisr.ground import GAP, Ground
from vrp.engines.sisr.model import Model

PLACES = 800
REGION = Estimate((500.0, 2_000.0, 10_000.0), (1.6, 1.4, 1.25), (5.0, 9.0, 20.0))
random = np.random.default_rng(1)
CORNERS = random.integers(0, 20_000, (PLACES, 2)).astype(float)


def roads(pairs: int) -> Travel:
    """A region of some kilometres, of which some pairs are held, a tenth of them without a way."""
    points = np.stack([16 + random.random(PLACES) / 5, 48 + random.random(PLACES) / 5], axis=1)
    rows, columns = random.integers(0, PLACES, (2, pairs))
    seconds = np.where(random.random(pairs) < 0.1, NO_WAY, random.integers(0, 9_000, pairs))
    metres = np.where(seconds == NO_WAY, NO_WAY, seconds * 9)
    return Travel.sparse(points, rows, columns, seconds, metres, REGION)


def both(travel: Travel) -> list[Table]:
    return [travel.durations, travel.distances]


HELD = roads(8_000)
TABLES: dict[str, list[list[Table]]] = {
    "roads": [both(HELD)],
    "roads at three speeds": [both(HELD.at_speed(factor)) for factor in (1.0, 0.73, 1.9)],
    "estimates only": [both(roads(0))],
    "a plane": [[Plane(CORNERS)] * 2],
    "a fine plane at two speeds": [
        [Plane(CORNERS / 7, 1_000.0).at_speed(factor)] * 2 for factor in (1.0, 1.3)
    ],
    "planes rounded otherwise": [[Plane(CORNERS / 7, 10.0, "down"), Plane(CORNERS / 7, 1.0, "up", 10)]],
}


@pytest.fixture(scope="module")
def kernel() -> ModuleType:
    return compiled._module(Kind(frozenset({"SPARSE", "METRES", "PROFILES"}), 1))


@pytest.mark.parametrize("name", TABLES)
def test_the_kernel_finds_what_the_evaluator_reads(name: str, kernel: ModuleType, monkeypatch: Any) -> None:
    tables = TABLES[name]
    monkeypatch.setattr(limits, "MAX_ROWS", PLACES // 2)
    pick = np.random.default_rng(2)
    places = np.append(pick.permutation(PLACES)[:-50], NOWHERE)
    travels = [Travel(*pair) for pair in tables]
    ground = Ground(places, tables, np.arange(10), travels)
    held, held_from = ground.held_for(kernel)
    fixed = kernel.nothing()[0]._replace(
        held=held, held_from=held_from, positions=ground.positions, laws=ground.laws(kernel)
    )
    keys = HELD.durations.keys
    row_of = {place: row for row, place in enumerate(places.tolist())}
    asked = [tuple(pair) for pair in pick.integers(0, len(places), (1_500, 2)).tolist()]
    asked += [
        (row_of.get(key // PLACES, 0), row_of.get(key % PLACES, 1))
        for key in pick.choice(keys, 1_500).tolist()
    ]

    wrong, gaps = [], 0
    for at, other in asked:
        for profile, pair in enumerate(tables):
            for column in range(4):
                here, there = (other, at) if column % 2 == 0 else (at, other)
                ends = int(places[here]), int(places[there])
                value = 0 if NOWHERE in ends else pair[column // 2].item(*ends)
                gaps += value == NO_WAY
                if kernel._way(fixed, profile, at, other, column) != (GAP if value == NO_WAY else value):
                    wrong.append((profile, column, *ends))

    assert wrong == []
    assert gaps > 100 or not name.startswith("roads")


def test_neighbours_among_many_places_are_those_of_a_whole_table(monkeypatch: Any) -> None:
    at = np.argsort(CORNERS[:, 0] // 2_500 * 10**6 + CORNERS[:, 1])
    opens, closes = random.integers(0, 10_000, (2, PLACES))
    whole = Ground(at, [[Plane(CORNERS)]], np.arange(PLACES)).neighbours(opens, opens, closes)
    monkeypatch.setattr(limits, "MAX_ROWS", PLACES // 2)

    some = Ground(at, [[Plane(CORNERS)]], np.arange(PLACES)).neighbours(opens, opens, closes)

    for one, other in zip(whole, some, strict=True):
        found = [len(set(a[:10]) & set(b)) for a, b in zip(one, other, strict=True)]
        assert sum(found) > 0.98 * sum(len(set(a[:10])) for a in one)
    follows = some[2]
    task, rank = np.nonzero(follows >= 0)
    ways = Plane(CORNERS)[at[task], at[follows[task, rank]]]
    assert (opens[task] + ways <= closes[follows[task, rank]]).all()


def scattered(number: int, **of_jobs: Any) -> Problem:
    """Deliveries all over a plane, from one depot in its middle."""
    pick = np.random.default_rng(3)
    at = np.concatenate([[[5_000.0, 5_000.0]], pick.integers(0, 10_000, (number, 2)).astype(float)])
    plane = Plane(at)
    jobs = [
        {"id": k, "location_index": k, "delivery": [amount], **of_jobs}
        for k, amount in enumerate(pick.integers(1, 10, number).tolist(), 1)
    ]
    van = {"id": "van", "count": number // 10, "start_index": 0, "end_index": 0, "capacity": [100]}
    costs = {"costs": {"per_hour": 0, "per_km": 1000}}
    matrices = {"car": {"durations": plane, "distances": plane}}
    asked = request.read({"jobs": jobs, "vehicles": [van | costs], "matrices": matrices})
    return problem.build(asked, problem.places_of(asked), problem.inline_travel(asked))


def solved(large: Problem, rounds: int) -> tuple[Any, int]:
    """The judged plan of one search, and what its first plan cost."""
    model = Model(large)
    kind = model.kind
    compiled.compile_now(kind)
    kernel = compiled.kernel(kind)
    assert kernel
    one = search.Search(model, kernel, model.fixed(kernel), 1)
    one.begin()
    first = one.cost
    one.anneal(search.Clock(Budget(600), rounds), 1.0)
    judged = evaluate(large, model.plan(one.routes()))
    assert judged.violations == ()
    assert judged.left_out == ()
    assert one.cost / model.network.scale == pytest.approx(judged.cost, abs=1e-6)
    return judged, first / model.network.scale


def test_a_plan_of_6_000_stops_is_legal_and_costs_what_the_kernel_says(monkeypatch: Any) -> None:
    monkeypatch.setattr(search, "_WARM", 0.01)  # so that few rounds find something better
    large = scattered(6_000)

    judged, first = solved(large, rounds=3_000)

    assert judged.cost < first


def test_a_plan_with_windows_is_legal_and_costs_what_the_kernel_says(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "MAX_ROWS", 500)

    judged, _ = solved(scattered(1_000, service=60, time_windows=[[0, 20_000]]), rounds=1_000)

    assert len(judged.routes) < 100


def test_savings_serve_everything_within_the_capacity() -> None:
    model = Model(scattered(500))

    routes = savings.routes(model)

    assert routes is not None
    assert sorted(task for _, tasks in routes for task in tasks) == list(range(500))
    assert max(sum(model.tasks[task].delivery[0] for task in tasks) for _, tasks in routes) <= 100
    assert evaluate(model.problem, model.plan(routes)).violations == ()
    # No two of them fit into one vehicle: so many routes there must be, nearly.
    assert len(routes) <= 1.1 * sum(task.delivery[0] for task in model.tasks) / 100 + 1


def test_the_first_plan_is_told_before_the_search_is_prepared(monkeypatch: Any) -> None:
    def searched(model: Model, *_: Any, first: Any) -> Plan:
        assert told == [model.plan(first)]
        return model.plan(first)

    monkeypatch.setattr(teams, "solve", searched)
    large, told = scattered(500), list[Plan]()

    native.solve(large, Budget(600), told.append)

    assert evaluate(large, told[0]).violations == ()


def test_the_first_plan_is_told_once(monkeypatch: Any) -> None:
    told: list[Plan] = []
    is_first = iter([False])

    native.solve(scattered(500), Budget(600, should_stop=lambda: next(is_first, True)), told.append)

    assert len(set(told)) == len(told) > 0


def test_savings_leave_time_windows_to_others() -> None:
    assert savings.routes(Model(scattered(20, time_windows=[[0, 20_000]]))) is None
