"""What one part of a request says against another: given steps that cannot be made, limits that exclude each other.

Like `vrp.domain.crosschecks` this looks at the JSON itself and passes over whatever has the wrong shape.
"""

from collections.abc import Iterator
from typing import Any, TypeGuard

from vrp.domain.crosschecks import known_names, twice
from vrp.domain.loose import Document, list_of, numbered, table_of
from vrp.domain.plan import REST
from vrp.errors import Fault, Place

_TIMES = ("service_at", "service_after", "service_before")


def contradictions(document: Document) -> Iterator[Fault]:
    """This will yield a fault for each key that cannot mean what it says, because of another."""
    yield from _given_steps(document)
    yield from _relations(document)
    yield from _balance(document)
    for i, row in numbered(document, "incompatibilities"):
        yield from twice(
            [(("incompatibilities", i, "classes", k), name) for k, name in _named(row, "classes")]
        )
    for i, vehicle in numbered(document, "vehicles"):
        least, most = vehicle.get("min_tasks"), vehicle.get("max_tasks")
        if _is_number(least) and _is_number(most) and least > most:
            yield Fault(("vehicles", i, "min_tasks"), f"is above max_tasks ({most})", "conflicting")
        for k, pause in numbered(vehicle, "breaks"):
            if pause.get("id") == REST:
                message = f"{REST!r} is what rests from driving are called; choose another id"
                yield Fault(("vehicles", i, "breaks", k, "id"), message, "conflicting")


# Given steps


def _given_steps(document: Document) -> Iterator[Fault]:
    if not any(list_of(vehicle.get("steps")) for _, vehicle in numbered(document, "vehicles")):
        return
    known, tasks = known_names(document), []
    for i, vehicle in numbered(document, "vehicles"):
        place: Place = ("vehicles", i, "steps")
        steps = [((*place, k), step) for k, step in numbered(vehicle, "steps")]
        count = vehicle.get("count", 1)
        if steps and _is_number(count) and count > 1:
            yield Fault(place, "goes not with a count: steps are those of one vehicle", "conflicting")
        breaks = {str(pause.get("id")) for _, pause in numbered(vehicle, "breaks")} | {REST}
        taken = [((*here, "id"), step.get("id")) for here, step in steps if step.get("type") == "break"]
        yield from twice([row for row in taken if row[1] != REST])
        for here, step in steps:
            kind = step.get("type")
            if kind == "reload":
                yield from _reload(document, vehicle, here, step)
            elif kind in ("job", "pickup", "delivery", "break"):
                yield from _named_step(here, step, breaks if kind == "break" else known[kind])
                tasks.append(((*here, "id"), kind, step.get("id")))
            yield from _times(vehicle, here, step)
    for kind in ("job", "pickup", "delivery"):
        yield from twice([(here, name) for here, of, name in tasks if of == kind])


def _named_step(place: Place, step: Document, among: set[str]) -> Iterator[Fault]:
    kind, name = step["type"], step.get("id")
    if name is None:
        yield Fault((*place, "id"), f"a {kind} step needs an id", "missing")
    elif isinstance(name, str | int) and str(name) not in among:
        yield Fault((*place, "id"), f"there is no {kind} with the id {name!r}", "unknown_id")


def _reload(document: Document, vehicle: Document, place: Place, step: Document) -> Iterator[Fault]:
    """A reload step names one of the vehicle's places by position or as it is written there; one alone needs none."""
    targets, name, location = list_of(table_of(vehicle.get("reload")).get("locations")), step.get("id"), None
    if not targets:
        yield Fault((*place, "type"), "this vehicle does not reload", "conflicting")
        return
    if str(name) in {str(position) for position in range(len(targets))}:
        return
    location = step.get("location")
    if location is None:
        is_plain = name is None and len(targets) == 1
    else:
        coordinates = {
            str(row.get("id")): row.get("coordinates") for _, row in numbered(document, "locations")
        }
        is_plain = any(location in (target, str(target), coordinates.get(str(target))) for target in targets)
    if not is_plain:
        message = f"names none of the vehicle's {len(targets)} places to reload (their positions, from 0)"
        yield Fault((*place, "id" if location is None else "location"), message, "unknown_id")


def _times(vehicle: Document, place: Place, step: Document) -> Iterator[Fault]:
    at, after, before = (step.get(key) for key in _TIMES)
    earliest: list[Any] = [value for value in (at, after) if _is_number(value)]
    latest: list[Any] = [value for value in (at, before) if _is_number(value)]
    if earliest and latest and max(earliest) > min(latest):
        message = f"leave no moment: not before {max(earliest)}, not after {min(latest)}"
        yield Fault(place, f"service_at, service_after and service_before {message}", "conflicting")
    kind = step.get("type")
    if kind in ("start", "end") and step.get("locked", "none") != "none":
        yield Fault((*place, "locked"), f"a {kind} is not locked; service_at fixes its time", "conflicting")
    has_end = vehicle.get("end") is not None or vehicle.get("end_index") is not None
    if kind == "end" and not has_end:
        for key in _TIMES:
            if step.get(key) is not None:
                yield Fault((*place, key), "the vehicle has no end", "conflicting")


# Relations, objective


def _relations(document: Document) -> Iterator[Fault]:
    relations = [(i, list(_named(relation, "ids"))) for i, relation in numbered(document, "relations")]
    if not relations:
        return
    jobs = {str(job.get("id")) for _, job in numbered(document, "jobs")}
    shipments = known_names(document | {"jobs": []})["order"]
    for i, names in relations:
        yield from twice([(("relations", i, "ids", k), name) for k, name in names])
        for k, name in names:
            if str(name) in jobs and str(name) in shipments:
                message = f"{name!r} is both a job and a shipment; give one of them another id"
                yield Fault(("relations", i, "ids", k), message, "ambiguous_id")


def _balance(document: Document) -> Iterator[Fault]:
    objective = table_of(document.get("objective"))
    balance = table_of(objective.get("balance"))
    if balance.get("metric") != "distance" or not (
        balance.get("weight") or objective.get("preset") == "balanced"
    ):
        return
    matrices = table_of(document.get("matrices"))
    for _, vehicle in numbered(document, "vehicles"):
        profile = str(vehicle.get("profile", "car"))
        if isinstance(matrices.get(profile), dict) and matrices[profile].get("distances") is None:
            message = f"needs distances, and the matrix of {profile!r} has none"
            yield Fault(("objective", "balance", "metric"), message, "missing")
            return


def _named(row: Document, key: str) -> Iterator[tuple[int, Any]]:
    return enumerate(list_of(row.get(key)))


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
