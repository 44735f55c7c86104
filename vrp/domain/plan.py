"""A plan: which vehicle makes which stops in which order. Nothing else is believed of an engine."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["job", "pickup", "delivery", "break"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route by name: a job, either end of a shipment, or a break of the route's vehicle."""

    type: Kind
    id: str | int


@dataclass(frozen=True, slots=True)
class Route:
    """The steps of one vehicle between its start and its end, in order."""

    vehicle: str | int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes of the vehicles that are used; what no route visits is left out."""

    routes: tuple[Route, ...] = ()
