"""How searches on several cores work together."""

from random import Random
from typing import Any

import pytest

from vrp import engines
from vrp.domain.evaluator import evaluate
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import compiled, guest, search, teams
from vrp.engines.sisr.model import Model
from vrp.tests.problems import build, job, request, vehicle

STOPS = 80


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "_cores", lambda: 2)


def problem(**of_vehicles: Any) -> Problem:
    """Stops along a road, eight vans that take ten each, and five stops too many."""
    places = sorted(Random(1).sample(range(1, 10_000), STOPS + 5))
    jobs = [job(number, number, delivery=[1]) for number in range(1, STOPS + 6)]
    return build(request([vehicle(count=8, capacity=[10], **of_vehicles)], jobs, (0, *places)))


def solved(of: Problem, rounds: int | None = 2_000, seconds: float = 60.0, seed: int = 1) -> Plan:
    model = Model(of)
    kernel = compiled.kernel(model.kind)
    assert kernel
    return teams.solve(model, kernel, Budget(seconds, seed), lambda plan: None, rounds)


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teams, "_LARGE", 0)


def parts_of(of: Problem) -> tuple[Model, Any, list[Any]]:
    model = Model(of)
    kernel = compiled.kernel(compiled.Kind.of(model.switches, 1))
    assert kernel
    searches = [search.Search(model, kernel, model.fixed(kernel), seed) for seed in (1, 2)]
    searches[0].begin()
    routes = searches[0].routes()
    team = teams.Parts(model, searches, search.Clock(Budget(1)), lambda plan: None)
    return model, routes, team.cut(routes, 0.3)


def test_each_route_each_stop_left_out_and_each_unused_van_is_in_just_one_part() -> None:
    model, routes, parts = parts_of(problem())

    assert sorted(route for part in parts for route in part.routes) == sorted(routes)
    whole = model.whole(routes)
    assert len(whole.bank) == 5
    assert sorted(task for part in parts for task in part.bank) == sorted(whole.bank)
    assert sorted(van for part in parts for van in part.free) == sorted(whole.free)


def test_parts_have_about_as_many_stops() -> None:
    _, _, parts = parts_of(problem())

    first, second = (sum(len(tasks) for _, tasks in part.routes) for part in parts)
    assert abs(first - second) <= 20


def test_what_parts_find_is_one_legal_plan(in_parts: None) -> None:
    judged = evaluate(problem(), solved(problem()))

    assert judged.violations == ()
    assert len(judged.left_out) == 5


def test_parts_find_the_same_plan_for_the_same_seed_and_rounds(in_parts: None) -> None:
    assert solved(problem()) == solved(problem())


def test_parts_are_better_than_the_first_plan(in_parts: None) -> None:
    first, last = solved(problem(), rounds=1), solved(problem())

    assert evaluate(problem(), last).cost < evaluate(problem(), first).cost


class _Knows:
    """An engine that knows a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        report(self.plan)
        return self.plan


def with_guest(monkeypatch: pytest.MonkeyPatch, plan: Plan) -> Plan:
    monkeypatch.setattr(guest, "is_welcome", lambda model, clock: True)
    monkeypatch.setattr(search, "_WARM", 1e-9)
    monkeypatch.setattr(engines, "get", lambda name: _Knows(plan))
    return solved(problem(time_window=[0, 90_000]), rounds=1)


def test_the_plan_of_a_guest_is_the_answer_where_it_is_better(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = problem(time_window=[0, 90_000])
    best = solved(timed, rounds=20_000)
    assert evaluate(timed, best).cost < evaluate(timed, solved(timed, rounds=1)).cost

    assert evaluate(timed, with_guest(monkeypatch, best)).cost == evaluate(timed, best).cost


def test_a_guest_with_a_worse_plan_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    timed = problem(time_window=[0, 90_000])

    assert len(evaluate(timed, with_guest(monkeypatch, Plan())).left_out) == 5


@pytest.mark.parametrize(("other_depot", "is_asked"), [(0, True), (1, False)])
def test_a_guest_is_asked_where_all_vehicles_are_alike(other_depot: int, is_asked: bool) -> None:
    vans = [vehicle(name, at, at, time_window=[0, 1_000]) for name, at in (("a", 0), ("b", other_depot))]
    model = Model(build(request(vans, [job(k, k) for k in range(1, 21)], tuple(range(21)))))

    assert guest.is_welcome(model, search.Clock(Budget(1))) is is_asked
