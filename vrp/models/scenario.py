"""A scenario: one routing problem of a session, as it is now and as it first came in."""

import uuid
from typing import Any, Self

from django.db import models
from django.utils import timezone

from accounts.models import User
from vrp.domain import request as requests
from vrp.models.fields import DocumentField
from vrp.models.session import PlanningSession


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(session__in=PlanningSession.objects.visible_to(user))

    def editable_by(self, user: User) -> Self:
        return self.filter(session__in=PlanningSession.objects.editable_by(user))

    def without_payloads(self) -> Self:
        """The rows without their documents, for lists: those would be most of the work."""
        return self.defer("request", "original_request")


class Scenario(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(PlanningSession, on_delete=models.CASCADE, related_name="scenarios")
    name = models.CharField(max_length=200)
    request = DocumentField()
    original_request = DocumentField(editable=False)
    request_digest = models.CharField(max_length=64, editable=False)
    revision = models.PositiveIntegerField(
        default=1, editable=False, help_text="Number of the newest revision."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        db_table = "scenarios"
        indexes = [models.Index(fields=["session", "-created_at", "-id"], name="scenarios_of_session")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="scenarios_have_a_name"),
            models.CheckConstraint(
                condition=models.Q(revision__gte=1), name="scenarios_revision_counts_from_1"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def problem(self) -> requests.Request:
        """The request as the domain reads it."""
        return requests.read(self.request)

    @property
    def counts(self) -> dict[str, int]:
        """How many jobs, shipments and vehicles the request has, for people."""
        document: dict[str, Any] = self.request
        return {key: len(document.get(key) or ()) for key in ("jobs", "shipments", "vehicles")}
