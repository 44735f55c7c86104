"""Finds what dead and frozen workers left behind and sets it going again."""

import time
from datetime import datetime, timedelta

import structlog
from django.db import InterfaceError, OperationalError
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from vrp import queue
from vrp.models import Solution
from vrp.services import attempts, idempotency, liveness, sub_solves
from vrp.services.attempts import Attempt

log = structlog.get_logger(__name__)
FROZEN_AFTER = timedelta(seconds=15)
# Seconds. Whoever still looks dead that much later is; a database that just came back shows nobody's lock.
_CONFIRM = 0.9
_TIDY = 60.0  # seconds between two times of throwing old things away


class Sweep:
    """One look after another; call `look` about once a second. Several may run at the same time."""

    def __init__(self) -> None:
        self._suspects: dict[Attempt, float] = {}
        self._tidied_at = -_TIDY

    def look(self, now: datetime) -> int:
        """This will set going again what nobody works on, and return how many solves that were."""
        liveness.say_alive()
        locks = liveness.holders()
        dead = self._running(locks)
        lost = self._without_job()
        confirmed = self._confirm(dead.keys() | lost)
        for attempt in dead.keys() & confirmed:
            try:
                self._recover(attempt, dead[attempt])
            except (OperationalError, InterfaceError):
                raise
            except Exception:  # one that cannot be recovered must not keep the others waiting
                log.exception("solve_not_recovered", solution=str(attempt.solution_id))
        for suspect in lost & confirmed:
            queue.defer("vrp.solve", solution_id=suspect.solution_id)
        sub_solves.forget_old()
        self._tidy(now)
        return len(confirmed)

    def _running(self, locks: dict[int, int]) -> dict[Attempt, int | None]:
        """Running solves whose worker is gone (None) or silent (who holds the lock)."""
        silence = ExpressionWrapper(Now() - F("heartbeat_at"), output_field=DurationField())
        running = Solution.objects.filter(status=Solution.Status.RUNNING).annotate(silence=silence)
        found: dict[Attempt, int | None] = {}
        for solution_id, number, silent_for in running.values_list("id", "attempt", "silence"):
            holder = locks.get(liveness.key(solution_id, number))
            if holder is None or silent_for > FROZEN_AFTER:
                found[Attempt(solution_id, number)] = holder
        return found

    def _without_job(self) -> set[Attempt]:
        """Waiting solves that no job would start: its worker died between taking the job and taking the solve on."""
        queued = Solution.objects.filter(status=Solution.Status.QUEUED).values_list("id", "attempt")
        have_job = queue.waiting_ids("vrp.solve", "solution_id")
        return {Attempt(pk, number) for pk, number in queued if str(pk) not in have_job}

    def _confirm(self, suspects: set[Attempt]) -> set[Attempt]:
        now = time.monotonic()
        self._suspects = {suspect: self._suspects.get(suspect, now) for suspect in suspects}
        return {suspect for suspect in suspects if now - self._suspects[suspect] >= _CONFIRM}

    def _recover(self, attempt: Attempt, holder: int | None) -> None:
        reason = "its worker died." if holder is None else "its worker stood still."
        log.warning(
            "solve_recovered", solution=str(attempt.solution_id), attempt=attempt.number, reason=reason
        )
        if holder is not None:
            liveness.cut_off(holder)
        attempts.give_back(attempt, crash=reason)

    def _tidy(self, now: datetime) -> None:
        if time.monotonic() - self._tidied_at >= _TIDY:
            self._tidied_at = time.monotonic()
            queue.tidy()
            idempotency.forget_old(now=now)
