"""Great circles times a detour factor, at one speed per profile: an estimate, and marked as one.

Factors and speeds are medians of European towns; a road network replaces them where one is loaded.
"""

import numpy as np

from vrp.domain.problem import Places
from vrp.domain.travel import Estimate, Travel, estimated
from vrp.roads import profiles


def _always(detour: float, kmh: float) -> Estimate:
    """Metres of road for a metre of great circle, and the speed there, whatever the distance."""
    return Estimate((0.0,), (detour,), (kmh / 3.6,))


PROFILES = profiles.named(
    {"car": _always(1.4, 30), "truck": _always(1.4, 25), "bicycle": _always(1.4, 13), "foot": _always(1.3, 5)}
)


def travel(places: Places, profile: str, estimate: Estimate | None = None) -> Travel:
    """This will estimate seconds and metres between all places, by a profile's own figures or those given."""
    points = np.array([place.coordinates for place in places.rows], dtype=np.float64).reshape(-1, 2)
    return estimated(points, estimate or PROFILES[profile])
