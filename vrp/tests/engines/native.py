"""Random rich requests of what the compiled kernel does natively, from one task to some dozens: every rule it knows is
in some of them, several together in most, with numbers that matter."""

from random import Random
from typing import Any

from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import compiled, teams
from vrp.engines.sisr.model import Model
from vrp.tests.problems import Document

RULES = (
    "windows", "several_windows", "service", "setup", "skills", "choice", "priority", "penalty", "delivery",
    "pickup", "both", "shipments", "dimensions", "capacity", "initial_load", "shift", "open_start", "open_end",
    "depots", "count", "mixed_fleet", "profiles", "speed", "max_tasks", "max_distance", "max_duration", "fixed",
    "per_hour", "per_km", "no_way", "few_places", "no_short_cuts", "distances",
)  # fmt: skip
SELDOM_RULES = (
    "per_type", "soft", "release", "wishes", "alternatives", "max_ride_time", "max_travel_time", "max_wait",
    "overtime", "start_latest", "breaks", "per_task_hour", "per_wait_hour", "per_duration_hour", "preset",
    "cost_matrix",
)  # fmt: skip
_OFTEN, _SELDOM = 40, 12  # percent of the requests a rule is in


def native_plan(problem: Problem, budget: Budget, report: Report, rounds: int | None = None) -> Plan:
    """The compiled search's plan, of a problem it does."""
    model = Model(problem)
    if model.is_empty:
        return Plan()
    kernel = compiled.kernel(model.kind)
    assert kernel
    assert not model.excesses(kernel)
    return teams.solve(model, kernel, budget, report, rounds)


def native_request(random: Random, most: int = 30, without: frozenset[str] = frozenset()) -> Document:
    """A request of up to so many tasks."""
    uses = {rule for rule in RULES if random.randrange(100) < _OFTEN}
    uses |= {rule for rule in SELDOM_RULES if random.randrange(100) < _SELDOM}
    if "cost_matrix" in uses:
        uses -= {"per_km", "per_hour"}
    return _Request(random, uses - without, random.randint(1, most)).document()


