"""Travel between all places of one request, measured on one source."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from vrp.domain import limits
from vrp.domain.problem import Places
from vrp.domain.request import Request
from vrp.domain.travel import Estimate, Travel
from vrp.errors import Fault, Invalid
from vrp.roads import calibration, nearest, off_road, straight_line, tables
from vrp.roads.base import Note, RoadsFailed, Source, Watch
from vrp.roads.embedded import Embedded
from vrp.roads.profiles import KINDS, TRUCK
from vrp.roads.tables import Cache, Forgetful

ATTRIBUTION = "© OpenStreetMap contributors"
_SLOWER = 1.2  # a truck, where there are only a car's roads


@dataclass(frozen=True)
class Roads:
    """What was measured for a request: travel by vehicle profile, where it comes from, what to know about it."""

    travels: Mapping[str, Travel]
    name: str
    dataset: str | None = None
    source: Source | None = None
    cache: Cache = field(default_factory=Forgetful)
    notes: tuple[Note, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "source": self.name,
            "dataset": self.dataset,
            "notes": [note.as_dict() for note in self.notes],
            "attribution": ATTRIBUTION if self.source else None,
        }


def measured(
    request: Request,
    places: Places,
    points: np.ndarray,
    source: Source,
    cache: Cache,
    watch: Watch,
    *,
    is_strict: bool = True,
) -> Roads:
    """This will return travel by vehicle profile between `points`, the places in their order.

    If not `is_strict`, a profile without roads is estimated beside those that have some. Raises `Invalid` for places
    far from any road, `RoadsFailed` where the source does or has no roads for anybody, `RoadsStopped` when the watch
    says so.
    """
    travels: dict[str, Travel] = {}
    region = source.region if isinstance(source, Embedded) else None
    notes: list[Note] = []
    profiles = sorted({vehicle.profile for vehicle in request.vehicles})
    for number, name in enumerate(profiles):
        profile, factor = profile_of(source, name)
        if profile is None and (is_strict or not any(profile_of(source, other)[0] for other in profiles)):
            raise _unknown_profile(request, name, source)
        if profile is None:
            travels[name] = straight_line.travel(places, name)
            notes.append(
                Note(("vehicles",), f"{_title(source)} has no roads for {name}: they are estimated.")
            )
            continue
        part = _part(watch, number, len(profiles))
        if len(points) > limits.MAX_ROWS:
            hubs, estimate = np.unique(_ends(places)), _estimate_of(source, name)
            travel, off = nearest.travel(source, points, hubs, profile, estimate, cache, part)
        else:
            travel, off = _whole(source, points, profile, cache, part)
        notes += off_road.looked_at(request, places, points, off, region)
        if factor != 1:
            travel = replace(travel.at_speed(1 / factor), estimated=True)
            notes.append(
                Note(("vehicles",), f"There are no roads for {name}: the car's were taken, 20 % slower.")
            )
        travels[name] = travel
    return Roads(travels, source.name, _public(source), source, cache, tuple(dict.fromkeys(notes)))


def _public(source: Source) -> str:
    """Which data it was, without the address of an operator's server."""
    if isinstance(source, Embedded):
        return source.dataset
    return f"{source.name}-{hashlib.sha256(source.dataset.encode()).hexdigest()[:12]}"


def _title(source: Source) -> str:
    return f"The region {source.region.name}" if isinstance(source, Embedded) else source.name


def profile_of(source: Source, name: str) -> tuple[str | None, float]:
    """This will return the source's name of a vehicle profile, and how many times longer its vehicles take."""
    own = source.profile(name)
    if own is None and KINDS.get(name) == TRUCK:
        return source.profile("car"), _SLOWER
    return own, 1


def _whole(
    source: Source, points: np.ndarray, profile: str, cache: Cache, watch: Watch
) -> tuple[Travel, np.ndarray]:
    """Every pair. Places that are the same to a hand's breadth are asked for once."""
    distinct, row_of = np.unique(points, axis=0, return_inverse=True)
    row_of = row_of.reshape(-1)
    if len(distinct) == len(points):
        table = tables.table(source, points, profile, cache, watch)
    else:
        table = tables.table(source, distinct, profile, cache, watch).of(row_of)
    return Travel(table.durations, table.distances), table.off


def _part(watch: Watch, number: int, count: int) -> Watch:
    """Progress over all profiles together."""
    return Watch(lambda done, total: watch.progress(done + number * total, total * count), watch.should_stop)


def _ends(places: Places) -> list[int]:
    return [row for path, row in places.at.items() if path[0] == "vehicles"]


def _estimate_of(source: Source, name: str) -> Estimate:
    own = profile_of(source, name)[0]
    fitted = source.region.calibration.get(own) if isinstance(source, Embedded) and own else None
    return calibration.estimate(fitted) if fitted else straight_line.PROFILES[name]


def _unknown_profile(request: Request, name: str, source: Source) -> Exception:
    number = next(i for i, vehicle in enumerate(request.vehicles) if vehicle.profile == name)
    there = ", ".join(known for known in straight_line.PROFILES if source.profile(known))
    text = f"{_title(source)} has no roads for {name!r}; there are roads for {there or 'nothing'}"
    if not request.options.matrix_source:
        return RoadsFailed(f"{text}.")
    return Invalid([Fault(("vehicles", number, "profile"), text, "unknown_profile")])
