"""The routing servers an operator set: one line each."""

import pkgutil
from collections.abc import Mapping

import numpy as np

from vrp.roads.base import Block, Indexes, RoadsFailed, Shape, Source

SERVERS = {
    "osrm": "vrp.roads.osrm:Osrm",
    "valhalla": "vrp.roads.valhalla:Valhalla",
    "openrouteservice": "vrp.roads.openrouteservice:OpenRouteService",
    "graphhopper": "vrp.roads.graphhopper:GraphHopper",
}


def made(
    addresses: Mapping[str, str], keys: Mapping[str, str], cells: Mapping[str, int] | None = None
) -> dict[str, Source]:
    """This will return a source for each server that has an address, by name, in the order of `SERVERS`.

    `cells` says of which server a table may have how many at most, where that is not what its kind usually takes.
    """
    found: dict[str, Source] = {}
    for name, path in SERVERS.items():
        if addresses.get(name):
            options: dict[str, str | int] = {"key": keys[name]} if keys.get(name) else {}
            if cells and cells.get(name, 0) > 0:
                options["most_cells"] = cells[name]
            try:
                found[name] = pkgutil.resolve_name(path)(addresses[name], **options)
            except RoadsFailed as error:
                found[name] = Unusable(name, error)
    return found


class Unusable:
    """A server that was set wrongly. It says so when it is asked, and nothing else suffers."""

    most_cells = most_points = 2

    def __init__(self, name: str, error: RoadsFailed) -> None:
        self.name, self.dataset, self.error = name, name, error

    def profile(self, name: str) -> str | None:
        return name

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        raise self.error

    def route(self, points: np.ndarray, profile: str) -> Shape:
        raise self.error
