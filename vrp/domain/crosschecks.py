"""Checks that need more than one place of a request: sizes before anything is built, names and indexes that point.

They look at the JSON itself and pass over whatever has the wrong shape (the models name that), so that one answer
can hold every fault of a document.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vrp.domain import limits
from vrp.domain.loose import Document, first_of, list_of, numbered, rows_of, table_of
from vrp.domain.travel import Computed
from vrp.errors import Fault, Place

_ROWS = (list, np.ndarray, Computed)  # of a matrix: as JSON has it, or as our readers of files do
_LOADS = {"jobs": ("delivery", "pickup"), "shipments": ("amount",), "vehicles": ("capacity", "initial_load")}


def sizes(document: Document) -> Iterator[Fault]:
    """This will yield a fault for each published limit that the counts in the document go beyond."""
    stops = len(list_of(document.get("jobs"))) + 2 * len(list_of(document.get("shipments")))
    if stops > limits.MAX_STOPS:
        yield Fault(("jobs",), f"{stops} stops; the limit is {limits.MAX_STOPS}", "too_long")
    if len(list_of(document.get("locations"))) > limits.MAX_STOPS:
        yield Fault(("locations",), f"the limit is {limits.MAX_STOPS} locations", "too_long")
    vehicles = len(list_of(document.get("vehicles")))
    for vehicle in rows_of(document, "vehicles"):
        count = vehicle.get("count", 1)
        vehicles += int(count) - 1 if isinstance(count, int | float) and 1 <= count < 1e15 else 0
    if vehicles > limits.MAX_VEHICLES:
        yield Fault(("vehicles",), f"{vehicles} vehicles; the limit is {limits.MAX_VEHICLES}", "too_long")
    for profile, matrix in table_of(document.get("matrices")).items():
        for kind, rows in table_of(matrix).items():
            if not isinstance(rows, list | np.ndarray):
                continue
            longest = max((len(row) for row in rows if isinstance(row, _ROWS)), default=0)
            if max(len(rows), longest) > limits.MAX_ROWS:
                message = f"{max(len(rows), longest)} places; the limit is {limits.MAX_ROWS}"
                yield Fault(("matrices", profile, kind), message, "too_long")
    yield from _too_wide(document)


def _too_wide(document: Document) -> Iterator[Fault]:
    """A million faults would be named one by one before the first hundred are shown: refused by their number."""
    items, waiting = 0, deque[tuple[Place, Any]]([((), document)])
    while waiting and items <= limits.MAX_ITEMS:
        place, value = waiting.popleft()
        items += len(value)
        if isinstance(value, dict) and len(value) > limits.MAX_KEYS:
            yield Fault(place, f"{len(value)} keys; the limit is {limits.MAX_KEYS}", "too_long")
            continue
        if isinstance(value, list) and len(value) > 2 * limits.MAX_STOPS:
            yield Fault(place, f"{len(value)} items; the limit is {2 * limits.MAX_STOPS}", "too_long")
            continue
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        waiting.extend(
            ((*place, key), item)
            for key, item in inside
            if isinstance(item, dict | list) and key not in ("meta", "matrices")
        )
    if items > limits.MAX_ITEMS:
        yield Fault((), f"more than {limits.MAX_ITEMS} keys and items; that is the limit", "too_long")


def names(document: Document) -> Iterator[Fault]:
    """This will yield a fault for each id that is there twice and each name or index that points nowhere."""
    yield from _duplicates(document)
    yield from _places(document)
    yield from _profiles(document)
    yield from _dimensions(document)
    yield from _references(document)
    yield from _cost_matrices(document)


def expanded_ids(vehicle: Document) -> list[str | int]:
    """This will list the ids a vehicle stands for: its own, or with a `count` above one `id#1`, `id#2`, …"""
    count, name = vehicle.get("count", 1), vehicle.get("id")
    if not isinstance(count, int | float) or isinstance(count, bool) or not 1 < count <= limits.MAX_VEHICLES:
        return [name]  # type: ignore[list-item]
    return [f"{name}#{number}" for number in range(1, int(count) + 1)]


def _duplicates(document: Document) -> Iterator[Fault]:
    for key in ("jobs", "locations"):
        yield from twice([((key, i, "id"), row.get("id")) for i, row in numbered(document, key)])
    shipments, pickups, deliveries = [], [], []
    for i, row in numbered(document, "shipments"):
        ends = {end: table_of(row.get(end)).get("id") for end in ("pickup", "delivery")}
        name = first_of(row.get("id"), ends["pickup"])
        shipments.append((("shipments", i, "id"), name))
        pickups.append((("shipments", i, "pickup", "id"), first_of(ends["pickup"], name)))
        deliveries.append((("shipments", i, "delivery", "id"), first_of(ends["delivery"], name)))
    yield from twice(shipments)
    yield from twice(pickups)
    yield from twice(deliveries)
    vehicles = []
    for i, row in numbered(document, "vehicles"):
        vehicles += [(("vehicles", i, "id"), name) for name in expanded_ids(row)]
        breaks = numbered(row, "breaks")
        yield from twice([(("vehicles", i, "breaks", k, "id"), pause.get("id")) for k, pause in breaks])
    yield from twice(vehicles)


def twice(items: Sequence[tuple[Place, Any]]) -> Iterator[Fault]:
    first: dict[str, Place] = {}
    for place, name in items:
        if name is None or isinstance(name, bool) or not isinstance(name, str | int):
            continue
        if str(name) in first:
            before = "/".join(str(part) for part in first[str(name)][:-1])
            yield Fault(place, f"id {name!r} is there already, at {before}", "duplicate_id")
        else:
            first[str(name)] = place


def _stops(document: Document) -> Iterator[tuple[Place, Document]]:
    for i, job in numbered(document, "jobs"):
        yield ("jobs", i), job
    for i, shipment in numbered(document, "shipments"):
        for end in ("pickup", "delivery"):
            if isinstance(shipment.get(end), dict):
                yield ("shipments", i, end), shipment[end]


def _places(document: Document) -> Iterator[Fault]:
    locations = {str(row.get("id")): row for row in rows_of(document, "locations")}
    size = _matrix_size(document)
    by_index = {
        row["matrix_index"]
        for row in locations.values()
        if isinstance(row.get("coordinates"), list) and _is_index(row.get("matrix_index"))
    }
    for i, row in numbered(document, "locations"):
        index = row.get("matrix_index")
        if size is not None and isinstance(index, int) and index >= size:
            yield Fault(
                ("locations", i, "matrix_index"),
                f"{index} is outside the matrix of {size} places",
                "unknown_index",
            )
        if row.get("coordinates") is None and index is None:
            yield Fault(("locations", i), "needs coordinates (or a matrix_index)", "missing")
    used: list[tuple[Place, Any, Any]] = []
    for place, stop in _stops(document):
        used.append(((*place, "location"), stop.get("location"), stop.get("location_index")))
    for i, vehicle in numbered(document, "vehicles"):
        for end in ("start", "end"):
            used.append((("vehicles", i, end), vehicle.get(end), vehicle.get(f"{end}_index")))
        if all(vehicle.get(key) is None for key in ("start", "end", "start_index", "end_index")):
            yield Fault(("vehicles", i), "needs a start or an end", "missing")
        for k, target in enumerate(list_of(table_of(vehicle.get("reload")).get("locations"))):
            used.append((("vehicles", i, "reload", "locations", k), target, None))
    for place, location, index in used:
        yield from _place(place, location, index, locations, size, by_index)


def _place(
    place: Place,
    location: Any,
    index: Any,
    locations: dict[str, Document],
    size: int | None,
    by_index: set[Any],
) -> Iterator[Fault]:
    index_place = (*place[:-1], "location_index" if place[-1] == "location" else f"{place[-1]}_index")
    if isinstance(location, str | int) and not isinstance(location, bool):
        row = locations.get(str(location))
        if row is None:
            yield Fault(place, f"there is no location with the id {location!r}", "unknown_id")
            return
        index = index if index is not None else row.get("matrix_index")
        if size is not None and index is None:
            yield Fault(
                place, f"location {location!r} has no matrix_index, and matrices are given", "missing"
            )
        elif size is None and row.get("coordinates") is None:
            yield Fault(place, f"location {location!r} has no coordinates", "missing")
    elif isinstance(location, list) and size is not None and index is None:
        if isinstance(place[-1], int):  # a place to reload has no key for its index
            message = "is in no matrix; name a location that has a matrix_index"
            yield Fault(place, message, "missing")
        else:
            yield Fault(index_place, "is needed when matrices are given", "missing")
    if not _is_index(index):
        return
    if size is None and location is None and index not in by_index:
        yield Fault(index_place, "points into no matrix: there are no matrices", "unknown_index")
    elif size is not None and index >= size:
        yield Fault(index_place, f"{index} is outside the matrix of {size} places", "unknown_index")


def _profiles(document: Document) -> Iterator[Fault]:
    matrices = table_of(document.get("matrices"))
    if not matrices:
        return
    size = _matrix_size(document)
    for profile, matrix in matrices.items():
        rows = table_of(matrix).get("durations")
        if isinstance(rows, _ROWS) and len(rows) != size:
            yield Fault(
                ("matrices", profile), f"has {len(rows)} places, another profile has {size}", "sizes_differ"
            )
    for i, vehicle in numbered(document, "vehicles"):
        profile = vehicle.get("profile", "car")
        if isinstance(profile, str) and profile not in matrices:
            known = ", ".join(sorted(matrices))
            yield Fault(
                ("vehicles", i, "profile"),
                f"there is no matrix for {profile!r} (given: {known})",
                "unknown_profile",
            )


def _dimensions(document: Document) -> Iterator[Fault]:
    expected: tuple[int, Place] | None = None
    for place, amounts in _loads(document):
        if not isinstance(amounts, list) or not amounts:
            continue
        expected = expected or (len(amounts), place)
        if len(amounts) != expected[0]:
            where = "/".join(str(part) for part in expected[1])
            message = f"has {len(amounts)} dimensions, {where} has {expected[0]}"
            yield Fault(place, message, "dimensions_differ")


def _loads(document: Document) -> Iterator[tuple[Place, Any]]:
    for key, fields in _LOADS.items():
        for i, row in numbered(document, key):
            for field in fields:
                yield (key, i, field), row.get(field)
    for i, vehicle in numbered(document, "vehicles"):
        for k, pause in numbered(vehicle, "breaks"):
            yield ("vehicles", i, "breaks", k, "max_load"), pause.get("max_load")


def _references(document: Document) -> Iterator[Fault]:
    known = known_names(document)
    for key in ("jobs", "shipments"):
        for i, row in numbered(document, key):
            for field in ("allowed_vehicles", "forbidden_vehicles"):
                for k, name in enumerate(list_of(row.get(field))):
                    yield from missing((key, i, field, k), name, known["vehicle"], "vehicle")
            for k, wish in numbered(row, "preferred_vehicles"):
                place = (key, i, "preferred_vehicles", k, "vehicle")
                yield from missing(place, wish.get("vehicle"), known["vehicle"], "vehicle")
    for i, relation in numbered(document, "relations"):
        for k, name in enumerate(list_of(relation.get("ids"))):
            yield from missing(("relations", i, "ids", k), name, known["order"], "job or shipment")
        yield from missing(("relations", i, "vehicle"), relation.get("vehicle"), known["vehicle"], "vehicle")
    for k, name in enumerate(list_of(table_of(document.get("freeze")).get("vehicles"))):
        yield from missing(("freeze", "vehicles", k), name, known["vehicle"], "vehicle")
    for i, row in numbered(document, "incompatibilities"):
        for k, name in enumerate(list_of(row.get("classes"))):
            yield from missing(
                ("incompatibilities", i, "classes", k), name, known["class"], "compatibility class"
            )


def known_names(document: Document) -> dict[str, set[str]]:
    """This will return the names that may be pointed at, by what they name."""
    known: dict[str, set[str]] = {
        "job": {str(row.get("id")) for row in rows_of(document, "jobs")},
        "pickup": set(),
        "delivery": set(),
        "vehicle": set(),
    }
    known["order"] = set(known["job"])
    for row in rows_of(document, "shipments"):
        ends = {end: table_of(row.get(end)).get("id") for end in ("pickup", "delivery")}
        name = first_of(row.get("id"), ends["pickup"])
        known["order"].add(str(name))
        for end, own in ends.items():
            known[end].add(str(first_of(own, name)))
    for row in rows_of(document, "vehicles"):
        known["vehicle"] |= {str(row.get("id"))} | {str(name) for name in expanded_ids(row)}
    known["class"] = {
        str(row["compatibility_class"])
        for key in ("jobs", "shipments")
        for row in rows_of(document, key)
        if row.get("compatibility_class") is not None
    }
    return known


def missing(place: Place, name: Any, among: set[str], what: str) -> Iterator[Fault]:
    if isinstance(name, str | int) and not isinstance(name, bool) and str(name) not in among:
        yield Fault(place, f"there is no {what} with the id {name!r}", "unknown_id")


def _cost_matrices(document: Document) -> Iterator[Fault]:
    matrices = table_of(document.get("matrices"))
    for i, vehicle in numbered(document, "vehicles"):
        matrix = matrices.get(str(vehicle.get("profile", "car")))
        costs = table_of(vehicle.get("costs"))
        if not isinstance(matrix, dict):
            continue
        for key in ("per_hour", "per_km") if "costs" in matrix else ():
            if key in costs:
                place = ("vehicles", i, "costs", key)
                yield Fault(place, "goes not with a matrix of costs", "conflicting_costs")
        needs: list[Place] = [("costs", "per_km")] if costs.get("per_km") else []
        needs += [("max_distance",)] if vehicle.get("max_distance") is not None else []
        for keys in needs if matrix.get("distances") is None else ():
            yield Fault(("vehicles", i, *keys), "needs distances, and the matrix has none", "missing")


def _matrix_size(document: Document) -> int | None:
    for matrix in table_of(document.get("matrices")).values():
        if isinstance(table_of(matrix).get("durations"), _ROWS):
            return len(matrix["durations"])
    return None


def _is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
