"""Plans side by side: their figures, why one is cheaper, and which stops move."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vrp.domain import comparison
from vrp.errors import Malformed
from vrp.models import Solution
from vrp.services import solutions
from vrp.web import legend, map_data, routes, show, tiles
from vrp.web.legend import Legend
from vrp.web.page import AuthedRequest, page
from vrp.web.show import extra

Document = dict[str, Any]
MOST = 4
_TOLD = 50  # stops that move
_LETTERS = "ABCD"
_FIGURES = (
    ("cost", "Cost", show.money),
    ("vehicles_used", "Vehicles", str),
    ("assigned", "Served", str),
    ("unassigned", "Not served", str),
    ("distance", "Distance", show.km),
    ("travel_time", "On the road", show.lasting),
    ("service", "Working", show.lasting),
    ("waiting_time", "Waiting", show.lasting),
    ("lateness", "Late", show.lasting),
    ("overtime", "Overtime", show.lasting),
)
_BETTER_WITH_MORE = ("assigned",)
_NO_JUDGEMENT = ("service",)
# The last part of a cost's path, and what it is paid for.
_PAID_FOR = {
    "fixed": "vehicles",
    "per_hour": "hours on the road",
    "per_km": "kilometres",
    "per_task_hour": "hours of work",
    "per_wait_hour": "waiting",
    "per_duration_hour": "hours of the routes",
    "cost_per_hour": "overtime",
    "penalty": "what is left out",
    "soft": "coming early or late",
}


@page
@require_safe
def compare(request: AuthedRequest) -> HttpResponse:
    plans = _plans(request)
    first, names = plans[0], legend.of(plans[0].request)
    others = [
        _other(letter, first, plan, names) for letter, plan in zip(_LETTERS[1:], plans[1:], strict=False)
    ]
    context = {
        "plans": [_column(letter, plan) for letter, plan in zip(_LETTERS, plans, strict=False)],
        "figures": [row for key, label, write in _FIGURES if (row := _row(key, label, write, plans))],
        "others": others,
        "session": first.scenario.session,
    }
    return render(request, "vrp/compare.html", context)


def _column(letter: str, solution: Solution) -> Document:
    names, plan = legend.of(solution.request), solutions.plan(solution)
    drawn = map_data.of(routes.rows(plan, names), plan["unassigned"], names)
    base = tiles.covering(map_data.places(drawn)) if drawn else None
    has_roads = any(route.get("geometry") for route in plan["routes"])
    return {
        "letter": letter,
        "solution": solution,
        "drawn": drawn,
        "base": base,
        "ids": {"drawn": f"map-data-{letter}", "base": f"base-map-{letter}"},
        "credit": tiles.CREDIT if base or has_roads else None,
    }


def _plans(request: AuthedRequest) -> list[Solution]:
    """Those that are named, in their order. What is not the user's is as good as not there."""
    try:
        asked = list(dict.fromkeys(UUID(name) for name in request.GET.getlist("plan")))
    except ValueError:
        raise Http404 from None
    if not 2 <= len(asked) <= MOST:
        raise Malformed(f"Choose two to {MOST} plans to compare; these are {len(asked)}.")
    rows = Solution.objects.visible_to(request.user).select_related("scenario__session")
    rows = rows.defer("draft", "progress", "scenario__request", "scenario__original_request")
    found = rows.in_bulk(asked)
    if len(found) < len(asked):
        raise Http404
    for solution in found.values():
        solutions.plan(solution)
    return [found[pk] for pk in asked]


def _row(key: str, label: str, write: Any, plans: list[Solution]) -> Document | None:
    values = [plan.payload["summary"].get(key) for plan in plans]
    if any(value is None for value in values) or not any(values):
        return None
    cells = [{"text": write(values[0])}]
    for value in values[1:]:
        by = value - values[0]
        better = by > 0 if key in _BETTER_WITH_MORE else by < 0
        judged = "" if not by or key in _NO_JUDGEMENT else "good" if better else "bad"
        cells.append({"text": write(value), "by": by and _signed(by, write), "judged": judged})
    return {"label": label, "cells": cells}


def _signed(by: float, write: Any) -> str:
    return ("−" if by < 0 else "+") + write(abs(by))


def _other(letter: str, first: Solution, other: Solution, names: Legend) -> Document:
    a, b = solutions.plan(first), solutions.plan(other)
    both = _Names(names, legend.of(other.request))
    moved = comparison.between(a, b)["moved"]
    moved.sort(key=lambda row: -abs(row["eta_shift"]) if row["eta_shift"] is not None else float("-inf"))
    by = b["summary"]["cost"] - a["summary"]["cost"]
    return {
        "letter": letter,
        "difference": extra(by, names.currency),
        "reasons": _reasons(a["cost_breakdown"], b["cost_breakdown"]),
        "moved": [_move(row, both) for row in moved[:_TOLD]],
        "count": len(moved),
        "more": max(0, len(moved) - _TOLD),
    }


def _reasons(a: Document, b: Document) -> list[str]:
    """What is paid more or less for, the largest first."""
    by: dict[str, float] = {}
    for path in {*a, *b}:
        what = _PAID_FOR.get(path.rsplit("/", 1)[-1], path.strip("/").replace("_", " ").replace("/", ", "))
        by[what] = by.get(what, 0) + b.get(path, 0) - a.get(path, 0)
    told = sorted(
        ((what, amount) for what, amount in by.items() if abs(amount) >= 0.005), key=lambda row: -abs(row[1])
    )
    return [
        f"{show.money(round(abs(amount), 2))} {'less' if amount < 0 else 'more'} for {what}"
        for what, amount in told
    ]


class _Names:
    """Of both plans: one may know what the other does not."""

    def __init__(self, a: Legend, b: Legend) -> None:
        self.stops, self.vehicles = b.stops | a.stops, b.vehicles | a.vehicles

    def stop(self, row: Document) -> str:
        found = self.stops.get((row["type"], str(row["id"])))
        return found.text if found else str(row["id"])

    def visit(self, visit: Document | None) -> str:
        if visit is None:
            return "not served"
        found = self.vehicles.get(str(visit["vehicle"]))
        name = found.text if found else visit["vehicle"]
        return f"{name}, {visit['position']}, {show.at(visit['arrival'])}"


def _move(row: Document, names: _Names) -> Document:
    return {
        "name": names.stop(row),
        "kind": row["type"] if row["type"] != "job" else "",
        "a": names.visit(row["a"]),
        "b": names.visit(row["b"]),
        "shift": row["eta_shift"],
        "is_other_vehicle": bool(
            row["a"] and row["b"] and str(row["a"]["vehicle"]) != str(row["b"]["vehicle"])
        ),
    }
