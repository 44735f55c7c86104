"""The kinds of vehicles that roads are known for, and all the names a request may give them."""

from collections.abc import Mapping
from typing import TypeVar

CAR, TRUCK, BICYCLE, FOOT = "car", "truck", "bicycle", "foot"
KINDS = {
    "car": CAR,
    "van": CAR,
    "truck": TRUCK,
    "bicycle": BICYCLE,
    "bike": BICYCLE,
    "foot": FOOT,
    # openrouteservice's names
    "driving-car": CAR,
    "driving-hgv": TRUCK,
    "cycling-regular": BICYCLE,
    "foot-walking": FOOT,
}
Own = TypeVar("Own")


def named(by_kind: Mapping[str, Own]) -> dict[str, Own]:
    """This will return what somebody has for each kind, by all the names of that kind."""
    return {name: by_kind[kind] for name, kind in KINDS.items() if kind in by_kind}
