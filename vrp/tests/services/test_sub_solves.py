import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models.functions import Now
from django.utils import timezone

from vrp import queue
from vrp.domain.plan import Plan
from vrp.engines import parts
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, Outcome
from vrp.models import Solution, SubSolve
from vrp.services import attempts, crews, liveness, recovery, sub_solves
from vrp.tests.engines.test_together import in_order, muddled, problem
from vrp.tests.factories import SolutionFactory

SHARES = parts.cut(problem(), muddled(), 3, seed=1)[1:]


@pytest.fixture
def crew(db) -> crews.Crew:
    return crews.Crew(attempts.Attempt(SolutionFactory(running=True).pk, 1))


@pytest.fixture
def elsewhere(monkeypatch):
    """From now on this is another machine."""
    return lambda: monkeypatch.setattr(liveness, "machine", lambda: "elsewhere")


@pytest.fixture(autouse=True)
def _engine(monkeypatch):
    def run(engine, problem, budget):
        assert 0 < budget.seconds < 30
        return Outcome(in_order(problem.start), "finished", 0)

    monkeypatch.setattr(sub_solves, "run", run)
    monkeypatch.setattr(connection, "close", lambda: None)  # of this thread: the test's transaction


def give(crew: crews.Crew, seconds: float = 20) -> list[SubSolve]:
    crew.give(SHARES, "any", Budget(seconds, seed=7))
    return list(SubSolve.objects.order_by("number"))


def work(row: SubSolve, must_leave=lambda: False) -> None:
    sub_solves.work(row.pk, must_leave)


def lose(row: SubSolve) -> None:
    """Its worker has died: nobody says that it is alive."""
    silence = Now() - timedelta(seconds=10)
    SubSolve.objects.filter(pk=row.pk).update(
        status="running", taking=1, taken_by="dead", heartbeat_at=silence
    )


def forget_the_looks(crew: crews.Crew) -> None:
    crew._looked_at = crew._asked_at = 0.0


def test_parts_wait_for_anybody_to_take_them(crew):
    rows = give(crew)

    assert [(row.status, row.number, row.seed) for row in rows] == [("waiting", 0, 7), ("waiting", 1, 7)]
    assert queue.waiting_ids("vrp.sub_solve", "sub_solve_id") == {str(row.pk) for row in rows}
    assert queue.depth() == 0  # of solves
    assert crew.is_at_work()


def test_plan_that_another_machine_finds_comes_back(crew, elsewhere):
    row, _ = give(crew)
    elsewhere()

    work(row)

    assert crew.returned() == [(0, in_order(SHARES[0].start))]
    row.refresh_from_db()
    assert (row.status, row.taken_by) == ("done", "elsewhere")


def test_the_machine_that_gave_a_part_away_does_not_take_it(crew):
    row, _ = give(crew)

    work(row)

    row.refresh_from_db()
    assert (row.status, row.taking) == ("waiting", 0)


def test_part_is_taken_once(crew, elsewhere, monkeypatch):
    row, _ = give(crew)
    elsewhere()
    calls = []

    def run(engine, problem, budget):
        calls.append(engine)
        work(row)  # meanwhile somebody else has the same job
        return Outcome(Plan(), "finished", 0)

    monkeypatch.setattr(sub_solves, "run", run)

    work(row)

    assert calls == ["any"]


def test_nobody_begins_for_less_than_a_second(crew, elsewhere):
    row, _ = give(crew, seconds=0.9)
    elsewhere()

    work(row)

    row.refresh_from_db()
    assert row.status == "waiting"


def test_engine_that_fails_and_a_parcel_that_cannot_be_read_are_not_waited_for(crew, elsewhere, monkeypatch):
    def fail(engine, problem, budget):
        raise EngineFailed("any", "killed", None)

    monkeypatch.setattr(sub_solves, "run", fail)
    first, second = give(crew)
    SubSolve.objects.filter(pk=second.pk).update(parcel=b"of another version")
    elsewhere()

    work(first)
    work(second)

    assert list(SubSolve.objects.values_list("status", "plan")) == [("done", None), ("done", None)]
    forget_the_looks(crew)
    assert (crew.is_at_work(), crew.returned()) == (False, [])


def test_part_of_a_silent_worker_is_offered_again_and_it_cannot_return_any_more(crew, elsewhere):
    row, _ = give(crew)
    lose(row)
    slow = sub_solves._Taken(row, 1, time.monotonic() + 5)
    queue.withdraw("vrp.sub_solve", "sub_solve_id", [row.pk])

    crew.is_at_work()
    slow.search(lambda: False)

    row.refresh_from_db()
    assert (row.status, row.plan) == ("waiting", None)
    assert str(row.pk) in queue.waiting_ids("vrp.sub_solve", "sub_solve_id")
    elsewhere()
    work(row)
    assert len(crew.returned()) == 1


