"""All the roads a site has, and how those for one request are chosen."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from vrp.domain.problem import Places
from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.roads import adding, calibration, measuring, off_road, regions, straight_line, tables
from vrp.roads.base import Note, RoadsFailed, Source, Watch
from vrp.roads.embedded import Embedded
from vrp.roads.http import Away
from vrp.roads.measuring import Roads
from vrp.roads.regions import Region
from vrp.roads.tables import Cache, Forgetful

NAMES = ("roads", "osrm", "valhalla", "openrouteservice", "graphhopper")  # beside inline and straight_line
_SILENCE = 60.0  # seconds: a server that gave no answer is left alone by those who have another choice


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
    try:
        return measuring.measured(request, places, points, source, atlas.cache, watch, is_strict=is_strict)
    except Away as error:
        if not isinstance(source, Embedded):
            _down[id(source)] = time.monotonic() + _SILENCE, error
        raise


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
        raise Invalid([Fault(off_road.location(path), text, "swapped")])
