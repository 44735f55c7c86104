"""Pages of solutions: a solve while it runs, and the plan it ends with."""

from contextlib import suppress
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from vrp.domain import editing
from vrp.errors import Conflict, Invalid, Malformed
from vrp.models import Solution
from vrp.services import solutions
from vrp.web import curve, errors, eta_changes, legend, map_data, routes, tiles, timeline, unassigned
from vrp.web.forms import ChangeForm
from vrp.web.legend import Document
from vrp.web.page import AuthedRequest, page
from vrp.web.show import extra, sentence

DOWNLOADS = {
    "pdf": "Run sheets for drivers (PDF)",
    "xlsx": "Excel workbook",
    "csv": "CSV, one row per stop",
    "geojson": "GeoJSON, for maps",
    "gpx": "GPX, for navigation",
    "json": "The whole plan as JSON",
    "vroom": "As VROOM answers (JSON)",
}


@page
@require_safe
def show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    rows = Solution.objects.visible_to(request.user).select_related("scenario__session", "parent")
    heavy = ("request", "draft", "payload", "progress")
    unused = ["scenario__request", "scenario__original_request", *(f"parent__{name}" for name in heavy)]
    solution = get_object_or_404(rows.defer(*unused), pk=pk)
    context: Document = {
        "solution": solution,
        "scenario": solution.scenario,
        "session": solution.scenario.session,
    }
    if solution.payload is not None:
        return render(request, "vrp/plan.html", context | _plan(solution, solution.payload))
    return render(request, "vrp/solving.html", context | _progress(solution))


@page
@require_safe
@never_cache
def progress(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The part of the page that refreshes itself; once the solve is over it asks for the whole page."""
    solution = get_object_or_404(Solution.objects.visible_to(request.user).without_payloads(), pk=pk)
    response = render(request, "vrp/_progress.html", {"solution": solution, **_progress(solution)})
    if solution.is_finished:
        response["HX-Refresh"] = "true"
    return response


@page
@require_POST
def cancel(request: AuthedRequest, pk: UUID) -> HttpResponse:
    solution = get_object_or_404(Solution.objects.editable_by(request.user).without_payloads(), pk=pk)
    with suppress(solutions.Finished):  # if it was faster, the page shows what came out
        solutions.cancel(solution=solution, now=now())
    return redirect("web:solution", pk)


@page
@require_POST
def again(request: AuthedRequest, pk: UUID) -> HttpResponse:
    rows = Solution.objects.editable_by(request.user).defer("payload", "progress")
    solution = get_object_or_404(rows, pk=pk)
    fresh = solutions.again(solution=solution, by=request.user, now=now())
    return redirect("web:solution", fresh.pk)


@page
@require_POST
def apply(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A change that the plan proposes: made to the scenario, which is then solved again."""
    rows = Solution.objects.editable_by(request.user).defer("request", "progress")
    solution = get_object_or_404(rows, pk=pk)
    form = ChangeForm(request.POST)
    if not form.is_valid():
        raise Malformed("This is not a change that the plan proposes.")
    given = form.cleaned_data
    order = (given["type"], given["id"])
    try:
        fresh = solutions.apply_change(
            solution=solution, order=order, change=given["change"], by=request.user, now=now()
        )
    except (Conflict, Invalid) as error:
        return errors.back(request, "web:solution", error, pk)
    return redirect("web:solution", fresh.pk)


@page
@require_POST
def delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    solution = get_object_or_404(Solution.objects.editable_by(request.user).without_payloads(), pk=pk)
    solutions.delete(solution=solution)
    return redirect("web:scenario", solution.scenario_id)


@page
@require_safe
def export(request: AuthedRequest, pk: UUID, kind: str) -> HttpResponse:
    solution = get_object_or_404(Solution.objects.visible_to(request.user).select_related("scenario"), pk=pk)
    file = solutions.export(solution=solution, kind=kind)
    name = "".join(letter for letter in file.name if letter.isprintable())
    response = HttpResponse(file.data, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file.extension}")
    return response


def _progress(solution: Solution) -> Document:
    report = solutions.progress(solution=solution)
    elapsed = (now() - solution.started_at).total_seconds() if solution.started_at else 0.0
    elapsed = min(elapsed, solution.time_limit)
    so_far = report["progress"]
    return report | {
        "elapsed": elapsed,
        "is_measuring": so_far.get("roads", 1) < 1,
        "curve": curve.of(so_far.get("trace", []), elapsed),
    }


def _plan(solution: Solution, plan: Document) -> Document:
    names = legend.of(solution.request)
    rows = routes.rows(plan, names, editing.locks(solution.draft))
    trace = plan.get("engine", {}).get("trace", [])
    left_out = unassigned.rows(plan, rows, names)
    redo = solution.children.without_payloads().filter(payload__isnull=False).order_by("-queued_at").first()
    return {
        "redo": redo,
        "against": _against(solution, names.currency),
        "plan": plan,
        "routes": rows,
        "timeline": timeline.of(rows),
        **_map(rows, plan, names),
        "unassigned": left_out,
        "can_change": any(row.changes for row in left_out),
        "broken_elsewhere": _broken_elsewhere(plan),
        "has_marginal_costs": any(
            step.step.get("marginal_cost") is not None for row in rows for step in row.steps
        ),
        "moves": eta_changes.rows(plan, names),
        "eta_limit": names.eta_limit,
        "curve": curve.of(trace, solution.time_limit) if len(trace) > 1 else None,
        "downloads": DOWNLOADS,
        "has_changed": solution.revision != solution.scenario.revision,
    }


def _against(solution: Solution, currency: str) -> Document:
    """What became more and what less by the last change by hand, or search from a plan."""
    before = solution.parent
    if before is None or before.cost is None or solution.cost is None:
        return {}
    by = solution.cost - before.cost
    figures = {"cost": (by, extra(by, currency) if abs(by) >= 0.005 else "")}
    for name in ("vehicles_used", "unassigned"):
        more = (getattr(solution, name) or 0) - (getattr(before, name) or 0)
        figures[name] = (more, f"{more:+d}".replace("-", "−") if more else "")
    return {name: {"text": text, "is_less": by < 0} for name, (by, text) in figures.items() if text}


def _map(rows: list[routes.RouteRow], plan: Document, names: legend.Legend) -> Document:
    drawn = map_data.of(rows, plan["unassigned"], names)
    base_map = tiles.covering(map_data.places(drawn)) if drawn else None
    has_roads = any(row.route.get("geometry") for row in rows)
    return {
        "map_data": drawn,
        "base_map": base_map,
        "map_credit": tiles.CREDIT if base_map or has_roads else None,
    }


def _broken_elsewhere(plan: Document) -> list[str]:
    """What is broken by there being no route."""
    violations = plan.get("verification", {}).get("violations", [])
    return [sentence(row["message"]) for row in violations if row["route"] is None]
