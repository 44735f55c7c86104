"""Customers whose arrival a plan moves by more than the limit: whom to call first."""

from dataclasses import dataclass
from typing import Any

from vrp.web.legend import Legend

Document = dict[str, Any]


@dataclass(frozen=True)
class Move:
    name: str
    kind: str  # said beside the name where the name alone does not tell
    before: Document
    after: Document | None  # None: it is not served any more
    shift: int | None
    vehicle: str  # the other vehicle that comes now, if it is another

    @property
    def is_later(self) -> bool:
        return self.shift is None or self.shift > 0


def rows(plan: Document, names: Legend) -> list[Move] | None:
    """This will return those not served any more, then the largest moves; None when there was no plan before."""
    found = plan.get("eta_changes")
    if found is None:
        return None
    moves = [_move(change, names) for change in found]
    return sorted(moves, key=lambda move: -abs(move.shift) if move.shift is not None else float("-inf"))


def _move(change: Document, names: Legend) -> Move:
    before, after = change["before"], change["after"]
    is_other = after is not None and str(after["vehicle"]) != str(before["vehicle"])
    return Move(
        names.stop(change["type"], change["id"]).text,
        change["type"] if change["type"] != "job" else "",
        before,
        after,
        change["shift"],
        names.vehicle(after["vehicle"]).text if is_other else "",
    )
