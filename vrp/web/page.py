"""What every page of a planner has in common: it is for somebody who is logged in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from vrp.errors import RoutebookError
from vrp.web import errors


class AuthedRequest(HttpRequest):
    """Of somebody who is logged in; `page` lets nobody else through."""

    user: User


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for people who are logged in; what a service refuses becomes a page that says why."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except RoutebookError as error:
            context = {"title": "That did not work", "lines": errors.lines(error)}
            return render(request, "vrp/refused.html", context, status=errors.status(error))

    return login_required(shown)
