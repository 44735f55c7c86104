"""The only door to the job queue. Jobs are sent by name, in the caller's transaction, and carry ids only."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Min
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

QUEUE = "solve"
SUB_SOLVES = "sub_solve"  # apart: who has something to solve does not listen
_STALE_AFTER = 15  # seconds without a heartbeat


def defer(task_name: str, queue: str = QUEUE, **ids: UUID | int) -> None:
    """This will queue a job; it exists once the transaction around it commits, or not at all."""
    job = app.configure_task(task_name, queue=queue)
    job.defer(**{name: str(value) for name, value in ids.items()})


def depth() -> int:
    """This will return how many solves wait."""
    return ProcrastinateJob.objects.filter(queue_name=QUEUE, status="todo").count()


def oldest_waiting() -> datetime | None:
    """This will return since when the solve that waits longest has waited; None when none waits."""
    events = ProcrastinateEvent.objects.filter(type="deferred", job__queue_name=QUEUE, job__status="todo")
    return events.aggregate(at=Min("at"))["at"]


def waiting_ids(task_name: str, name: str) -> set[str]:
    """This will return the values of one id among the jobs of a task that wait."""
    jobs = ProcrastinateJob.objects.filter(task_name=task_name, status="todo")
    return set(jobs.values_list(f"args__{name}", flat=True))


def withdraw(task_name: str, name: str, values: Iterable[UUID]) -> None:
    """This will forget the jobs of a task that wait, by one of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND task_name = %s AND args->>%s = ANY(%s)",
            [task_name, name, list(map(str, values))],
        )


def tidy() -> None:
    """This will forget dead workers and the jobs they had; what jobs were about is looked after elsewhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => %s)",
            [_STALE_AFTER],
        )
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
            " OR status NOT IN ('todo', 'doing')"
        )
