"""The routing servers an operator set: one line each."""

import pkgutil
from collections.abc import Mapping

from vrp.roads.base import Source

SERVERS = {
    "osrm": "vrp.roads.osrm:Osrm",
    "valhalla": "vrp.roads.valhalla:Valhalla",
    "openrouteservice": "vrp.roads.openrouteservice:OpenRouteService",
    "graphhopper": "vrp.roads.graphhopper:GraphHopper",
}


def made(addresses: Mapping[str, str], keys: Mapping[str, str]) -> dict[str, Source]:
    """This will return a source for each server that has an address, by name, in the order of `SERVERS`."""
    found: dict[str, Source] = {}
    for name, path in SERVERS.items():
        if addresses.get(name):
            secret = {"key": keys[name]} if keys.get(name) else {}
            found[name] = pkgutil.resolve_name(path)(addresses[name], **secret)
    return found
