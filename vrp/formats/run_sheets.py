"""Run sheets: what drivers take along, each route on pages of its own, as PDF. `run_sheets.typ` says how it looks;
Typst typesets it, in any script it has a font for: its own know Latin, Greek, Cyrillic, Hebrew and Arabic."""

import io
import math
from pathlib import Path
from typing import Any

import orjson
import segno
import typst

from vrp.domain import clock, words
from vrp.domain.crosschecks import expanded_ids
from vrp.domain.request import Request, Stop
from vrp.formats.geo import line
from vrp.formats.plan_tables import Names, Plan

_TEMPLATE = Path(__file__).with_suffix(".typ")
_WIDE, _HIGH, _EDGE = 720, 260, 14
_MOST_NOTES = 6  # of a stop, from its `meta`
_ENDS = {"start": "Start", "end": "End", "break": "Break", "reload": "Reload"}


def pdf(plan: Plan, request: Request) -> bytes:
    """This will write the routes of a plan as a PDF of run sheets."""
    names, called = Names(request), _vehicles(request)
    sheets = [_sheet(route, names, called) for route in plan["routes"]]
    given = {"sheets": orjson.dumps(sheets).decode(), "estimated": "yes" if plan.get("estimated") else ""}
    made: bytes = typst.compile(_TEMPLATE, root=_TEMPLATE.parent, format="pdf", sys_inputs=given)
    return made


def _vehicles(request: Request) -> dict[str, str]:
    called = {}
    for vehicle in request.vehicles:
        for name in expanded_ids({"id": vehicle.id, "count": vehicle.count}):
            suffix = "" if name == vehicle.id else f" {str(name).rpartition('#')[2]}"
            called[str(name)] = f"{vehicle.description}{suffix}" if vehicle.description else str(name)
    return called


def _sheet(route: dict[str, Any], names: Names, called: dict[str, str]) -> dict[str, Any]:
    steps, number = [], 0
    for step in route["steps"]:
        number += step["type"] not in _ENDS
        steps.append(_step(step, number, names))
    kilometres = "" if route["distance"] is None else f"{route['distance'] / 1000:,.1f} km"
    return {
        "vehicle": called.get(str(route["vehicle"]), str(route["vehicle"])),
        "figures": [
            f"{number} stop{'' if number == 1 else 's'}",
            f"{_at(route['start_time'])}–{_at(route['end_time'])}",
            words.lasting(route["duration"]),
            kilometres,
        ],
        "drawing": _drawing(route, steps, names),
        "steps": steps,
    }


def _step(step: dict[str, Any], number: int, names: Names) -> dict[str, Any]:
    stop, is_stop = names.stop(step), step["type"] not in _ENDS
    windows = stop.time_windows if stop else ()
    return {
        "number": str(number) if is_stop else "",
        "name": str((stop and stop.description) or step["id"]) if is_stop else _ENDS[step["type"]],
        "kind": step["type"] if step["type"] in ("pickup", "delivery") else "",
        "notes": _notes(stop),
        "arrives": _at(step["arrival"]),
        "waits": words.lasting(step["waiting_time"]) if step["waiting_time"] else "",
        "leaves": _at(step["departure"]),
        "open": [f"{_at(window.start)}–{_at(window.end)}" for window in windows],
        "load": " / ".join(map(str, step["load"])),
        "code": _code(names.location(step)) if is_stop else "",
    }


def _at(seconds: int) -> str:
    return clock.show(seconds // 60 * 60)


def _notes(stop: Stop | None) -> list[str]:
    """What the request says of a stop beside what plans need: texts and numbers of its `meta`."""
    found = stop.meta.items() if stop else ()
    told = [f"{key}: {value}" for key, value in found if isinstance(value, str | int | float) and value != ""]
    return told[:_MOST_NOTES]


def _code(place: list[float] | None) -> str:
    """A code that a telephone takes to its navigation (RFC 5870)."""
    if place is None:
        return ""
    out = io.BytesIO()
    segno.make(f"geo:{place[1]:.6f},{place[0]:.6f}", micro=False, error="m").save(out, kind="svg", border=1)
    return out.getvalue().decode()


def _drawing(route: dict[str, Any], steps: list[dict[str, Any]], names: Names) -> str:
    """The way of a route with its stops, north up, as SVG; nothing where no places are known."""
    way = [tuple(point) for point in line(route)]
    places = [names.location(step) for step in route["steps"]]
    marked = [
        (place, step["number"]) for place, step in zip(places, steps, strict=True) if place and step["number"]
    ]
    points = way + [(place[0], place[1]) for place, _ in marked]
    if len(way) < 2:
        return ""
    flat = math.cos(math.radians(points[0][1]))  # a degree of longitude is that much shorter
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    unit = max((east - west) * flat / (_WIDE - 2 * _EDGE), (north - south) / (_HIGH - 2 * _EDGE), 1e-9)

    def at(x: float, y: float) -> str:
        return f"{(x - west) * flat / unit + _EDGE:.1f} {(north - y) / unit + _EDGE:.1f}"

    wide, high = (east - west) * flat / unit + 2 * _EDGE, (north - south) / unit + 2 * _EDGE
    path = "M" + " L".join(at(x, y) for x, y in way)
    dot = '<circle r="8" fill="#fff" stroke="#111" stroke-width="1.5"/>'
    text = '<text y="3.4" text-anchor="middle" font-size="9" font-weight="bold">'
    marks = "".join(
        f'<g transform="translate({at(place[0], place[1])})">{dot}{text}{number}</text></g>'
        for place, number in marked
    )
    size = f'viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" height="{high:.0f}"'
    stroke = 'fill="none" stroke="#0b5e86" stroke-width="2.5" stroke-linejoin="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="DejaVu Sans Mono">'
        f'<path d="{path}" {stroke}/>{marks}</svg>'
    )
