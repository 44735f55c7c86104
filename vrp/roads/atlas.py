"""All the roads a site has, and how those for one request are chosen and measured."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from vrp.domain import limits
from vrp.domain.problem import Places
from vrp.domain.request import Request
from vrp.domain.travel import Estimate, Travel
from vrp.errors import Fault, Invalid
from vrp.errors import Place as Loc
from vrp.roads import adding, calibration, nearest, regions, straight_line, tables
from vrp.roads.base import RoadsFailed, Source, Watch
from vrp.roads.embedded import Embedded
from vrp.roads.regions import Region
from vrp.roads.tables import Cache, Forgetful

WARN_OFF, REFUSE_OFF = 300, 2_000  # metres from a place to the nearest road
NAMES = ("roads", "osrm", "valhalla", "openrouteservice", "graphhopper")  # beside inline and straight_line
_TRUCKS = {"truck", "driving-hgv"}
_SLOWER = 1.2  # a truck, where there are only a car's roads
_TOLD = 20


@dataclass(frozen=True, slots=True)
class Note:
    """Something a planner should know about the roads, and which place of the request it is about."""

    loc: Loc
    msg: str

    def as_dict(self) -> dict[str, object]:
        return {"loc": list(self.loc), "msg": self.msg}


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
        }


@dataclass(frozen=True)
class Atlas:
    """`data` is the folder with the regions, `servers` are those an operator set, by name, the first one preferred.
    Nothing in it comes from a request."""

    data: Path | None = None
    servers: Mapping[str, Source] = field(default_factory=dict)
    cache: Cache = field(default_factory=Forgetful)

    @cached_property
    def regions(self) -> list[Region]:
        return regions.listed(self.data) if self.data else []

    def region_of(self, points: np.ndarray) -> Region | None:
        """This will return the region with the most of the points, if that is at least half of them."""
        counts = [(int(region.covers(points).sum()), region) for region in self.regions]
        most, best = max(counts, key=lambda pair: pair[0], default=(0, None))
        return best if best and 2 * most >= len(points) else None

    def has(self, name: str) -> bool:
        return bool(self.regions) if name == "roads" else name in self.servers

    @property
    def sources(self) -> list[str]:
        """What a request may name here."""
        return ["inline", "straight_line", *(name for name in NAMES if self.has(name))]


def measure(request: Request, places: Places, atlas: Atlas, watch: Watch) -> Roads:
    """This will measure travel between all places of a request that brought no matrices.

    Raises `Invalid` for places no vehicle can get to and profiles nobody knows, `RoadsFailed` where the request named
    a source that gave no answer, `RoadsStopped` when the watch says so.
    """
    points = tables.rounded(np.array([place.coordinates for place in places.rows]))
    asked = request.options.matrix_source or None
    region = atlas.region_of(points)
    if asked == "straight_line":
        return _estimated(request, places, region, ())
    if region is None and (asked == "roads" or not (asked or atlas.servers)):
        _refuse_swapped(request, places, points, atlas)
    try:
        source = _source(asked, atlas, region)
        if source is None:
            return _estimated(request, places, None, _no_roads(atlas))
        return _measured(request, places, points, source, atlas, watch)
    except RoadsFailed as error:
        if asked is not None:
            raise
        return _estimated(request, places, region, (Note((), f"{error} Travel is estimated instead."),))


def _source(asked: str | None, atlas: Atlas, region: Region | None) -> Source | None:
    if asked and asked in atlas.servers:
        return atlas.servers[asked]
    if asked is None and atlas.servers:
        return next(iter(atlas.servers.values()))
    if region is not None:
        return Embedded(adding.up_to_date(atlas.data, region)) if atlas.data else None
    if asked == "roads":
        there = ", ".join(found.name for found in atlas.regions)
        text = f"no region covers these places; there are roads for: {there or 'no region yet'}"
        raise Invalid([Fault(("options", "matrix_source"), text, "no_roads")])
    return None


def _no_roads(atlas: Atlas) -> tuple[Note, ...]:
    if not atlas.regions:
        return ()
    there = ", ".join(region.name for region in atlas.regions)
    return (Note((), f"No region with roads covers these places (there are: {there}). Travel is estimated."),)


# Measuring --------------------------------------------------------------------------------------------------


def _measured(
    request: Request, places: Places, points: np.ndarray, source: Source, atlas: Atlas, watch: Watch
) -> Roads:
    travels: dict[str, Travel] = {}
    notes: list[Note] = []
    profiles = sorted({vehicle.profile for vehicle in request.vehicles})
    for number, name in enumerate(profiles):
        profile, factor = _profile(source, name)
        if profile is None:
            raise _unknown_profile(request, name, source)
        part = _part(watch, number, len(profiles))
        if len(points) > limits.MAX_ROWS:
            hubs, estimate = np.unique(_ends(places)), _estimate_of(source, profile)
            travel, off = nearest.travel(source, points, hubs, profile, estimate, atlas.cache, part)
        else:
            travel, off = _whole(source, points, profile, atlas.cache, part)
        notes += _looked_at(request, places, points, off, source)
        if factor != 1:
            travel = replace(travel.at_speed(1 / factor), estimated=True)
            notes.append(
                Note(("vehicles",), f"There are no roads for {name}: the car's were taken, 20 % slower.")
            )
        travels[name] = travel
    return Roads(travels, source.name, _public(source), source, atlas.cache, tuple(dict.fromkeys(notes)))


def _public(source: Source) -> str:
    """Which data it was, without the address of an operator's server."""
    if isinstance(source, Embedded):
        return source.dataset
    return f"{source.name}-{hashlib.sha256(source.dataset.encode()).hexdigest()[:12]}"


