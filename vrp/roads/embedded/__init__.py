"""A region's roads as a source: OSRM's server as a child process, asked over loopback."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from vrp.roads.base import Block, Indexes, RoadsFailed, Shape
from vrp.roads.embedded import binaries, server
from vrp.roads.http import Refused
from vrp.roads.osrm import Osrm
from vrp.roads.profiles import KINDS
from vrp.roads.regions import Region

_TRIES = 3  # a server that was killed is started again
_PATIENCE = 120  # seconds for one answer
Answer = TypeVar("Answer", Block, Shape)


class Embedded:
    """The roads of one region. Its servers are started when they are first asked."""

    name = "roads"
    most_cells = 1_000_000
    most_points = 20_000

    def __init__(self, region: Region) -> None:
        self.region = region
        self.dataset = f"{region.name}-{region.stamp}"
        self._clients: dict[str, Osrm] = {}  # by address

    def profile(self, name: str) -> str | None:
        own = KINDS.get(name)
        return own if own in self.region.profiles else None

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        return self._ask(profile, lambda osrm: osrm.block(points, sources, targets, profile))

    def route(self, points: np.ndarray, profile: str) -> Shape:
        return self._ask(profile, lambda osrm: osrm.route(points, profile))

    def _ask(self, profile: str, question: Callable[[Osrm], Answer]) -> Answer:
        for left in reversed(range(_TRIES)):
            address = self._address(profile)
            try:
                return question(self._client(address, profile))
            except Refused:
                raise
            except RoadsFailed as error:  # it died under us, or hangs
                server.give_up(self.region.graph(profile), self.region.stamp, address)
                if not left:
                    text = f"The roads of {self.region.name} gave no answer in {_TRIES} tries: {error}"
                    raise RoadsFailed(text) from error
        raise AssertionError("unreachable")

    def _address(self, profile: str) -> str:
        graph, algorithm = self.region.graph(profile), self.region.algorithms[profile]
        return server.ensure(binaries.find(), graph, algorithm, self.region.stamp)

    def _client(self, address: str, profile: str) -> Osrm:
        if address not in self._clients:
            limits = {"most_cells": self.most_cells, "most_points": self.most_points}
            client = Osrm(address, self.dataset, {profile: profile}, attempts=1, seconds=_PATIENCE, **limits)
            self._clients[address] = client
        return self._clients[address]
