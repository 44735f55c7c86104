"""Travel between more places than a whole table has room for: exact among neighbours and for depots, estimated beyond.

Memory grows with places times neighbours. Neighbours are asked for leaf by leaf of a k-d tree, so that the places of a
question share most of theirs.
"""

import hashlib
import io
from collections.abc import Iterator
from functools import partial

import numpy as np

from vrp.domain.travel import Estimate, Travel, unit_vectors
from vrp.roads.base import NO_WAY, Source, Watch, interruptibly
from vrp.roads.tables import Cache

NEIGHBOURS = 60
_LEAF = 64  # places asked for together
_PARTS = ("rows", "columns", "durations", "distances", "off")


def travel(
    source: Source,
    points: np.ndarray,
    hubs: np.ndarray,
    profile: str,
    estimate: Estimate,
    cache: Cache,
    watch: Watch,
) -> tuple[Travel, np.ndarray]:
    """This will return travel that is exact, both ways, for each place and its nearest (by great circle) and for
    `hubs` and everybody, and how far each place lies off the road."""
    about = f"nearest {NEIGHBOURS} {source.dataset} {profile} ".encode()
    key = hashlib.sha256(about + points.tobytes() + hubs.tobytes()).hexdigest()
    kept = cache.get(key)
    pairs = _read(kept) if kept else _asked(source, points, hubs, profile, watch)
    if not kept:
        cache.put(key, _written(pairs))
    rows, columns, durations, distances, off = (pairs[part] for part in _PARTS)
    return Travel.sparse(points, rows, columns, durations, distances, estimate), off


def _asked(
    source: Source, points: np.ndarray, hubs: np.ndarray, profile: str, watch: Watch
) -> dict[str, np.ndarray]:
    off = np.full(len(points), np.nan)
    found: list[tuple[np.ndarray, ...]] = []
    questions = list(_questions(points, hubs))
    for number, (rows, columns) in enumerate(questions):
        watch(number, len(questions))
        for some, into in _fitting(source, rows, columns):
            block = interruptibly(partial(source.block, points, some, into, profile), watch.should_stop)
            no_way = (block.durations == NO_WAY) | (block.distances == NO_WAY)
            durations, distances = (
                np.where(no_way, NO_WAY, part) for part in (block.durations, block.distances)
            )
            some_rows, some_columns = np.repeat(some, len(into)), np.tile(into, len(some))
            found.append(
                tuple(
                    part.astype(np.int32).reshape(-1)
                    for part in (some_rows, some_columns, durations, distances)
                )
            )
            if block.sources_off is not None:
                off[some] = block.sources_off
    watch(len(questions), len(questions))
    made = [np.concatenate(column) for column in zip(*found, strict=True)]
    apart = made[0] != made[1]
    return dict(zip(_PARTS, [*(column[apart] for column in made), off], strict=True))


def _questions(points: np.ndarray, hubs: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    every = np.arange(len(points))
    yield hubs, every
    yield every, hubs
    vectors = unit_vectors(points)
    for leaf in _leaves(vectors, every):
        near = vectors[leaf] @ vectors.T
        count = min(NEIGHBOURS + 1, len(points))
        nearest = np.unique(np.argpartition(-near, count - 1, axis=1)[:, :count])
        yield leaf, nearest
        yield nearest, leaf


def _leaves(vectors: np.ndarray, some: np.ndarray) -> Iterator[np.ndarray]:
    """Halves along the longest side until few enough are left."""
    if len(some) <= _LEAF:
        yield some
        return
    inside = vectors[some]
    longest = np.argmax(np.ptp(inside, axis=0))
    order = some[np.argsort(inside[:, longest], kind="stable")]
    yield from _leaves(vectors, order[: len(order) // 2])
    yield from _leaves(vectors, order[len(order) // 2 :])


def _fitting(
    source: Source, rows: np.ndarray, columns: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pieces no larger than the source takes."""
    short = min(len(rows), len(columns), source.most_points // 2, int(source.most_cells**0.5))
    long = max(1, min(source.most_points - short, source.most_cells // short))
    high, wide = (short, long) if len(rows) <= len(columns) else (long, short)
    for top in range(0, len(rows), high):
        for left in range(0, len(columns), wide):
            yield rows[top : top + high], columns[left : left + wide]


def _written(pairs: dict[str, np.ndarray]) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **pairs)
    return content.getvalue()


def _read(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content), allow_pickle=False) as pairs:
        return {part: pairs[part] for part in _PARTS}
