"""What routing servers send, made into what everybody reads; and a question cut to what a server takes."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from vrp.roads import polyline
from vrp.roads.base import NO_WAY, Block, Indexes, RoadsFailed, Shape, whole

_MOST = 1e9  # seconds or metres; beyond it is no answer, and near the end of int32
Failed = Callable[[str], RoadsFailed]


def needed(points: np.ndarray, sources: Indexes, targets: Indexes) -> tuple[np.ndarray, Any, Any]:
    """This will return just the points that are asked about, and the sources and targets as positions in these."""
    used, places = np.unique(np.concatenate([sources, targets]).astype(np.int64), return_inverse=True)
    return points[used], places[: len(sources)], places[len(sources) :]


def numbers(rows: Any, shape: tuple[int, ...], failed: Failed) -> np.ndarray:
    """This will return rows of JSON as float64 of just this shape, NaN for null."""
    try:
        found = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != shape or (found > _MOST).any():
        raise failed(f"answered with something else than {' × '.join(map(str, shape))} numbers")
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
    return Block(
        seconds,
        metres,
        None if sources_off is None else whole(sources_off),
        None if targets_off is None else whole(targets_off),
    )


def legs(values: Iterable[Any], count: int, failed: Failed) -> tuple[int, ...]:
    """This will round the seconds or metres of a route's legs as a table's are."""
    rounded = whole(numbers(list(values), (count,), failed))
    if (rounded < 0).any():
        raise failed("answered with a route of which a part has no length")
    return tuple(rounded.tolist())


def in_parts(points: np.ndarray, most: int, ask: Callable[[np.ndarray], Shape]) -> Shape:
    """This will return one shape through all points, asked for at most `most` at a time and joined at stops."""
    if len(points) < 2:
        return Shape(polyline.encode(points), (), ())
    parts = [ask(points[first : first + most]) for first in range(0, len(points) - 1, most - 1)]
    if len(parts) == 1:
        return parts[0]
    line = np.concatenate([polyline.decode(part.line) for part in parts])
    return Shape(
        polyline.encode(line),
        tuple(value for part in parts for value in part.durations),
        tuple(value for part in parts for value in part.distances),
    )
