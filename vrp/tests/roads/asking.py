"""What tests of roads ask, and a source that counts what it is asked."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vrp import roads
from vrp.domain import request as requests
from vrp.domain.problem import places_of
from vrp.roads import Atlas, Roads
from vrp.roads.base import Block, Indexes, Shape, Source, Watch
from vrp.tests.roads import town

Place = tuple[float, float]


def points(*places: Place) -> np.ndarray:
    return np.array(places, dtype=np.float64)


def scattered(count: int, seed: int = 1) -> np.ndarray:
    """Places all over the town, not only at its corners."""
    low, high = np.array(town.corner(0, 0)), np.array(town.corner(town.SIZE - 1, town.SIZE - 1))
    return np.round(np.random.default_rng(seed).uniform(low, high, (count, 2)), 6)


def document(*jobs: Place, **extra: Any) -> dict[str, Any]:
    """Jobs 1, 2, … at these places, and a van that starts and ends at the town's first corner."""
    depot = list(town.corner(0, 0))
    return {
        "vehicles": [{"id": "van", "start": depot, "end": depot}],
        "jobs": [{"id": number, "location": list(place)} for number, place in enumerate(jobs, 1)],
        **extra,
    }


def measure(asked: dict[str, Any], here: Atlas, watch: Watch | None = None) -> Roads:
    """The roads a request gets."""
    request = requests.read(asked)
    return roads.measure(request, places_of(request), here, watch or Watch())


def words(found: Roads) -> list[str]:
    return [note.msg for note in found.notes]


@dataclass
class Counting:
    """A source that asks another one, and remembers which cells (from point, to point) it was asked for."""

    source: Source
    asked: list[tuple[Place, Place]] = field(default_factory=list)
    routes: int = 0
    dataset: str = ""
    name: str = ""
    most_cells: int = 0
    most_points: int = 0

    def __post_init__(self) -> None:
        for limit in ("dataset", "name", "most_cells", "most_points"):
            setattr(self, limit, getattr(self, limit) or getattr(self.source, limit))

    def profile(self, name: str) -> str | None:
        return self.source.profile(name)

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        places = [tuple(point) for point in points.tolist()]
        self.asked += [(places[one], places[other]) for one in sources for other in targets]
        return self.source.block(points, sources, targets, profile)

    def route(self, points: np.ndarray, profile: str) -> Shape:
        self.routes += 1
        return self.source.route(points, profile)
