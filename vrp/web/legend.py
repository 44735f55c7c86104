"""What the ids in a plan stand for: names and time windows of stops, names and capacities of vehicles."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vrp.domain import clock
from vrp.domain.crosschecks import expanded_ids

Document = dict[str, Any]
Window = tuple[int, int]
COLOURS = 12


@dataclass(frozen=True)
class Name:
    """What a stop or a vehicle is called, and what its request says that a picture shows."""

    text: str
    windows: tuple[Window, ...] = ()
    capacity: tuple[int, ...] = ()
    location: tuple[float, float] | None = None


@dataclass
class Legend:
    """Everything by the names a plan uses: (type, id) of a step or an order, and the id of a vehicle."""

    stops: dict[tuple[str, str], Name] = field(default_factory=dict)
    vehicles: dict[str, Name] = field(default_factory=dict)

    def stop(self, kind: str, key: object) -> Name:
        return self.stops.get((kind, str(key)), Name(str(key)))

    def vehicle(self, key: object) -> Name:
        return self.vehicles.get(str(key), Name(str(key)))


def of(document: Document) -> Legend:
    """The legend of a valid request. Reads the document itself, because matrices would be slow to parse again."""
    document, _ = clock.normalise(document)
    places = {str(row.get("id")): row.get("coordinates") for row in document.get("locations") or ()}
    legend = Legend()
    for job in document.get("jobs") or ():
        legend.stops["job", str(job["id"])] = _stop(job, job["id"], places)
    for shipment in document.get("shipments") or ():
        key = shipment.get("id", shipment["pickup"].get("id"))
        legend.stops["shipment", str(key)] = Name(_text(shipment, key))
        for kind in ("pickup", "delivery"):
            stop = shipment[kind]
            name = stop.get("id", key)
            legend.stops[kind, str(name)] = _stop(stop, shipment.get("description") or name, places)
    for vehicle in document.get("vehicles") or ():
        for key in expanded_ids(vehicle):
            suffix = "" if key == vehicle["id"] else f" {str(key).rpartition('#')[2]}"
            text = vehicle["description"] + suffix if vehicle.get("description") else str(key)
            legend.vehicles[str(key)] = Name(text, capacity=tuple(vehicle.get("capacity") or ()))
    return legend


def colour(number: int) -> int:
    """Which of the style sheet's colours the route of this number (from 1) has."""
    return (number - 1) % COLOURS + 1


def _stop(stop: Document, otherwise: object, places: Document) -> Name:
    where = stop.get("location")
    where = where if isinstance(where, list | tuple) else places.get(str(where))
    location = (float(where[0]), float(where[1])) if where else None
    return Name(_text(stop, otherwise), tuple(_windows(stop)), location=location)


def _text(thing: Document, otherwise: object) -> str:
    return str(thing.get("description") or otherwise)


def _windows(stop: Document) -> Iterator[Window]:
    for window in stop.get("time_windows") or ():
        start, end = (window["start"], window["end"]) if isinstance(window, dict) else window
        yield int(start), int(end)
