"""A scenario's revision: one change of its request, who made it and when."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from vrp.models.fields import DocumentField
from vrp.models.scenario import Scenario


class ScenarioRevisionQuerySet(models.QuerySet["ScenarioRevision"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(scenario__in=Scenario.objects.visible_to(user))

    def without_payloads(self) -> Self:
        return self.defer("patch")


class ScenarioRevision(models.Model):
    """Revision 1 is the scenario as it came in; each later `patch` (RFC 6902) leads from the one before to this one."""

    class Kind(models.TextChoices):
        CREATE = "create"
        IMPORT = "import"
        DUPLICATE = "duplicate"
        EDIT = "edit"
        RESET = "reset"

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    patch = DocumentField(default=list)
    request_digest = models.CharField(max_length=64)

    objects = ScenarioRevisionQuerySet.as_manager()

    class Meta:
        db_table = "scenario_revisions"
        ordering = ["-number"]
        constraints = [
            # Also the index of the list, read backwards.
            models.UniqueConstraint(fields=["scenario", "number"], name="scenario_revisions_number_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="scenario_revisions_count_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.kind})"
