"""What every engine promises, on every small named problem: a plan the evaluator calls legal, and the best one
where the eye can see it."""

import pytest

from vrp import engines
from vrp.tests import problems
from vrp.tests.engines.solving import solve
from vrp.tests.problems import Case


@pytest.mark.parametrize("engine", engines.installed())
@pytest.mark.parametrize("case", problems.ALL, ids=str)
def test_engine_returns_a_legal_plan_and_the_best_one_seen_by_eye(engine: str, case: Case) -> None:
    if lacks := engines.missing(engine, case.problem):
        pytest.skip(f"{engine} does not model {', '.join(lacks)}")

    judged = solve(engine, case.problem, patience=0.1)

    assert judged.violations == ()
    assert sorted(order.id for order in judged.left_out) == sorted(case.left_out)
    assert judged.cost == case.cost
    assert judged.claimed_cost in (None, pytest.approx(case.cost, abs=1e-6))


@pytest.mark.parametrize("case", problems.ALL, ids=str)
def test_some_engine_does_every_case(case: Case) -> None:
    assert engines.choose(case.problem) in engines.installed()
