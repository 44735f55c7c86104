"""How a request proves who is asking: an access token, or the session of a browser."""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from accounts.logins import SESSION_KEY
from accounts.models import Login, User
from config.errors import CsrfFailed

NOTED_EVERY = timedelta(minutes=10)  # how exactly we know when a browser was last used


class AccessTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …`. The signature is checked first, so a forged token costs no database."""

    def authenticate(self, request: Request) -> tuple[User, Login] | None:
        header = authentication.get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        try:
            token = header[1].decode() if len(header) == 2 else ""
            claims = AccessToken(token).payload  # type: ignore[arg-type]  # its stub wants a Token
            login = (
                Login.objects.alive(timezone.now())
                .select_related("user")
                .get(pk=claims["sid"], user=claims["sub"], user__is_active=True)
            )
        except (TokenError, ArithmeticError, ValueError, KeyError, ValidationError, Login.DoesNotExist):
            raise AuthenticationFailed from None
        structlog.contextvars.bind_contextvars(user_id=str(login.user_id))
        return login.user, login

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class SessionAuthentication(authentication.SessionAuthentication):
    """The cookie of the pages; changing anything with it takes the CSRF token too."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise CsrfFailed(error.detail) from None


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's own, and a browser whose log-in was revoked is nobody from then on."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        # Lazily, so that what needs no user (health, static files, API tokens) asks the database nothing.
        request.user = SimpleLazyObject(lambda: _user_of_session(request))  # type: ignore[assignment]


def _user_of_session(request: HttpRequest) -> Any:
    user = get_user(request)
    if not user.is_authenticated:
        return user
    if not _is_signed_in(request, timezone.now()):
        request.session.flush()
        return AnonymousUser()
    structlog.contextvars.bind_contextvars(user_id=str(user.pk))
    return user


def _is_signed_in(request: HttpRequest, now: datetime) -> bool:
    login_id = request.session.get(SESSION_KEY)
    if login_id is None:  # the session did not come from our log-in page
        return True
    login = Login.objects.alive(now).only("last_used_at").filter(pk=login_id).first()
    if login and login.last_used_at < now - NOTED_EVERY:
        Login.objects.filter(pk=login_id).update(last_used_at=now)
    return login is not None


class AccessTokenScheme(OpenApiAuthenticationExtension):
    target_class = AccessTokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "sessionCookie"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
