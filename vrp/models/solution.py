"""A solution: one solve of a scenario. Its status and, once there, its plan."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from vrp.models.fields import DocumentField
from vrp.models.scenario import Scenario


def figures(payload: dict[str, Any]) -> dict[str, Any]:
    """What of a plan stands beside it in the row."""
    summary = payload["summary"]
    names = ("cost", "vehicles_used", "assigned", "unassigned")
    return {"payload": payload, "plan_status": payload["status"], **{name: summary[name] for name in names}}


class SolutionQuerySet(models.QuerySet["Solution"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scenario__in=Scenario.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(scenario__in=Scenario.objects.editable_by(user))

    def without_payloads(self) -> Self:
        """The rows without their documents, for lists: those would be most of the work."""
        return self.defer("request", "draft", "payload", "progress")

    def unfinished(self) -> Self:
        return self.filter(status__in=Solution.UNFINISHED)


class Solution(models.Model):
    """What is asked (request, engine, limits) never changes; the worker writes the rest.

    `attempt` is a fencing number: it grows each time a worker takes the solve on, and a worker may write only while it
    is still its own. `crashes` counts the attempts that ended without a word, and limits them.
    """

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        INFEASIBLE = "infeasible"
        FAILED = "failed"
        CANCELLED = "cancelled"

    UNFINISHED = (Status.QUEUED, Status.RUNNING)
    FINISHED = (Status.SUCCEEDED, Status.INFEASIBLE, Status.FAILED, Status.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="solutions")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # What is asked. `request` is a copy, so that editing the scenario never changes what is being solved.
    revision = models.PositiveIntegerField()
    request = DocumentField()
    request_digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=30)
    time_limit = models.FloatField(help_text="Seconds.")
    seed = models.PositiveIntegerField()
    draft = DocumentField(null=True, help_text="The plan to begin with, and what of it is held.")
    # Where it comes from: the plan that was changed by hand, or searched on from, and how.
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="children")
    change = models.CharField(max_length=300, blank=True)
    # How it goes.
    status = models.CharField(max_length=20, choices=Status, default=Status.QUEUED)
    progress = DocumentField(default=dict)
    attempt = models.PositiveIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # What came out. The figures stand beside the payload so that lists never load it.
    payload = DocumentField(null=True)
    error = models.TextField(blank=True)
    plan_status = models.CharField(max_length=40, blank=True)
    cost = models.FloatField(null=True)
    vehicles_used = models.PositiveIntegerField(null=True)
    assigned = models.PositiveIntegerField(null=True)
    unassigned = models.PositiveIntegerField(null=True)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        db_table = "solutions"
        indexes = [
            models.Index(fields=["scenario", "-queued_at", "-id"], name="solutions_of_scenario"),
            models.Index(fields=["-queued_at", "-id"], name="solutions_newest"),
            models.Index(
                fields=["status", "queued_at"],
                name="solutions_unfinished",
                condition=Q(status__in=["queued", "running"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=["queued", "running", "succeeded", "infeasible", "failed", "cancelled"]
                ),
                name="solutions_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], finished_at=None)
                | Q(status__in=["succeeded", "infeasible", "failed", "cancelled"], finished_at__isnull=False),
                name="solutions_finished_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(status="queued", started_at=None)
                | Q(status__in=["running", "succeeded", "infeasible"], started_at__isnull=False)
                | Q(status__in=["failed", "cancelled"]),
                name="solutions_started_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(heartbeat_at__isnull=False, attempt__gte=1),
                name="solutions_running_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["queued", "running"], payload=None, plan_status="")
                | Q(status__in=["succeeded", "infeasible"], payload__isnull=False)
                | Q(status__in=["failed", "cancelled"]),
                name="solutions_plan_comes_at_the_end",
            ),
            models.CheckConstraint(
                condition=Q(status="failed") & ~Q(error="") | ~Q(status="failed") & Q(error=""),
                name="solutions_failed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | Q(stop_requested_at__isnull=False),
                name="solutions_cancelled_on_request",
            ),
            models.CheckConstraint(
                condition=~Q(status="queued") | Q(stop_requested_at=None),
                name="solutions_stopped_is_not_queued",
            ),
            models.CheckConstraint(condition=Q(time_limit__gt=0), name="solutions_time_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.engine}, {self.time_limit:g} s: {self.status}"

    @property
    def is_finished(self) -> bool:
        return self.status in self.FINISHED

    @property
    def is_by_hand(self) -> bool:
        """Nobody searched for its plan."""
        return bool(self.change) and self.attempt == 0 and self.is_finished

    @property
    def is_stopping(self) -> bool:
        return self.stop_requested_at is not None and not self.is_finished
