"""What the map draws: a line per route, a numbered point per stop, marks for depots and for what is left out."""

from typing import Any

from vrp.web.legend import Legend
from vrp.web.routes import RouteRow, StepRow
from vrp.web.show import at, lasting

Document = dict[str, Any]


def of(routes: list[RouteRow], left_out: list[Document], names: Legend) -> Document | None:
    """This will return GeoJSON collections by layer, or None when nothing has coordinates."""
    lines: list[Document] = []
    stops: list[Document] = []
    depots: dict[tuple[float, ...], Document] = {}
    for row in routes:
        places = [step.step["location"] for step in row.steps if step.step["location"]]
        drawn = row.route.get("geometry") or places
        common = {"route": row.number, "colour": row.colour}
        if len(drawn) > 1:
            lines.append(_feature("LineString", drawn, common))
        for step in row.steps:
            if not step.step["location"]:
                continue
            if step.number is None:
                mark = depots.setdefault(tuple(step.step["location"]), {"title": "", "lines": []})
                _note(mark, row, step)
            else:
                stops.append(
                    _feature(
                        "Point", step.step["location"], common | _stop(row, step) | {"order": len(stops)}
                    )
                )
    missing = [feature for order in left_out for feature in _left_out(order, names)]
    if not stops and not missing:
        return None
    marks = [_feature("Point", list(place), text) for place, text in depots.items()]
    layers = {"lines": lines, "stops": stops, "depots": marks, "unassigned": missing}
    return {key: {"type": "FeatureCollection", "features": found} for key, found in layers.items()}


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


def _feature(kind: str, coordinates: list[Any], properties: Document) -> Document:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }
