"""A planning session: what one person works on, and the root of everything they may see."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User


class PlanningSessionQuerySet(models.QuerySet["PlanningSession"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user)

    def editable_by(self, user: User) -> Self:
        return self.filter(user=user)


class PlanningSession(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    last_accessed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PlanningSessionQuerySet.as_manager()

    class Meta:
        db_table = "sessions"
        verbose_name = "session"
        indexes = [models.Index(fields=["user", "-last_accessed_at", "-id"], name="sessions_of_user")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="sessions_have_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
