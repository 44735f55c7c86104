"""What a service refuses, as a page or a form says it: the twin of config/errors.py."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from vrp.errors import Conflict, Invalid, Malformed, RoutebookError, TooLarge, Unavailable

STATUS = {Malformed: 400, Conflict: 409, TooLarge: 413, Invalid: 422, Unavailable: 503}
View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A view for people who are logged in; what a service refuses becomes a page that says why."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RoutebookError as error:
            context = {"title": "That did not work", "lines": lines(error), "code": status(error)}
            return render(request, "vrp/refused.html", context, status=status(error))

    return login_required(shown)


def status(error: RoutebookError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def lines(error: RoutebookError) -> list[str]:
    """Every fault on a line of its own, with its place."""
    return [str(fault) for fault in error.faults] if isinstance(error, Invalid) else [str(error)]


def back(request: HttpRequest, to: str, error: RoutebookError, *args: object) -> HttpResponseRedirect:
    """Back to the page a small form stands on, which then says what was wrong."""
    messages.error(request, " ".join(lines(error)))
    return redirect(to, *args)
