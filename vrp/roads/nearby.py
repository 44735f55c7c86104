"""The nearest of many named points, without a library of geometry."""

from collections import defaultdict
from math import cos, hypot, radians

_CELL = 0.01  # degrees
_METRES = 111_195  # of a degree


class Nearby:
    """Points with names in cells of a grid, so that only those around are looked at."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, str]]] = defaultdict(list)

    def add(self, longitude: float, latitude: float, name: str) -> None:
        """This will put in a point."""
        self._cells[_cell(longitude, latitude)].append((longitude, latitude, name))

    def nearest(self, longitude: float, latitude: float, reach: float) -> str | None:
        """This will return the name of the nearest point within so many metres, or None."""
        column, row = _cell(longitude, latitude)
        narrow = max(cos(radians(latitude)), 0.01)
        best, name = reach, None
        for ring in range(int(reach / (_METRES * _CELL * narrow)) + 2):
            if (ring - 1) * _METRES * _CELL * narrow > best or not self._cells:
                break
            for cell in _ring(column, row, ring):
                for at_longitude, at_latitude, at_name in self._cells.get(cell, ()):
                    apart = _METRES * hypot((at_longitude - longitude) * narrow, at_latitude - latitude)
                    if apart < best:
                        best, name = apart, at_name
        return name


def _cell(longitude: float, latitude: float) -> tuple[int, int]:
    return int(longitude // _CELL), int(latitude // _CELL)


def _ring(column: int, row: int, size: int) -> list[tuple[int, int]]:
    """The cells of a square's edge."""
    around = range(-size, size + 1)
    if size == 0:
        return [(column, row)]
    flat = [(column + i, row + j) for i in around for j in (-size, size)]
    return flat + [(column + i, row + j) for i in (-size, size) for j in around if abs(j) != size]
