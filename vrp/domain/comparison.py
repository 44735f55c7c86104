"""Two plans side by side: what it costs to have the other, and which stops moved."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
_STOPS = ("job", "pickup", "delivery")


def between(a: Document, b: Document) -> Document:
    """This will return the differences of every figure of the summaries (b - a) and the stops that moved."""
    before, after = _visits(a), _visits(b)
    moved = [
        {"type": kind, "id": name, "a": before.get((kind, name)), "b": after.get((kind, name))}
        for kind, name in [*before, *(key for key in after if key not in before)]
        if before.get((kind, name)) != after.get((kind, name))
    ]
    return {
        "kpis": _figures(a.get("summary", {}), b.get("summary", {})),
        "moved": [_with_shift(m) for m in moved],
    }


def _figures(a: Document, b: Document) -> Document:
    names = [name for name in a if isinstance(a[name], int | float) and isinstance(b.get(name), int | float)]
    return {name: {"a": a[name], "b": b[name], "difference": b[name] - a[name]} for name in names}


def _visits(plan: Document) -> dict[tuple[str, str | int], Document]:
    return {(step["type"], step["id"]): visit for step, visit in _steps(plan)}


def _steps(plan: Document) -> Iterator[tuple[Document, Document]]:
    for route in plan.get("routes", ()):
        stops = [step for step in route["steps"] if step["type"] in _STOPS]
        for position, step in enumerate(stops, 1):
            visit = {"vehicle": route["vehicle"], "position": position, "arrival": step["arrival"]}
            yield step, visit


def _with_shift(moved: Document) -> Document:
    """`eta_shift`: how many seconds later (b - a), where both plans make the stop."""
    a, b = moved["a"], moved["b"]
    return moved | {"eta_shift": b["arrival"] - a["arrival"] if a and b else None}