def test_part_that_nobody_takes_is_not_waited_for(crew):
    give(crew)
    crew._given_at -= 3
    forget_the_looks(crew)

    assert not crew.is_at_work()


def test_withdrawn_parts_leave_no_row_and_no_job(crew):
    give(crew)

    crew.withdraw()

    assert not SubSolve.objects.exists()
    assert queue.waiting_ids("vrp.sub_solve", "sub_solve_id") == set()


def test_parts_that_could_not_be_withdrawn_are_in_nobodys_way(crew):
    before = give(crew)

    after = give(crew)

    assert not {row.pk for row in before} & {row.pk for row in after}
    assert queue.waiting_ids("vrp.sub_solve", "sub_solve_id") == {str(row.pk) for row in after}


def searching(must_leave: list[bool], rows: list[SubSolve]):
    """An engine that searches until it has to stop; while it does, this is done."""

    def run(engine, problem, budget):
        assert not budget.should_stop()
        if must_leave[0] is None:
            SubSolve.objects.filter(pk=rows[0].pk).delete()
        must_leave[0] = True
        time.sleep(0.35)
        assert budget.should_stop()
        return Outcome(problem.start, "stopped", 0)

    return run


def test_search_stops_when_its_row_is_gone(crew, elsewhere, monkeypatch):
    rows = give(crew)
    elsewhere()
    monkeypatch.setattr(sub_solves, "run", searching([None], rows))

    work(rows[0])

    assert not SubSolve.objects.filter(pk=rows[0].pk).exists()


def test_worker_that_must_leave_returns_what_it_has(crew, elsewhere, monkeypatch):
    rows = give(crew)
    elsewhere()
    leaves = [False]
    monkeypatch.setattr(sub_solves, "run", searching(leaves, rows))

    work(rows[0], lambda: leaves[0])

    assert crew.returned() == [(0, SHARES[0].start)]


@pytest.mark.parametrize(
    "change",
    [{"attempt": 2}, {"status": "queued", "started_at": None}, {"status": "failed", "error": "x"}],
    ids=["taken again", "given back", "finished"],
)
def test_sweep_forgets_parts_of_a_solve_that_has_gone_on(crew, change):
    give(crew)
    recovery.Sweep().look(timezone.now())
    assert SubSolve.objects.count() == 2
    finished = timezone.now() if change.get("status") == "failed" else None

    Solution.objects.update(**change, finished_at=finished)
    recovery.Sweep().look(timezone.now())

    assert not SubSolve.objects.exists()


def test_parts_go_with_their_solution(crew):
    give(crew)

    Solution.objects.all().delete()

    assert not SubSolve.objects.exists()


def test_no_help_is_asked_for_where_the_operator_wants_none(settings):
    attempt = attempts.Attempt(SolutionFactory.build().pk, 1)
    assert crews.of(attempt)

    settings.SUB_SOLVES = 0

    assert crews.of(attempt) is None


def test_database_that_is_away_means_nobody_is_free(crew, monkeypatch):
    def away():
        raise OperationalError("gone")

    monkeypatch.setattr(liveness, "free_machines", away)

    assert crew.free() == 0


@pytest.mark.django_db(transaction=True)
class TestMachines:
    """Each worker says from its own connection on which machine it is."""

    @pytest.fixture
    def workers(self, monkeypatch):
        leave, threads = threading.Event(), []

        def start(machine: str, solves: set[str]) -> None:
            ready = threading.Event()

            def live() -> None:
                liveness.say_alive()
                ready.set()
                leave.wait(20)
                connection.close()

            monkeypatch.setattr(liveness, "machine", lambda: machine)
            monkeypatch.setattr(liveness, "solves_here", solves)
            thread = threading.Thread(target=live)
            thread.start()
            ready.wait()
            threads.append(thread)

        yield start
        leave.set()
        for thread in threads:
            thread.join()

    def test_free_are_other_machines_on_which_nothing_is_solved(self, workers, monkeypatch):
        workers("a", set())
        workers("b", {"something"})
        workers("b", set())
        workers("c", set())
        workers("c", set())

        monkeypatch.setattr(liveness, "solves_here", set())
        free = {}
        for name in "abcd":
            monkeypatch.setattr(liveness, "machine", lambda name=name: name)
            free[name] = (liveness.is_free(), liveness.free_machines())

        assert free == {"a": (True, 1), "b": (False, 2), "c": (True, 1), "d": (True, 2)}
        assert liveness.workers() == 5

    def test_machine_that_helps_nobody_is_not_free(self, workers, settings, monkeypatch):
        settings.SUB_SOLVES = 0
        workers("a", set())

        monkeypatch.setattr(liveness, "machine", lambda: "b")

        assert liveness.free_machines() == 0
