"""Clock values: whole seconds from the scenario's midnight. RFC 3339 texts are accepted and turned into that."""

import copy
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from vrp.errors import Fault, Place

_LISTS = {"time_windows"}
VALUES = {"release_time", "start_latest", "service_at", "service_after", "service_before", "until"}


def known_timezone(name: str) -> str:
    """This will return the name of a time zone unchanged, or raise ValueError when there is none of that name."""
    try:
        ZoneInfo(name)
    except Exception as error:
        raise ValueError(f"unknown time zone {name!r}; write it as in Europe/Vienna") from error
    return name


def show(seconds: int) -> str:
    """This will write a clock value for people: `31500` is `8:45`, a second day `+1d 8:45`."""
    days, rest = divmod(int(seconds), 86_400)
    text = f"{rest // 3600}:{rest % 3600 // 60:02d}" + (f":{rest % 60:02d}" if rest % 60 else "")
    return f"+{days}d {text}" if days else text


def normalise(document: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """This will replace every RFC 3339 clock value by seconds from midnight of the earliest date among them.

    The document is copied only when it holds such texts. Midnight is that of the request's `timezone`.
    """
    texts = list(_texts(document, ()))
    if not texts:
        return document, []
    faults: list[Fault] = []
    zone = _zone(document)
    moments: list[tuple[Place, datetime]] = []
    for place, text in texts:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            faults.append(Fault(place, f"{text[:40]!r} is neither seconds nor an RFC 3339 time", "time_type"))
            continue
        moments.append((place, moment if moment.tzinfo else moment.replace(tzinfo=zone)))
    if not moments:
        return document, faults
    try:
        first = min(moment.astimezone(zone) for _, moment in moments)
        midnight = datetime.combine(first.date(), time(0), tzinfo=zone)
        seconds = [(place, round(moment.timestamp() - midnight.timestamp())) for place, moment in moments]
    except (OverflowError, ValueError):
        return document, [*faults, Fault(moments[0][0], "the date is out of range", "time_type")]
    document = _copy_without_matrices(document)
    for place, value in seconds:
        holder: Any = document
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = value
    return document, faults


def _copy_without_matrices(document: dict[str, Any]) -> dict[str, Any]:
    matrices = {"matrices": document["matrices"]} if "matrices" in document else {}
    rest = {key: value for key, value in document.items() if key != "matrices"}
    return copy.deepcopy(rest) | matrices


def _zone(document: dict[str, Any]) -> ZoneInfo:
    try:
        return ZoneInfo(known_timezone(document.get("timezone", "UTC")))
    except (ValueError, TypeError):
        return ZoneInfo("UTC")


def _texts(value: Any, place: Place) -> list[tuple[Place, str]]:
    """Every text that stands where a clock value belongs."""
    found: list[tuple[Place, str]] = []
    if isinstance(value, dict):
        for key, item in value.items():
            here = (*place, key)
            if key in ("meta", "matrices"):
                continue
            if key in _LISTS and isinstance(item, list):
                for index, window in enumerate(item):
                    found += _in_window(window, (*here, index))
            elif key == "time_window":
                found += _in_window(item, here)
            elif key in VALUES and isinstance(item, str):
                found.append((here, item))
            elif isinstance(item, dict | list):
                found += _texts(item, here)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                found += _texts(item, (*place, index))
    return found


def _in_window(window: Any, place: Place) -> list[tuple[Place, str]]:
    if isinstance(window, list):
        return [((*place, index), item) for index, item in enumerate(window) if isinstance(item, str)]
    if isinstance(window, dict):
        ends = [((*place, key), window[key]) for key in ("start", "end") if isinstance(window.get(key), str)]
        return ends + _in_window(window.get("soft"), (*place, "soft"))
    return []
