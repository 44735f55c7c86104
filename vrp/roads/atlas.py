"""All the roads a site has, and how those for one request are chosen and measured."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
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
from vrp.roads.http import Away
from vrp.roads.regions import Region
from vrp.roads.tables import Cache, Forgetful

ATTRIBUTION = "© OpenStreetMap contributors"
WARN_OFF, REFUSE_OFF = 300, 2_000  # metres from a place to the nearest road
NAMES = ("roads", "osrm", "valhalla", "openrouteservice", "graphhopper")  # beside inline and straight_line
_TRUCKS = {"truck", "driving-hgv"}
_SLOWER = 1.2  # a truck, where there are only a car's roads
_TOLD = 20
_SILENCE = (
    60.0  # seconds for which a server that gave no answer is not asked by those who have another choice
)


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
            "attribution": ATTRIBUTION if self.source else None,
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
    if asked == "roads" or not (asked or atlas.servers):
        _refuse_swapped(request, places, points, atlas)
    if asked:
        return _measured(request, places, points, _named(asked, atlas, region), atlas, watch)
    notes: list[Note] = []
    for choice in _choices(atlas, region):
        try:
            found = _measured(request, places, points, choice(), atlas, watch, is_strict=False)
        except RoadsFailed as error:
            notes.append(Note((), f"{str(error).rstrip('.')}."))
            continue
        return replace(found, notes=(*notes, *found.notes))
    if notes:
        notes[-1] = Note((), f"{notes[-1].msg} Travel is estimated instead.")
    return _estimated(request, places, region, (*notes, *([] if region else _no_roads(atlas))))


def _named(asked: str, atlas: Atlas, region: Region | None) -> Source:
    if asked in atlas.servers:
        return atlas.servers[asked]
    if region is None or atlas.data is None:
        there = ", ".join(found.name for found in atlas.regions)
        text = f"no region covers these places; there are roads for: {there or 'no region yet'}"
        raise Invalid([Fault(("options", "matrix_source"), text, "no_roads")])
    return Embedded(adding.up_to_date(atlas.data, region))


def _choices(atlas: Atlas, region: Region | None) -> Iterator[Callable[[], Source]]:
    """What may give roads, the best first: the first server an operator set, then the region."""
    if atlas.servers:
        yield lambda: _up(next(iter(atlas.servers.values())))
    if region is not None and atlas.data is not None:
        data = atlas.data
        yield lambda: Embedded(adding.up_to_date(data, region))


_down: dict[int, tuple[float, RoadsFailed]] = {}  # servers that gave no answer: until when, and what was said


def _up(server: Source) -> Source:
    """The server, unless it has been silent a moment ago: not everybody has to wait for it."""
    until, error = _down.get(id(server), (0.0, None))
    if error is not None and time.monotonic() < until:
        raise error
    return server


def _no_roads(atlas: Atlas) -> tuple[Note, ...]:
    if not atlas.regions:
        return ()
    there = ", ".join(region.name for region in atlas.regions)
    return (Note((), f"No region with roads covers these places (there are: {there}). Travel is estimated."),)


# Measuring --------------------------------------------------------------------------------------------------


def _measured(
    request: Request,
    places: Places,
    points: np.ndarray,
    source: Source,
    atlas: Atlas,
    watch: Watch,
    *,
    is_strict: bool = True,
) -> Roads:
    """If not `is_strict`, a profile without roads is estimated beside those that have some."""
    try:
        return _asked(request, places, points, source, atlas, watch, is_strict)
    except Away as error:
        if not isinstance(source, Embedded):
            _down[id(source)] = time.monotonic() + _SILENCE, error
        raise


def _asked(
    request: Request,
    places: Places,
    points: np.ndarray,
    source: Source,
    atlas: Atlas,
    watch: Watch,
    is_strict: bool,
) -> Roads:
    travels: dict[str, Travel] = {}
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


def _title(source: Source) -> str:
    return f"The region {source.region.name}" if isinstance(source, Embedded) else source.name


def profile_of(source: Source, name: str) -> tuple[str | None, float]:
    """This will return the source's name of a vehicle profile, and how many times longer its vehicles take."""
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
    if (more := int((off > WARN_OFF).sum()) - _TOLD) > 0:
        yield Note((), f"{more} more places lie more than {WARN_OFF} m from the nearest road.")


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
    text = f"{_title(source)} has no roads for {name!r}; there are roads for {there or 'nothing'}"
    if not request.options.matrix_source:
        return RoadsFailed(f"{text}.")
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
    """Some are in no region, and nearly everybody would be in one with their latitude and longitude swapped."""
    lost = np.ones(len(points), dtype=bool)
    for region in atlas.regions:
        lost &= ~region.covers(points)
    for region in atlas.regions:
        swapped = lost & region.covers(points[:, ::-1])
        if (
            not swapped.any()
            or (swapped | region.covers(points)).mean() < 0.9
            or 2 * swapped.sum() < len(points)
        ):
            continue
        path, row = next((path, row) for path, row in places.at.items() if swapped[row])
        longitude, latitude = points[row]
        which = "all places" if swapped.all() else f"{swapped.sum()} of {len(points)} places"
        text = (
            f"did you mean [{latitude:g}, {longitude:g}]? Places are [longitude, latitude], and with the two swapped"
            f" {which} lie in {region.name}; if they are right as they are, set options.matrix_source to"
            " straight_line"
        )
        raise Invalid([Fault(_location(path), text, "swapped")])
