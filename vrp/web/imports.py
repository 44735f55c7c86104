"""Ways a scenario comes in: the demo, a file, pasted text."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from config import json
from vrp.management.demo import FOLDER
from vrp.models import PlanningSession
from vrp.services import scenarios
from vrp.web.errors import page

DEMO = "Monaco, 40 stops"


@page
@require_POST
def demo(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    document = json.loads((FOLDER / "monaco.json").read_bytes())
    scenario = scenarios.create(session=session, name=DEMO, document=document, by=request.user, now=now())
    return redirect("web:scenario", scenario.pk)


@page
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    return render(request, "vrp/import.html", {"session": session})
