"""openrouteservice's HTTP interface, version 2: https://giscience.github.io/openrouteservice."""

from collections.abc import Mapping
from math import isqrt
from typing import Any

import numpy as np

from vrp.roads import answers, profiles
from vrp.roads.base import Block, Indexes, Shape
from vrp.roads.http import Server

PROFILES = profiles.named(
    {"car": "driving-car", "truck": "driving-hgv", "bicycle": "cycling-regular", "foot": "foot-walking"}
)
_MOST_STOPS = 50


class OpenRouteService:
    """A source of roads. The limits are those of its public server."""

    name = "openrouteservice"

    def __init__(self, url: str, key: str = "", *, most_cells: int = 3_500, **patience: Any) -> None:
        headers = {"authorization": key.strip()} if key.strip() else {}
        self._server = Server("openrouteservice", url, headers=headers, **patience)
        self.most_cells, self.most_points = most_cells, 2 * isqrt(most_cells)

    @property
    def dataset(self) -> str:
        """The address and the dates of its data where it tells: the public server does not."""
        dates = ("build_date", "creation_date", "graph_date", "graph_build_date", "osm_date")
        return answers.dataset(self._server, self.name, "/v2/status", *dates)

    def profile(self, name: str) -> str | None:
        return PROFILES.get(name)

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will ask the matrix service."""
        places, rows, columns = answers.needed(points, sources, targets)
        question = {"locations": places, "sources": rows, "destinations": columns}
        answer = self._server.post(f"/v2/matrix/{profile}", question | {"metrics": ["duration", "distance"]})
        shape = (len(rows), len(columns))
        with self._server.reading("a table"):
            return answers.block(
                answers.numbers(answer["durations"], shape),
                answers.numbers(answer["distances"], shape),
                answers.numbers([_off(place) for place in answer["sources"]], shape[:1]),
                answers.numbers([_off(place) for place in answer["destinations"]], shape[1:]),
            )

    def route(self, points: np.ndarray, profile: str) -> Shape:
        """This will ask the directions service."""
        return answers.in_parts(self._server, points, _MOST_STOPS, lambda part: self._route(part, profile))

    def _route(self, points: np.ndarray, profile: str) -> Shape:
        # Any distance to a road, as in the matrix: how far off a stop may lie is judged by who asks.
        question = {"coordinates": points, "radiuses": [-1], "continue_straight": False}
        answer = self._server.post(f"/v2/directions/{profile}", question)
        with self._server.reading("a route"):
            route = answer["routes"][0]
            seconds, metres = ([leg[name] for leg in route["segments"]] for name in ("duration", "distance"))
            return answers.shape(route["geometry"], seconds, metres, len(points))


def _off(place: Mapping[str, float] | None) -> float | None:
    """Metres to the road. There is no place where no road was found."""
    return place.get("snapped_distance") if place else None
