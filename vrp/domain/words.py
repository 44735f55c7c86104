"""Amounts the way planners say them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def lasting(seconds: float) -> str:
    """This will write a duration: `1 h 05`, `12 min`, `40 s`."""
    seconds = round(seconds)
    if abs(seconds) < 60:
        return f"{seconds} s" if seconds else "0"
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours} h {minutes:02d}" if hours else f"{sign}{minutes} min"


def exactly(seconds: float) -> str:
    """This will write a duration to the second: `1 h 05`, `16 min 40 s`."""
    whole, rest = divmod(round(abs(seconds)), 60)
    sign = "-" if seconds < 0 else ""
    if not whole:
        return f"{sign}{rest} s"
    return f"{sign}{lasting(60 * whole)}" + (f" {rest} s" if rest else "")


def far(metres: float) -> str:
    """This will write a distance: `12.3 km`, `250 m`."""
    return f"{metres / 1000:,.1f} km" if abs(metres) >= 1000 else f"{metres:,.0f} m"


def amount(name: str, value: float) -> str:
    """This will write a value of a request's key, or of a violation's cause, in its unit."""
    return _WRITTEN.get(name, _plain)(value)


def more(cause: str, value: float, most: float) -> str:
    """This will say that a limit is passed: `2 h 10, 10 min more than the 2 h 00 allowed`."""
    return (
        f"{amount(cause, value)}, {amount(cause, value - most)} more than the {amount(cause, most)} allowed"
    )


def beyond(cause: str, value: float | None) -> str:
    """This will say by how much a rule is broken, `41 min too late`; nothing where that cannot be measured."""
    return f"{amount(cause, value)} {_TOO[cause]}" if value and cause in _TOO else ""


def breaches(violations: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """This will return what a route breaks without repeating itself: a van that is too full stays so for a while,
    which is one violation a stop, and told as the worst of them with the number of all (`times`)."""
    told: dict[object, Mapping[str, Any]] = {}
    for number, violation in enumerate(violations):
        key = "load" if violation["cause"] == "load" else number
        before = told.get(key, {"amount": -1, "times": 0})
        worst = max(before, violation, key=lambda one: one["amount"] or 0)
        told[key] = {**worst, "times": before["times"] + 1}
    return list(told.values())


def _plain(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _tasks(value: float) -> str:
    return f"{_plain(value)} task{'' if value == 1 else 's'}"


_TOO = {
    "delay": "too late",
    "load": "too much",
    "max_load": "too much",
    "max_distance": "too far",
    "max_tasks": "too many",
    "max_reloads": "too many",
    "min_tasks": "too few",
    **dict.fromkeys(("max_duration", "max_travel_time", "max_wait", "max_ride", "overtime"), "too long"),
    **dict.fromkeys(("release", "lead_time"), "too early"),
}
_TIMES = """
    time_window time_windows start_latest release_time service_at service_before max_duration max_travel_time max_wait
    max_ride_time overtime max_driving delay lead_time max_ride release
"""
_WRITTEN: dict[str, Callable[[float], str]] = {
    "max_distance": far,
    "max_tasks": _tasks,
    "min_tasks": _tasks,
    **dict.fromkeys(_TIMES.split(), exactly),
}
