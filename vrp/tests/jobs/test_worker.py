"""The real `manage.py worker`, a real PostgreSQL, a planner that takes as long as it is told to."""

import signal
import time

import pytest
from django.utils import timezone

from vrp.models import Solution
from vrp.services import liveness, recovery, solutions
from vrp.tests.jobs.stack import Stack, say


def test_worker_solves_what_is_queued(stack: Stack):
    stack.fake_worker()
    scenario = stack.scenario(meta={"takes": 0.1})

    for _ in range(4):
        stack.start(scenario)

    stack.wait_for("succeeded", count=4)
    assert liveness.workers() == 1


def test_running_solve_shows_its_progress_and_stops_on_request_with_its_plan(stack: Stack):
    stack.fake_worker()
    solution = stack.start(stack.scenario(meta={"takes": 60}))
    stack.wait_until(lambda: solutions.progress(solution=solution)["progress"].get("cost"))

    solutions.cancel(solution=solution, now=timezone.now())

    assert stack.wait_for("cancelled") < 1.5
    solution.refresh_from_db()
    assert solution.payload["status"] == "feasible"


def test_deleted_while_running_frees_the_worker(stack: Stack):
    stack.fake_worker(at_once=1)
    solution = stack.start(stack.scenario(meta={"takes": 60}))
    stack.wait_for("running")

    solutions.delete(solution=solution)

    stack.start(stack.scenario(meta={"takes": 0}))
    stack.wait_for("succeeded", seconds=3)


def test_worker_told_to_stop_gives_its_solve_back_without_counting_it(stack: Stack):
    worker = stack.fake_worker()
    solution = stack.start(stack.scenario(meta={"takes": 60}))
    stack.wait_for("running")

    told = time.monotonic()
    assert worker.end() == 0

    assert time.monotonic() - told < 5
    solution.refresh_from_db()
    assert (solution.status, solution.crashes) == ("queued", 0)
    stack.fake_worker()
    stack.wait_for("running")


def test_worker_told_twice_ends_at_once_and_the_next_one_finds_its_solve(stack: Stack):
    worker = stack.fake_worker()
    stack.start(stack.scenario(meta={"takes": 2}))
    stack.wait_for("running")

    worker.process.send_signal(signal.SIGTERM)
    time.sleep(0.01)
    worker.process.send_signal(signal.SIGTERM)

    stack.wait_for("succeeded")


def test_solve_that_kills_its_worker_fails_after_three_attempts_and_the_others_finish(stack: Stack):
    stack.fake_worker()
    poison = stack.start(stack.scenario(meta={"poison": True}))
    for seconds in (3, 0.1, 0.1, 0.1, 0.1):
        stack.start(stack.scenario(meta={"takes": seconds}))

    stack.wait_for("succeeded", "failed", count=6, seconds=60)

    poison.refresh_from_db()
    assert (poison.status, poison.attempt, poison.crashes) == ("failed", 3, 3)
    assert "its worker died" in poison.error
    assert Solution.objects.filter(status="succeeded").count() == 5


def test_waiting_solve_whose_job_is_lost_is_queued_again(stack: Stack):
    stack.start(stack.scenario(meta={"takes": 0}))
    stack.execute("DELETE FROM procrastinate_jobs")

    stack.fake_worker()

    stack.wait_for("succeeded", seconds=6)


def test_worker_that_hears_no_more_of_new_jobs_looks_for_itself(stack: Stack):
    stack.fake_worker()
    scenario = stack.scenario(meta={"takes": 0})
    stack.start(scenario)
    stack.wait_for("succeeded")

    stack.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    stack.start(scenario)

    assert stack.wait_for("succeeded", count=2) < 3


@pytest.mark.evidence
@pytest.mark.parametrize("round_", range(3))
def test_frozen_worker_loses_its_solve_and_cannot_publish_when_it_thaws(stack: Stack, round_: int):
    first = stack.fake_worker(at_once=1)
    solution = stack.start(stack.scenario(meta={"takes": 4}))
    stack.wait_for("running")
    first.process.send_signal(signal.SIGSTOP)
    frozen_at = time.time()
    second = stack.fake_worker(at_once=1)

    stack.wait_for("succeeded", seconds=40)
    first.process.send_signal(signal.SIGCONT)
    time.sleep(3)

    solution.refresh_from_db()
    assert (solution.attempt, solution.status) == (2, "succeeded")
    assert [now for _, _, now, _, _ in stack.audit()] == ["running", "queued", "running", "succeeded"]
    say("frozen worker", stack.recoveries(frozen_at))
    assert max(stack.recoveries(frozen_at)) < recovery.FROZEN_AFTER.total_seconds() + 5

    second.end()
    stack.start(stack.scenario(meta={"takes": 0}))
    stack.wait_for("succeeded", count=2, seconds=5)  # by the first, which is as good as new
