"""Rounds of a search that others help with: what they bring is kept if it is better, what they lose costs time only."""

import threading
import time
from collections.abc import Callable

import pytest

from vrp.domain import evaluator
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem
from vrp.engines import together
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, Outcome
from vrp.engines.parts import Part
from vrp.planner import Contest
from vrp.tests.problems import build, job, line, vehicle

STOPS = 24


def problem() -> Problem:
    """Six routes of four stops on a line."""
    return build(
        {
            "matrices": line(0, *range(100, 100 + STOPS)),
            "vehicles": [vehicle(count=8, max_tasks=4)],
            "jobs": [job(k, k) for k in range(1, STOPS + 1)],
        }
    )


def muddled() -> Plan:
    """Each route goes back and forth: to put its stops in order is better."""
    orders = [(k + 2, k + 4, k + 1, k + 3) for k in range(0, STOPS, 4)]
    routes = [Route(f"van#{n + 1}", tuple(Step("job", k) for k in four)) for n, four in enumerate(orders)]
    return Plan(tuple(routes))


def in_order(plan: Plan) -> Plan:

    def key(step: Step) -> int:
        return int(step.id)

    return Plan(tuple(Route(r.vehicle, tuple(sorted(r.steps, key=key))) for r in plan.routes))


class Crew:
    """Two others. `brings` is what they make of a part, None: nothing."""

    from_tasks = 1

    def __init__(self, brings: Callable[[Part], Plan | None], free: int = 2) -> None:
        self.brings, self.others = brings, free
        self.shares: list[Part] = []
        self.rounds = self.withdrawn = 0

    def free(self) -> int:
        return self.others

    def give(self, shares, engine, budget) -> None:
        self.shares = list(shares)
        self.rounds += 1

    def is_at_work(self) -> bool:
        return False

    def returned(self) -> list[tuple[int, Plan]]:
        plans = [(number, self.brings(part)) for number, part in enumerate(self.shares)]
        return [(number, plan) for number, plan in plans if plan is not None]

    def withdraw(self) -> None:
        self.withdrawn += 1


class Engine:
    """Finds the muddled plan of the whole and no better one; leaves parts as they are."""

    def __init__(self) -> None:
        self.seen: list[Problem] = []

    def __call__(self, name, problem, budget, report=lambda plan: None) -> Outcome:
        self.seen.append(problem)
        plan = problem.start or muddled()
        report(plan)
        while not budget.is_over():
            time.sleep(0.01)
        return Outcome(plan, "stopped" if budget.should_stop() else "time_limit", 0)


@pytest.fixture
def engine(monkeypatch) -> Engine:
    times = {"_ALONE": (0.1, 0), "_SHORTEST": 0.2, "_RETURN": 0.1, "_LEAST_TASKS": 4}
    for name, value in times.items():
        monkeypatch.setattr(together, name, value)
    engine = Engine()
    monkeypatch.setattr(together, "run", engine)
    return engine


def solved(crew: Crew | None, **budget) -> tuple[Outcome, Contest]:
    contest = Contest(problem(), lambda progress: None)
    limits = {"seconds": 1.0} | budget
    return together.solve("any", contest.problem, Budget(**limits), contest, crew), contest


def cost(plan: Plan) -> float:
    return evaluator.evaluate(problem(), plan).cost


def test_what_others_find_for_their_parts_is_in_the_plan(engine):
    crew = Crew(lambda part: in_order(part.start))

    outcome, contest = solved(crew)

    assert cost(outcome.plan) == contest.best.cost < cost(muddled())
    assert crew.rounds == crew.withdrawn >= 2
    assert cost(outcome.plan) == cost(in_order(muddled()))  # other rounds cut elsewhere
    assert outcome.stop_reason == "time_limit"


BAD = {
    "nothing": lambda part: None,
    "no routes": lambda part: Plan(),
    "names that do not exist": lambda part: Plan((Route("tram", (Step("job", 1),)),)),
    "stops of others": lambda part: muddled(),
    "the same again": lambda part: part.start,
}


@pytest.mark.parametrize("brings", BAD.values(), ids=BAD)
def test_what_is_lost_or_wrong_leaves_the_plan_as_it_was(engine, brings):
    outcome, contest = solved(Crew(brings))

    assert contest.best.is_feasible
    assert cost(outcome.plan) == cost(muddled())


def test_one_bad_part_does_not_spoil_the_others(engine):
    def brings(part: Part) -> Plan | None:
        return (
            Plan() if any(route.vehicle == "van#1" for route in part.start.routes) else in_order(part.start)
        )

    outcome, _ = solved(Crew(brings))

    assert cost(outcome.plan) < cost(muddled())


def test_with_nobody_free_one_engine_has_the_whole_problem_for_the_whole_time(engine):
    outcome, _ = solved(Crew(in_order, free=0))

    assert len(engine.seen) == 1
    assert (len(engine.seen[0].tasks), engine.seen[0].start) == (STOPS, None)
    assert outcome.stop_reason == "time_limit"


def test_others_that_go_away_leave_the_best_plan_to_go_on_from(engine):
    crew = Crew(lambda part: in_order(part.start))
    withdraw = crew.withdraw

    def leave() -> None:
        withdraw()
        crew.others = 0

    crew.withdraw = leave

    outcome, _ = solved(crew)

    assert crew.rounds == 1
    last = engine.seen[-1]
    assert len(last.tasks) == STOPS
    assert cost(last.start) == cost(outcome.plan) < cost(muddled())


def test_no_crew_and_a_small_problem_are_left_to_the_engine(engine):
    crew = Crew(in_order)
    crew.from_tasks = STOPS + 1

    for nobody in (None, crew):
        solved(nobody, seconds=0.3)

    assert crew.rounds == 0
    assert [len(seen.tasks) for seen in engine.seen] == [STOPS, STOPS]


def test_engine_that_dies_in_a_round_goes_on_from_the_best_plan(engine, monkeypatch):
    def dies(name, problem, budget, report=lambda plan: None) -> Outcome:
        if len(problem.tasks) < STOPS:
            raise EngineFailed(name, "killed", None)
        return engine(name, problem, budget, report)

    monkeypatch.setattr(together, "run", dies)
    crew = Crew(lambda part: in_order(part.start))

    outcome, _ = solved(crew)

    assert len(engine.seen) == crew.rounds + 1 > 2
    assert cost(outcome.plan) < cost(muddled())
    assert outcome.stop_reason == "time_limit"


def test_stop_ends_a_round_at_once_and_withdraws_it(engine, monkeypatch):
    monkeypatch.setattr(together, "_SHORTEST", 30)
    crew, stop = Crew(lambda part: in_order(part.start)), threading.Event()
    timer = threading.Timer(0.6, stop.set)
    timer.start()

    outcome, _ = solved(crew, seconds=60, should_stop=stop.is_set)

    timer.join()
    assert outcome.runtime < 0.9
    assert (outcome.stop_reason, crew.rounds, crew.withdrawn) == ("stopped", 1, 1)


def test_rounds_without_a_better_plan_end_the_search_where_that_is_asked(engine):
    outcome, _ = solved(Crew(lambda part: None), seconds=30, no_improvement=0.5)

    assert outcome.stop_reason == "no_improvement"
    assert outcome.runtime < 15
