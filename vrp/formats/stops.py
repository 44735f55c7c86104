"""Jobs and depots out of a table of stops."""

from dataclasses import dataclass
from statistics import median
from typing import Any

from vrp.formats import cells
from vrp.formats.grids import Row
from vrp.formats.previews import Document
from vrp.formats.table import ADDRESS, Table, without_empty

_FAR = 3.0  # degrees: stops of one plan rarely lie farther apart
_KINDS = {"": "job", "job": "job", "stop": "job", "delivery": "job", "customer": "job", "order": "job"} | {
    "pickup": "pickup",
    "collection": "pickup",
    "depot": "depot",
    **dict.fromkeys(("start", "end", "break", "reload"), "none"),  # the other steps of a plan we have written
}


@dataclass(frozen=True)
class Depot:
    """A row of type depot: a place where vehicles start and end, and its hours."""

    name: str | int
    location: list[float] | str | None
    windows: list[list[int | str]]


class Stops:
    """The jobs of a table with the rows they were in, and its depots by name in small letters."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.loads = table.headings("delivery") or table.headings("pickup")
        self.size = max(len(table.headings("delivery")), len(table.headings("pickup")))
        self.jobs: list[Document] = []
        self.rows: list[Row] = []
        self.depots: dict[str, Depot] = {}
        for row in table.sheet.rows:
            self._add(row)
        self._find_swapped()

    def _add(self, row: Row) -> None:
        kind = _KINDS.get((self.table.value(row, "type", cells.text) or "").casefold())
        if kind is None:
            self.table.fault(row, "type", "should be job, delivery, pickup or depot")
        label = self.table.value(row, "name", cells.text)
        name = self.table.value(row, "id", cells.identifier)
        if name is None:
            name = cells.identifier(label) if label and "id" not in self.table else row.number
        if kind == "none":
            return
        if kind == "depot":
            self.depots[str(name).casefold()] = Depot(name, self._location(row), self.table.windows(row))
        else:
            self.rows.append(row)
            self.jobs.append(self._job(row, name, label, kind == "pickup"))

    def _job(self, row: Row, name: str | int, label: str | None, picked_up: bool) -> Document:
        table = self.table
        load, back = table.loads(row, "delivery"), table.loads(row, "pickup")
        if picked_up:
            load, back = None, load if back is None else back
        note, address = table.value(row, "description", cells.text), table.address(row)
        location = self._location(row)
        said = ": ".join(part for part in (label, note) if part and part != str(name))
        return without_empty(
            {
                "id": name,
                "location": location,
                "description": said or (address if location == address else ""),
                "delivery": self._padded(load),
                "pickup": self._padded(back),
                "setup": table.time(row, "setup", cells.duration),
                "service": table.time(row, "service", cells.duration),
                "time_windows": table.windows(row),
                "release_time": table.time(row, "release_time", cells.clock),
                "skills": table.value(row, "skills", cells.names),
                "allowed_vehicles": table.value(row, "allowed_vehicles", cells.names),
                "priority": table.value(row, "priority", cells.whole),
                "penalty": table.value(row, "penalty", cells.number),
                "meta": table.free_data(row) | ({"address": address} if address else {}),
            }
        )

    def _location(self, row: Row) -> list[float] | str | None:
        before = len(self.table.faults)
        place = self.table.position(row, "latitude", "longitude", self.table.address(row))
        if place is None and len(self.table.faults) == before:
            field = next(name for name in ("latitude", *ADDRESS) if name in self.table)
            self.table.fault(row, field, "is empty", "missing")
        return place

    def _padded(self, load: list[int] | None) -> list[int] | None:
        return load + [0] * (self.size - len(load)) if load and any(load) else None

    def _find_swapped(self) -> None:
        """A stop far from all others that would lie among them the other way round was written that way by mistake."""
        places: list[Any] = [job.get("location") for job in self.jobs]
        known = [place for place in places if isinstance(place, list)]
        if len(known) < 3:
            return
        middle = [median(place[axis] for place in known) for axis in (0, 1)]
        for row, place in zip(self.rows, places, strict=True):
            if not isinstance(place, list):
                continue
            lon, lat = place
            distance = max(abs(lon - middle[0]), abs(lat - middle[1]))
            other_way = max(abs(lat - middle[0]), abs(lon - middle[1]))
            if distance > _FAR and 5 * other_way < distance:
                self.table.fault(row, "latitude", f"latitude {lat:g} and longitude {lon:g} look swapped")
