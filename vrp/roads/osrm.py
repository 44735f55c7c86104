"""OSRM's HTTP interface: https://project-osrm.org/docs. One server knows one kind of vehicle."""

from collections.abc import Mapping
from math import isqrt
from typing import Any

import numpy as np

from vrp.roads import answers
from vrp.roads.base import Block, Indexes, Shape
from vrp.roads.http import Away, Refused, Server
from vrp.roads.profiles import named

# What one server without {profile} in its address is taken to know. OSRM has no roads for lorries.
CARS = named({"car": "car"})
PROFILES = named({"car": "car", "bicycle": "bicycle", "foot": "foot"})
_MOST_STOPS = 300  # a place takes twenty letters of an address, and many a program ends those at 8,000


class Osrm:
    """A source of roads. `{profile}` in the address stands for car, bicycle or foot, or what `profiles` maps to.

    `dataset` is what the answers depend on where the caller knows better than the server. The limits are those of an
    `osrm-routed` that was told nothing else.
    """

    name = "osrm"

    def __init__(
        self,
        url: str,
        dataset: str = "",
        profiles: Mapping[str, str] | None = None,
        *,
        most_cells: int = 10_000,
        most_points: int = 0,
        **patience: Any,
    ) -> None:
        self._profiles = profiles or (PROFILES if "{profile}" in url else CARS)
        self._servers = {
            profile: Server("OSRM", url.replace("{profile}", profile), **patience)
            for profile in dict.fromkeys(self._profiles.values())
        }
        self._dataset = dataset
        self._reading: dict[str, bool] = {}
        self.most_cells, self.most_points = most_cells, most_points or 2 * isqrt(most_cells)

    def profile(self, name: str) -> str | None:
        return self._profiles.get(name)

    @property
    def dataset(self) -> str:
        """The address and what its data are called. Raises `RoadsFailed` where no server answers."""
        if self._dataset:
            return self._dataset
        told: list[dict[str, Any]] = []
        away = None
        for server in self._servers.values():
            try:
                told.append(server.told("/nearest/v1/driving/0,0"))
            except Away as error:  # it may be one that nobody needs
                away = error
        if away and not told:
            raise away
        addresses = sorted({server.address for server in self._servers.values()})
        return " ".join([self.name, *addresses, *sorted(answers.found(told, ["data_version"]))])

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will ask the table service."""
        places, rows, columns = answers.needed(points, sources, targets)
        options = {"sources": rows, "destinations": columns, "annotations": ["duration", "distance"]}
        answer = self._ask(profile, "table", places, options)
        shape = (len(rows), len(columns))
        with self._servers[profile].reading("a table"):
            # Of two places on one road its distances may be some decimetres below nothing, which is not "no way".
            return answers.block(
                answers.numbers(answer["durations"], shape),
                np.maximum(answers.numbers(answer["distances"], shape), 0),
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
            if self._reads_json(profile):
                return server.post(f"/{service}/v1/driving", {"coordinates": coordinates, **options})
            return server.get(f"/{service}/v1/driving/{_places(coordinates)}?{_query(options)}")
        except Refused as refused:
            if refused.answer.get("code") == "TooBig":
                raise server.failed(
                    "takes fewer places at once: start it with a larger --max-table-size"
                ) from refused
            raise

    def _reads_json(self, profile: str) -> bool:
        """Servers before OSRM 26 do not. Tried once, on a small question: a large one may be cut off half-way."""
        if profile not in self._reading:
            try:
                self._servers[profile].post("/nearest/v1/driving", {"coordinates": [[0, 0]]})
                self._reading[profile] = True
            except Refused as refused:
                self._reading[profile] = refused.answer.get("code") == "NoSegment"
        return self._reading[profile]


def _places(coordinates: np.ndarray) -> str:
    return ";".join(f"{longitude:.6f},{latitude:.6f}" for longitude, latitude in coordinates.tolist())


def _query(options: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={_value(value)}" for name, value in options.items())


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return ";".join(map(str, value.tolist()))
    return ",".join(value) if isinstance(value, list) else str(value).lower()
