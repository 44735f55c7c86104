"""An idempotency key: the answer a call got, kept so that the same call again gets the same."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from vrp.models.fields import DocumentField


class IdempotencyKey(models.Model):
    """Written in the transaction of the effect it stands for, so both exist or neither does."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=500)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = DocumentField(default=dict)
    body = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        db_table = "idempotency_keys"
        constraints = [
            models.UniqueConstraint(fields=["user", "method", "path", "key"], name="idempotency_keys_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
