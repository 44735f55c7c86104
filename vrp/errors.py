"""The few exceptions every layer may raise. Doors turn them into answers, in one place each."""

from collections.abc import Iterable
from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what a caller sent, and where: `loc` as in pydantic, `("jobs", 3, "service")`."""

    loc: Place
    msg: str
    type: str = "value_error"

    def as_dict(self) -> dict[str, object]:
        return {"loc": list(self.loc), "msg": self.msg, "type": self.type}

    def __str__(self) -> str:
        return f"{'/'.join(str(part) for part in self.loc) or '(whole document)'}: {self.msg}"


class RoutebookError(Exception):
    """Something the caller can understand; its text may be shown."""


class Invalid(RoutebookError):
    """What was sent breaks its schema: HTTP 422, exit status 2. Carries at most the first 100 faults."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        every = tuple(faults)
        self.faults, self.total = every[:100], len(every)
        super().__init__("; ".join(str(fault) for fault in self.faults[:3]))


class Malformed(RoutebookError):
    """What was sent is not even JSON: HTTP 400."""


class Conflict(RoutebookError):
    """The state of things does not allow it: HTTP 409."""


class TooLarge(RoutebookError):
    """Beyond a published limit: HTTP 413. The text names the limit."""


class Unavailable(RoutebookError):
    """Something we stand on is away for the moment: HTTP 503."""
