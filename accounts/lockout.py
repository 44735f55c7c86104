"""What django-axes asks us."""

from collections.abc import Mapping

from django.http import HttpRequest

from accounts.models import User


def username(request: HttpRequest, credentials: Mapping[str, str] | None) -> str:
    """This will return the name failed attempts are counted under, however it was typed."""
    given = credentials or request.POST
    return User.normalize_username(given.get("username") or "")
