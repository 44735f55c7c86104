"""Where places lie in a plane, when nobody says so: from how far apart they are."""

from collections.abc import Sequence

import numpy as np

from vrp.domain.travel import NO_WAY, Table


def points(table: Table, places: Sequence[int]) -> np.ndarray:
    """This will return points `[n, 2]` that are about as far apart as the places by a table.

    The method is FastMap (Faloutsos and Lin, SIGMOD 1995): along the line between two places far apart, then along
    another across it. A handful of rows of the table is all it looks at.
    """
    at, found = np.array(places), np.zeros((len(places), 2))
    for axis in range(2):
        first = _squares(table, at, 0, found)
        a = int(first.argmax())
        from_a = _squares(table, at, a, found)
        b = int(from_a.argmax())
        if from_a[b] <= 0:
            break
        from_b = _squares(table, at, b, found)
        found[:, axis] = (from_a + from_a[b] - from_b) / (2 * np.sqrt(from_a[b]))
    return found


def _squares(table: Table, places: np.ndarray, k: int, found: np.ndarray) -> np.ndarray:
    """Squares of the distances to the k-th place, less what the axes found so far account for."""
    ways = np.stack([table[places[k], places], table[places, places[k]]]).astype(np.float64)
    there = np.where(ways == NO_WAY, np.inf, ways).min(axis=0)
    there = np.where(there == np.inf, 0, there)
    return np.maximum(there**2 - ((found - found[k]) ** 2).sum(axis=1), 0)
