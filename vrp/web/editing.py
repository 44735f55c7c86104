"""Changing a plan by hand: one page that says what a change would do before it is made, and buttons that make it."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from vrp.domain import editing as edits
from vrp.domain.editing import Edit, Hold, Leave, Level, Move
from vrp.errors import Invalid, Malformed
from vrp.models import Solution
from vrp.services import editing
from vrp.web import errors, legend, show
from vrp.web.legend import Legend
from vrp.web.page import AuthedRequest, page
from vrp.web.show import extra

Document = dict[str, Any]
_SUGGESTED = 4  # of which one may be where it is
_TOLD = 12  # stops whose times change


class StepForm(forms.Form):
    type = forms.ChoiceField(choices=[(kind, kind) for kind in ("job", "pickup", "delivery")])
    id = forms.CharField(max_length=200, strip=False)


class MoveForm(StepForm):
    vehicle = forms.CharField(max_length=200, required=False, strip=False)
    position = forms.IntegerField(min_value=0, required=False)


class HoldForm(forms.Form):
    level = forms.ChoiceField(choices=[(level, level) for level in ("none", "order", "vehicle", "full")])
    vehicle = forms.CharField(max_length=200, required=False, strip=False)
    type = forms.CharField(max_length=20, required=False)
    id = forms.CharField(max_length=200, required=False, strip=False)


@page
@require_safe
def show_step(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A stop of a plan: where else it could go, and, where a place is named, what that would do."""
    solution = _editable(request, pk)
    form = MoveForm(request.GET)
    if not form.is_valid():
        raise Malformed("This is not a stop of the plan.")
    move = Move(**form.cleaned_data)
    context = _step(solution, move)
    if "vehicle" in request.GET:
        try:
            context |= _outlook(solution, move, context["names"], request)
        except Invalid as error:
            context["refused"] = errors.lines(error)
    return render(request, "vrp/step.html", context)


@page
@require_POST
def move(request: AuthedRequest, pk: UUID) -> HttpResponse:
    form = MoveForm(request.POST)
    return _apply(request, pk, Move(**form.cleaned_data) if form.is_valid() else None)


@page
@require_POST
def leave(request: AuthedRequest, pk: UUID) -> HttpResponse:
    form = StepForm(request.POST)
    return _apply(request, pk, Leave(**form.cleaned_data) if form.is_valid() else None)


@page
@require_POST
def hold(request: AuthedRequest, pk: UUID) -> HttpResponse:
    form = HoldForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    is_whole = bool(given) and bool(given["type"] or given["vehicle"])
    return _apply(request, pk, Hold(cast(Level, given.pop("level")), **given) if is_whole else None)


@page
@require_POST
def search_on(request: AuthedRequest, pk: UUID) -> HttpResponse:
    solution, vehicle = _editable(request, pk), request.POST.get("vehicle", "")
    try:
        fresh = editing.search_on(solution=solution, vehicle=vehicle, by=request.user, now=now())
    except Invalid as error:
        return errors.back(request, "web:solution", error, pk)
    return redirect("web:solution", fresh.pk)


def _editable(request: AuthedRequest, pk: UUID) -> Solution:
    rows = Solution.objects.editable_by(request.user).select_related("scenario__session")
    return get_object_or_404(rows.defer("progress", "scenario__request", "scenario__original_request"), pk=pk)


def _apply(request: AuthedRequest, pk: UUID, edit: Edit | None) -> HttpResponse:
    solution = _editable(request, pk)
    if edit is None:
        raise Malformed("This is not a change of the plan.")
    try:
        fresh = editing.apply(solution=solution, edit=edit, by=request.user, now=now())
    except Invalid as error:
        return errors.back(request, "web:solution", error, pk)
    return redirect("web:solution", fresh.pk)


