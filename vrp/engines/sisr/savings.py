"""A first plan by savings: Clarke and Wright, "Scheduling of Vehicles from a Central Depot to a Number of Delivery
Points" (Operations Research, 1964). Every stop begins with a route of its own; routes whose ends are near each other
become one, those first that save most, as long as the vehicle has room.
"""

from collections.abc import Iterator
from operator import add, le

import numpy as np

from vrp.engines.sisr.model import Model, Routes

# What of a problem it knows; with anything else on, insertion makes the first plan.
_KNOWN = {"SPARSE", "METRES", "COUNTED", "SETUPS", "PRICED"}
_NEAR = 60  # neighbours of each stop whose routes may become one
_ENDS = 2_000  # of routes, that are compared each with each once no neighbours are left


def first(model: Model) -> Routes | None:
    """This will return the routes to begin with: none where some are given, or it does not know how."""
    return None if model.given else routes(model)


def routes(model: Model) -> Routes | None:
    """This will return routes that serve everything, or None where it does not know how."""
    used = {name for name, is_on in model.switches.items() if is_on}
    spec = model.fleet[0].sample.spec
    if not used <= _KNOWN or spec.max_distance is not None or len(model.fleet) > 1:
        return None
    made = _Savings(model)
    made.join(*made.pairs_of_neighbours())
    made.join(*made.pairs_of_ends())
    found = [made.in_its_direction(tasks) for tasks in made.routes()]
    return list(enumerate(found)) if len(found) <= len(model.vehicles) else None


class _Savings:
    def __init__(self, model: Model) -> None:
        self.ground, self.near, size = model.ground, model.neighbours[0], len(model.tasks)
        kind, self.rates = model.fleet[0], model.rates(model.fleet[0])
        start, end = (model.row_of(place) for place in (kind.sample.start, kind.sample.end))
        at, ends = self.ground.at, (np.array([start]), np.array([end]))
        self.out, self.home = self._cost(ends[0], at), self._cost(at, ends[1])
        self.alone = (self.out + self.home) / 2  # what it costs to be an end of a route
        # Of a route, kept at both its ends; here the order of stops does not matter to it.
        amounts = (delivered.tolist() for delivered, _, _ in model.loads)
        self.load = list(zip(*amounts, [1] * size, strict=True))
        most = kind.sample.spec.max_tasks
        room = (kind.capacity[dimension] for _, _, dimension in model.loads)
        self.room = (*room, size if most is None else most)
        self.far = list(range(size))  # the other end of a route
        self.beside: list[list[int]] = [[] for _ in range(size)]
        self.is_end = bytearray(b"\1") * size
        self.fixed = kind.sample.spec.costs.fixed

    def _cost(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        ways = [self.ground.between(0, which, rows, columns) * rate for which, rate in enumerate(self.rates)]
        cost: np.ndarray = np.sum(ways, axis=0)
        return cost

    def pairs_of_neighbours(self) -> tuple[np.ndarray, np.ndarray]:
        """Each once."""
        near, size = self.near[:, :_NEAR].astype(np.int64), len(self.near)
        task = np.arange(size)[:, None]
        keys = np.sort((np.minimum(task, near) * size + np.maximum(task, near))[near >= 0])
        keys = keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys
        return keys // size, keys % size

    def pairs_of_ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Of the routes there are; where they are many, only of the smallest."""
        ends = np.flatnonzero(np.frombuffer(self.is_end, dtype=bool)).tolist()
        ends = sorted(ends, key=lambda task: self.load[task])[:_ENDS]
        one, other = np.triu_indices(len(ends), 1)
        every = np.array(ends, dtype=np.int64)
        load = np.array([self.load[task] for task in ends])
        fits = (load[one] + load[other] <= self.room).all(axis=1)
        return every[one[fits]], every[other[fits]]

    def join(self, one: np.ndarray, other: np.ndarray) -> None:
        at = self.ground.at
        between = self._cost(at[one], at[other])
        if not self.ground.is_symmetric:
            between = (between + self._cost(at[other], at[one])) / 2
        saved = self.alone[one] + self.alone[other] - between
        useful = np.flatnonzero(saved + self.fixed > 0)
        useful = useful[np.argsort(-saved[useful], kind="stable")]
        is_end, far = self.is_end, self.far
        for a, b in zip(one[useful].tolist(), other[useful].tolist(), strict=True):
            if is_end[a] and is_end[b] and far[a] != b:
                self._join(a, b)

    def _join(self, a: int, b: int) -> None:
        load = tuple(map(add, self.load[a], self.load[b]))
        if all(map(le, load, self.room)):
            first, last = self.far[a], self.far[b]
            self.far[first], self.far[last] = last, first
            self.load[first] = self.load[last] = load
            for task, other in ((a, b), (b, a)):
                self.beside[task].append(other)
                self.is_end[task] = len(self.beside[task]) < 2

    def routes(self) -> Iterator[list[int]]:
        """From one end to the other."""
        seen: set[int] = set()
        for task, beside in enumerate(self.beside):
            if len(beside) == 2 or task in seen:
                continue
            route, before = [task], -1
            while on := [other for other in self.beside[route[-1]] if other != before]:
                before = route[-1]
                route.append(on[0])
            seen |= {task, route[-1]}
            yield route

    def in_its_direction(self, tasks: list[int]) -> list[int]:
        """The cheaper way round."""
        there, back = (self._cost_of(some) for some in (tasks, tasks[::-1]))
        return tasks if there <= back else tasks[::-1]

    def _cost_of(self, tasks: list[int]) -> float:
        at = self.ground.at[tasks]
        return float(self.out[tasks[0]] + self._cost(at[:-1], at[1:]).sum() + self.home[tasks[-1]])
