"""A sub-solve: a part of a running solve, given away for some seconds."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from vrp.models.fields import DocumentField
from vrp.models.solution import Solution


class SubSolve(models.Model):
    """Lives as long as the round of `solution`'s `attempt` that made it; losing it loses time only.

    `taking` is a fencing number, as a solution's `attempt`: it grows each time a worker takes the part, and when it is
    taken from one. Done without a plan: the engine failed.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="sub_solves")
    attempt = models.PositiveIntegerField(help_text="Of the solution.")
    number = models.PositiveSmallIntegerField(help_text="Of the part.")
    machine = models.CharField(max_length=40, help_text="That gave it away.")
    # What is asked.
    parcel = models.BinaryField()
    engine = models.CharField(max_length=30)
    seed = models.PositiveBigIntegerField()
    ends_at = models.DateTimeField(help_text="Nobody waits for it after that.")
    # How it goes.
    status = models.CharField(max_length=20, choices=Status, default=Status.WAITING)
    taking = models.PositiveIntegerField(default=0)
    taken_by = models.CharField(max_length=40, blank=True, help_text="The machine.")
    queued_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(null=True)
    plan = DocumentField(null=True)

    class Meta:
        db_table = "sub_solves"
        constraints = [
            models.UniqueConstraint(fields=["solution", "attempt", "number"], name="sub_solves_once"),
            models.CheckConstraint(
                condition=Q(status__in=["waiting", "running", "done"]), name="sub_solves_status_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(heartbeat_at__isnull=False, taking__gte=1),
                name="sub_solves_running_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(status="done") | Q(plan__isnull=True), name="sub_solves_plan_comes_at_the_end"
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.number}, {self.engine}: {self.status}"
