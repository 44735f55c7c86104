"""What can be done with a log-in: open, rotate, end. Refresh tokens live here and are stored only as hashes."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.contrib.auth import login as start_session
from django.contrib.auth.signals import user_logged_in
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.addresses import client_address
from accounts.models import Login, User

log = structlog.get_logger(__name__)

GRACE = timedelta(seconds=10)  # a client that refreshes twice at once has not been robbed
SESSION_KEY = "login_id"  # where a browser's session keeps the id of its row
Pair = dict[str, str]


def open_for_api(*, user: User, request: HttpRequest, now: datetime) -> Pair:
    """This will sign a device in and return its first pair of tokens."""
    login = _device(user, request, now, settings.REFRESH_TOKEN_LIFETIME)
    token = _new_token(login.pk)
    login.token_hash = _hash(token)
    login.save(force_insert=True)
    user_logged_in.send(User, request=request, user=user)  # forgets failed attempts, notes the last log-in
    return _pair(login, token)


def open_for_browser(*, user: User, request: HttpRequest, now: datetime) -> None:
    """This will start a browser session that lives no longer than its row."""
    end_browser(request=request, now=now)
    start_session(request, user, backend="django.contrib.auth.backends.ModelBackend")
    login = _device(user, request, now, timedelta(seconds=settings.SESSION_COOKIE_AGE))
    login.save(force_insert=True)
    request.session[SESSION_KEY] = str(login.pk)


def rotate(*, token: str, request: HttpRequest, now: datetime) -> Pair | None:
    """This will exchange a refresh token for a new pair, once. None: it is worth nothing.

    A token that is known but dead was copied by somebody, and nobody can tell who holds the good one: its whole
    log-in ends. Within the grace it is taken for the loser of a race.
    """
    login_id = _login_id(token)
    if login_id is None:
        return None
    new = _new_token(login_id)
    # One statement, so of several at once exactly one finds the old hash. The user is asked for in a subquery of
    # its own: in a join, PostgreSQL would not look at the changed row again after waiting for its lock.
    is_active = Exists(User.objects.filter(pk=OuterRef("user_id"), is_active=True))
    has_rotated = (
        Login.objects.alive(now)
        .filter(is_active, pk=login_id, token_hash=_hash(token))
        .update(
            prev_hash=F("token_hash"),
            token_hash=_hash(new),
            rotated_at=now,
            last_used_at=now,
            expires_at=now + settings.REFRESH_TOKEN_LIFETIME,
            user_agent=_user_agent(request),
            ip_address=client_address(request),
        )
    )
    if has_rotated:
        return _pair(Login.objects.get(pk=login_id), new)
    _end_if_reused(login_id, token, now)
    return None


def _end_if_reused(login_id: UUID, token: str, now: datetime) -> None:
    dead = (
        Login.objects.filter(pk=login_id, token_hash__isnull=False)
        .exclude(token_hash=_hash(token))
        .exclude(prev_hash=_hash(token), rotated_at__gt=now - GRACE)
    )
    if dead.revoke("refresh token used twice", now):
        log.warning("refresh_token_used_twice", login_id=str(login_id))


def current(request: HttpRequest) -> str | None:
    """This will return the id of the log-in that is asking, by token or by session."""
    proof = getattr(request, "auth", None)
    return str(proof.pk) if isinstance(proof, Login) else request.session.get(SESSION_KEY)


def end(*, token: str, now: datetime) -> None:
    """This will sign out the device that holds this refresh token, if there is one."""
    if login_id := _login_id(token):
        Login.objects.filter(pk=login_id, token_hash=_hash(token)).revoke("logged out", now)


def end_browser(*, request: HttpRequest, now: datetime) -> None:
    """This will end the row of this browser session, if it has one."""
    if login_id := request.session.get(SESSION_KEY):
        Login.objects.filter(pk=login_id).revoke("logged out", now)


def end_all(*, user: User, reason: str, now: datetime, keep: str | None = None) -> None:
    """This will sign a person out everywhere, except on the device to keep."""
    user.logins.exclude(pk__in=[keep] if keep else []).revoke(reason, now)


def _device(user: User, request: HttpRequest, now: datetime, lifetime: timedelta) -> Login:
    return Login(
        user=user,
        last_used_at=now,
        expires_at=now + lifetime,
        user_agent=_user_agent(request),
        ip_address=client_address(request),
    )


def _user_agent(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:300]


def _pair(login: Login, refresh: str) -> Pair:
    access = AccessToken()
    access["sub"] = str(login.user_id)
    access["sid"] = str(login.pk)
    return {"access": str(access), "refresh": refresh}


def _new_token(login_id: UUID) -> str:
    # The id in front lets a dead token be recognised however old it is; the secret behind it has 256 bits.
    return f"{login_id.hex}.{secrets.token_urlsafe(32)}"


def _login_id(token: str) -> UUID | None:
    try:
        return UUID(hex=token.partition(".")[0])
    except ValueError:
        return None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
