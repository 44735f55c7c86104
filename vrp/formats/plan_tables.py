"""A plan as tables for planners: its figures, its routes, its stops in driving order, what is left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vrp.domain import clock
from vrp.domain.request import Request, Stop

Plan = dict[str, Any]
Value = str | int | float | None
ESTIMATED = "estimated, not road times"
_SECONDS = ("travel_time", "waiting_time", "setup", "service")


@dataclass(frozen=True)
class PlanTable:
    """A name, headings, and rows below them; `None` is an empty cell."""

    name: str
    headings: list[str]
    rows: list[list[Value]]


class Names:
    """The stops of a request by the type and id that the steps of its plans bear."""

    def __init__(self, request: Request) -> None:
        self.stops: dict[tuple[str, str], Stop] = {("job", str(job.id)): job for job in request.jobs}
        self.coordinates = {str(place.id): place.coordinates for place in request.locations}
        self.ends: dict[str, list[dict[str, Any]]] = {}
        for shipment in request.shipments:
            self.stops["shipment", str(shipment.key)] = shipment.pickup
            for kind, stop in (("pickup", shipment.pickup), ("delivery", shipment.delivery)):
                name = shipment.key if stop.id is None else stop.id
                self.stops[kind, str(name)] = stop
                self.ends.setdefault(str(shipment.key), []).append({"type": kind, "id": name})

    def stop(self, step: dict[str, Any]) -> Stop | None:
        """This will return the stop that a step, or something left out, is about."""
        return self.stops.get((step["type"], str(step.get("id"))))

    def tasks(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        """This will return what is to be done for a job or shipment left out: type and id of each visit."""
        return self.ends[str(order["id"])] if order["type"] == "shipment" else [order]

    def location(self, step: dict[str, Any]) -> list[float] | None:
        """This will return where a step is, or None where the request knows indexes only."""
        if step.get("location"):
            return list(step["location"])
        stop = self.stop(step)
        place: Any = stop.location if stop else None
        if isinstance(place, str | int):
            place = self.coordinates.get(str(place))
        return list(place) if place else None


def summary(plan: Plan) -> PlanTable:
    """This will return the plan's figures, one a row."""
    rows: list[list[Value]] = [["status", plan["status"]]]
    if plan.get("estimated"):
        rows.append(["travel", ESTIMATED])
    rows += [[key, value] for key, value in plan["summary"].items()]
    rows += [[f"cost of {path}", amount] for path, amount in plan["cost_breakdown"].items()]
    return PlanTable("summary", ["figure", "value"], rows)


def routes(plan: Plan) -> PlanTable:
    """This will return one row a route."""
    figures = ("cost", "distance", *_SECONDS, "duration")
    headings = ["vehicle", "stops", "starts", "ends", "cost", "distance (m)"]
    headings += [f"{figure} (s)" for figure in figures[2:]] + ["highest load", "violations"]
    rows: list[list[Value]] = []
    for route in plan["routes"]:
        stops = sum(step["type"] in ("job", "pickup", "delivery") for step in route["steps"])
        times = [clock.show(route["start_time"]), clock.show(route["end_time"])]
        load = ", ".join(map(str, route["load_max"]))
        numbers = [route.get(figure) for figure in figures]
        rows.append([route["vehicle"], stops, *times, *numbers, load, _violations(route)])
    return PlanTable("routes", headings, rows)


def stops(plan: Plan, request: Request, *, left_out: bool = False) -> PlanTable:
    """This will return one row a step in driving order, with what the request says of it.

    The table can be read back as one of stops: `left_out` adds those without a route, so that none is missing.
    """
    names = Names(request)
    size = max((len(step["load"]) for route in plan["routes"] for step in route["steps"]), default=0)
    loads = [f"{name}_{number}" for name in ("delivery", "pickup") for number in range(1, size + 1)]
    headings = ["route", "sequence", "type", "id", "description", "latitude", "longitude", *loads]
    headings += ["time_windows", "arrival", "service_start", "departure", "distance (m)"]
    headings += [f"{figure} (s)" for figure in _SECONDS]
    headings += [f"load after {number}" for number in range(1, size + 1)] + ["violations"]
    rows = list(_steps(plan, names, size))
    for order in plan["unassigned"] if left_out else ():
        rows += [_facts(task, names, size) for task in names.tasks(order)]
    rows = [row + [None] * (len(headings) - len(row)) for row in rows]
    if plan.get("estimated"):
        headings, rows = [*headings, "travel"], [[*row, ESTIMATED] for row in rows]
    return PlanTable("stops", headings, rows)


def unassigned(plan: Plan, request: Request) -> PlanTable:
    """This will return one row for each job or shipment left out, with the reasons."""
    names = Names(request)
    rows: list[list[Value]] = []
    for order in plan["unassigned"]:
        stop = names.stop(order)
        reasons = "; ".join(reason.get("message") or reason["code"] for reason in order["reasons"])
        changes = order.get("changes") or [{"message": ""}]
        facts = [order["type"], order["id"], stop.description if stop else "", order.get("penalty")]
        rows.append([*facts, reasons, changes[0]["message"]])
    headings = ["type", "id", "description", "penalty", "reasons", "smallest change"]
    return PlanTable("unassigned", headings, rows)


def _steps(plan: Plan, names: Names, size: int) -> Iterator[list[Value]]:
    for route in plan["routes"]:
        for sequence, step in enumerate(route["steps"]):
            times = [clock.show(step[key]) for key in ("arrival", "service_start", "departure")]
            figures = [step.get("distance"), *(step[figure] for figure in _SECONDS)]
            row = [route["vehicle"], sequence, *_facts(step, names, size)[2:], *times, *figures]
            yield [*row, *step["load"], *[None] * (size - len(step["load"])), _violations(step)]


def _facts(step: dict[str, Any], names: Names, size: int) -> list[Value]:
    """The first columns: those that do not depend on a route."""
    stop, location = names.stop(step), names.location(step)
    longitude, latitude = location or (None, None)
    loads: list[Value] = []
    for key in ("delivery", "pickup"):
        amounts = list(getattr(stop, key, None) or ())
        loads += [*amounts, *[None] * (size - len(amounts))]
    windows = "; ".join(
        f"{clock.show(window.start)} - {clock.show(window.end)}"
        for window in (stop.time_windows if stop else ())
    )
    description = stop.description if stop else ""
    return [None, None, step["type"], step.get("id"), description, latitude, longitude, *loads, windows]


def _violations(part: dict[str, Any]) -> str:
    return "; ".join(violation["message"] for violation in part["violations"])
