"""What a plan leaves out, as rows: why, where it would cost least, and what would let it in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vrp.domain import words
from vrp.domain.plan import REST
from vrp.web.legend import Legend, Name
from vrp.web.routes import RouteRow
from vrp.web.show import extra, sentence

Document = dict[str, Any]


@dataclass(frozen=True)
class Reason:
    text: str
    margin: str  # how much is missing, where that is known


@dataclass(frozen=True)
class Change:
    """`number` is its place among the changes of its order: what a form sends back."""

    number: int
    text: str
    price: str


@dataclass(frozen=True)
class OrderRow:
    name: Name
    order: Document
    reasons: tuple[Reason, ...]
    place: str  # the cheapest, where there is any
    price: str
    breaks: tuple[str, ...]  # what serving it there would break
    changes: tuple[Change, ...]

    @property
    def id(self) -> str:
        return str(self.order["id"])


def rows(plan: Document, routes: list[RouteRow], names: Legend) -> list[OrderRow]:
    return [_row(order, routes, names) for order in plan["unassigned"]]


def _row(order: Document, routes: list[RouteRow], names: Legend) -> OrderRow:
    cheapest = order.get("cheapest_insertion") or {}
    return OrderRow(
        names.stop(order["type"], order["id"]),
        order,
        tuple(Reason(sentence(row["message"]), _missing(row.get("margin"))) for row in order["reasons"]),
        _place(cheapest, routes, names) if cheapest else "",
        extra(cheapest.get("extra_cost"), names.currency),
        tuple(sentence(violation["message"]) for violation in cheapest.get("violations") or ()),
        tuple(_changes(order.get("changes") or (), names)),
    )


def _changes(proposed: Any, names: Legend) -> Iterator[Change]:
    for number, change in enumerate(proposed):
        text = change["message"].rstrip(".")
        if change["kind"] == "drop":
            text += _called(change["patch"], names)
        yield Change(number, text, extra(change.get("extra_cost"), names.currency))


def _called(patch: list[Document], names: Legend) -> str:
    """The name of an order that would be left out: a planner knows stops by name, and messages name them by id."""
    test = next(operation for operation in patch if operation["op"] == "test")
    kind = "job" if test["path"].startswith("/jobs") else "shipment"
    name = names.stop(kind, test["value"]).text
    return f" ({name})" if name != str(test["value"]) else ""


def _missing(margin: Document | None) -> str:
    """`18 min`, `40`: the last key in the pointer says what kind of number it is."""
    if not margin or not margin.get("by"):
        return ""
    keys = [key for key in margin["need"].split("/") if re.fullmatch("[a-z_]+", key)]
    known = [key for key in keys if key not in ("start", "end", "after", "max", "soft")]
    return words.amount(known[-1] if known else "", abs(margin["by"]))


def _place(cheapest: Document, routes: list[RouteRow], names: Legend) -> str:
    """`White van, after Café`: beside which stop, because nobody counts stops from nought."""
    vehicle = names.vehicle(cheapest["vehicle"]).text
    row = next((row for row in routes if str(row.route["vehicle"]) == str(cheapest["vehicle"])), None)
    if row is None:
        return f"{vehicle}, which is not used yet"
    items = [
        step for step in row.steps if step.step["type"] not in ("start", "end") and step.step["id"] != REST
    ]
    position = cheapest["position"]
    if 0 < position <= len(items):
        return f"{vehicle}, after {items[position - 1].name}"
    return f"{vehicle}, before {items[0].name}" if items else vehicle
