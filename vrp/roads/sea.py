"""The sea of an extract. OpenStreetMap has no area for it, only coastlines: water lies to their right.

An extract ends somewhere, and so do its coastlines. Where one does, it is taken to go on, in the direction in which it
goes as a whole, to the side of a box around the extract; what lies to the right of it, up to the box, is sea.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]
Line = list[Point]
Box = tuple[float, float, float, float]  # west, south, east, north


def polygons(coastlines: Sequence[Line], box: Box) -> list[list[Line]]:
    """This will return the sea inside a box as polygons: an outer ring each, then its islands."""
    shores = [shore[::-1] for shore in _joined(coastlines, box)]  # so that the sea lies to the left
    islands = [shore for shore in shores if shore[0] == shore[-1] and _turn(shore) < 0]
    seas = [shore for shore in shores if shore[0] == shore[-1] and _turn(shore) > 0]
    open_shores = [shore for shore in shores if shore[0] != shore[-1]]
    if open_shores:
        seas += _closed(open_shores, box)
    elif islands and not seas:
        seas = [_around(box)]
    return [[sea, *(island for island in islands if _holds(sea, island[0]))] for sea in seas]


def _joined(coastlines: Sequence[Line], box: Box) -> list[Line]:
    """Shores without the gaps that are small: than the way to the side of the box, or than an island is wide."""
    shores = _end_to_end(coastlines)
    done = [shore for shore in shores if _is_round(shore)]
    islands = len(done)
    waiting = [shore for shore in shores if not _is_round(shore)]
    while waiting:
        shore = waiting.pop()
        end = shore[-1]
        nearest = min([*waiting, *done[islands:]], key=lambda other: _apart(end, other[0]), default=None)
        if nearest is None or _apart(end, nearest[0]) > _to_side(end, box):
            done.append(shore)
        else:
            nearest[:0] = shore
    return [[*shore, shore[0]] if _is_round(shore) else shore for shore in done]


def _is_round(shore: Line) -> bool:
    return _apart(shore[0], shore[-1]) < max(_apart(shore[0], point) for point in shore) / 4


def _end_to_end(coastlines: Sequence[Line]) -> list[Line]:
    """Coastlines come in pieces that share their ends."""
    shores = {line[0]: list(line) for line in coastlines if len(set(line)) > 1}
    for shore in list(shores.values()):
        if shores.get(shore[0]) is not shore:
            continue  # by now a part of another
        while (following := shores.get(shore[-1])) and following is not shore:
            shore += following[1:]
            del shores[following[0]]
    return list(shores.values())


def _closed(shores: list[Line], box: Box) -> list[Line]:
    """Rings: along a shore to its end, along the box counter-clockwise to the next shore, until round."""
    shores = [
        [_ahead(shore[-1], shore[0], box), *shore, _ahead(shore[0], shore[-1], box)] for shore in shores
    ]
    rings = []
    while shores:
        ring = shores.pop()
        first = ring[0]
        while True:
            here = _along(ring[-1], box)
            following = min(shores, key=lambda shore: (_along(shore[0], box) - here) % 4, default=None)
            home = (_along(first, box) - here) % 4
            if following is None or home <= (_along(following[0], box) - here) % 4:
                break
            ring += [*_corners(ring[-1], following[0], box), *following]
            shores.remove(following)
        rings.append([*ring, *_corners(ring[-1], first, box), first])
    return rings


def _ahead(start: Point, end: Point, box: Box) -> Point:
    """Where the way from one point through another reaches the box, which is around both."""
    (x, y), (west, south, east, north) = end, box
    across, up = x - start[0], y - start[1]
    ways = [
        ((side - place) / step, side, is_vertical)
        for side, place, step, is_vertical in (
            (west, x, across, True), (east, x, across, True), (south, y, up, False), (north, y, up, False)
        )
        if step and (side - place) / step >= 0
    ]  # fmt: skip
    far, side, is_vertical = min(ways)
    return (side, y + up * far) if is_vertical else (x + across * far, side)


def _to_side(point: Point, box: Box) -> float:
    """How far it is to the nearest side of the box."""
    (x, y), (west, south, east, north) = point, box
    return min(x - west, y - south, east - x, north - y)


def _along(point: Point, box: Box) -> float:
    """How far along the box a point on it lies: 0 to 4, counter-clockwise from its lower left corner."""
    (x, y), (west, south, east, north) = point, box
    across, up = (x - west) / (east - west), (y - south) / (north - south)
    if y == south:
        return across
    if x == east:
        return 1 + up
    return 3 - across if y == north else 4 - up


def _corners(start: Point, end: Point, box: Box) -> Iterator[Point]:
    """The corners of the box on the way from one point on it to another."""
    west, south, east, north = box
    corners = [(west, south), (east, south), (east, north), (west, north)]
    here, way = _along(start, box), (_along(end, box) - _along(start, box)) % 4
    for number in sorted(range(4), key=lambda number: (number - here) % 4):
        if (number - here) % 4 < way:
            yield corners[number]


def _around(box: Box) -> Line:
    west, south, east, north = box
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def _turn(ring: Line) -> float:
    """Above zero when counter-clockwise."""
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairwise(ring))


def _apart(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _holds(ring: Line, point: Point) -> bool:
    """Whether a point lies in a ring: a ray from it crosses the ring an odd number of times."""
    (x, y), inside = point, False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside
