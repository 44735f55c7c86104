"""Pages of scenarios: the stops and vehicles of one, and what has been solved of it."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from vrp.errors import Conflict, Invalid
from vrp.models import Scenario
from vrp.services import scenarios, solutions
from vrp.web import engine_choice, errors, stops
from vrp.web.adding import StopForm, answers, near, of_the_job
from vrp.web.forms import SolveForm
from vrp.web.page import AuthedRequest, page

STOPS_PER_PAGE = 200
SOLUTIONS_SHOWN = 50


@page
@require_safe
def show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    return _page(request, _visible(request, pk))


@page
@require_POST
def solve(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user), pk=pk)
    form = SolveForm(request.POST)
    if not form.is_valid():
        return _page(request, scenario, form)
    try:
        solution = solutions.start(scenario=scenario, by=request.user, now=now(), **form.cleaned_data)
    except Invalid as error:
        form.add_error(None, errors.lines(error))
        return _page(request, scenario, form)
    return redirect("web:solution", solution.pk)


@page
@require_POST
def add_stop(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user), pk=pk)
    form = StopForm(request.POST)
    if not form.is_valid():
        return _page(request, scenario, adding=form)
    job = form.job(scenario.request)
    try:
        scenario = scenarios.add_job(scenario=scenario, job=job, by=request.user, now=now())
    except (Invalid, Conflict) as error:
        form.add_error(None, of_the_job(error, len(scenario.request.get("jobs") or ())))
        return _page(request, scenario, adding=form)
    messages.success(request, f"Stop {job['id']} was added.")
    last = -(-len(scenario.request["jobs"]) // STOPS_PER_PAGE)
    return redirect(f"{reverse('web:scenario', args=[pk])}?page={last}")


@page
@require_POST
def rename(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user).without_payloads(), pk=pk)
    try:
        scenarios.update(scenario=scenario, name=request.POST.get("name", ""), by=request.user, now=now())
    except Invalid as error:
        return errors.back(request, "web:scenario", error, pk)
    return redirect("web:scenario", pk)


@page
@require_POST
def duplicate(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user).without_payloads(), pk=pk)
    copy = scenarios.duplicate(scenario=scenario, by=request.user, now=now())
    return redirect("web:scenario", copy.pk)


@page
@require_POST
def reset(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user).without_payloads(), pk=pk)
    scenarios.reset(scenario=scenario, by=request.user, now=now())
    return redirect("web:scenario", pk)


@page
@require_POST
def delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    scenario = get_object_or_404(Scenario.objects.editable_by(request.user).without_payloads(), pk=pk)
    scenarios.delete(scenario=scenario)
    return redirect("web:session", scenario.session_id)


def _visible(request: AuthedRequest, pk: UUID) -> Scenario:
    rows = Scenario.objects.visible_to(request.user).select_related("session").defer("original_request")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: AuthedRequest, scenario: Scenario, form: SolveForm | None = None, adding: StopForm | None = None
) -> HttpResponse:
    """The page of a scenario; with a form that was refused, or fresh ones."""
    code = 422 if form or adding else 200
    options = scenario.request.get("options") or {}
    given = {key: options[key] for key in ("time_limit", "seed") if options.get(key) is not None}
    rows = stops.stops(scenario.request)
    found = list(scenario.solutions.without_payloads().order_by("-queued_at", "-id")[:SOLUTIONS_SHOWN])
    context = {
        "scenario": scenario,
        "session": scenario.session,
        "form": form or SolveForm(initial=given),
        "engines": engine_choice.of(scenario),
        "chosen": form["engine"].value() if form else options.get("engine", "auto"),
        "adding": adding or StopForm(),
        "near": near(scenario.request),
        **answers(request.GET, adding),
        "stops": Paginator(rows, STOPS_PER_PAGE).get_page(request.GET.get("page")),
        "stop_count": len(rows),
        "vehicles": stops.vehicles(scenario.request),
        "solutions": found,
        "can_compare": sum(solution.cost is not None for solution in found) > 1,
        "revisions": scenario.revisions.without_payloads().select_related("by")[:20],
    }
    return render(request, "vrp/scenario.html", context, status=code)
