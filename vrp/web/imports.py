"""Ways a scenario comes in: a file or pasted text, shown before it is stored; the demo."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_POST

from config import json
from vrp.errors import Invalid, TooLarge
from vrp.formats import FoundPlace, Preview
from vrp.management.demo import FOLDER
from vrp.models import PlanningSession
from vrp.services import scenarios, uploads
from vrp.web import errors, stops
from vrp.web.import_form import ImportForm, kept
from vrp.web.page import AuthedRequest, page

DEMO = "Demo: deliveries in Monaco"
STOPS_SHOWN = 20
PLACES_SHOWN = 500


@page
@require_POST
def demo(request: AuthedRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    document = json.loads((FOLDER / "monaco.json").read_bytes())
    scenario = scenarios.create(session=session, name=DEMO, document=document, by=request.user, now=now())
    return redirect("web:scenario", scenario.pk)


@page
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "vrp/import.html", {"session": session, "form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            return (
                _store(request, session, form)
                if "store" in request.POST
                else _preview(request, session, form)
            )
        except (Invalid, TooLarge) as error:
            form.add_error(None, errors.lines(error))
    return render(request, "vrp/import.html", {"session": session, "form": form}, status=422)


def _files(form: ImportForm) -> dict[str, Any]:
    return {key: form.cleaned_data[key] for key in ("filename", "data", "vehicles")}


def _store(request: AuthedRequest, session: PlanningSession, form: ImportForm) -> HttpResponse:
    name = form.cleaned_data["name"]
    scenario = scenarios.import_file(session=session, name=name, by=request.user, now=now(), **_files(form))
    return redirect("web:scenario", scenario.pk)


def _preview(request: AuthedRequest, session: PlanningSession, form: ImportForm) -> HttpResponse:
    preview = uploads.preview(**_files(form))
    found = stops.stops(preview.document) if preview.document else []
    context = {
        "session": session,
        "form": form,
        "preview": preview,
        "kept": kept(form.cleaned_data),
        "filename": form.cleaned_data["filename"],
        "name": form.cleaned_data["name"] or uploads.name_from(form.cleaned_data["filename"]),
        "faults": [(_where(fault.loc), fault.msg) for fault in preview.faults],
        "needs_vehicles": any(fault.loc[:1] == ("vehicles",) for fault in preview.faults),
        "only_vehicles": [fault.loc for fault in preview.faults] == [("vehicles",)],
        "places": _places(preview),
        "place_count": len(preview.found),
        "unsure_count": sum(bool(place.note) for place in preview.found),
        "bad_rows": {place[1] for place in (fault.loc for fault in preview.faults) if place[:1] == ("row",)},
        "stop_count": len(found),
        "stops": found[:STOPS_SHOWN],
        "vehicles": stops.vehicles(preview.document) if preview.document else [],
    }
    return render(request, "vrp/import_preview.html", context)


def _places(preview: Preview) -> list[tuple[str, FoundPlace]]:
    """Where addresses were found, the doubtful ones first."""
    doubtful_first = sorted(preview.found, key=lambda place: not place.note)
    return [(_where(place.place[:-1]), place) for place in doubtful_first[:PLACES_SHOWN]]


def _where(place: tuple[str | int, ...]) -> str:
    """A place in a file as people say it: `row 5, column lat`; in a document as a path."""
    table = "vehicles, " if place[:1] == ("vehicles",) and place[1:2] == ("row",) else ""
    rest = place[1:] if table else place
    if rest[:1] in (("row",), ("line",)):
        columns = [f"column {part}" for part in rest[2:]]
        return ", ".join([f"{table}{rest[0]} {rest[1]}", *columns])
    return " / ".join(str(part) for part in place) or "the whole file"
