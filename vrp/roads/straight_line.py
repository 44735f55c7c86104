"""Great circles times a detour factor, at one speed per profile: an estimate, and marked as one.

Factors and speeds are medians of European towns; a road network replaces them where one is loaded.
"""

import numpy as np

from vrp.domain.problem import Places
from vrp.domain.travel import Estimate, Travel, estimated, great_circles

__all__ = ["PROFILES", "great_circles", "travel"]


def _always(detour: float, kmh: float) -> Estimate:
    """Metres of road for a metre of great circle, and the speed there, whatever the distance."""
    return Estimate((0.0,), (detour,), (kmh / 3.6,))


_CAR, _TRUCK, _BICYCLE, _FOOT = _always(1.4, 30), _always(1.4, 25), _always(1.4, 13), _always(1.3, 5)
PROFILES = {
    "car": _CAR,
    "van": _CAR,
    "truck": _TRUCK,
    "bicycle": _BICYCLE,
    "bike": _BICYCLE,
    "foot": _FOOT,
    # openrouteservice's names
    "driving-car": _CAR,
    "driving-hgv": _TRUCK,
    "cycling-regular": _BICYCLE,
    "foot-walking": _FOOT,
}


def travel(places: Places, profile: str, estimate: Estimate | None = None) -> Travel:
    """This will estimate seconds and metres between all places, by a profile's own figures or those given."""
    points = np.array([place.coordinates for place in places.rows], dtype=np.float64).reshape(-1, 2)
    return estimated(points, estimate or PROFILES[profile])
