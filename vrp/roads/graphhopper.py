"""GraphHopper's HTTP interface: https://docs.graphhopper.com. Matrices are a part of its hosted service."""

from collections.abc import Iterable, Mapping
from math import isqrt
from typing import Any

import numpy as np

from vrp.roads import answers, profiles
from vrp.roads.base import Block, Indexes, Shape
from vrp.roads.http import Server

PROFILES = profiles.named({"car": "car", "truck": "truck", "bicycle": "bike", "foot": "foot"})
_ARRIVALS = {4, 5}  # signs of instructions: the end, and a stop on the way


class GraphHopper:
    """A source of roads. The limits are those of the free plan: five places."""

    name = "graphhopper"

    def __init__(self, url: str, key: str = "", *, most_cells: int = 25, **patience: Any) -> None:
        parameters = {"key": key.strip()} if key.strip() else {}
        self._server = Server("GraphHopper", url, parameters=parameters, **patience)
        self._most_stops = max(
            isqrt(most_cells), 2
        )  # its plans limit places, on routes and either side of a table
        self.most_cells, self.most_points = most_cells, 2 * isqrt(most_cells)

    @property
    def dataset(self) -> str:
        """The address and the dates of its data. Raises `RoadsFailed` where it does not answer."""
        dates = ("data_date", "import_date", "prepare_date")
        return answers.dataset(self._server, self.name, "/info", *dates)

    def profile(self, name: str) -> str | None:
        return PROFILES.get(name)

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will ask the matrix service, for what there is a way for: `fail_fast` would refuse the rest with it."""
        rows, columns = np.asarray(sources), np.asarray(targets)
        question = {"from_points": points[rows], "to_points": points[columns], "profile": profile}
        options = {"out_arrays": ["times", "distances"], "fail_fast": False}
        answer = self._server.post("/matrix", question | options)
        shape = (len(rows), len(columns))
        with self._server.reading("a table"):
            return answers.block(
                answers.numbers(answer["times"], shape), answers.numbers(answer["distances"], shape)
            )

    def route(self, points: np.ndarray, profile: str) -> Shape:
        """This will ask the route service."""
        return answers.in_parts(
            self._server, points, self._most_stops, lambda part: self._route(part, profile)
        )

    def _route(self, points: np.ndarray, profile: str) -> Shape:
        options = {"points_encoded": True, "instructions": True, "pass_through": False, "elevation": False}
        answer = self._server.post("/route", {"points": points, "profile": profile} | options)
        with self._server.reading("a route"):
            path = answer["paths"][0]
            milliseconds, metres = _legs(path["instructions"])
            return answers.shape(path["points"], [time / 1000 for time in milliseconds], metres, len(points))


def _legs(instructions: Iterable[Mapping[str, Any]]) -> tuple[list[int], list[float]]:
    """Milliseconds and metres from arrival to arrival: only instructions say where a leg ends."""
    times, distances, time, distance = [], [], 0, 0.0
    for instruction in instructions:
        time, distance = time + instruction["time"], distance + instruction["distance"]
        if instruction["sign"] in _ARRIVALS:
            times.append(time)
            distances.append(distance)
            time, distance = 0, 0.0
    return times, distances
