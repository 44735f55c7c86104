"""The shape of the roads a route takes."""

import hashlib
from collections.abc import Sequence

import numpy as np

from vrp.domain import polyline
from vrp.roads.base import RoadsFailed
from vrp.roads.measuring import Roads, profile_of
from vrp.roads.tables import rounded


def line(roads: Roads, places: Sequence[tuple[float, float]], profile: str) -> str | None:
    """This will return an encoded polyline (five decimals) through places in their order.

    None where roads are estimated; raises `RoadsFailed` where the source does.
    """
    source = roads.source
    own = profile_of(source, profile)[0] if source else None
    if source is None or own is None or len(places) < 2:
        return None
    points = rounded(np.array(places))
    key = hashlib.sha256(f"{source.dataset} {own} ".encode() + points.tobytes()).hexdigest()
    kept = roads.cache.get(key)
    if kept is not None:
        return kept.decode()
    made = source.route(points, own).line
    try:
        polyline.decode(made)
    except ValueError as error:
        raise RoadsFailed(f"{source.name} drew a route that is {error}.") from error
    roads.cache.put(key, made.encode())
    return made
