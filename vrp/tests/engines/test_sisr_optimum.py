"""The best plan of small problems, found by the native engine and by trying all plans.

`ROUTEBOOK_MIXED_CASES=1000 pytest -m evidence vrp/tests/engines/test_sisr_optimum.py` tries so many of every kind.
"""

import os
from random import Random
from types import ModuleType

import pytest

from vrp import planner
from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.sisr import compiled
from vrp.engines.sisr.engine import SisrEngine
from vrp.engines.sisr.model import refusals
from vrp.tests.brute import optimum
from vrp.tests.engines.mixed import mixed_request, request_for
from vrp.tests.engines.native import native_plan, native_request
from vrp.tests.problems import Document

CASES = int(os.environ.get("ROUTEBOOK_MIXED_CASES", "100"))


@pytest.fixture(autouse=True)
def _only_the_kernel_of_everything(kernel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other is wished for."""
    monkeypatch.setattr(
        compiled, "kernel", lambda kind: kernel if compiled.STANDARD[0].covers(kind) else None
    )


def small_native_problem(seed: int) -> Problem:
    """One of what the kernel does; every other one is drawn from all the contract's features, less those it lacks."""

    def lacks(document: Document) -> int:
        return len(refusals(planner.prepare(document)))

    if seed % 2:
        return planner.prepare(request_for(Random(seed), lacks))
    random = Random(seed)
    while lacks(document := native_request(random, most=6)):
        pass
    if sum(vehicle.get("count", 1) for vehicle in document["vehicles"]) > 4:
        document["vehicles"][0].pop("count", None)
    return planner.prepare(document)


def is_best(problem: Problem, judged: Evaluation) -> bool:
    best = optimum(problem).rank
    return judged.rank[:-1] == best[:-1] and judged.cost == pytest.approx(best[-1], abs=1e-4)


def finds_the_best(seed: int) -> bool:
    problem = small_native_problem(seed)
    plan = native_plan(problem, Budget(60), lambda _: None)  # ends by itself after so many rounds
    return is_best(problem, evaluate(problem, plan))


@pytest.mark.parametrize("seed", range(30))
def test_the_kernel_finds_the_best_plan_of_a_small_problem(seed: int) -> None:
    assert finds_the_best(seed)


@pytest.mark.evidence
def test_the_kernel_finds_the_best_plans_of_99_in_100_small_problems() -> None:
    found = [finds_the_best(seed) for seed in range(250)]

    assert sum(found) >= 248


@pytest.mark.evidence
@pytest.mark.timeout(120 + 4 * CASES)
def test_the_engine_finds_the_best_plans_of_99_in_100_small_problems_of_every_kind_in_a_second() -> None:
    missed = []
    for seed in range(CASES):
        problem = planner.prepare(mixed_request(Random(seed)))
        plan = SisrEngine().solve(problem, Budget(1), lambda _: None)
        if not is_best(problem, evaluate(problem, plan)):
            missed.append(seed)

    assert len(missed) <= CASES // 100, f"seeds {missed}"
