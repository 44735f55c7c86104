"""What a service refuses, as a page or a form says it: the twin of config/errors.py."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect

from vrp.errors import Conflict, Invalid, Malformed, RoutebookError, TooLarge, Unavailable

_STATUS = {Malformed: 400, Conflict: 409, TooLarge: 413, Invalid: 422, Unavailable: 503}


def status(error: RoutebookError) -> int:
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)


def lines(error: RoutebookError) -> list[str]:
    """Every fault on a line of its own, with its place."""
    return [str(fault) for fault in error.faults] if isinstance(error, Invalid) else [str(error)]


def back(request: HttpRequest, to: str, error: RoutebookError, *args: object) -> HttpResponseRedirect:
    """Back to the page a small form stands on, which then says what was wrong."""
    messages.error(request, " ".join(lines(error)))
    return redirect(to, *args)
