"""The stops and vehicles of a request as rows of tables: every fact of one in words, in the fewest columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vrp.domain import clock
from vrp.web.show import at, km, lasting, load, money

Document = dict[str, Any]


@dataclass(frozen=True)
class StopRow:
    id: str | int
    name: str
    kind: str
    where: str
    windows: tuple[str, ...]
    service: str
    amount: str
    notes: str


@dataclass(frozen=True)
class VehicleRow:
    id: str | int
    name: str
    count: int
    shift: str
    capacity: str
    where: str
    notes: str


def stops(document: Document) -> list[StopRow]:
    document, _ = clock.normalise(document)
    rows = [_stop(job, job, "job", _amounts(job)) for job in document.get("jobs") or ()]
    for shipment in document.get("shipments") or ():
        for kind in ("pickup", "delivery"):
            inherited = {"id": shipment.get("id"), "description": shipment.get("description")}
            own = {key: value for key, value in shipment[kind].items() if value not in (None, "")}
            rows.append(_stop(inherited | own, shipment, kind, load(shipment.get("amount"))))
    return rows


def vehicles(document: Document) -> list[VehicleRow]:
    document, _ = clock.normalise(document)
    return [_vehicle(vehicle) for vehicle in document.get("vehicles") or ()]


def _stop(stop: Document, order: Document, kind: str, amount: str) -> StopRow:
    windows = (f"{at(opens)}–{at(closes)}" for opens, closes in map(_ends, stop.get("time_windows") or ()))
    return StopRow(
        stop.get("id", ""),
        stop.get("description") or "",
        kind,
        _where(stop.get("location", stop.get("location_index"))),
        tuple(windows),
        lasting(stop["service"]) if stop.get("service") else "",
        amount,
        ", ".join(_notes(order)),
    )


def _notes(order: Document) -> Iterator[str]:
    for key, word in (
        ("skills", "needs"),
        ("allowed_vehicles", "only by"),
        ("forbidden_vehicles", "never by"),
    ):
        if order.get(key):
            yield f"{word} {' and '.join(str(name) for name in order[key])}"
    if order.get("priority"):
        yield f"priority {order['priority']}"
    if order.get("penalty") is not None:
        yield f"may be left out for {money(order['penalty'])}"


def _vehicle(vehicle: Document) -> VehicleRow:
    shift = vehicle.get("time_window")
    opens, closes = _ends(shift) if shift else (None, None)
    start, end = (_where(vehicle.get(key, vehicle.get(f"{key}_index"))) for key in ("start", "end"))
    return VehicleRow(
        vehicle["id"],
        vehicle.get("description") or "",
        int(vehicle.get("count") or 1),
        f"{at(opens)}–{at(closes)}" if shift else "",
        load(vehicle.get("capacity")),
        start if start == end else f"{start or 'anywhere'} → {end or 'anywhere'}",
        ", ".join(_vehicle_notes(vehicle)),
    )


def _vehicle_notes(vehicle: Document) -> Iterator[str]:
    if vehicle.get("skills"):
        yield f"has {' and '.join(str(name) for name in vehicle['skills'])}"
    for pause in vehicle.get("breaks") or ():
        yield f"break of {lasting(pause.get('service', 0))}"
    for key, write in (
        ("max_duration", lasting),
        ("max_travel_time", lasting),
        ("max_distance", km),
        ("max_tasks", str),
    ):
        if vehicle.get(key) is not None:
            yield f"{key.replace('_', ' ')} {write(vehicle[key])}"
    for key, amount in (vehicle.get("costs") or {}).items():
        if amount:
            yield f"{key.replace('_', ' ')} {money(amount)}"


def _amounts(job: Document) -> str:
    parts = [(job.get("delivery"), ""), (job.get("pickup"), " picked up")]
    return ", ".join(load(amounts) + word for amounts, word in parts if amounts)


def _ends(window: Any) -> tuple[int, int]:
    return (window["start"], window["end"]) if isinstance(window, dict) else (window[0], window[1])


def _where(place: Any) -> str:
    """Latitude first, as maps and people write it."""
    if isinstance(place, list | tuple):
        return f"{place[1]:.5f}, {place[0]:.5f}"
    return f"place {place}" if isinstance(place, int) else place or ""
