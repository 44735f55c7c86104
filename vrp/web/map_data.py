"""What the map draws: a line per route, a numbered point per stop, marks for depots and for what is left out."""

from typing import Any

from vrp.domain import polyline
from vrp.web import lines
from vrp.web.legend import Legend
from vrp.web.lines import Line, Point
from vrp.web.routes import RouteRow, StepRow
from vrp.web.show import at, lasting

Document = dict[str, Any]


def of(routes: list[RouteRow], left_out: list[Document], names: Legend) -> Document | None:
    """This will return GeoJSON collections by layer, or None when nothing has coordinates."""
    stops: list[Document] = []
    depots: dict[tuple[float, ...], Document] = {}
    for row in routes:
        for step in row.steps:
            if not step.step["location"]:
                continue
            if step.number is None:
                mark = depots.setdefault(tuple(step.step["location"]), {"title": "", "lines": []})
                _note(mark, row, step)
            else:
                properties = _common(row) | _stop(row, step) | {"order": len(stops)}
                stops.append(_feature("Point", step.step["location"], properties))
    missing = [feature for order in left_out for feature in _left_out(order, names)]
    if not stops and not missing:
        return None
    marks = [_feature("Point", list(place), text) for place, text in depots.items()]
    layers = _lines(routes) | {"stops": stops, "depots": marks, "unassigned": missing}
    return {key: {"type": "FeatureCollection", "features": found} for key, found in layers.items()}


def places(layers: Document) -> list[Point]:
    """Every place that has a mark."""
    marks = [feature for key in ("stops", "depots", "unassigned") for feature in layers[key]["features"]]
    return [tuple(mark["geometry"]["coordinates"]) for mark in marks]


def _lines(routes: list[RouteRow]) -> dict[str, list[Document]]:
    """`lines`: roads where they are known, else straight from stop to stop. `ties`: from stops to their road."""
    drawn: dict[int, Line] = {}
    ties: list[Document] = []
    for row in routes:
        stops: list[Point] = [tuple(step.step["location"]) for step in row.steps if step.step["location"]]
        road: list[Point] = [(x, y) for x, y in polyline.decode(row.route.get("geometry") or "").tolist()]
        if len(road) > 1:
            ties += [_feature("LineString", tie, _common(row)) for tie in lines.ties(road, stops)]
        drawn[row.number] = road if len(road) > 1 else stops
    rows = {row.number: row for row in routes}
    parts = [
        _feature("LineString", part, _common(rows[number]) | {"side": side})
        for number, part, side in lines.side_by_side(drawn)
    ]
    return {"lines": parts, "ties": ties}


def _common(row: RouteRow) -> Document:
    return {"route": row.number, "colour": row.colour}


def _note(mark: Document, row: RouteRow, step: StepRow) -> None:
    """A place where routes start, end or reload may be all of it."""
    if step.step["type"] == "reload":
        mark["title"] = mark["title"] or "Reload"
        text = f"Route {row.number} · {row.name} reloads {at(step.step['service_start'])}"
        mark["lines"] = [*mark["lines"], text]
    else:
        mark["title"] = "Depot"


def _stop(row: RouteRow, step: StepRow) -> Document:
    lines = [
        f"Route {row.number} · {row.name}, stop {step.number}",
        f"Arrives {at(step.step['arrival'])}, leaves {at(step.step['departure'])}",
    ]
    lines += [f"Open {at(opens)} to {at(closes)}" for opens, closes in step.windows]
    if step.step["waiting_time"]:
        lines.append(f"Waits {lasting(step.step['waiting_time'])}")
    if step.missed:
        lines.append(step.missed.capitalize())
    lines += [violation["message"] for violation in step.step["violations"]]
    return {
        "number": str(step.number),
        "title": step.name,
        "lines": lines,
        "late": bool(step.step["violations"]),
    }


def _left_out(order: Document, names: Legend) -> list[Document]:
    kinds = ("job",) if order["type"] == "job" else ("pickup", "delivery")
    stops = [names.stop(kind, order["id"]) for kind in kinds]
    why = [reason["message"] for reason in order["reasons"]]
    return [
        _feature("Point", list(stop.location), {"title": stop.text, "lines": ["Not served", *why]})
        for stop in stops
        if stop.location
    ]


def _feature(kind: str, coordinates: Any, properties: Document) -> Document:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }
