"""Solution files (`.sol`) of benchmark sets: routes as numbers, and the plan they are for a request read by us."""

from collections import Counter

from vrp.domain.crosschecks import expanded_ids
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.formats import benchmarks


def read(data: bytes) -> list[list[int]]:
    """This will return the routes of a solution file in order, those without a visit as empty lists."""
    routes = []
    for line in benchmarks.lines(data):
        head, colon, visits = " ".join(line.words).partition(":")
        if head.upper().startswith("ROUTE") and colon:
            words = visits.split()
            routes.append([benchmarks.whole(word, line.number, "a visit") for word in words])
    if not routes:
        raise Invalid([Fault((), "there is no line `Route #1: …` in this solution file")])
    return routes


def plan(routes: list[list[int]], request: Request) -> Plan:
    """This will return the plan that the routes are. Route i is driven by vehicle i of the file, as PyVRP has it.

    A `.sol` for a VRPLIB file counts places from 0 (the depot), which are nodes counted from 1; others use the
    numbers of the customers.
    """
    offset = 1 if request.meta.get("format") == "vrplib" else 0
    kinds: dict[int, str] = {}
    for job in request.jobs:
        kinds[int(job.id)] = "job"
    for shipment in request.shipments:
        kinds[int(shipment.pickup.id)] = "pickup"  # type: ignore[arg-type]
        kinds[int(shipment.delivery.id)] = "delivery"  # type: ignore[arg-type]
    depots = {0} | {int(row.id) - offset for row in request.locations}
    driven: Counter[int] = Counter()
    made = []
    for number, visits in enumerate(routes, 1):
        names = [visit + offset for visit in visits if visit not in depots]
        if not names:
            continue
        if unknown := [name for name in names if name not in kinds]:
            raise Invalid([Fault(("route", number), f"there is no customer {unknown[0] - offset}")])
        index = _type_of(number, request)
        vehicle = request.vehicles[index]
        ids = expanded_ids({"id": vehicle.id, "count": vehicle.count})
        if driven[index] == len(ids):
            raise Invalid([Fault(("route", number), f"there are only {len(ids)} vehicles of its type")])
        steps = tuple(Step(kinds[name], name) for name in names)  # type: ignore[arg-type]
        made.append(Route(ids[driven[index]], steps))
        driven[index] += 1
    return Plan(tuple(made))


def _type_of(number: int, request: Request) -> int:
    """Which of the merged vehicles stands for this vehicle of the file."""
    for index, vehicle in enumerate(request.vehicles):
        ranges = vehicle.meta.get("numbers")
        if ranges is None or any(first <= number <= last for first, last in ranges):
            return index
    raise Invalid([Fault(("route", number), "there is no such vehicle")])
