"""A plan: which vehicle makes which stops in which order. Nothing else is believed of an engine."""

from dataclasses import dataclass
from typing import Any, Literal

from vrp.errors import Fault, Invalid

REST = "drive_break"  # the id of a rest that the driving time asked for; it is put in anew, never read
Kind = Literal["job", "pickup", "delivery", "break", "reload"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route by name: a job, either end of a shipment, or a break of the route's vehicle; a reload by
    the position of its place among the vehicle's reload locations, or by the place itself where that is given."""

    type: Kind
    id: str | int
    location: object = None  # of a reload: coordinates or the id of a location


@dataclass(frozen=True, slots=True)
class Route:
    """The steps of one vehicle between its start and its end, in order."""

    vehicle: str | int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of the vehicles that are used; what no route visits is left out."""

    routes: tuple[Route, ...] = ()
    claimed_cost: float | None = None  # only ever compared with the truth, never shown as it


def read(document: Any) -> Plan:
    """This will take the order of stops out of a published plan (`routes[].vehicle`, `steps[].type`, `.id`).

    Everything else in it is passed over. Raises `Invalid` with the place of whatever is missing.
    """
    faults: list[Fault] = []
    routes = document.get("routes") if isinstance(document, dict) else None
    if not isinstance(routes, list):
        raise Invalid([Fault(("routes",), "should be a list of routes", "missing")])
    plan = Plan(tuple(_route(number, route, faults) for number, route in enumerate(routes)))
    if faults:
        raise Invalid(faults)
    return plan


def _route(number: int, route: Any, faults: list[Fault]) -> Route:
    place = ("routes", number)
    vehicle = route.get("vehicle") if isinstance(route, dict) else None
    steps = route.get("steps") if isinstance(route, dict) else None
    if not isinstance(vehicle, str | int):
        faults.append(Fault((*place, "vehicle"), "should be the id of a vehicle", "missing"))
    if not isinstance(steps, list):
        faults.append(Fault((*place, "steps"), "should be a list of steps", "missing"))
        return Route(str(vehicle), ())
    found = []
    for position, step in enumerate(steps):
        kind = step.get("type") if isinstance(step, dict) else None
        name = step.get("id") if isinstance(step, dict) else None
        if kind in ("start", "end") or (kind == "break" and name == REST):
            continue
        if kind == "reload":
            found.append(Step("reload", _text(name), _location(step.get("location"))))
        elif kind not in ("job", "pickup", "delivery", "break"):
            loc = (*place, "steps", position, "type")
            faults.append(Fault(loc, "should be start, job, pickup, delivery, break, reload or end", "enum"))
        elif isinstance(name, bool) or not isinstance(name, str | int):
            faults.append(Fault((*place, "steps", position, "id"), f"a {kind} step needs an id", "missing"))
        else:
            found.append(Step(kind, name))
    return Route(vehicle if isinstance(vehicle, str | int) else "", tuple(found))


def _text(name: Any) -> str | int:
    return name if isinstance(name, str | int) and not isinstance(name, bool) else ""


def _location(value: Any) -> object:
    """Something that can be compared: coordinates as a pair."""
    return tuple(value) if isinstance(value, list | tuple) else value
