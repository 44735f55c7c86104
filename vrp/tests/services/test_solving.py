import random
import threading
import time

import pytest
from django.db import connection
from django.utils import timezone

from vrp import queue
from vrp.models import Solution
from vrp.services import attempts, liveness, solutions, solving
from vrp.tests.factories import ScenarioFactory, SolutionFactory
from vrp.tests.jobs import fake_planner
from vrp.tests.plans import a_plan, two_stops

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fake_planner(monkeypatch):
    monkeypatch.setattr(solving, "planner", fake_planner)


def queued(**meta) -> Solution:
    return SolutionFactory(scenario=ScenarioFactory(request=two_stops(meta=meta)))


def in_background(solution, is_closing=lambda: False) -> threading.Thread:
    thread = threading.Thread(target=solving.run, args=(solution.pk, is_closing))
    thread.start()
    return thread


def wait_until_running(solution) -> None:
    while not Solution.objects.filter(pk=solution.pk, status="running").exists():
        time.sleep(0.01)


def test_run_publishes_the_plan_and_its_figures():
    solution = queued()

    in_background(solution).join()

    solution.refresh_from_db()
    assert (solution.status, solution.attempt, solution.crashes) == ("succeeded", 1, 0)
    assert solution.payload == a_plan()
    assert (solution.plan_status, solution.cost, solution.unassigned) == ("feasible", 600, 0)
    assert solution.started_at <= solution.finished_at


def test_run_calls_a_plan_that_breaks_hard_rules_infeasible(monkeypatch):
    monkeypatch.setattr(fake_planner, "a_plan", lambda: a_plan(()) | {"status": "infeasible"})
    solution = queued()

    in_background(solution).join()

    solution.refresh_from_db()
    assert (solution.status, solution.plan_status) == ("infeasible", "infeasible")


def staying_close_to(baseline, **row) -> Solution:
    stability = {"baseline": str(baseline.pk)}
    request = two_stops(objective={"stability": stability})
    return SolutionFactory(
        scenario=ScenarioFactory(request=request, session=baseline.scenario.session), **row
    )


def test_run_gives_the_planner_the_plan_to_stay_close_to():
    solution = staying_close_to(SolutionFactory(succeeded=True))

    in_background(solution).join()

    solution.refresh_from_db()
    assert solution.payload["eta_changes"] == []


def test_run_gives_the_planner_no_plan_of_somebody_else(charlie):
    solution = staying_close_to(SolutionFactory(succeeded=True), requested_by=charlie)

    in_background(solution).join()

    solution.refresh_from_db()
    assert "eta_changes" not in solution.payload


def test_run_shows_progress_about_twice_a_second():
    solution = queued(takes=1.5)

    thread = in_background(solution)
    time.sleep(1.2)
    solution.refresh_from_db()
    thread.join()

    assert solution.progress["cost"] < 1000
    assert solution.heartbeat_at > solution.started_at


def test_run_does_nothing_with_what_is_not_waiting():
    for state in ("running", "cancelled", "succeeded"):
        solution = SolutionFactory(**{state: True})

        in_background(solution).join()

        assert Solution.objects.get(pk=solution.pk).attempt == 1


def test_run_fails_with_the_reason_that_people_can_understand(monkeypatch):
    def refuse(*arguments, **options):
        raise fake_planner.RoutebookError("The moon is not a place.")

    monkeypatch.setattr(fake_planner, "solve", refuse)
    solution = queued()

    in_background(solution).join()

    solution.refresh_from_db()
    assert (solution.status, solution.error) == ("failed", "The moon is not a place.")