class _Request:
    def __init__(self, random: Random, uses: set[str], tasks: int) -> None:
        self.random, self.uses, self.tasks = random, uses, tasks
        self.places = random.randint(2, 5) if "few_places" in uses else random.randint(2, tasks + 3)
        self.dimensions = random.randint(2, 3) if "dimensions" in uses else 1

    def wants(self, rule: str, percent: int = 60) -> bool:
        return rule in self.uses and self.random.randrange(100) < percent

    def amounts(self, low: int, high: int) -> list[int]:
        return [self.random.randint(low, high) for _ in range(self.dimensions)]

    def document(self) -> Document:
        random = self.random
        vehicles = [self.vehicle(f"v{k}") for k in range(random.randint(1, 4))]
        if "mixed_fleet" not in self.uses:
            alike = {key: value for key, value in vehicles[0].items() if key != "id"}
            vehicles = [alike | {"id": vehicle["id"]} for vehicle in vehicles]
        if "count" in self.uses:
            vehicles[0]["count"] = random.randint(1, 6)
        jobs: list[Document] = []
        shipments: list[Document] = []
        while len(jobs) + 2 * len(shipments) < self.tasks:
            if self.wants("shipments"):
                shipments.append(self.shipment(f"s{len(shipments)}"))
            else:
                jobs.append(self.job(f"j{len(jobs)}"))
        made = {"vehicles": vehicles, "jobs": jobs, "shipments": shipments, "matrices": self.matrices()}
        return made | ({"objective": {"preset": "min_vehicles"}} if "preset" in self.uses else {})

    def matrices(self) -> Document:
        pairs = range(self.places * self.places // 6) if "no_way" in self.uses else ()
        closed = {(self.place(), self.place()) for _ in pairs}
        return {
            name: self.matrix(closed) for name in (("car", "bike") if "profiles" in self.uses else ("car",))
        }

    def matrix(self, closed: set[tuple[int, int]]) -> Document:
        random = self.random
        if "no_short_cuts" in self.uses:
            at = [(random.randint(0, 60), random.randint(0, 60)) for _ in range(self.places)]
            durations = [[abs(a - c) + abs(b - d) for c, d in at] for a, b in at]
        else:
            durations = [[random.randint(1, 90) for _ in range(self.places)] for _ in range(self.places)]
        made: Document = {"durations": self.with_gaps(durations, closed)}
        if "distances" in self.uses:
            lengths = [[random.randint(1, 1500) for _ in row] for row in durations]
            made["distances"] = self.with_gaps(lengths, closed)
        elif self.uses & {"per_km", "max_distance"}:
            made["distances"] = self.with_gaps(durations, closed)
        if "cost_matrix" in self.uses:
            made["costs"] = [[random.randint(0, 400) / 4 for _ in row] for row in durations]
        return made

    def with_gaps(self, table: list[list[int]], closed: set[tuple[int, int]]) -> list[list[int | None]]:
        """Some of the closed ways are so only in this table: one that has either no time or no length is none."""
        shut = {pair for pair in closed if self.random.random() < 0.8}
        return [
            [
                0 if row == column else None if (row, column) in shut else cell
                for column, cell in enumerate(cells)
            ]
            for row, cells in enumerate(table)
        ]

    def place(self) -> int:
        return self.random.randrange(self.places)

    # Orders

    def job(self, name: str) -> Document:
        made = {"id": name, **self.stop(), **self.served()}
        if self.wants("delivery", 80) or self.wants("both"):
            made["delivery"] = self.amounts(0, 4)
        if self.wants("pickup") or self.wants("both"):
            made["pickup"] = self.amounts(0, 4)
        if self.wants("alternatives", 40):
            made["alternatives_group"] = self.random.choice(["one", "two", "three"])
        return made

    def shipment(self, name: str) -> Document:
        made = {"id": name, "pickup": self.stop(), "delivery": self.stop(), **self.served()}
        if "capacity" in self.uses:
            made["amount"] = self.amounts(0, 4)
        if self.wants("max_ride_time"):
            made["max_ride_time"] = self.random.randint(40, 250)
        return made

    def stop(self) -> Document:
        random = self.random
        made: Document = {"location_index": self.place()}
        if self.wants("service"):
            made["service"] = random.randint(0, 30)
        if self.wants("setup"):
            made["setup"] = random.randint(1, 25)
        if self.wants("windows") or self.wants("several_windows"):
            made["time_windows"] = self.windows()
        if self.wants("per_type"):
            made[random.choice(["service_per_type", "setup_per_type"])] = {"big": random.randint(0, 30)}
        if self.wants("release", 30):
            made["release_time"] = random.randint(1, 200)
        return made

    def windows(self) -> list[Any]:
        now, made = self.random.randint(0, 400), []
        for _ in range(self.random.randint(1, 4) if "several_windows" in self.uses else 1):
            end = now + self.random.randint(0, 150)
            made.append(self.softened(now, end) if self.wants("soft") else [now, end])
            now = end + self.random.randint(1, 120)
        return made

    def softened(self, start: int, end: int) -> Document:
        """A window that is dear at its beginning, at its end or at both."""
        first, last = sorted(self.random.choices(range(start, end + 1), k=2))
        soft: Document = {}
        if self.random.random() < 0.6:
            soft |= {"start": first, "cost_per_hour_early": self.random.choice([36, 900])}
        if not soft or self.random.random() < 0.7:
            soft |= {"end": last, "cost_per_hour_late": self.random.choice([18, 1800])}
        return {"start": start, "end": end, "soft": soft}

    def served(self) -> Document:
        random = self.random
        made: Document = {}
        if self.wants("skills"):
            made[random.choice(["skills", "skills_any", "skills_none"])] = [random.choice(["cold", "lift"])]
        if self.wants("choice", 20):
            made[random.choice(["allowed_vehicles", "forbidden_vehicles"])] = ["v0"]
        if self.wants("priority"):
            made["priority"] = random.randint(0, 20)
        if self.wants("penalty"):
            made["penalty"] = random.choice([0, 3.5, 20, 77.77, 150, 400])
        if self.wants("wishes"):
            made["preferred_vehicles"] = [{"vehicle": "v0", "cost": random.choice([-30, -2.5, 10, 60])}]
        return made

    # Vehicles

    def vehicle(self, name: str) -> Document:
        random = self.random
        made: Document = {"id": name} | self.ends()
        limits: dict[str, Any] = {
            "max_tasks": random.randint(1, 12),
            "max_distance": random.randint(200, 9000),
            "max_duration": random.randint(60, 700),
            "max_travel_time": random.randint(60, 500),
            "max_wait": random.randint(0, 90),
            "start_latest": random.randint(100, 200),
        }
        made |= {rule: limit for rule, limit in limits.items() if self.wants(rule)}
        if self.wants("profiles", 50):
            made["profile"] = "bike"
        if self.wants("speed"):
            made["speed_factor"] = random.choice([0.5, 0.8, 1.37, 2])
        if self.wants("skills", 70):
            made["skills"] = random.choice([["cold"], ["lift"], ["cold", "lift"]])
        if self.wants("capacity", 90):
            made["capacity"] = self.amounts(4, 20)
        if self.wants("initial_load"):
            made["initial_load"] = self.amounts(0, 3)
        if self.wants("shift", 80):
            start = random.randint(0, 100)
            end = start + random.randint(100, 800)
            made["time_window"] = self.softened(start, end) if self.wants("soft", 30) else [start, end]
        if self.wants("per_type"):
            made["type"] = random.choice(["big", "small"])
        if self.wants("overtime"):
            made["overtime"] = {
                "after": random.randint(50, 300),
                "max": random.randint(0, 300),
                "cost_per_hour": 720,
            }
        if self.wants("breaks"):
            made["breaks"] = [self.pause(number) for number in range(random.randint(1, 3))]
        costs = {
            "fixed": random.choice([12.5, 50, 100, 999, -20]),
            "per_hour": random.choice([0, 17.53, 36, 1800]),
            "per_km": random.choice([0.37, 30, 100]),
            "per_task_hour": random.choice([36, 500]),
            "per_wait_hour": random.choice([36, 500]),
            "per_duration_hour": random.choice([36, 500]),
        }
        made["costs"] = {rule: cost for rule, cost in costs.items() if self.wants(rule, 80)}
        return made

    def pause(self, number: int) -> Document:
        start = self.random.randint(0, 300)
        made: Document = {"id": f"break {number}", "service": self.random.randint(0, 40)}
        return made | (
            {"time_windows": [[start, start + self.random.randint(0, 200)]]} if self.wants("breaks") else {}
        )

    def ends(self) -> Document:
        start = self.place() if self.wants("depots") else 0
        end = self.place() if self.wants("depots", 30) else start
        if self.wants("open_start"):
            return {"end_index": end}
        return {"start_index": start} if self.wants("open_end") else {"start_index": start, "end_index": end}
