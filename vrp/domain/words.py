"""Amounts the way planners say them."""

from collections.abc import Callable


def lasting(seconds: float) -> str:
    """This will write a duration: `1 h 05`, `12 min`, `40 s`."""
    seconds = round(seconds)
    if abs(seconds) < 60:
        return f"{seconds} s" if seconds else "0"
    hours, minutes = divmod(round(abs(seconds) / 60), 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours} h {minutes:02d}" if hours else f"{sign}{minutes} min"


def far(metres: float) -> str:
    """This will write a distance: `12.3 km`, `250 m`."""
    return f"{metres / 1000:,.1f} km" if abs(metres) >= 1000 else f"{metres:,.0f} m"


def amount(name: str, value: float) -> str:
    """This will write a value of a request's key, or of a violation's cause, in its unit."""
    return _WRITTEN.get(name, _plain)(value)


def _plain(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _tasks(value: float) -> str:
    return f"{_plain(value)} task{'' if value == 1 else 's'}"


_WRITTEN: dict[str, Callable[[float], str]] = {
    "max_distance": far,
    "max_tasks": _tasks,
    "min_tasks": _tasks,
    **dict.fromkeys(
        # keys of a request
        ("time_window", "time_windows", "start_latest", "release_time", "service_at", "service_before")
        + ("max_duration", "max_travel_time", "max_wait", "max_ride_time", "overtime", "max_driving")
        # causes of violations
        + ("delay", "lead_time", "max_ride", "release"),
        lasting,
    ),
}
