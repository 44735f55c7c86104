"""What the ids in a plan stand for: names and time windows of stops, names and capacities of vehicles."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vrp.domain import clock
from vrp.domain.crosschecks import expanded_ids

Document = dict[str, Any]
Window = tuple[int, int]
Wish = tuple[int | None, int | None]  # not before, not after; each may be missing
COLOURS = 12


@dataclass(frozen=True)
class Name:
    """What a stop or a vehicle is called, and what its request says that a picture shows."""

    text: str
    windows: tuple[Window, ...] = ()
    wishes: tuple[Wish | None, ...] = ()  # what is soft about each window
    capacity: tuple[int, ...] = ()
    location: tuple[float, float] | None = None
    breaks: dict[str, "Name"] = field(default_factory=dict)
    overtime_after: int | None = None

    def wish_at(self, moment: int) -> Wish:
        """What is wished for in the window that a moment falls into."""
        for (_, closes), wish in zip(self.windows, self.wishes, strict=True):
            if moment <= closes:
                return wish or (None, None)
        return (None, None)


@dataclass
class Legend:
    """Everything by the names a plan uses: (type, id) of a step or an order, and the id of a vehicle."""

    stops: dict[tuple[str, str], Name] = field(default_factory=dict)
    vehicles: dict[str, Name] = field(default_factory=dict)
    currency: str = ""  # none where a plan's cost is its seconds on the road
    eta_limit: int = 900

    def stop(self, kind: str, key: object) -> Name:
        return self.stops.get((kind, str(key)), Name(str(key)))

    def vehicle(self, key: object) -> Name:
        return self.vehicles.get(str(key), Name(str(key)))


def of(document: Document) -> Legend:
    """The legend of a valid request. Reads the document itself, because matrices would be slow to parse again."""
    document, _ = clock.normalise(document)
    places = {str(row.get("id")): row.get("coordinates") for row in document.get("locations") or ()}
    legend = Legend(
        currency=_currency(document),
        eta_limit=((document.get("objective") or {}).get("stability") or {}).get(
            "eta_limit", Legend.eta_limit
        ),
    )
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
            legend.vehicles[str(key)] = _vehicle(vehicle, text)
    return legend


def _currency(document: Document) -> str:
    """Without `costs` a plan's cost is no money, but its travel time."""
    has_costs = any(vehicle.get("costs") for vehicle in document.get("vehicles") or ())
    return (document.get("units") or {}).get("currency", "EUR") if has_costs else ""


def _vehicle(vehicle: Document, text: str) -> Name:
    shift = vehicle.get("time_window")
    windows, wishes = _windows([shift] if shift else ())
    breaks = {
        str(pause.get("id")): Name("Break", *_windows(pause.get("time_windows") or ()))
        for pause in vehicle.get("breaks") or ()
    }
    return Name(
        text,
        windows,
        wishes,
        capacity=tuple(vehicle.get("capacity") or ()),
        breaks=breaks,
        overtime_after=(vehicle.get("overtime") or {}).get("after"),
    )


def colour(number: int) -> int:
    """Which of the style sheet's colours the route of this number (from 1) has."""
    return (number - 1) % COLOURS + 1


def _stop(stop: Document, otherwise: object, places: Document) -> Name:
    where = stop.get("location")
    where = where if isinstance(where, list | tuple) else places.get(str(where))
    location = (float(where[0]), float(where[1])) if where else None
    return Name(_text(stop, otherwise), *_windows(stop.get("time_windows") or ()), location=location)


def _text(thing: Document, otherwise: object) -> str:
    return str(thing.get("description") or otherwise)


def _windows(given: Iterable[Any]) -> tuple[tuple[Window, ...], tuple[Wish | None, ...]]:
    tables = [row if isinstance(row, dict) else {"start": row[0], "end": row[1]} for row in given]
    tables.sort(key=lambda row: row["start"])
    wishes = [(soft.get("start"), soft.get("end")) if (soft := row.get("soft")) else None for row in tables]
    return tuple((int(row["start"]), int(row["end"])) for row in tables), tuple(wishes)
