"""One attempt at a solve, as rows see it: taken on, kept alive, published or given back.

Every statement is conditional on the attempt's number (a fence): a worker that was taken for dead and comes back can
neither publish nor give back what is somebody else's by now. Moments are PostgreSQL's, so clocks need not agree.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from vrp import queue
from vrp.models import Solution
from vrp.models.solution import SolutionQuerySet, figures
from vrp.services import liveness

MOST_CRASHES = 3
Status = Solution.Status
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The right to work on a solution, for as long as nobody else has a higher number."""

    solution_id: UUID
    number: int

    def rows(self) -> SolutionQuerySet:
        """The solution while it is this attempt's, else nothing."""
        return Solution.objects.filter(pk=self.solution_id, attempt=self.number, status=Status.RUNNING)

    def hold(self) -> bool:
        return liveness.take(self.solution_id, self.number)


def claim(solution_id: UUID) -> Attempt | None:
    """This will take a waiting solution on; None if it is gone, stopped or somebody else's."""
    waiting = Solution.objects.filter(pk=solution_id, status=Status.QUEUED)
    last = waiting.values_list("attempt", flat=True).first()
    if last is None:
        return None
    attempt = Attempt(solution_id, last + 1)
    if not attempt.hold():  # before the row says so: a running solve without its lock would be taken for dead
        return None
    claimed = waiting.filter(attempt=last).update(
        status=Status.RUNNING, attempt=attempt.number, started_at=Now(), heartbeat_at=Now(), progress={}
    )
    return attempt if claimed else None


def is_last_chance(solution_id: UUID) -> bool:
    """Whether one more crash would be the last of a waiting solution."""
    waiting = Solution.objects.filter(pk=solution_id, status=Status.QUEUED)
    return waiting.filter(crashes=MOST_CRASHES - 1).exists()


def beat(attempt: Attempt, progress: Document) -> None:
    """This will say that the attempt is alive and how far it is."""
    attempt.rows().update(heartbeat_at=Now(), progress=progress)


@transaction.atomic
def publish(attempt: Attempt, payload: Document) -> None:
    """This will store the plan and finish the solution; nothing if it is not this attempt's any more."""
    row = _lock(attempt)
    if row is None:
        return
    status = Status.INFEASIBLE if payload["status"] == "infeasible" else Status.SUCCEEDED
    attempt.rows().update(
        status=Status.CANCELLED if row.is_stopping else status, finished_at=Now(), **figures(payload)
    )


@transaction.atomic
def fail(attempt: Attempt, reason: str) -> None:
    """This will finish the solution without a plan: failed, or cancelled if that was asked for."""
    row = _lock(attempt)
    if row is not None:
        _finish_without_plan(attempt, row, reason)


@transaction.atomic
def give_back(attempt: Attempt, *, crash: str = "") -> None:
    """This will queue the solution again. Each `crash` counts, and the third is the last."""
    row = _lock(attempt)
    if row is None:
        return
    crashes = row.crashes + bool(crash)
    attempt.rows().update(crashes=crashes)
    if row.is_stopping or crashes >= MOST_CRASHES:
        _finish_without_plan(attempt, row, f"Given up after {crashes} attempts; the last one: {crash}")
        return
    attempt.rows().update(status=Status.QUEUED, started_at=None, heartbeat_at=None, progress={})
    queue.defer("vrp.solve", solution_id=attempt.solution_id)


def _finish_without_plan(attempt: Attempt, row: Solution, reason: str) -> None:
    if row.is_stopping:
        attempt.rows().update(status=Status.CANCELLED, finished_at=Now())
    else:
        attempt.rows().update(status=Status.FAILED, finished_at=Now(), error=reason)


def _lock(attempt: Attempt) -> Solution | None:
    """The row, if it is still this attempt's; it stays so until the transaction ends."""
    rows = attempt.rows().select_for_update(no_key=True)
    return rows.only("status", "stop_requested_at", "crashes").first()
