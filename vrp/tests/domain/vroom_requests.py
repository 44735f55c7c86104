"""Random requests within what VROOM models, and VROOM's own check of the plans in them."""

import json
import subprocess
import sys

from vrp.domain.schedule import TimedRoute
from vrp.tests.domain.random_requests import Draw, without_nothing
from vrp.tests.problems import Document

# VROOM keeps the interpreter to itself and may end it: it works in a process of its own, a line for each request.
_VROOM = """
import json, sys, vroom
for line in sys.stdin:
    try:
        made = vroom.Input()
        made._from_json(line, False)
        checked = made.check()
        checked._distances = True
        print(json.dumps(checked.to_dict()), flush=True)
    except vroom._vroom.VroomInputException as error:
        print(json.dumps({"error": str(error)}), flush=True)
"""


def vroom_check(*documents: Document) -> list[Document]:
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    done = subprocess.run(
        [sys.executable, "-c", _VROOM], input=lines, capture_output=True, text=True, timeout=250, check=True
    )
    return [json.loads(answer) for answer in done.stdout.splitlines()]


class VroomDraw(Draw):
    """A request within what VROOM models, its plan in the vehicles' steps."""

    windows_of_a_stop = 3

    def request(self) -> Document:
        rng = self.rng
        # VROOM counts in hundredths of a second: only whole seconds come out the same at another speed.
        self.speeds, self.unit = rng.choice([([1.0], 1), ([0.5, 0.8, 1.0, 1.25, 2.0], 20)])
        document = super().request()
        if rng.random() < 0.2:
            for matrix in document["matrices"].values():
                matrix["costs"] = self.square()
            for row in document["vehicles"]:
                row["costs"] = {"fixed": row["costs"]["fixed"]}
        return document

    def square(self, unit: int | None = None) -> list[list[int]]:
        return super().square(unit or self.unit)

    def vehicle(self, name: int) -> Document:
        rng = self.rng
        ends = rng.choice([("start", "end"), ("start", "end"), ("start",), ("end",)])
        opens = rng.randint(0, 200)
        breaks = [{"id": k, "service": rng.randint(0, 40)} for k in range(rng.choice([0, 0, 0, 1, 2]))]
        # VROOM keeps whole money only, and counts a break's service as work.
        costs = {
            "fixed": rng.randint(0, 50),
            "per_hour": 3600 * rng.randint(0, 2),
            "per_km": 1000 * rng.randint(0, 2),
        }
        if not breaks:
            costs["per_task_hour"] = 3600 * rng.randint(0, 2)
        return without_nothing(
            id=name,
            **{f"{end}_index": rng.randrange(self.places) for end in ends},
            profile=rng.choice(["car", "car", "bike"]),
            type=rng.choice([None, "big", "small"]),
            speed_factor=rng.choice(self.speeds),
            capacity=[1000] * self.dimensions,
            skills=self.skills(0.8),
            time_window=[opens, opens + 10_000],
            breaks=breaks,
            costs=costs,
        )

    def skills(self, chance: float) -> list[int] | None:
        return self.maybe(chance, lambda: self.rng.sample([1, 2, 3], self.rng.randint(1, 2)))

    def stop(self) -> Document:
        per_type = {name: self.per_type() for name in ("setup_per_type", "service_per_type")}
        return super().stop() | without_nothing(
            setup=self.maybe(0.4, lambda: self.rng.randint(0, 30)), **per_type
        )

    def per_type(self) -> Document | None:
        return self.maybe(0.2, lambda: {self.rng.choice(["big", "small"]): self.rng.randint(0, 40)})

    def order(self) -> Document:
        return without_nothing(skills=self.skills(0.1), priority=self.maybe(0.3, lambda: 7))

    def plan(self) -> None:
        super().plan()
        for row in self.document["vehicles"]:
            route = self.routes[row["id"]]
            for pause in row["breaks"]:
                if route and self.rng.random() < 0.9:
                    self.put(route, "break", pause["id"])
            if route:
                row["steps"] = [{"type": "start"}, *route, {"type": "end"}]

    def limit(self, row: Document, route: TimedRoute) -> None:
        row |= self.limits(
            max_tasks=sum(1 for _ in route.tasks),
            max_distance=route.total("distance"),
            max_travel_time=route.total("travel_time"),
        )
        if self.rng.random() < 0.4:
            row["time_window"] = self.shift(row["time_window"][0], route)
        if self.rng.random() < 0.5:
            row["capacity"] = self.loads(route)
        for visit in route.visits:
            if visit.pause and self.dimensions and self.rng.random() < 0.4:
                self.part_of(route, visit)["max_load"] = [self.about(amount) for amount in visit.load]


class ForcedDraw(VroomDraw):
    """One vehicle, some of whose steps are to begin at, after or before a moment.

    Not its end: there VROOM forgets the waiting when it judges.
    """

    def request(self) -> Document:
        document = super().request()
        return document | {"vehicles": document["vehicles"][:1]}

    def limit(self, row: Document, route: TimedRoute) -> None:
        super().limit(row, route)
        begins = {visit.key: visit.service_start for visit in self.judged().routes[0].visits}
        for step in row["steps"][:-1]:
            moment = begins.get((step["type"], str(step.get("id", ""))))
            if moment is not None and self.rng.random() < 0.2:
                step[self.rng.choice(["service_at", "service_after", "service_before"])] = self.about(moment)
