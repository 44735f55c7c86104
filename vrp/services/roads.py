"""The roads of this site: its regions, the servers its operator set, and what was asked before."""

from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings

from vrp.roads import Atlas, servers
from vrp.roads.base import Source
from vrp.services.road_cache import RoadCache


def atlas() -> Atlas:
    """This will return the site's roads, with their cache in the database."""
    return Atlas(settings.ROUTEBOOK_DATA, _servers(), RoadCache())


def atlas_without_database() -> Atlas:
    """This will return the site's roads for where the database is not to be touched: the shell."""
    return Atlas(settings.ROUTEBOOK_DATA, _servers())


def _servers() -> Mapping[str, Source]:
    named = (settings.ROAD_SERVERS, settings.ROAD_SERVER_KEYS, settings.ROAD_SERVER_CELLS)
    return _made(*(tuple(values.items()) for values in named))


@lru_cache(maxsize=2)
def _made(
    addresses: tuple[tuple[str, str], ...],
    keys: tuple[tuple[str, str], ...],
    cells: tuple[tuple[str, int], ...],
) -> Mapping[str, Source]:
    """Once: what a server said of itself is remembered."""
    return servers.made(dict(addresses), dict(keys), dict(cells))
