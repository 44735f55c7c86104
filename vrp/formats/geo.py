"""A plan on maps and in satellite navigation: GeoJSON (RFC 7946) and GPX."""

import re
from typing import Any

import orjson
from gpxpy import gpx

from vrp.domain import clock, polyline
from vrp.domain.request import Request
from vrp.formats.plan_tables import ESTIMATED, Names, Plan

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ATTRIBUTION = "© OpenStreetMap contributors"
LICENCE = "https://www.openstreetmap.org/copyright"
_ROUTE = ("vehicle", "start_time", "end_time", "cost", "distance", "travel_time", "duration")
_STEP = ("type", "id", "arrival", "waiting_time", "service_start", "setup", "service", "departure", "load")


def geojson(plan: Plan, request: Request) -> bytes:
    """This will draw routes as lines, and stops (those left out as well) as points."""
    names, features = Names(request), []
    for route in plan["routes"]:
        if len(drawn := line(route)) > 1:
            properties = {"kind": "route"} | {key: route[key] for key in _ROUTE}
            features.append(_feature("LineString", drawn, properties))
        for sequence, step in enumerate(route["steps"]):
            if location := names.location(step):
                properties = {"kind": "stop", "vehicle": route["vehicle"], "sequence": sequence}
                features.append(_feature("Point", location, properties | {key: step[key] for key in _STEP}))
    for order in plan["unassigned"]:
        if location := names.location(order):
            properties = {"kind": "unassigned", "type": order["type"], "id": order["id"]}
            features.append(_feature("Point", location, properties))
    # Members of our own, which RFC 7946 allows; readers pass over them.
    about: dict[str, Any] = {"estimated": bool(plan.get("estimated"))}
    if _has_roads(plan):
        about["attribution"] = ATTRIBUTION
    return orjson.dumps({"type": "FeatureCollection", **about, "features": features})


def gpx_file(plan: Plan, request: Request) -> bytes:
    """This will write each route as a GPX route of its stops, and as a track where its roads are known."""
    names, file = Names(request), gpx.GPX()
    file.creator = "Routebook"
    if plan.get("estimated"):
        file.description = ESTIMATED
    if _has_roads(plan):
        file.copyright_author, file.copyright_license = "OpenStreetMap contributors", LICENCE
    for route in plan["routes"]:
        made = gpx.GPXRoute(name=_xml(f"{route['vehicle']}"))
        for step in route["steps"]:
            if location := names.location(step):
                stop = names.stop(step)
                note = f"{clock.show(step['arrival'])} {stop.description if stop else ''}".strip()
                label = f"{step['type']} {step['id']}" if stop else step["type"]
                point = gpx.GPXRoutePoint(location[1], location[0], name=_xml(label), description=_xml(note))
                made.points.append(point)
        file.routes.append(made)
        if route.get("geometry"):
            points = [gpx.GPXTrackPoint(latitude, longitude) for longitude, latitude in line(route)]
            track = gpx.GPXTrack(name=made.name)
            track.segments.append(gpx.GPXTrackSegment(points))
            file.tracks.append(track)
    return str(file.to_xml(version="1.1")).encode()


def _has_roads(plan: Plan) -> bool:
    return any(route.get("geometry") for route in plan["routes"])


def line(route: dict[str, Any]) -> list[list[float]]:
    """This will return the roads a route takes, or straight from stop to stop where they are not known."""
    geometry = route.get("geometry")
    if isinstance(geometry, dict):
        geometry = geometry["coordinates"]
    if isinstance(geometry, str):
        return polyline.decode(geometry).tolist()
    return geometry or [step["location"] for step in route["steps"] if step.get("location")]


def _feature(kind: str, coordinates: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
