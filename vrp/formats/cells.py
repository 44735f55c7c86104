"""What a cell of a table says: numbers, times, lists. Each function raises `ValueError` with words for a planner."""

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from vrp.domain import limits

Cell = str | int | float | bool | date | time | timedelta

SECONDS = {"": 1, "s": 1, "min": 60, "h": 3600}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)
_CLOCK = re.compile(
    r"(?:\+(\d{1,7})d )?(\d{1,3}):(\d\d)(?::(\d\d))?(?: ?([ap])\.?m\.?)?", re.ASCII | re.IGNORECASE
)
_HOUR = re.compile(r"(\d{1,2}) ?([ap])\.?m\.?", re.ASCII | re.IGNORECASE)
_SPAN = re.compile(r"(\d[\d.,]*) ?(s|secs?|min|mins|minutes?|h|hours?)", re.ASCII | re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)
_UNTIL = re.compile(r" *(?:[–—/]| - | to | bis ) *")


def text(cell: Cell) -> str:
    """This will return a cell as text; a whole number without the `.0` that spreadsheets give it."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell).strip()


def identifier(cell: Cell) -> str | int:
    """This will return an id: a whole number as such, unless it has leading zeros, which mean something."""
    written = text(cell)
    if re.fullmatch(r"-?\d{1,15}", written, re.ASCII) and str(int(written)) == written:
        return int(written)
    return written


def number(cell: Cell, *, decimals: bool = False) -> float:
    """This will return a number; a comma is a decimal comma. `1,000` is refused unless `decimals` are expected."""
    if isinstance(cell, bool | date | time | timedelta):
        raise ValueError(f"{text(cell)[:40]!r} is not a number")
    if isinstance(cell, int | float):
        value = float(cell)
    else:
        written = re.sub(r"[\s'’]", "", str(cell)).replace("−", "-")
        if _THOUSANDS.fullmatch(written) and not decimals:
            raise ValueError(f"{written[:40]!r} may have a decimal comma or not: write it without the comma")
        if "," in written and written.rfind(",") > written.rfind("."):
            written = written.replace(".", "").replace(",", ".")
        written = written.replace(",", "")
        if not _NUMBER.fullmatch(written):
            raise ValueError(f"{str(cell)[:40]!r} is not a number")
        value = float(written)
    if not math.isfinite(value) or abs(value) > limits.MAX_AMOUNT:
        raise ValueError(f"{text(cell)[:40]} is too large")
    return value


def whole(cell: Cell, factor: float = 1) -> int:
    """This will return a whole number; with a `factor` the cell may have decimals that it makes whole."""
    value = number(cell) * factor
    if factor == 1 and not value.is_integer():
        raise ValueError(f"{text(cell)[:40]} should be a whole number: use a smaller unit")
    return round(value)


def duration(cell: Cell, unit: str = "") -> int:
    """This will return seconds: `0:10`, `10 min`, Excel's own durations, or a number in the unit (else seconds)."""
    if isinstance(cell, str):
        if span := _SPAN.fullmatch(cell.strip()):
            letter = span[2][0].lower()
            return round(number(span[1]) * {"s": 1, "m": 60, "h": 3600}[letter])
        if _MOMENT.fullmatch(cell.strip()):
            raise ValueError(f"{cell[:40]!r} is a date, not a duration")
    seconds = clock(cell, unit)
    if isinstance(seconds, str):
        raise ValueError(f"{seconds[:40]!r} is a date, not a duration")
    return seconds


def clock(cell: Cell, unit: str = "") -> int | str:
    """This will return seconds from midnight (`8:30`, `8:30 pm`, Excel's times), or a date with a time as text."""
    if isinstance(cell, timedelta):
        return round(cell.total_seconds())
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if not isinstance(cell, str):
        return _seconds(number(cell), unit)
    written = " ".join(cell.split())
    if match := _CLOCK.fullmatch(written):
        days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
        if minutes > 59 or seconds > 59 or (match[5] and not 1 <= hours <= 12):
            raise ValueError(f"{written!r} is not a time")
        return days * 86_400 + _hour(hours, match[5]) * 3600 + minutes * 60 + seconds
    if match := _HOUR.fullmatch(written):
        return _hour(int(match[1]), match[2]) * 3600
    if _MOMENT.fullmatch(written):
        try:
            return datetime.fromisoformat(written).isoformat()
        except ValueError:
            raise ValueError(f"{written[:40]!r} is not a date with a time") from None
    try:
        return _seconds(number(cell), unit)
    except ValueError:
        raise ValueError(f"{written[:40]!r} is not a time: write it as 8:30") from None


def windows(cell: Cell, unit: str = "") -> list[list[Any]]:
    """This will return windows out of `8:00-10:00; 14:00-16:00`."""
    found = []
    for part in re.split(r"[;|\n]|, ", text(cell)):
        if not part.strip():
            continue
        ends = _UNTIL.split(f" {part.strip()} ".strip())
        if len(ends) == 1:
            ends = part.split("-")
        if len(ends) != 2:
            raise ValueError(f"{part.strip()[:40]!r} is not a window: write it as 8:00-10:00")
        found.append([clock(ends[0].strip(), unit), clock(ends[1].strip(), unit)])
    return found


def names(cell: Cell) -> list[str | int]:
    """This will return the parts of a list written with commas or semicolons."""
    return [identifier(part) for part in re.split(r"[;,|\n]", text(cell)) if part.strip()]


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _seconds(value: float, unit: str) -> int:
    if unit == "" and 0 < value < 1:  # a time of day as spreadsheets store it
        return round(value * 86_400)
    return round(value * SECONDS[unit])