def _profile(source: Source, name: str) -> tuple[str | None, float]:
    """The source's name of a vehicle profile, and how many times longer its vehicles take."""
    own = source.profile(name)
    if own is None and name in _TRUCKS:
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


def _estimate_of(source: Source, profile: str) -> Estimate:
    fitted = source.region.calibration.get(profile) if isinstance(source, Embedded) else None
    return calibration.estimate(fitted) if fitted else straight_line.PROFILES[profile]


def _looked_at(
    request: Request, places: Places, points: np.ndarray, off: np.ndarray, source: Source
) -> Iterator[Note]:
    """Far from any road is a mistake, somewhat far is worth a word. Snapping itself says nothing of either."""
    faults, who = [], _paths(places)
    for row in np.flatnonzero(off > REFUSE_OFF).tolist():
        for path in who[row]:
            text = f"{_called(request, path)} lies {_kilometres(off[row])} from the nearest road"
            faults.append(Fault(_location(path), text + _hint(points[row], source), "off_road"))
    if faults:
        raise Invalid(faults)
    for row in np.flatnonzero(off > WARN_OFF).tolist()[:_TOLD]:
        path = who[row][0]
        name = _called(request, path)
        text = f"{name[0].upper()}{name[1:]} lies {off[row]:,.0f} m from the nearest road, a way that is not counted."
        yield Note(_location(path), text)


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:,.1f} km" if metres < 100_000 else f"{metres / 1000:,.0f} km"


def _hint(point: np.ndarray, source: Source) -> str:
    region = source.region if isinstance(source, Embedded) else None
    if region and region.covers(point[None, ::-1]).all():
        return f"; did you mean [{point[1]:g}, {point[0]:g}]? Places are [longitude, latitude]"
    if region and not region.covers(point[None]).all():
        return f", outside the region {region.name}; options.matrix_source straight_line would plan with estimates"
    return "; is it where it should be?"


def _paths(places: Places) -> dict[int, list[Loc]]:
    found: dict[int, list[Loc]] = {}
    for path, row in places.at.items():
        found.setdefault(row, []).append(path)
    return found


def _location(path: Loc) -> Loc:
    return path if path[0] == "vehicles" else (*path, "location")


def _called(request: Request, path: Loc) -> str:
    """`job 7 (Bakery)`: how people know what is at a path."""
    kind, number = str(path[0]), int(path[1])
    spec = getattr(request, kind)[number]
    name = (
        f"{kind.removesuffix('s')} {spec.id}"
        if spec.id is not None
        else f"{kind.removesuffix('s')} {number + 1}"
    )
    end = f", its {path[2]}," if len(path) > 2 else ""
    description = getattr(spec, "description", None)
    return name + (f" ({description})" if description else "") + end


def _unknown_profile(request: Request, name: str, source: Source) -> Exception:
    number = next(i for i, vehicle in enumerate(request.vehicles) if vehicle.profile == name)
    there = ", ".join(known for known in straight_line.PROFILES if source.profile(known))
    text = f"{source.name} has no roads for {name!r}; there are roads for {there or 'nothing'}"
    if source.name == "roads" and request.options.matrix_source is None:
        return RoadsFailed(text[0].upper() + text[1:] + ".")
    return Invalid([Fault(("vehicles", number, "profile"), text, "unknown_profile")])


# Estimating -------------------------------------------------------------------------------------------------


def _estimated(request: Request, places: Places, region: Region | None, notes: tuple[Note, ...]) -> Roads:
    travels = {}
    for profile in {vehicle.profile for vehicle in request.vehicles}:
        fitted = region.calibration.get(profile) if region else None
        known = calibration.estimate(fitted) if fitted else None
        travels[profile] = straight_line.travel(places, profile, known)
    return Roads(travels, "straight_line", notes=notes)


def _refuse_swapped(request: Request, places: Places, points: np.ndarray, atlas: Atlas) -> None:
    """Nobody is in any region, and nearly everybody would be with latitude and longitude the other way round."""
    mirrored = [region for region in atlas.regions if region.covers(points[:, ::-1]).mean() > 0.9]
    if mirrored and not any(region.covers(points).any() for region in atlas.regions):
        path, row = next(iter(places.at.items()))
        longitude, latitude = points[row]
        text = (
            f"did you mean [{latitude:g}, {longitude:g}]? Places are [longitude, latitude], and with the two swapped"
            f" all of them lie in {mirrored[0].name}; if they are right as they are, set options.matrix_source to"
            " straight_line"
        )
        raise Invalid([Fault(_location(path), text, "swapped")])
