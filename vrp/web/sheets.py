"""Run sheets: what a driver takes along, one page for each route, to be printed."""

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import segno
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from vrp.domain import editing, polyline
from vrp.domain.loose import rows_of, table_of
from vrp.models import Solution
from vrp.services import solutions
from vrp.web import legend, routes
from vrp.web.page import AuthedRequest, page
from vrp.web.routes import RouteRow, StepRow

Document = dict[str, Any]
_WIDE, _HIGH, _EDGE = 720, 300, 16
_NOTES = 6  # of a stop, from its `meta`


@dataclass(frozen=True)
class Mark:
    """A stop on the drawing."""

    x: float
    y: float
    number: int


@dataclass(frozen=True)
class Drawing:
    """A route as a line, north up, in a box of so many units."""

    wide: int
    high: int
    line: str
    marks: list[Mark]


@page
@require_safe
def show(request: AuthedRequest, pk: UUID) -> HttpResponse:
    rows = Solution.objects.visible_to(request.user).select_related("scenario__session")
    rows = rows.defer("progress", "scenario__request", "scenario__original_request")
    solution = get_object_or_404(rows, pk=pk)
    plan, names = solutions.plan(solution), legend.of(solution.request)
    notes = _notes(solution.request)
    made = routes.rows(plan, names, editing.locks(solution.draft))
    context = {
        "solution": solution,
        "scenario": solution.scenario,
        "session": solution.scenario.session,
        "plan": plan,
        "sheets": [_sheet(row, notes) for row in made],
    }
    return render(request, "vrp/sheets.html", context)


def _sheet(row: RouteRow, notes: dict[tuple[str, str], list[str]]) -> Document:
    steps = [
        {"row": step, "notes": notes.get((step.step["type"], str(step.step["id"])), []), "code": _code(step)}
        for step in row.steps
    ]
    return {"route": row, "steps": steps, "drawing": _drawing(row)}


def _code(step: StepRow) -> SafeString | None:
    """A code that a telephone takes to its navigation (RFC 5870); the drawing is made here, of two numbers."""
    place = step.step["location"]
    if step.number is None or not place:
        return None
    longitude, latitude = place
    made = segno.make(f"geo:{latitude:.6f},{longitude:.6f}", micro=False, error="m")
    return mark_safe(made.svg_inline(scale=2, border=2, svgclass="qr", lineclass=None))  # noqa: S308


def _drawing(row: RouteRow) -> Drawing | None:
    stops = [(step.step["location"], step.number) for step in row.steps if step.step["location"]]
    road = polyline.decode(row.route.get("geometry") or "").tolist()
    line = road if len(road) > 1 else [place for place, _ in stops]
    if len(line) < 2:
        return None
    flat = math.cos(math.radians(line[0][1]))  # a degree of longitude is that much shorter
    xs, ys = (
        [x * flat for x, _ in line + [place for place, _ in stops]],
        [y for _, y in line + [p for p, _ in stops]],
    )
    span = max((max(xs) - min(xs)) / (_WIDE - 2 * _EDGE), (max(ys) - min(ys)) / (_HIGH - 2 * _EDGE), 1e-9)

    def at(place: list[float]) -> tuple[float, float]:
        x, y = (place[0] * flat - min(xs)) / span, (max(ys) - place[1]) / span
        return round(x + _EDGE, 1), round(y + _EDGE, 1)

    points = " ".join(f"{x},{y}" for x, y in map(at, line))
    marks = [Mark(*at(place), number) for place, number in stops if number is not None]
    wide, high = (max(xs) - min(xs)) / span, (max(ys) - min(ys)) / span
    return Drawing(round(wide) + 2 * _EDGE, round(high) + 2 * _EDGE, points, marks)


def _notes(document: Document) -> dict[tuple[str, str], list[str]]:
    """What the request says of stops beside what plans need: texts and numbers of `meta`."""
    found = {("job", str(job.get("id"))): _told(job) for job in rows_of(document, "jobs")}
    for shipment in rows_of(document, "shipments"):
        for kind in ("pickup", "delivery"):
            stop = table_of(shipment.get(kind))
            name = stop.get("id", shipment.get("id"))
            found[kind, str(name)] = _told(stop) or _told(shipment)
    return found


def _told(thing: Document) -> list[str]:
    notes = [
        (key, value)
        for key, value in table_of(thing.get("meta")).items()
        if isinstance(value, str | int | float)
    ]
    return [f"{key}: {value}" for key, value in notes[:_NOTES] if value != ""]
