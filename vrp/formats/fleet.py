"""Vehicles out of a table of vehicles, or plain ones at the depots of a table of stops."""

from collections.abc import Iterator
from typing import Any

from vrp.formats import cells
from vrp.formats.cells import Cell
from vrp.formats.grids import Row
from vrp.formats.previews import Document
from vrp.formats.stops import Depot, Stops
from vrp.formats.table import Table, without_empty

_MOST = 100  # vehicles at a depot, where a table names none


def of_table(table: Table, stops: Stops) -> list[Document]:
    """This will return the vehicle of each row; its place is its own, or that of the depot it names."""
    return [_vehicle(table, row, stops) for row in table.sheet.rows]


def of_depots(stops: Stops) -> Iterator[Document]:
    """This will yield for each depot as many vehicles as may be needed, without capacity and free of cost rates."""
    depots = stops.depots.values()
    for number, depot in enumerate(depots, 1):
        yield without_empty(
            {
                "id": f"vehicle {number}" if len(depots) > 1 else "vehicle",
                "count": max(1, min(len(stops.jobs), _MOST)),
                "start": depot.location,
                "end": depot.location,
                "time_window": next(iter(depot.windows), None),
            }
        )


def _vehicle(table: Table, row: Row, stops: Stops) -> Document:
    name = table.value(row, "id", cells.identifier)
    start, end = _ends(table, row, stops.depots)
    shifts = table.windows(row)
    if len(shifts) > 1:
        table.fault(row, "time_windows", "a vehicle has one shift")
    costs = {key: table.value(row, key, cells.number) for key in ("fixed", "per_km", "per_hour")}
    return without_empty(
        {
            "id": row.number if name is None else name,
            "type": table.value(row, "type", cells.text),
            "description": table.value(row, "description", cells.text),
            "count": table.value(row, "count", cells.whole),
            "profile": table.value(row, "profile", cells.text),
            "speed_factor": table.value(row, "speed_factor", lambda cell: cells.number(cell, decimals=True)),
            "start": start,
            "end": end,
            "capacity": _capacity(table, row, stops),
            "time_window": next(iter(shifts), None),
            "skills": table.value(row, "skills", cells.names),
            "breaks": _breaks(table, row),
            "max_tasks": table.value(row, "max_tasks", cells.whole),
            "max_distance": table.value(row, "max_distance", _metres_in(table.unit("max_distance"))),
            "max_duration": table.time(row, "max_duration", cells.duration),
            "max_travel_time": table.time(row, "max_travel_time", cells.duration),
            "costs": without_empty(costs),
            "meta": table.free_data(row),
        }
    )


def _ends(table: Table, row: Row, depots: dict[str, Depot]) -> tuple[Any, Any]:
    start = table.position(row, "latitude", "longitude", table.address(row))
    start = start or _depot(table, row, "depot", depots)
    if start is None and len(depots) == 1:
        start = next(iter(depots.values())).location
    address = table.value(row, "end_address", cells.text) or ""
    end = table.position(row, "end_latitude", "end_longitude", address, "end_address")
    end = end or _depot(table, row, "end_depot", depots) or start
    if start is None and not table.faults:
        message = "needs a start: columns start_lat and start_lon, or one stop of type depot"
        table.fault(row, "latitude", message, "missing")
    return start, end


def _depot(table: Table, row: Row, field: str, depots: dict[str, Depot]) -> Any:
    name = table.value(row, field, cells.text)
    if name is None:
        return None
    if name.casefold() not in depots:
        table.fault(row, field, f"there is no stop of type depot called {name[:40]!r}", "unknown_id")
        return None
    return depots[name.casefold()].location


def _capacity(table: Table, row: Row, stops: Stops) -> list[int] | None:
    capacity = table.loads(row, "capacity")
    if capacity is not None and stops.size not in (0, len(capacity)):
        message = f"has {len(capacity)} columns, the loads of the stops have {stops.size} ({', '.join(stops.loads)})"
        table.fault(row, "capacity", message, "dimensions_differ")
    return capacity


def _breaks(table: Table, row: Row) -> list[Document]:
    """With a `break_duration` a break begins in its window; without, it lasts from one end to the other."""
    length = table.time(row, "break_duration", cells.duration)
    made = []
    for number, (start, end) in enumerate(table.value(row, "breaks", cells.windows) or [], 1):
        if length is not None:
            made.append({"id": number, "time_windows": [[start, end]], "service": length})
        elif isinstance(start, int) and isinstance(end, int) and start <= end:
            made.append({"id": number, "time_windows": [[start, start]], "service": end - start})
        else:
            table.fault(row, "breaks", "should be written as 12:00-13:00")
    return made


def _metres_in(unit: str) -> Any:
    def parse(cell: Cell) -> int:
        return cells.whole(cell, 1000 if unit == "km" else 1)

    return parse
