"""OSRM's HTTP interface: https://project-osrm.org/docs. One server knows one kind of vehicle."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vrp.roads import answers
from vrp.roads.base import Block, Indexes, RoadsFailed, Shape
from vrp.roads.http import Refused, Server

_CAR, _BICYCLE, _FOOT = "car", "bicycle", "foot"
# What one server without {profile} in its address is taken to know. OSRM has no roads for lorries.
CARS = {"car": _CAR, "van": _CAR, "driving-car": _CAR}
PROFILES = CARS | {
    "bicycle": _BICYCLE,
    "bike": _BICYCLE,
    "cycling-regular": _BICYCLE,
    "foot": _FOOT,
    "foot-walking": _FOOT,
}
# What `osrm-routed` takes when nobody said anything else: 100 × 100 cells, 500 stops. A place takes twenty letters of
# an address, and servers before OSRM 26 read nothing else; most programs in between end addresses at 8,000.
MOST_CELLS, MOST_POINTS, _MOST_STOPS = 10_000, 250, 300


@dataclass(frozen=True, slots=True)
class _Manners:
    """Whether a server reads questions in JSON, and the version of its data where it tells."""

    reads_json: bool
    version: str


class Osrm:
    """A source of roads. `{profile}` in the address stands for car, bicycle or foot, or what `profiles` maps to.

    `dataset` is what the answers depend on where the caller knows better than the server.
    """

    name = "osrm"

    def __init__(
        self,
        url: str,
        dataset: str = "",
        profiles: Mapping[str, str] | None = None,
        *,
        most_cells: int = MOST_CELLS,
        most_points: int = MOST_POINTS,
        **patience: Any,
    ) -> None:
        self._profiles = profiles or (PROFILES if "{profile}" in url else CARS)
        self._servers = {
            profile: Server("OSRM", url.replace("{profile}", profile), **patience)
            for profile in dict.fromkeys(self._profiles.values())
        }
        self._dataset, self._url = dataset, url
        self._met: dict[str, _Manners] = {}
        self.most_cells, self.most_points = most_cells, most_points

    def profile(self, name: str) -> str | None:
        return self._profiles.get(name)

    @cached_property
    def dataset(self) -> str:
        """The address and what its data are called, asked once: new data come with a new object."""
        if self._dataset:
            return self._dataset
        versions = set()
        for profile in self._servers:
            with suppress(RoadsFailed):  # it may be needed by nobody
                versions.add(self._manners(profile).version)
        addresses = sorted({server.address for server in self._servers.values()})
        return " ".join(["osrm", *addresses, *sorted(versions)]).strip()

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will ask the table service."""
        places, rows, columns = answers.needed(points, sources, targets)
        options = {"sources": rows, "destinations": columns, "annotations": ["duration", "distance"]}
        answer = self._ask(profile, "table", places, options)
        shape = (len(rows), len(columns))
        with self._servers[profile].reading("a table"):
            return answers.block(
                answers.numbers(answer["durations"], shape),
                answers.numbers(answer["distances"], shape),
                answers.numbers([place["distance"] for place in answer["sources"]], shape[:1]),
                answers.numbers([place["distance"] for place in answer["destinations"]], shape[1:]),
            )

    def route(self, points: np.ndarray, profile: str) -> Shape:
        """This will ask the route service. Its legs then take as long as the table says."""
        server = self._servers[profile]
        return answers.in_parts(server, points, _MOST_STOPS, lambda part: self._route(part, profile))

    def _route(self, points: np.ndarray, profile: str) -> Shape:
        # Left to itself OSRM drives a car straight on at a stop, round the block if need be; its tables never do.
        options = {"continue_straight": False, "overview": "full", "geometries": "polyline", "steps": False}
        answer = self._ask(profile, "route", points, options)
        with self._servers[profile].reading("a route"):
            route = answer["routes"][0]
            seconds, metres = ([leg[name] for leg in route["legs"]] for name in ("duration", "distance"))
            return answers.shape(route["geometry"], seconds, metres, len(points))

    def _ask(
        self, profile: str, service: str, coordinates: np.ndarray, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        server, options = self._servers[profile], {**options, "generate_hints": False}
        try:
            if self._manners(profile).reads_json:
                return server.post(f"/{service}/v1/driving", {"coordinates": coordinates, **options})
            return server.get(f"/{service}/v1/driving/{_places(coordinates)}?{_query(options)}")
        except Refused as refused:
            if refused.answer.get("code") == "TooBig":
                raise server.failed(
                    "takes fewer places at once: start it with a larger --max-table-size"
                ) from refused
            raise

    def _manners(self, profile: str) -> _Manners:
        """Met once, with the smallest question there is: a large one may be cut off half-way by who cannot read it."""
        if profile not in self._met:
            server, reads_json, answer = self._servers[profile], True, dict[str, Any]()
            try:
                answer = server.post("/nearest/v1/driving", {"coordinates": [[0, 0]]}, attempts=1)
            except Refused as refused:
                reads_json = refused.answer.get("code") == "NoSegment"
            if not reads_json:
                with suppress(Refused):
                    answer = server.get("/nearest/v1/driving/0,0", attempts=1)
            self._met[profile] = _Manners(reads_json, str(answer.get("data_version", "")))
        return self._met[profile]


def _places(coordinates: np.ndarray) -> str:
    return ";".join(f"{longitude:.6f},{latitude:.6f}" for longitude, latitude in coordinates.tolist())


def _query(options: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={_value(value)}" for name, value in options.items())


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return ";".join(map(str, value.tolist()))
    return ",".join(value) if isinstance(value, list) else str(value).lower()
