"""The engine's process: it stops when asked, dies with its parent, and its crash harms nobody."""

import random
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from vrp.domain.evaluator import evaluate
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, run, started_early
from vrp.tests.problems import build, job, request, vehicle

LONG = 60.0  # seconds no test ever waits for


def two_stops() -> Problem:
    return build(request([vehicle()], [job(1, 1), job(2, 2)]))


def many_stops(number: int = 80) -> Problem:
    """Enough that no engine finds the best plan at once."""
    generator = random.Random(1)
    points = [(generator.randrange(1000), generator.randrange(1000)) for _ in range(number + 1)]
    table = [[int(((a - c) ** 2 + (b - d) ** 2) ** 0.5) for c, d in points] for a, b in points]
    jobs = [job(k, k, delivery=[1]) for k in range(1, number + 1)]
    return build(request([vehicle(capacity=[12], count=number)], jobs, {"car": {"durations": table}}))


def children() -> list[psutil.Process]:
    """Solvers only: keepers of road servers live as long as the whole suite."""
    return [child for child in psutil.Process().children() if "vrp.engines.child" in child.cmdline()]


def only_child() -> psutil.Process:
    (child,) = children()
    return child


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
def test_a_request_to_stop_keeps_the_best_plan(engine: str) -> None:
    seen: list[Plan] = []
    problem, began = many_stops(), time.monotonic()

    outcome = run(engine, problem, Budget(LONG, should_stop=lambda: bool(seen)), seen.append)

    assert outcome.stop_reason == "stopped"
    assert evaluate(problem, outcome.plan).status == "feasible"
    assert time.monotonic() - began < 10


def test_a_request_to_stop_before_there_is_a_plan_is_answered_at_once() -> None:
    began = time.monotonic()

    outcome = run("sisr", two_stops(), Budget(LONG, should_stop=lambda: True))

    assert outcome.stop_reason == "stopped"
    assert outcome.plan == Plan()
    assert time.monotonic() - began < 1


def test_a_child_that_hangs_is_not_waited_for_when_somebody_asks_to_stop() -> None:
    seen: list[float] = []

    def freeze(plan: Plan) -> None:
        only_child().send_signal(signal.SIGSTOP)
        seen.append(time.monotonic())

    outcome = run("pyvrp", many_stops(), Budget(LONG, should_stop=lambda: bool(seen)), freeze)

    assert outcome.plan.routes
    assert time.monotonic() - seen[0] < 1


def test_a_process_that_was_started_early_does_the_work() -> None:
    with started_early("auto"):
        early = only_child()
        working: list[psutil.Process] = []

        outcome = run("pyvrp", two_stops(), Budget(LONG), lambda plan: working.append(only_child()))

        assert outcome.plan.claimed_cost == 40
        assert working[0] == early
        assert run("vroom", two_stops(), Budget(LONG)).plan.claimed_cost == 40

    assert children() == []


def test_a_process_that_was_started_early_for_nothing_is_ended() -> None:
    with started_early("no such engine"):
        assert len(children()) == 1

    assert children() == []
    assert run("vroom", two_stops(), Budget(LONG)).plan.claimed_cost == 40


def test_a_time_limit_is_kept() -> None:
    outcome = run("ortools", two_stops(), Budget(0.8))

    assert outcome.stop_reason == "time_limit"
    assert 0.7 < outcome.runtime < 3


def test_it_ends_early_when_nothing_gets_better() -> None:
    outcome = run("ortools", two_stops(), Budget(LONG, no_improvement=0.3))

    assert outcome.stop_reason == "no_improvement"
    assert len(outcome.plan.routes) == 1


@pytest.mark.parametrize("engine", ["pyvrp", "vroom"])
def test_it_ends_early_when_it_is_done(engine: str) -> None:
    outcome = run(engine, two_stops(), Budget(LONG))

    assert outcome.stop_reason == "finished"
    assert outcome.plan.claimed_cost == 40


def test_a_crash_carries_the_reason_and_the_best_plan() -> None:
    def crash(plan: Plan) -> None:
        only_child().send_signal(signal.SIGSEGV)

    with pytest.raises(EngineFailed, match="pyvrp failed: killed by SIGSEGV") as failed:
        run("pyvrp", many_stops(), Budget(LONG), crash)

    assert failed.value.best is not None
    assert failed.value.best.routes


def test_an_error_in_the_engine_is_told_in_its_last_line() -> None:
    with pytest.raises(EngineFailed, match="KeyError: 'no such engine'") as failed:
        run("no such engine", two_stops(), Budget(5))

    assert failed.value.best is None


def test_too_little_memory_is_a_failure_not_a_hang() -> None:
    with pytest.raises(EngineFailed):
        run("pyvrp", two_stops(), Budget(LONG), memory_mb=60)


def test_a_child_that_hangs_is_killed_at_the_wall_and_its_best_plan_kept() -> None:
    def freeze(plan: Plan) -> None:
        only_child().send_signal(signal.SIGSTOP)

    problem = many_stops()

    outcome = run("pyvrp", problem, Budget(1.5), freeze, grace=0.5)

    assert outcome.stop_reason == "time_limit"
    assert outcome.runtime < 4
    assert evaluate(problem, outcome.plan).violations == ()
    assert outcome.plan.routes


def test_no_child_is_left_when_the_report_fails() -> None:
    def fail(plan: Plan) -> None:
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="database"):
        run("pyvrp", many_stops(), Budget(LONG), fail)

    assert children() == []


def test_two_threads_run_two_children() -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda engine: run(engine, two_stops(), Budget(LONG)), ["pyvrp", "vroom"]))

    assert [outcome.plan.claimed_cost for outcome in outcomes] == [40, 40]


def test_the_child_dies_with_its_parent() -> None:
    script = """
        import threading
        from vrp.engines.base import Budget
        from vrp.engines.child import run
        from vrp.tests.engines.test_child import many_stops, only_child

        solve = lambda: run("pyvrp", many_stops(), Budget(60), lambda plan: print(only_child().pid, flush=True))
        threading.Thread(target=solve).start()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()

    child.wait(timeout=5)
    parent.stdout.close()
