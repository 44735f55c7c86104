"""Every way of saying no, in one place: the contract's table "Errors" for the API, plain pages for people."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from axes.helpers import get_cool_off
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.template import loader
from rest_framework import exceptions, status
from rest_framework.fields import get_error_detail
from rest_framework.response import Response
from rest_framework.settings import api_settings

from config import json
from vrp.errors import Conflict, Fault, Invalid, Malformed, Place, TooLarge, Unavailable

log = structlog.get_logger(__name__)

DATABASE_AWAY = (OperationalError, InterfaceError)
NOT_FOUND = "Not found"
UNAVAILABLE = "Service temporarily unavailable"
RETRY_AFTER = "5"  # seconds: how long our own PostgreSQL takes to come back


class CsrfFailed(exceptions.APIException):
    """A browser's session without its CSRF token. No PermissionDenied, because that means "not there"."""

    status_code = status.HTTP_403_FORBIDDEN


# --- inside REST framework -----------------------------------------------------


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """This will answer what the contract says, or nothing: then Django logs it and calls `server_error`."""
    match error:
        case exceptions.ValidationError():
            return _invalid(faults(error.detail))
        case DjangoValidationError():
            return _invalid(faults(get_error_detail(error)))
        case Invalid():
            return _invalid(iter(error.faults))
        case Malformed():
            return _answer(400, str(error))
        case Conflict():
            return _answer(409, str(error))
        case TooLarge():
            return _answer(413, str(error))
        case Unavailable():
            return _answer(503, str(error) or UNAVAILABLE, {"Retry-After": RETRY_AFTER})
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return _answer(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})
        case Http404() | ObjectDoesNotExist() | exceptions.NotFound():
            return _answer(404, NOT_FOUND)
        case PermissionDenied() | exceptions.PermissionDenied():
            return _answer(404, NOT_FOUND)
        case exceptions.Throttled():
            wait = int(getattr(error, "wait", None) or 1)
            return _answer(429, str(error.detail), {"Retry-After": str(wait)})
        case exceptions.APIException():
            return _answer(error.status_code, str(error.detail))
        case RequestDataTooBig():
            return _answer(413, str(error))
        case SuspiciousOperation() | UnreadablePostError():
            return _answer(400, "Bad request")
        case OperationalError() | InterfaceError():
            note_database_away(error)
            return _answer(503, UNAVAILABLE, {"Retry-After": RETRY_AFTER})
    return None


def _answer(code: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    return Response({"detail": detail}, status=code, headers=headers)


def _invalid(found: Iterator[Fault]) -> Response:
    return Response({"detail": [fault.as_dict() for fault in Invalid(found).faults]}, status=422)


def faults(detail: Any, place: Place = ()) -> Iterator[Fault]:
    """REST framework nests its messages the way the input is nested; the contract lists them with their place."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            here = place if key == api_settings.NON_FIELD_ERRORS_KEY else (*place, key)
            yield from faults(inner, here)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_message = isinstance(inner, str)
            yield from faults(inner, place if is_message else (*place, index))
    else:
        yield Fault(place, str(detail), getattr(detail, "code", "value_error"))


# --- everywhere else: middleware, unknown addresses, pages ---------------------------


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request, str(exception))
    return _say(request, 400, "Bad request")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(request, 404, NOT_FOUND) if is_api(request) else _say(request, 403, "Not allowed")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _say(request, 403, "Not allowed")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(request, 404, NOT_FOUND)


def too_large(request: HttpRequest, detail: str) -> HttpResponse:
    return _say(request, 413, detail)


def unsupported_encoding(request: HttpRequest) -> HttpResponse:
    return _say(request, 415, "Compressed request bodies are not accepted.")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: object = None
) -> HttpResponse:
    """What django-axes answers after too many wrong passwords."""
    wait = get_cool_off(request)
    seconds = int(wait.total_seconds()) if wait else 0
    answer = _say(request, 429, f"Too many failed log-ins. Try again in {seconds // 60} minutes.")
    answer["Retry-After"] = str(seconds)
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    if isinstance(error, DATABASE_AWAY):  # raised outside a view, for instance while a session was saved
        return database_away(request, error)
    if not is_api(request):
        return _page(500, "Something went wrong", request_id=_request_id(request))
    return _json(500, {"detail": "Internal server error", "request_id": _request_id(request)})


def database_away(request: HttpRequest, error: Exception) -> HttpResponse:
    note_database_away(error)
    response = _json(503, {"detail": UNAVAILABLE}) if is_api(request) else _page(503, UNAVAILABLE)
    response["Retry-After"] = RETRY_AFTER
    return response


def note_database_away(error: Exception) -> None:
    """This will log it and drop the dead connection, so that the next request makes a new one."""
    log.error("database_away", error=str(error).strip())
    connection.close_if_unusable_or_obsolete()


def _say(request: HttpRequest, code: int, detail: str) -> HttpResponse:
    return _json(code, {"detail": detail}) if is_api(request) else _page(code, detail, request)


def _json(code: int, data: dict[str, str]) -> HttpResponse:
    return HttpResponse(json.dumps(data), status=code, content_type="application/json")


def _page(code: int, title: str, request: HttpRequest | None = None, **context: str) -> HttpResponse:
    # Without the request the page knows no user and asks the database nothing: for when that is what failed.
    text = loader.render_to_string("error.html", {"code": code, "title": title, **context}, request)
    return HttpResponse(text, status=code)


def _request_id(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")
