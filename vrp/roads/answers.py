"""What routing servers send, made into what everybody reads; and questions cut to what a server takes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from vrp.domain import polyline
from vrp.roads.base import NO_WAY, Block, Indexes, Shape, whole
from vrp.roads.http import Server

_MOST = 1e9  # seconds or metres; beyond it is no answer, and near the end of int32


def needed(
    points: np.ndarray, sources: Indexes, targets: Indexes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """This will return just the points that are asked about, and the sources and targets as positions in these."""
    used, places = np.unique(np.concatenate([sources, targets]).astype(np.int64), return_inverse=True)
    return points[used], places[: len(sources)], places[len(sources) :]


def numbers(rows: Any, shape: tuple[int, ...]) -> np.ndarray:
    """This will return rows of JSON as float64, NaN for null. Raises `ValueError` for another shape than this."""
    found = np.array(rows, dtype=np.float64)
    if found.shape != shape or (found > _MOST).any():
        raise ValueError(f"not {' × '.join(map(str, shape))} numbers")
    return found


def block(
    durations: np.ndarray,
    distances: np.ndarray,
    sources_off: np.ndarray | None = None,
    targets_off: np.ndarray | None = None,
) -> Block:
    """This will round a table. Where either number is missing there is no way."""
    seconds, metres = whole(durations), whole(distances)
    missing = (seconds < 0) | (metres < 0)
    seconds[missing] = metres[missing] = NO_WAY
    return Block(seconds, metres, sources_off, targets_off)


def shape(line: str, durations: Iterable[Any], distances: Iterable[Any], stops: int) -> Shape:
    """This will round a route's legs as a table is. Raises `ValueError` where they do not lead through all stops."""
    seconds, metres = (whole(numbers(list(legs), (stops - 1,))) for legs in (durations, distances))
    if not isinstance(line, str) or (seconds < 0).any() or (metres < 0).any():
        raise ValueError("a leg without length or a line that is not text")
    return Shape(line, tuple(seconds.tolist()), tuple(metres.tolist()))


def in_parts(server: Server, points: np.ndarray, most: int, ask: Callable[[np.ndarray], Shape]) -> Shape:
    """This will return one shape through all points, asked for at most `most` at a time and joined at stops."""
    if len(points) < 2:
        return Shape(polyline.encode(points), (), ())
    parts = [ask(points[first : first + most]) for first in range(0, len(points) - 1, most - 1)]
    if len(parts) == 1:
        return parts[0]
    with server.reading("a line"):
        line = joined([polyline.decode(part.line) for part in parts])
    durations = tuple(value for part in parts for value in part.durations)
    return Shape(line, durations, tuple(value for part in parts for value in part.distances))


def joined(lines: Sequence[np.ndarray]) -> str:
    """This will encode lines that follow each other as one."""
    return polyline.encode(np.concatenate(lines))


def found(document: Any, names: Sequence[str]) -> set[str]:
    """This will return the values that have one of these names anywhere in a document, as text."""
    if isinstance(document, list):
        return set().union(*(found(value, names) for value in document))
    if not isinstance(document, dict):
        return set()
    here = {str(document[name]) for name in names if document.get(name)}
    return here.union(*(found(value, names) for value in document.values()))


def dataset(server: Server, name: str, path: str, *names: str) -> str:
    """This will name a server's data: its address, and the dates it tells under these names, where it does."""
    return " ".join([name, server.address, *sorted(found(server.told(path), names))])