@pytest.mark.parametrize("error", [fake_planner.NoVerifiedPlan("The engine died."), ZeroDivisionError()])
def test_run_tries_what_broke_three_times(monkeypatch, error):
    def break_(*arguments, **options):
        raise error

    monkeypatch.setattr(fake_planner, "solve", break_)
    solution = queued()

    states = []
    for _ in range(3):
        in_background(solution).join()
        solution.refresh_from_db()
        states.append((solution.status, solution.crashes))

    assert states == [("queued", 1), ("queued", 2), ("failed", 3)]
    assert solution.error.startswith("Given up after 3 attempts")
    assert queue.depth() == 2


def test_run_stopped_by_somebody_keeps_the_best_plan_so_far():
    solution = queued(takes=60)
    thread = in_background(solution)
    wait_until_running(solution)

    solutions.cancel(solution=solution, now=timezone.now())
    asked = time.monotonic()
    thread.join()

    assert time.monotonic() - asked < 0.6
    solution.refresh_from_db()
    assert (solution.status, solution.payload["status"], solution.cost) == ("cancelled", "feasible", 600)


def test_run_in_a_closing_worker_gives_the_solve_back():
    solution = queued(takes=60)
    closing = threading.Event()
    thread = in_background(solution, closing.is_set)
    wait_until_running(solution)

    closing.set()
    thread.join()

    solution.refresh_from_db()
    assert (solution.status, solution.crashes, solution.started_at) == ("queued", 0, None)
    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(solution.pk)}


def test_run_survives_the_loss_of_its_connection():
    solution = queued(takes=4)
    thread = in_background(solution)
    wait_until_running(solution)

    (holder,) = liveness.holders().values()
    liveness.cut_off(holder)
    time.sleep(1)
    by = time.monotonic() + 2.5
    while not (held_again := liveness.holders()) and time.monotonic() < by:
        time.sleep(0.05)
    thread.join()

    assert len(held_again) == 1
    solution.refresh_from_db()
    assert (solution.status, solution.attempt) == ("succeeded", 1)


def test_run_leaves_no_lock_behind():
    in_background(queued()).join()

    by = time.monotonic() + 5
    while liveness.holders() and time.monotonic() < by:
        time.sleep(0.05)  # the server may see the connection end a moment after we do
    assert liveness.holders() == {}


def test_two_workers_with_the_same_job_solve_once():
    solution = queued(takes=0.3)

    threads = [in_background(solution) for _ in range(4)]
    for thread in threads:
        thread.join()

    solution.refresh_from_db()
    assert (solution.status, solution.attempt) == ("succeeded", 1)


def test_an_attempt_that_was_overtaken_can_do_nothing_any_more():
    solution = SolutionFactory(running=True, attempt=2)
    old = attempts.Attempt(solution.pk, 1)

    attempts.beat(old, {"cost": 1})
    attempts.publish(old, a_plan())
    attempts.fail(old, "too late")
    attempts.give_back(old, crash="too late")

    before = vars(solution) | {"_state": None}
    assert vars(Solution.objects.get(pk=solution.pk)) | {"_state": None} == before
    assert queue.depth() == 0


def test_cancel_and_finish_at_the_same_moment_leave_one_outcome():
    chance = random.Random(3)
    outcomes = set()
    for _ in range(100):
        solution = SolutionFactory()
        attempt = attempts.claim(solution.pk)
        offset = chance.uniform(-0.004, 0.004)
        both = threading.Barrier(2)

        def finish(attempt=attempt, offset=offset, both=both):
            connection.ensure_connection()
            both.wait()
            time.sleep(max(0, offset))
            attempts.publish(attempt, a_plan())
            connection.close()

        thread = threading.Thread(target=finish)
        thread.start()
        both.wait()
        time.sleep(max(0, -offset))
        try:
            solutions.cancel(solution=solution, now=timezone.now())
            expected = "cancelled"
        except solutions.Finished:
            expected = "succeeded"
        thread.join()

        solution.refresh_from_db()
        assert (solution.status, solution.payload) == (expected, a_plan())
        outcomes.add(expected)
    connection.close()  # and the locks with it
    assert outcomes == {"cancelled", "succeeded"}