def _step(solution: Solution, move: Move) -> Document:
    names = legend.of(solution.request)
    draft = editing.draft_of(solution)
    key = (move.type, move.id)
    routes = [_route(route, names, key) for route in draft["routes"]]
    home = next((route for route in routes if route["is_home"]), None)
    used = {str(route["vehicle"]) for route in routes}
    return {
        "solution": solution,
        "scenario": solution.scenario,
        "session": solution.scenario.session,
        "names": names,
        "step": {"type": move.type, "id": move.id},
        "name": names.stop(move.type, move.id),
        "home": home,
        "level": edits.locks(draft).get(key, "none"),
        "routes": routes,
        "unused": [(key, name.text) for key, name in names.vehicles.items() if key not in used],
        "suggested": [
            _suggested(place, names) for place in _places(solution, move) if not _is_here(place, home)
        ],
        "asked": move,
    }


def _route(route: Document, names: Legend, moved: tuple[str, str]) -> Document:
    """A route with the places a stop can have in it: each comes after something."""
    keys = [(step["type"], str(step["id"])) for step in route["steps"]]
    rest = [key for key in keys if key != moved]
    after = ["first"] + [f"after {_called(key, names)}" for key in rest]
    return {
        "vehicle": route["vehicle"],
        "name": names.vehicle(route["vehicle"]).text,
        "is_home": moved in keys,
        "position": keys.index(moved) if moved in keys else None,
        "places": list(enumerate(after)),
    }


def _called(key: tuple[str, str], names: Legend) -> str:
    kind, name = key
    return names.stop(kind, name).text if kind in ("job", "pickup", "delivery") else f"the {kind}"


def _places(solution: Solution, move: Move) -> list[Document]:
    try:
        return editing.places(solution=solution, kind=move.type, name=move.id, k=_SUGGESTED)
    except Invalid as error:
        raise Malformed("This is not a stop of the plan.") from error


def _is_here(place: Document, home: Document | None) -> bool:
    if home is None or str(place["vehicle"]) != str(home["vehicle"]):
        return False
    return len(place["stops"]) == 1 and place["position"] == home["position"]


def _suggested(place: Document, names: Legend) -> Document:
    return place | {
        "name": names.vehicle(place["vehicle"]).text,
        "price": extra(place["difference"], names.currency),
        "breaks": [show.sentence(violation["message"]) for violation in place["violations"]],
    }


def _outlook(solution: Solution, move: Move, names: Legend, request: AuthedRequest) -> Document:
    """What the move would do: the figures that change, what it would break, whose times change."""
    found, difference = editing.outlook(solution=solution, edit=move, by=request.user)
    before = {row["message"] for row in (solution.payload or {})["verification"]["violations"]}
    violations = found.payload["verification"]["violations"]
    moved = [row for row in difference["moved"] if row["eta_shift"] or not (row["a"] and row["b"])]
    moved.sort(key=lambda row: -abs(row["eta_shift"] or 10**9))
    kpis = difference["kpis"]
    figures = [_figure(label, kpis[key], write) for key, label, write in _FIGURES if key in kpis]
    return {
        "outlook": found.words.replace("Moved", "Move", 1),
        "cost": extra(kpis["cost"]["difference"], names.currency),
        "figures": [figure for figure in figures if figure["difference"]],
        "breaks": [show.sentence(row["message"]) for row in violations if row["message"] not in before],
        "shifts": [_shift(row, names) for row in moved[:_TOLD]],
        "more_shifts": max(0, len(moved) - _TOLD),
    }


def _shift(row: Document, names: Legend) -> Document:
    now, then = (visit and visit["arrival"] for visit in (row["a"], row["b"]))
    return {"name": names.stop(row["type"], row["id"]).text, "now": now, "then": then, "by": row["eta_shift"]}


def _figure(label: str, row: Document, write: Any) -> Document:
    difference = row["difference"]
    sign = "−" if difference < 0 else "+"
    return {
        "label": label,
        "after": write(row["b"]),
        "difference": difference and sign + write(abs(difference)),
    }


_FIGURES = (
    ("vehicles_used", "Vehicles", str),
    ("unassigned", "Not served", str),
    ("distance", "Distance", show.km),
    ("travel_time", "On the road", show.lasting),
    ("waiting_time", "Waiting", show.lasting),
    ("lateness", "Late", show.lasting),
    ("overtime", "Overtime", show.lasting),
)
