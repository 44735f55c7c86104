"""Lines on the map: routes that share a street run beside each other, stops off the road are tied to it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

Point = tuple[float, float]
Line = Sequence[Point]
_METRES = 111_195  # of a degree of latitude
_MOST_BESIDE = 4  # widths between the outermost lines; more routes than that overlap
_OFF_THE_ROAD = 12  # metres; nearer than that, the stop's disc lies on the line


def side_by_side(routes: Mapping[int, Line]) -> Iterator[tuple[int, list[Point], float]]:
    """Parts of routes, each with how many widths of a line it is to be drawn to the right of where it is.

    Routes on one stretch of road share it in the order of their numbers. Right and left are those of the route that
    came first, or they would change sides at every bend.
    """
    users: dict[frozenset[Point], tuple[Point, list[int]]] = {}
    for number, line in routes.items():
        for start, end in pairwise(line):
            _, numbers = users.setdefault(frozenset((start, end)), (start, []))
            if number not in numbers:
                numbers.append(number)
    for number, line in routes.items():
        part: list[Point] = []
        side = 0.0
        for start, end in pairwise(line):
            first_start, numbers = users[frozenset((start, end))]
            here = _side(numbers.index(number), len(numbers)) * (1 if start == first_start else -1)
            if part and here == side:
                part.append(end)
                continue
            if part:
                yield number, part, side
            part, side = [start, end], here
        if part:
            yield number, part, side


def _side(place: int, count: int) -> float:
    apart = min(1.0, _MOST_BESIDE / max(1, count - 1))
    return round((place - (count - 1) / 2) * apart, 3)


def ties(line: Line, stops: Sequence[Point]) -> list[list[Point]]:
    """From each stop that lies off the road straight to the nearest point of the line."""
    scale = np.array([np.cos(np.radians(line[0][1])), 1.0]) * _METRES
    points = np.asarray(line, float) * scale
    starts, ways = points[:-1], np.diff(points, axis=0)
    lengths = np.maximum((ways**2).sum(axis=1), 1e-9)
    found = []
    for stop in dict.fromkeys(stops):
        here = np.asarray(stop) * scale
        share = np.clip(((here - starts) * ways).sum(axis=1) / lengths, 0, 1)
        nearest = starts + ways * share[:, None]
        apart = np.hypot(*(nearest - here).T)
        if apart.min() > _OFF_THE_ROAD:
            longitude, latitude = nearest[apart.argmin()] / scale
            found.append([stop, (round(longitude, 6), round(latitude, 6))])
    return found
