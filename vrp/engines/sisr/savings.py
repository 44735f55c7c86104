"""A first plan by savings: Clarke and Wright, "Scheduling of Vehicles from a Central Depot to a Number of Delivery
Points" (Operations Research, 1964). Every stop begins with a route of its own; routes whose ends are near each other
become one, those first that save most, as long as the vehicle has room.
"""

from collections.abc import Iterator

import numpy as np

from vrp.engines.sisr.model import Model, Routes

# What of a problem it knows; with anything else on, insertion makes the first plan.
_KNOWN = {"SPARSE", "METRES", "COUNTED", "SETUPS", "PRICED"}
_NEAR = 60  # neighbours of each stop whose routes may become one
_ENDS = 2_000  # of routes, that are compared each with each once no neighbours are left


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
        loads = [
            [*map(sum, zip(task.delivery, task.pickup, task.change, strict=True)), 1] for task in model.tasks
        ]
        self.load = loads  # of a route, kept at the task that stands for it
        most = kind.sample.spec.max_tasks
        self.room = [*kind.capacity, size if most is None else most]
        self.root = list(range(size))
        self.beside: list[list[int]] = [[] for _ in range(size)]
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
        ends = [task for task, beside in enumerate(self.beside) if len(beside) < 2]
        ends = sorted(ends, key=lambda task: self.load[self._root_of(task)])[:_ENDS]
        one, other = np.triu_indices(len(ends), 1)
        every = np.array(ends, dtype=np.int64)
        return every[one], every[other]

    def join(self, one: np.ndarray, other: np.ndarray) -> None:
        at = self.ground.at
        between = (self._cost(at[one], at[other]) + self._cost(at[other], at[one])) / 2
        saved = self.alone[one] + self.alone[other] - between
        useful = np.flatnonzero(saved + self.fixed > 0)
        useful = useful[np.argsort(-saved[useful], kind="stable")]
        beside = self.beside
        for a, b in zip(one[useful].tolist(), other[useful].tolist(), strict=True):
            if len(beside[a]) < 2 and len(beside[b]) < 2:
                self._join(a, b)

    def _join(self, a: int, b: int) -> None:
        first, second = self._root_of(a), self._root_of(b)
        if first == second:
            return
        load = [one + other for one, other in zip(self.load[first], self.load[second], strict=True)]
        if all(part <= room for part, room in zip(load, self.room, strict=True)):
            self.root[second], self.load[first] = first, load
            self.beside[a].append(b)
            self.beside[b].append(a)

    def _root_of(self, task: int) -> int:
        root = self.root
        while root[task] != task:
            root[task] = root[root[task]]
            task = root[task]
        return task

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
