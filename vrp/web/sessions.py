"""Pages of planning sessions: the list after log-in, and one session with its scenarios."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from vrp.errors import Invalid
from vrp.models import PlanningSession, Solution
from vrp.services import sessions
from vrp.web import errors
from vrp.web.forms import NameForm
from vrp.web.page import AuthedRequest, page

PER_PAGE = 50


@page
def index(request: AuthedRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        session = sessions.create(name=form.cleaned_data["name"], by=request.user, now=now())
        return redirect("web:session", session.pk)
    rows = PlanningSession.objects.visible_to(request.user).annotate(scenario_count=Count("scenarios"))
    listed = Paginator(rows.order_by("-last_accessed_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    code = 422 if form.errors else 200
    return render(request, "vrp/sessions.html", {"sessions": listed, "form": form}, status=code)


@page
@require_safe
def show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.visible_to(request.user), pk=pk)
    sessions.open_(session=session, now=now())
    newest = Solution.objects.filter(scenario=OuterRef("pk")).order_by("-queued_at", "-id")
    figures = ("pk", "status", "plan_status", "cost", "vehicles_used", "assigned", "unassigned")
    rows = session.scenarios.without_payloads().annotate(
        solution_count=Count("solutions"),
        **{f"newest_{figure}": Subquery(newest.values(figure)[:1]) for figure in figures},
    )
    listed = Paginator(rows.order_by("-created_at", "-id"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "vrp/session.html", {"session": session, "scenarios": listed})


@page
@require_POST
def rename(request: AuthedRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    try:
        sessions.rename(session=session, name=request.POST.get("name", ""), now=now())
    except Invalid as error:
        return errors.back(request, "web:session", error, pk)
    return redirect("web:session", pk)


@page
@require_POST
def delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    session = get_object_or_404(PlanningSession.objects.editable_by(request.user), pk=pk)
    sessions.delete(session=session)
    return redirect("web:sessions")
