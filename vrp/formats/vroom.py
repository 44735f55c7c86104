"""VROOM's JSON and openrouteservice's: the request itself, but for a few older names."""

from typing import Any

import orjson

from vrp.domain import limits
from vrp.errors import Fault, Invalid
from vrp.formats.previews import Document


def read(data: bytes) -> Document:
    """This will turn a JSON file into a request document, or raise `Invalid` when it cannot be one.

    Of openrouteservice and of VROOM's first version: a job's `amount` is its delivery, `matrix` that of every profile.
    """
    document = _load(data)
    if not isinstance(document, dict):
        raise Invalid([Fault((), "should be an object with jobs and vehicles", "dict_type")])
    if "routes" in document and "vehicles" not in document:
        raise Invalid([Fault((), "this is a plan, the answer to a problem; a problem has vehicles")])
    jobs, vehicles = document.get("jobs"), document.get("vehicles")
    for job in jobs if isinstance(jobs, list) else ():
        if isinstance(job, dict) and "amount" in job and "delivery" not in job:
            job["delivery"] = job.pop("amount")
    if "matrix" in document and "matrices" not in document:
        rows = document.pop("matrix")
        profiles = {_profile(vehicle) for vehicle in (vehicles if isinstance(vehicles, list) else ())}
        document["matrices"] = {profile: {"durations": rows} for profile in sorted(profiles)}
    return document


def _profile(vehicle: Any) -> str:
    profile = vehicle.get("profile", "car") if isinstance(vehicle, dict) else "car"
    return profile if isinstance(profile, str) else "car"


def _load(data: bytes) -> Any:
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Invalid([Fault((), f"not JSON: {error}", "json_invalid")]) from None
    level = [document]
    for _ in range(limits.MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return document
    raise Invalid([Fault((), f"is nested deeper than {limits.MAX_DEPTH} levels", "json_invalid")])


def _children(value: Any) -> list[Any]:
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in values if isinstance(child, dict | list)]
