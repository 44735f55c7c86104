import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from vrp import queue
from vrp.models import Solution
from vrp.services import attempts, liveness, recovery, solutions
from vrp.tests.factories import SolutionFactory

NOW = timezone.now()


@pytest.fixture
def sweep(monkeypatch):
    """Looks as if a second had passed since the one before."""
    monkeypatch.setattr(recovery, "_CONFIRM", 0)
    return recovery.Sweep()


class Worker:
    """Claims a solution on a connection of its own and then stands still."""

    def __init__(self, solution: Solution) -> None:
        self.ready, self.may_go_on = threading.Event(), threading.Event()
        self.error: OperationalError | None = None
        self.thread = threading.Thread(target=self._work, args=(solution.pk,))
        self.thread.start()
        self.ready.wait()

    def _work(self, solution_id) -> None:
        self.attempt = attempts.claim(solution_id)
        self.ready.set()
        self.may_go_on.wait()
        try:
            attempts.beat(self.attempt, {})
        except OperationalError as error:
            self.error = error
        connection.close()

    def thaw(self) -> None:
        self.may_go_on.set()
        self.thread.join()


def test_solve_nobody_works_on_is_queued_again_and_the_crash_counted(db, sweep):
    solution = SolutionFactory(running=True)

    assert sweep.look(NOW) == 1

    solution.refresh_from_db()
    assert (solution.status, solution.crashes, solution.started_at) == ("queued", 1, None)
    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(solution.pk)}


def test_third_crash_is_the_last(db, sweep):
    solution = SolutionFactory(running=True, attempt=3, crashes=2)

    sweep.look(NOW)

    solution.refresh_from_db()
    assert (solution.status, solution.crashes) == ("failed", 3)
    assert solution.error == "Given up after 3 attempts; the last one: its worker died."
    assert queue.depth() == 0


def test_solve_that_was_to_stop_when_its_worker_died_is_cancelled(db, sweep):
    solution = SolutionFactory(running=True, stop_requested_at=NOW)

    sweep.look(NOW)

    solution.refresh_from_db()
    assert solution.status == "cancelled"


def test_one_look_is_not_enough(db):
    sweep = recovery.Sweep()
    SolutionFactory(running=True)

    assert sweep.look(NOW) == sweep.look(NOW) == 0


def test_waiting_solve_without_a_job_gets_one(db, sweep):
    solution = SolutionFactory()

    assert sweep.look(NOW) == 1
    assert sweep.look(NOW) == 0

    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(solution.pk)}


@pytest.mark.django_db(transaction=True)
def test_live_worker_is_left_alone(sweep):
    worker = Worker(SolutionFactory())

    assert sweep.look(NOW) == 0

    worker.thaw()
    assert worker.error is None


@pytest.mark.django_db(transaction=True)
def test_worker_that_stands_still_is_cut_off_and_its_solve_queued(sweep):
    solution = SolutionFactory()
    worker = Worker(solution)
    silent_since = timezone.now() - recovery.FROZEN_AFTER - timedelta(seconds=1)
    Solution.objects.update(heartbeat_at=silent_since)

    assert sweep.look(NOW) == 1

    worker.thaw()
    assert isinstance(worker.error, OperationalError)
    solution.refresh_from_db()
    assert (solution.status, solution.crashes) == ("queued", 1)


@pytest.mark.django_db(transaction=True)
def test_several_sweeps_at_once_recover_once(monkeypatch):
    monkeypatch.setattr(recovery, "_CONFIRM", 0)
    solution = SolutionFactory(running=True)

    def look():
        recovery.Sweep().look(NOW)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    solution.refresh_from_db()
    assert (solution.status, solution.crashes) == ("queued", 1)


def test_dead_workers_and_their_jobs_are_forgotten(db, sweep):
    solutions.again(solution=SolutionFactory(cancelled=True), by=None, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
        )
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)"
        )

    queue.tidy()

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM procrastinate_jobs), count(*) FROM procrastinate_workers"
        )
        assert cursor.fetchone() == (0, 0)


def test_sweeping_worker_is_seen_as_alive(db, sweep):
    sweep.look(NOW)

    assert liveness.workers() == 1
