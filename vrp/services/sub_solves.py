"""How a part of somebody else's solve is worked on: the worker's side of sub-solves.

Every statement is conditional on `taking` (a fence): who was taken for dead and comes back changes nothing any more.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from vrp.domain.plan import Plan
from vrp.engines import parcels
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, run
from vrp.models import Solution, SubSolve
from vrp.services import liveness

log = structlog.get_logger(__name__)
Status = SubSolve.Status
_LOOK = 0.3  # seconds between two signs of life, and looks at whether anybody still waits for it
_LEAST = 1.0  # seconds; for less nobody begins


def work(sub_solve_id: UUID, must_leave: Callable[[], bool]) -> None:
    """This will search a part that waits, or do nothing when it does not wait any more.

    A worker that must leave returns the best plan so far.
    """
    try:
        taken = _take(sub_solve_id)
        if taken is not None:
            taken.search(must_leave)
    except (OperationalError, InterfaceError) as error:
        log.warning("sub_solve_lost", sub_solve=str(sub_solve_id), error=str(error))
    finally:
        connection.close()


def forget_old() -> None:
    """This will delete the parts of solves that nobody works on as when they were given away."""
    is_wanted = Q(solution__status=Solution.Status.RUNNING, solution__attempt=F("attempt"))
    SubSolve.objects.exclude(is_wanted).delete()


def _take(sub_solve_id: UUID) -> "_Taken | None":
    waiting = SubSolve.objects.filter(pk=sub_solve_id, status=Status.WAITING)
    left = ExpressionWrapper(F("ends_at") - Now(), output_field=DurationField())
    row = waiting.annotate(left=left).exclude(machine=liveness.machine()).first()
    if row is None or row.left.total_seconds() < _LEAST:
        return None
    deadline = time.monotonic() + row.left.total_seconds()
    taken = waiting.filter(taking=row.taking).update(
        status=Status.RUNNING, taking=row.taking + 1, taken_by=liveness.machine(), heartbeat_at=Now()
    )
    return _Taken(row, row.taking + 1, deadline) if taken else None


@dataclass
class _Taken:
    row: SubSolve
    taking: int
    deadline: float
    looked_at: float = 0.0
    is_wanted: bool = True

    def mine(self) -> "QuerySet[SubSolve]":
        return SubSolve.objects.filter(pk=self.row.pk, taking=self.taking, status=Status.RUNNING)

    def search(self, must_leave: Callable[[], bool]) -> None:
        try:
            plan = self._found(must_leave)
        except Exception:  # a parcel of another version, say
            log.exception("sub_solve_crashed", sub_solve=str(self.row.pk))
            plan = None
        document: dict[str, Any] | None = parcels.document(plan) if plan else None
        self.mine().update(status=Status.DONE, plan=document)

    def _found(self, must_leave: Callable[[], bool]) -> Plan | None:
        problem = parcels.unpacked(bytes(self.row.parcel)).problem
        seconds = self.deadline - time.monotonic()
        budget = Budget(seconds, self.row.seed, should_stop=lambda: must_leave() or not self._is_wanted())
        try:
            return run(self.row.engine, problem, budget).plan
        except EngineFailed as failure:
            log.error("sub_solve_failed", sub_solve=str(self.row.pk), reason=str(failure))
            return failure.best

    def _is_wanted(self) -> bool:
        """Says that it is alive, and sees whether the row is still there and its own."""
        if time.monotonic() - self.looked_at >= _LOOK:
            self.looked_at = time.monotonic()
            try:
                self.is_wanted = self.mine().update(heartbeat_at=Now()) == 1
            except (OperationalError, InterfaceError):
                connection.close()  # it may come back before the time is over
        return self.is_wanted
