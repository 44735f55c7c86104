"""The same call again gets the same answer: `Idempotency-Key`, as in the IETF draft."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from vrp.errors import Conflict, Fault, Invalid
from vrp.models import IdempotencyKey

KEPT_FOR = timedelta(hours=24)
_PLACE = ("header", "Idempotency-Key")


class StillRunning(Conflict):
    """The first call with this key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call got back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def once(
    *,
    user: User,
    method: str,
    path: str,
    key: str,
    body_digest: str,
    action: Callable[[], Answer],
    now: datetime,
) -> Answer:
    """This will run the action and keep its answer, or return the answer it got the first time.

    Both happen in one transaction: whatever stops the action, neither its effect nor an answer is left. The same key
    with another body raises `Invalid`; while the first call runs, `StillRunning`.
    """
    if not 1 <= len(key) <= 255 or not key.isprintable():
        raise Invalid([Fault(_PLACE, "should be 1 to 255 printable characters", "value_error")])
    _take_or_refuse(f"{user.pk} {method} {path} {key}")
    place: dict[str, Any] = {"user": user, "method": method, "path": path, "key": key}
    kept = IdempotencyKey.objects.filter(**place).first()
    if kept and kept.created_at > now - KEPT_FOR:
        return _answer_again(kept, body_digest)
    answer = action()
    IdempotencyKey.objects.update_or_create(
        **place,
        defaults={
            "body_digest": body_digest,
            "status": answer.status,
            "headers": answer.headers,
            "body": answer.body,
            "created_at": now,
        },
    )
    return answer


def forget_old(*, now: datetime) -> int:
    """This will delete the answers nobody may ask for again, and return how many."""
    return IdempotencyKey.objects.filter(created_at__lte=now - KEPT_FOR).delete()[0]


def _take_or_refuse(name: str) -> None:
    """Hold the key until the transaction ends. A lock, because a row of the first call cannot be seen yet."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning("A call with this Idempotency-Key is still running.")


def _answer_again(kept: IdempotencyKey, body_digest: str) -> Answer:
    if kept.body_digest != body_digest:
        raise Invalid([Fault(_PLACE, "was used before with another body", "idempotency_key_reused")])
    return Answer(status=kept.status, body=bytes(kept.body), headers=kept.headers)
