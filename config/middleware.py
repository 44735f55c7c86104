"""What every request goes through, around the views."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Names the request, in the answer and in every log line. A caller's own name is kept if it is harmless."""

    HARMLESS = re.compile(r"[A-Za-z0-9-]{1,64}")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Not by `request.headers`: those are read once, and django-structlog is to find our id in them.
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = given if self.HARMLESS.fullmatch(given) else str(uuid.uuid4())
        request.request_id = request_id  # type: ignore[attr-defined]
        request.META["HTTP_X_REQUEST_ID"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        # django-structlog has cleared these, but Django still writes about this request after us.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response["X-Request-ID"] = request_id
        return response


class BodyLimitMiddleware:
    """Refuses, before a byte is read, bodies beyond the published size and compressed ones (bombs)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > settings.MAX_BODY_BYTES:
            return errors.too_large(request, f"The body is larger than {settings.MAX_BODY_BYTES} bytes.")
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return errors.unsupported_encoding(request)
        return self.get_response(request)


class DatabaseAwayMiddleware:
    """Answers 503 while PostgreSQL is away, so that callers know to try again."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, errors.DATABASE_AWAY):
            return errors.database_away(request, exception)
        return None
