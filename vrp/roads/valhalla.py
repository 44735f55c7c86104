"""Valhalla's HTTP interface: https://valhalla.github.io/valhalla/api."""

from collections.abc import Iterator, Sequence
from math import isqrt
from typing import Any

import numpy as np

from vrp.domain import polyline
from vrp.domain.travel import great_circles
from vrp.roads import answers, profiles
from vrp.roads.base import Block, Indexes, Shape
from vrp.roads.http import Refused, Server

PROFILES = profiles.named({"car": "auto", "truck": "truck", "bicycle": "bicycle", "foot": "pedestrian"})
_APART = {
    170,
    171,
}  # error codes: places without roads between them, or none at all, and then nothing else is answered
_DECIMALS = 6  # of its lines
_MOST_STOPS = 20
_MOST_CELLS = 40_000  # whatever it is allowed: they take it a quarter of a minute, and ten megabytes


class Valhalla:
    """A source of roads. The limits are those of a server whose `service_limits` nobody changed."""

    name = "valhalla"

    def __init__(self, url: str, *, most_cells: int = 2_500, **patience: Any) -> None:
        self._server = Server("Valhalla", url, **patience)
        self.most_cells = min(most_cells, _MOST_CELLS)
        self.most_points = 2 * isqrt(self.most_cells)

    @property
    def dataset(self) -> str:
        """The address and when its data were made. Raises `RoadsFailed` where it does not answer."""
        return answers.dataset(self._server, self.name, "/status", "tileset_last_modified")

    def profile(self, name: str) -> str | None:
        return PROFILES.get(name)

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will ask the matrix service, for parts of the country by themselves where they are not connected."""
        places, rows, columns = answers.needed(points, sources, targets)
        try:
            return answers.block(*self._table(places[rows], places[columns], profile))
        except Refused as refused:
            _raise_unless_apart(refused)
        table = [np.full((len(rows), len(columns)), np.nan) for _ in range(2)]
        off = [np.full(len(rows), np.nan), np.full(len(columns), np.nan)]
        for group in self._connected(places, profile):
            some, into = np.flatnonzero(np.isin(rows, group)), np.flatnonzero(np.isin(columns, group))
            if len(some) and len(into):
                seconds, metres, *offs = self._table(places[rows[some]], places[columns[into]], profile)
                table[0][np.ix_(some, into)], table[1][np.ix_(some, into)] = seconds, metres
                off[0][some], off[1][into] = offs
        return answers.block(*table, *off)

    def route(self, points: np.ndarray, profile: str) -> Shape:
        """This will ask the route service."""
        return answers.in_parts(self._server, points, _MOST_STOPS, lambda part: self._route(part, profile))

    def _table(self, sources: np.ndarray, targets: np.ndarray, profile: str) -> tuple[np.ndarray, ...]:
        """Seconds, metres, and how many metres sources and targets lie off the road."""
        question = {"sources": _places(sources), "targets": _places(targets), "costing": profile}
        answer = self._server.post("/sources_to_targets", question | {"units": "kilometers"})
        shape = (len(sources), len(targets))
        with self._server.reading("a table"):
            cells = answer["sources_to_targets"]
            seconds, kilometres = (
                answers.numbers([[cell[name] for cell in row] for row in cells], shape)
                for name in ("time", "distance")
            )
            off = (_off(sources, cells, "begin"), _off(targets, list(zip(*cells, strict=True)), "end"))
            return seconds, kilometres * 1000, *off

    def _connected(self, places: np.ndarray, profile: str) -> Iterator[list[int]]:
        """Groups of places, each with roads between all of its own."""
        rest = list(range(len(places)))
        while rest:
            first, *others = rest
            group = [first, *self._linked(places, first, others, profile)]
            rest = [other for other in others if other not in group]
            if len(group) > 1:
                yield group

    def _linked(self, places: np.ndarray, first: int, others: list[int], profile: str) -> list[int]:
        """Those of the others that have roads to the first: all at once where that is so, else half by half."""
        if not others:
            return []
        try:
            self._table(places[[first]], places[others], profile)
            return others
        except Refused as refused:
            _raise_unless_apart(refused)
        if len(others) == 1:
            return []
        half = len(others) // 2
        return [
            *self._linked(places, first, others[:half], profile),
            *self._linked(places, first, others[half:], profile),
        ]

    def _route(self, points: np.ndarray, profile: str) -> Shape:
        question = {"locations": _places(points), "costing": profile, "units": "kilometers"}
        answer = self._server.post("/route", question | {"directions_type": "none"})
        with self._server.reading("a route"):
            legs = answer["trip"]["legs"]
            line = answers.joined([polyline.decode(leg["shape"], _DECIMALS) for leg in legs])
            # Its tables cut seconds off where its routes have decimals.
            seconds = [np.floor(leg["summary"]["time"]) for leg in legs]
            return answers.shape(
                line, seconds, [1000 * leg["summary"]["length"] for leg in legs], len(points)
            )


def _places(points: np.ndarray) -> list[dict[str, float]]:
    return [{"lon": longitude, "lat": latitude} for longitude, latitude in points.tolist()]


def _off(points: np.ndarray, cells: Sequence[Sequence[Any]], end: str) -> np.ndarray:
    """Metres from each point to where its ways begin or end; NaN where there is none, or an older server tells none."""
    unknown = {f"{end}_lon": np.nan, f"{end}_lat": np.nan}
    told = [next((cell for cell in row if cell.get(f"{end}_lat") is not None), unknown) for row in cells]
    roads = np.array([[cell[f"{end}_lon"], cell[f"{end}_lat"]] for cell in told], dtype=np.float64)
    return np.diagonal(great_circles(points, roads))


def _raise_unless_apart(refused: Refused) -> None:
    if refused.answer.get("error_code") not in _APART:
        raise refused
