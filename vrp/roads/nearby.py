"""The nearest of many points, without a library of geometry."""

from collections import defaultdict
from math import cos, hypot, radians
from typing import Generic, TypeVar

_CELL = 0.01  # degrees
_METRES = 111_195  # of a degree


T = TypeVar("T")


class Nearby(Generic[T]):
    """Points that stand for something, in cells of a grid, so that only those around are looked at."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, T]]] = defaultdict(list)

    def add(self, longitude: float, latitude: float, what: T) -> None:
        """This will put in a point."""
        self._cells[_cell(longitude, latitude)].append((longitude, latitude, what))

    def nearest(self, longitude: float, latitude: float, reach: float) -> T | None:
        """This will return what the nearest point within so many metres stands for, or None."""
        column, row = _cell(longitude, latitude)
        narrow = max(cos(radians(latitude)), 0.01)
        best, found = reach, None
        for ring in range(int(reach / (_METRES * _CELL * narrow)) + 2):
            if (ring - 1) * _METRES * _CELL * narrow > best or not self._cells:
                break
            for cell in _ring(column, row, ring):
                for at_longitude, at_latitude, what in self._cells.get(cell, ()):
                    apart = _METRES * hypot((at_longitude - longitude) * narrow, at_latitude - latitude)
                    if apart < best:
                        best, found = apart, what
        return found


def _cell(longitude: float, latitude: float) -> tuple[int, int]:
    return int(longitude // _CELL), int(latitude // _CELL)


def _ring(column: int, row: int, size: int) -> list[tuple[int, int]]:
    """The cells of a square's edge."""
    around = range(-size, size + 1)
    if size == 0:
        return [(column, row)]
    flat = [(column + i, row + j) for i in around for j in (-size, size)]
    return flat + [(column + i, row + j) for i in (-size, size) for j in around if abs(j) != size]
