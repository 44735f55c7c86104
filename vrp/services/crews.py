"""Who helps with a solve: the coordinator's side of sub-solves. It offers parts and collects what comes back."""

import functools
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now

from vrp import queue
from vrp.domain import plan as plans
from vrp.domain.plan import Plan
from vrp.engines import parcels
from vrp.engines.base import Budget
from vrp.engines.parts import Part
from vrp.models import SubSolve
from vrp.services import liveness
from vrp.services.attempts import Attempt

log = structlog.get_logger(__name__)
Status = SubSolve.Status
Answer = TypeVar("Answer")
NOTHING: list[tuple[int, Plan]] = []
_LOST = timedelta(seconds=3)  # without a sign of life
_TAKEN_WITHIN = 2.0  # seconds; who has not taken a part by then is not waited for
_LOOK = 0.3  # seconds between two looks at what is free, and at who is lost


def of(attempt: Attempt) -> "Crew | None":
    """This will return who may help with a solve; None where the operator wants no help."""
    return Crew(attempt) if settings.SUB_SOLVES > 0 else None


def _or_else(nothing: Answer) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A solve goes on by itself while the database is away."""

    def safely(method: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(method)
        def answer(*arguments: Any) -> Answer:
            try:
                return method(*arguments)
            except (DatabaseError, InterfaceError) as error:
                log.warning("nobody_reached", error=str(error))
                connection.close()
                return nothing

        return answer

    return safely


class Crew:
    """See `vrp.engines.together.Crew`."""

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.from_tasks: int = settings.SUB_SOLVES_FROM
        self._given_at = self._looked_at = self._asked_at = 0.0
        self._free, self._is_at_work = 0, False

    def rows(self) -> "QuerySet[SubSolve]":
        return SubSolve.objects.filter(solution=self.attempt.solution_id, attempt=self.attempt.number)

    @_or_else(0)
    def free(self) -> int:
        if time.monotonic() - self._asked_at >= _LOOK:
            self._asked_at = time.monotonic()
            others = SubSolve.objects.exclude(solution=self.attempt.solution_id)
            busy = others.exclude(status=Status.DONE).count()
            self._free = max(0, min(settings.SUB_SOLVES, liveness.free_machines() - busy))
        return self._free

    @_or_else(None)
    def give(self, shares: Sequence[Part], engine: str, budget: Budget) -> None:
        sent = [parcels.packed(part) for part in shares]
        left = timedelta(seconds=budget.deadline - time.monotonic())
        with transaction.atomic():
            self._forget()  # the database may have been away when the last ones were withdrawn
            for number, parcel in enumerate(sent):
                row = SubSolve.objects.create(
                    solution_id=self.attempt.solution_id,
                    attempt=self.attempt.number,
                    number=number,
                    machine=liveness.machine(),
                    parcel=parcel,
                    engine=engine,
                    seed=budget.seed,
                    queued_at=Now(),
                    ends_at=ExpressionWrapper(Now() + left, output_field=DateTimeField()),
                )
                queue.defer("vrp.sub_solve", queue.SUB_SOLVES, sub_solve_id=row.pk)
        self._given_at, self._is_at_work = time.monotonic(), True

    @_or_else(False)
    def is_at_work(self) -> bool:
        if time.monotonic() - self._looked_at >= _LOOK:
            self._looked_at = time.monotonic()
            self._offer_again()
            waited_for = [Status.RUNNING]
            if time.monotonic() - self._given_at < _TAKEN_WITHIN:
                waited_for.append(Status.WAITING)
            self._is_at_work = self.rows().filter(status__in=waited_for).exists()
        return self._is_at_work

    def _offer_again(self) -> None:
        """What a worker has that is silent, and what waits without a job: its worker died before it took it."""
        lost = self.rows().filter(status=Status.RUNNING, heartbeat_at__lt=Now() - _LOST)
        lost.update(status=Status.WAITING, taking=F("taking") + 1)
        waiting = self.rows().filter(status=Status.WAITING, ends_at__gt=Now() + _LOST)
        ids = list(waiting.values_list("pk", flat=True))
        have_job = queue.waiting_ids("vrp.sub_solve", "sub_solve_id") if ids else set()
        for pk in ids:
            if str(pk) not in have_job:
                queue.defer("vrp.sub_solve", queue.SUB_SOLVES, sub_solve_id=pk)

    @_or_else(NOTHING)
    def returned(self) -> list[tuple[int, Plan]]:
        documents = self.rows().filter(plan__isnull=False).values_list("number", "plan")
        return [(number, plans.read(document)) for number, document in documents]

    @_or_else(None)
    def withdraw(self) -> None:
        with transaction.atomic():
            self._forget()

    def _forget(self) -> None:
        queue.withdraw("vrp.sub_solve", "sub_solve_id", self.rows().values_list("pk", flat=True))
        self.rows().delete()
