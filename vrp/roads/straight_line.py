"""Great circles times a detour factor, at one speed per profile: an estimate, and marked as one.

Factors and speeds are medians of European towns; a road network replaces them where one is loaded.
"""

from dataclasses import dataclass

import numpy as np

from vrp.domain.problem import Places, Travel

EARTH_RADIUS = 6_371_009  # metres, the mean
_BLOCK = 500  # rows at a time, so that memory stays near that of the answer


@dataclass(frozen=True, slots=True)
class Estimate:
    """`detour`: road metres per metre of great circle; `kmh`: kilometres per hour on the road."""

    detour: float
    kmh: float


_CAR, _BICYCLE, _FOOT = Estimate(1.4, 30), Estimate(1.4, 13), Estimate(1.3, 5)
PROFILES = {
    "car": _CAR,
    "van": _CAR,
    "truck": Estimate(1.4, 25),
    "bicycle": _BICYCLE,
    "bike": _BICYCLE,
    "foot": _FOOT,
    # openrouteservice's names
    "driving-car": _CAR,
    "driving-hgv": Estimate(1.4, 25),
    "cycling-regular": _BICYCLE,
    "foot-walking": _FOOT,
}


def travel(places: Places, profile: str) -> Travel:
    """This will estimate seconds and metres between all places, rows to columns, as int64."""
    size = len(places.rows)
    estimate = PROFILES[profile]
    coordinates = np.radians(
        np.array([place.coordinates for place in places.rows], dtype=np.float64)
    ).reshape(size, 2)
    longitude, latitude = coordinates[:, 0], coordinates[:, 1]
    distances = np.empty((size, size), dtype=np.int64)
    for first in range(0, size, _BLOCK):
        rows = slice(first, first + _BLOCK)
        half_lat = np.sin((latitude[rows, None] - latitude[None, :]) / 2)
        half_lon = np.sin((longitude[rows, None] - longitude[None, :]) / 2)
        part = half_lat**2 + np.cos(latitude[rows, None]) * np.cos(latitude[None, :]) * half_lon**2
        circle = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(part, 0, 1)))
        distances[rows] = np.rint(circle * estimate.detour)
    durations = np.rint(distances * 3.6 / estimate.kmh).astype(np.int64)
    return Travel(durations, distances, estimated=True)
