"""Random requests with plans for them: some legal, some nearly, some not at all. A case is its seed.

What is common to the requests that other programs can judge too; each of those has a subclass of `Draw` in its test.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from vrp.domain import evaluator
from vrp.domain import plan as plans
from vrp.domain.evaluator import Evaluation
from vrp.domain.schedule import TimedRoute, Visit
from vrp.tests.problems import Document, build

Steps = list[Document]


def judged(document: Document, routes: dict[Any, Steps]) -> Evaluation:
    listed = [{"vehicle": name, "steps": steps} for name, steps in routes.items()]
    return evaluator.evaluate(build(document), plans.read({"routes": listed}))


def without_nothing(**keys: Any) -> Document:
    return {key: value for key, value in keys.items() if value is not None}


class Draw:
    """One random request, and a plan for it: the steps of each vehicle that has any."""

    windows_of_a_stop = 1

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.places = self.rng.randint(3, 6)
        self.dimensions = self.rng.choice([0, 1, 1, 2])
        self.document = self.request()
        self.routes: dict[Any, Steps] = {name: [] for name in self.names()}
        self.plan()
        self.routes = {name: steps for name, steps in self.routes.items() if steps}
        self.windows(self.judged())
        for route in self.judged().routes:
            self.limit(self.row_of(route), route)

    def judged(self) -> Evaluation:
        return judged(self.document, self.routes)

    # What there is to do

    def request(self) -> Document:
        rng = self.rng
        return {
            "vehicles": [self.vehicle(name) for name in range(1, rng.randint(2, 4))],
            "jobs": [self.job(name) for name in range(1, rng.randint(2, 8))],
            "shipments": [self.shipment(name) for name in range(101, rng.randint(101, 104))],
            "matrices": {
                profile: {name: self.square() for name in ("durations", "distances")}
                for profile in ("car", "bike")
            },
        }

    def square(self, unit: int = 1) -> list[list[int]]:
        """Travel in multiples of `unit`, not the same there and back."""
        size, most = self.places, 100 // unit
        return [[0 if a == b else unit * self.rng.randint(1, most) for b in range(size)] for a in range(size)]

    def vehicle(self, name: int) -> Document:
        raise NotImplementedError

    def order(self) -> Document:
        """What a job and a shipment have in common."""
        raise NotImplementedError

    def stop(self) -> Document:
        return without_nothing(
            location_index=self.rng.randrange(self.places),
            service=self.maybe(0.7, lambda: self.rng.randint(0, 30)),
        )

    def job(self, name: int) -> Document:
        loads = without_nothing(delivery=self.amounts(), pickup=self.amounts())
        return {"id": name} | self.stop() | self.order() | loads

    def shipment(self, name: int) -> Document:
        ends = {end: {"id": name} | self.stop() for end in ("pickup", "delivery")}
        return ends | self.order() | without_nothing(amount=self.amounts())

    def amounts(self) -> list[int] | None:
        return self.maybe(0.6, lambda: [self.rng.randint(0, 4) for _ in range(self.dimensions)])

    def maybe(self, chance: float, make: Callable[[], Any]) -> Any:
        return make() if self.rng.random() < chance else None

    # Who does it when

    def names(self) -> list[Any]:
        return [row["id"] for row in self.document["vehicles"]]

    def plan(self) -> None:
        """Give every order to some vehicle, or to none; now and then the wrong way round or half of it."""
        rng, routes = self.rng, list(self.routes.values())
        for row in self.document["jobs"]:
            if rng.random() < 0.9:
                self.put(rng.choice(routes), "job", row["id"])
        for row in self.document["shipments"]:
            ends = [{"type": end, "id": row["pickup"]["id"]} for end in ("pickup", "delivery")]
            route, mishap = rng.choice(routes), rng.random()
            if mishap < 0.05:
                self.put(route, **rng.choice(ends))
            elif mishap < 0.1:
                for end in ends:
                    self.put(rng.choice(routes), **end)
            else:
                first, second = sorted(rng.randint(0, len(route)) for _ in ends)
                if mishap < 0.15:
                    ends.reverse()
                route.insert(second, ends[1])
                route.insert(first, ends[0])

    def put(self, route: Steps, type: str, id: int) -> None:
        route.insert(self.rng.randint(0, len(route)), {"type": type, "id": id})

    def windows(self, judged: Evaluation) -> None:
        """Windows near the moments at which the plan would be there without them."""
        for route in judged.routes:
            for visit in route.visits:
                if (visit.task or visit.pause) and self.rng.random() < (0.8 if visit.pause else 0.3):
                    self.part_of(route, visit)["time_windows"] = self.windows_about(visit.service_start)

    def windows_about(self, moment: int) -> list[list[int]]:
        """Windows in order and apart; one of them just takes or just misses `moment`, or opens later."""
        rng = self.rng
        if rng.random() < 0.3:
            opens = moment + rng.randint(0, 150)
            closes = opens + rng.choice([0, 1, 30])
        else:
            closes = self.about(moment)
            opens = max(0, closes - rng.choice([0, 1, 50]))
        windows = [[opens, closes]]
        while len(windows) < rng.randint(1, self.windows_of_a_stop):
            gap, length = rng.randint(2, 40), rng.randint(0, 60)
            first, last = windows[0][0], windows[-1][1]
            if rng.random() < 0.5 and first - gap - length >= 0:
                windows.insert(0, [first - gap - length, first - gap])
            else:
                windows.append([last + gap, last + gap + length])
        return windows

    def limit(self, row: Document, route: TimedRoute) -> None:
        """Give a used vehicle limits that its route keeps, just keeps or breaks by one."""
        raise NotImplementedError

    def limits(self, **totals: int) -> Document:
        return {name: self.about(value) for name, value in totals.items() if self.rng.random() < 0.2}

    def shift(self, opens: int, route: TimedRoute) -> list[int]:
        return [opens, max(opens, self.about(route.end_time))]

    def loads(self, route: TimedRoute) -> list[int]:
        loads = [route.load_start, *(visit.load for visit in route.visits)]
        return [self.about(max(column)) for column in zip(*loads, strict=True)]

    def about(self, value: int) -> int:
        return max(0, value + self.rng.choice([-1, 0, 0, 1, 7, 60]))

    # Where that stands

    def row_of(self, route: TimedRoute) -> Document:
        return next(row for row in self.document["vehicles"] if row["id"] == route.vehicle.spec.id)

    def part_of(self, route: TimedRoute, visit: Visit) -> Document:
        if visit.task is None:
            return next(row for row in self.row_of(route)["breaks"] if row["id"] == visit.id)
        found: Any = self.document
        for key in visit.task.path:
            found = found[key]
        return found
