"""Small random requests that mix every feature of the contract, small enough for a search through all plans.

Each feature is in a request with a modest probability, so that most have several together, and its numbers are
such that it matters: a time window some vehicles miss, a capacity for some of the jobs.
"""

from collections.abc import Callable
from copy import deepcopy
from math import comb, factorial
from random import Random
from typing import Any

from hypothesis import strategies as st

from vrp.tests.problems import Document

PLACES = 5
_FEW, _MANY = 6_000, 60_000  # routes to be tried for one vehicle; a request of many is rare

# How often a feature is in a request, in percent.
OFTEN = {
    # of stops
    "time_windows": 25,
    "several_windows": 8,
    "soft_windows": 12,
    "release_time": 8,
    "setup": 12,
    "service": 40,
    "per_type": 8,
    # of orders
    "delivery": 30,
    "pickup": 15,
    "shipments": 25,
    "max_ride_time": 8,
    "skills": 10,
    "skills_any": 6,
    "skills_none": 6,
    "allowed_vehicles": 8,
    "forbidden_vehicles": 6,
    "preferred_vehicles": 10,
    "priority": 12,
    "penalty": 12,
    "alternatives_group": 10,
    "incompatibilities": 10,
    "relations": 14,
    # of vehicles
    "capacity": 35,
    "two_dimensions": 10,
    "initial_load": 8,
    "time_window": 20,
    "soft_shift": 6,
    "start_latest": 8,
    "open_start": 6,
    "open_end": 10,
    "other_depots": 15,
    "count": 15,
    "mixed_fleet": 40,
    "profiles": 8,
    "speed_factor": 8,
    "breaks": 12,
    "max_load": 6,
    "optional_breaks": 6,
    "drive_break": 8,
    "max_tasks": 8,
    "min_tasks": 6,
    "max_distance": 8,
    "max_duration": 10,
    "max_travel_time": 8,
    "max_wait": 8,
    "overtime": 8,
    "reload": 12,
    "loading_policy": 8,
    "fixed": 12,
    "per_hour": 8,
    "per_km": 8,
    "per_task_hour": 6,
    "per_wait_hour": 8,
    "per_duration_hour": 8,
    # of the whole
    "no_way": 8,
    "costs_matrix": 5,
    "steps": 8,
    "locked": 10,
    "freeze": 5,
    "preset": 12,
    "balance": 7,
    "compactness": 5,
    "stability": 6,
}


def mixed_request(random: Random) -> Document:
    """A request of one to seven orders and one to three vehicles."""
    return _Request(random, _features(random)).document()


def request_for(random: Random, lacks: Callable[[Document], int]) -> Document:
    """The same, with fewer and fewer features until `lacks` counts none that an engine does not model."""
    uses, seed = _features(random), random.random()

    def without(feature: str) -> Document:
        return _Request(Random(seed), uses - {feature}).document()

    document = without("")
    while lacks(document):
        least = min(sorted(uses), key=lambda feature: lacks(without(feature)))
        document = without(least)
        uses.remove(least)
    return document


def overfull_request(random: Random) -> Document:
    """The same, with so little room or time that something has to be left out, most likely."""
    uses = _features(random) - {"locked", "freeze", "steps"}
    tight = random.choice(["capacity", "time_window", "max_tasks", "max_duration", "max_travel_time"])
    return _Request(random, uses | {tight, "delivery"}, tightness=2).document()


# Numbers that Hypothesis draws one by one are mostly the ends of their ranges, and one request much like the last:
# it draws a source of random numbers instead. `shrunk` finds what matters in a request that fails.
mixed_requests = st.randoms(use_true_random=True).map(mixed_request)


def _features(random: Random) -> set[str]:
    return {name for name, percent in OFTEN.items() if random.randrange(100) < percent}


def tries(tasks: int, breaks: int, reloads: int) -> int:
    """About how many routes one vehicle can make of these."""
    return sum(
        comb(tasks, size) * factorial(size) * (size + 1) ** breaks * (1 + reloads * (size + 1)) ** 2
        for size in range(tasks + 1)
    )


class _Request:
    """Draws a request part by part; `uses` are the features it is to have."""

    def __init__(self, random: Random, uses: set[str], tightness: int = 1) -> None:
        self.random, self.uses, self.tightness = random, uses, tightness
        self.dimensions = 2 if "two_dimensions" in uses else 1
        self.has_distances = bool(uses & {"per_km", "max_distance"}) or self.likely(70)
        self.has_cost_matrix = "costs_matrix" in uses

    # Small draws

    def likely(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def wants(self, feature: str, percent: int = 70) -> bool:
        """Whether this part is to have a feature of the request."""
        return feature in self.uses and self.likely(percent)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def one_of(self, values: Any) -> Any:
        return self.random.choice(values)

    def amounts(self, low: int, high: int) -> list[int]:
        return [self.number(low, high) for _ in range(self.dimensions)]

    # The whole

    def document(self) -> Document:
        self.vehicles = self.fleet()
        self.names = [vehicle["id"] for vehicle in self.vehicles]
        self.jobs, self.shipments = self.orders()
        self.ids = [order["id"] for order in self.jobs + self.shipments]
        made: Document = {
            "vehicles": self.vehicles,
            "jobs": self.jobs,
            "shipments": self.shipments,
            "matrices": self.matrices(),
            "locations": [{"id": f"P{place}", "matrix_index": place} for place in range(PLACES)],
        }
        if "relations" in self.uses:
            made["relations"] = [self.relation() for _ in range(self.one_of([1, 1, 2]))]
        classes = sorted(
            {o["compatibility_class"] for o in self.jobs + self.shipments if "compatibility_class" in o}
        )
        if len(classes) > 1:
            mode = self.one_of(["same_vehicle", "simultaneous"])
            made["incompatibilities"] = [{"classes": classes, "mode": mode}]
        if self.uses & {"steps", "locked", "freeze", "stability"}:
            self.give_steps()
        if "freeze" in self.uses:
            made["freeze"] = self.freeze()
        made["objective"] = self.objective()
        return {key: value for key, value in made.items() if value not in ([], {})}

    def matrices(self) -> Document:
        closed = [(self.number(0, 4), self.number(1, 4)) for _ in range(2)] if "no_way" in self.uses else []
        profiles = ["car", "bike"] if "profiles" in self.uses else ["car"]
        return {profile: self.matrix(closed) for profile in profiles}

    def matrix(self, closed: list[tuple[int, int]]) -> Document:
        made = {"durations": self.table(self.one_of([5, 25]), 60, closed)}  # half of them have few short cuts
        if self.has_distances:
            made["distances"] = self.table(50, 900, closed)
        if self.has_cost_matrix:
            made["costs"] = self.table(0, 90, closed)
        return made

    def table(self, low: int, high: int, closed: list[tuple[int, int]]) -> list[list[int | None]]:
        return [
            [
                0 if row == column else None if (row, column) in closed else self.number(low, high)
                for column in range(PLACES)
            ]
            for row in range(PLACES)
        ]

    # Orders

    def orders(self) -> tuple[list[Document], list[Document]]:
        breaks = max(len([b for b in v.get("breaks", ()) if b.get("required", True)]) for v in self.vehicles)
        reloads = max(len(v.get("reload", {}).get("locations", ())) for v in self.vehicles)
        most = _MANY if self.likely(6) else _FEW
        alike = len(self.vehicles)
        tasks = max(k for k in range(1, 8) if k < 3 or tries(k, breaks, reloads) * alike <= most)
        count = self.number(min(tasks, 3), tasks) if self.likely(90) else self.number(1, tasks)
        jobs: list[Document] = []
        shipments: list[Document] = []
        while count > 0:
            if count >= 2 and self.wants("shipments", 60):
                shipments.append(self.shipment(f"S{len(shipments) + 1}"))
                count -= 2
            else:
                jobs.append(self.job(f"J{len(jobs) + 1}"))
                count -= 1
        return jobs, shipments

    def job(self, name: str) -> Document:
        made = {"id": name, **self.stop(), **self.served()}
        if self.wants("delivery", 85):
            made["delivery"] = self.amounts(0, 4)
        if self.wants("pickup", 70):
            made["pickup"] = self.amounts(0, 4)
        if self.wants("alternatives_group", 55):
            made["alternatives_group"] = self.one_of(["either", "either", "or"])
        if self.wants("release_time", 50):
            made["release_time"] = self.number(1, 120)
        return made

    def shipment(self, name: str) -> Document:
        made = {"id": name, "pickup": self.stop(), "delivery": self.stop(), **self.served()}
        if self.likely(80):
            made["amount"] = self.amounts(0, 4)
        if self.wants("max_ride_time", 80):
            made["max_ride_time"] = self.number(5, 90)
        if self.wants("release_time", 40):
            made[self.one_of(["pickup", "delivery"])]["release_time"] = self.number(1, 120)
        return made

    def stop(self) -> Document:
        made: Document = {"location_index": self.one_of([0, 1, 1, 2, 2, 3, 3, 4, 4])}
        if self.wants("service"):
            made["service"] = self.number(0, 30)
        if self.wants("setup"):
            made["setup"] = self.number(1, 25)
        if self.wants("per_type", 60):
            key = self.one_of(["service_per_type", "setup_per_type"])
            made[key] = {self.one_of(["big", "small"]): self.number(0, 40)}
        if self.wants("time_windows", 60) or self.wants("several_windows", 60):
            made["time_windows"] = self.windows(0, 160, 80)
        return made

    def windows(self, earliest: int, latest: int, longest: int) -> list[Any]:
        """One window, or several in order with room between them."""
        now, made = self.number(earliest, latest), []
        for _ in range(self.number(1, 3) if "several_windows" in self.uses else 1):
            start, end = now, now + self.number(0, longest)
            made.append(self.window(start, end) if self.wants("soft_windows", 60) else [start, end])
            now = end + self.number(2, 80)
        return made

    def window(self, start: int, end: int) -> Document:
        """A window of which only a part is free of charge."""
        first, second = sorted((self.number(start, end), self.number(start, end)))
        soft: Document = {}
        if self.likely(70):
            soft |= {"start": first, "cost_per_hour_early": self.one_of([360, 1800, 7200])}
        if self.likely(70):
            soft |= {"end": second, "cost_per_hour_late": self.one_of([360, 1800, 7200])}
        return {"start": start, "end": end, "soft": soft}

    def served(self) -> Document:
        made: Document = {}
        for key in ("skills", "skills_any", "skills_none"):
            if self.wants(key, 40):
                made[key] = [self.one_of(["cold", "lift"])]
        for key, percent in (("allowed_vehicles", 45), ("forbidden_vehicles", 30)):
            if self.wants(key, percent):
                made[key] = [self.one_of(self.names)]
        if self.wants("preferred_vehicles", 50):
            made["preferred_vehicles"] = [{"vehicle": self.one_of(self.names), "cost": self.number(-60, 60)}]
        if self.wants("priority", 60):
            made["priority"] = self.number(0, 20)
        if self.wants("penalty", 65):
            made["penalty"] = self.number(0, 150)
        if self.wants("incompatibilities", 70):
            made["compatibility_class"] = self.one_of(["food", "paint", "glass"])
        return made

    # Vehicles

    def fleet(self) -> list[Document]:
        size = self.one_of(
            [1, 2, 2, 2, 3] if "mixed_fleet" in self.uses or "other_depots" in self.uses else [1, 1, 2]
        )
        first = self.vehicle()
        fleet = [first] + [
            self.vehicle() if "mixed_fleet" in self.uses else deepcopy(first) for _ in range(size - 1)
        ]
        fleet = [vehicle | {"id": name} | self.ends() for vehicle, name in zip(fleet, "ABC", strict=False)]
        if "count" in self.uses and size < 3:
            fleet[0] |= {"count": self.number(2, 4 - size)}
        return fleet

    def ends(self) -> Document:
        start = self.number(0, 4) if self.wants("other_depots", 50) else 0
        end = self.number(0, 4) if self.wants("other_depots", 30) else start
        if self.wants("open_start", 50):
            return {"end_index": end}
        return (
            {"start_index": start} if self.wants("open_end", 60) else {"start_index": start, "end_index": end}
        )

    def vehicle(self) -> Document:
        tight = self.tightness
        made: Document = {}
        if "per_type" in self.uses:
            made["type"] = self.one_of(["big", "small"])
        if self.wants("profiles", 50):
            made["profile"] = "bike"
        if self.wants("speed_factor", 60):
            made["speed_factor"] = self.one_of([0.5, 0.8, 1.37, 2])
        if self.uses & {"skills", "skills_any", "skills_none"}:
            made["skills"] = self.one_of([[], ["cold"], ["lift"], ["cold", "lift"]])
        if self.wants("capacity", 90):
            made["capacity"] = self.amounts(2, 10 // tight)
        if self.wants("initial_load", 60):
            made["initial_load"] = self.amounts(0, 3)
        made |= self.shift()
        made |= self.pauses()
        made |= self.limits()
        if "reload" in self.uses and self.likely(75):
            made["reload"] = self.reload()
        if "shipments" in self.uses and "loading_policy" in self.uses:
            made["loading_policy"] = self.one_of(["lifo", "fifo"])
        costs = self.costs()
        return made | ({"costs": costs} if costs else {})

    def shift(self) -> Document:
        made: Document = {}
        if self.wants("time_window", 85) or self.wants("soft_shift", 80):
            start = self.one_of([0, 0, self.number(1, 60)])
            end = start + self.number(60, 320 // self.tightness)
            made["time_window"] = self.window(start, end) if "soft_shift" in self.uses else [start, end]
        if self.wants("start_latest", 70):
            made["start_latest"] = self.number(60, 120)
        return made

    def pauses(self) -> Document:
        made: Document = {}
        if self.uses & {"breaks", "max_load", "optional_breaks"} and self.likely(80):
            made["breaks"] = [self.pause(f"B{k}") for k in range(self.one_of([1, 1, 1, 2]))]
        if self.wants("drive_break", 80):
            made["drive_break"] = {"max_driving": self.number(30, 120), "duration": self.number(5, 40)}
        return made

    def pause(self, name: str) -> Document:
        made: Document = {"id": name, "service": self.number(0, 40)}
        if self.likely(65):
            made["time_windows"] = self.windows(0, 120, 80)
        if self.wants("max_load", 80):
            made["max_load"] = self.amounts(0, 5)
        if self.wants("optional_breaks", 60):
            made["required"] = False
        return made

    def limits(self) -> Document:
        tight = self.tightness
        ranges = {
            "max_tasks": (1, 4 // tight),
            "max_distance": (400, 3500 // tight),
            "max_duration": (50, 350 // tight),
            "max_travel_time": (40, 250 // tight),
            "max_wait": (0, 40),
        }
        made: Document = {key: self.number(*ends) for key, ends in ranges.items() if self.wants(key, 75)}
        if self.wants("min_tasks", 60):
            made["min_tasks"] = self.number(1, min(3, made.get("max_tasks", 3)))
        if self.wants("overtime", 80):
            made["overtime"] = {
                "after": self.number(30, 200),
                "max": self.number(0, 120),
                "cost_per_hour": self.one_of([0, 1800, 7200]),
            }
        return made

    def reload(self) -> Document:
        made: Document = {"locations": [f"P{place}" for place in self.one_of([[0], [0], [1], [0, 2]])]}
        made["max_reloads"] = self.number(1, 2)
        if self.likely(50):
            made["duration"] = self.number(1, 20)
        return made

    def costs(self) -> Document:
        values = {
            "fixed": [20, 50, 100, -20],
            "per_hour": [0, 36, 1800],
            "per_km": [30, 100],
            "per_task_hour": [360, 1800],
            "per_wait_hour": [360, 1800],
            "per_duration_hour": [360, 1800],
        }
        return {
            key: self.one_of(those)
            for key, those in values.items()
            if self.wants(key, 75) and not (self.has_cost_matrix and key in ("per_hour", "per_km"))
        }

    # What ties orders and vehicles together

    def relation(self) -> Document:
        kinds = ["same_vehicle", "different_vehicle", "sequence", "direct_sequence", "first", "last"]
        made = {
            "type": self.one_of(kinds),
            "ids": self.random.sample(self.ids, min(self.one_of([2, 2, 3]), len(self.ids))),
        }
        if made["type"] != "different_vehicle" and self.likely(25):
            made["vehicle"] = self.one_of(self.names)
        return made

    def give_steps(self) -> None:
        """Routes to begin with, some of their steps locked; each order at most once."""
        left = self.random.sample(self.jobs + self.shipments, len(self.ids))
        for vehicle in self.vehicles:
            if vehicle.get("count", 1) > 1:
                continue
            mine, left = left[: self.number(0, 3)], left[3:]
            steps: list[Document] = []
            if mine and self.likely(80):
                required = [pause for pause in vehicle.get("breaks", ()) if pause.get("required", True)]
                steps += [{"type": "break", "id": pause["id"]} for pause in required]
            for order in mine:
                kinds = ["pickup", "delivery"] if order in self.shipments else ["job"]
                steps += [{"type": kind, "id": order["id"]} for kind in kinds]
                if "reload" in vehicle and self.likely(15):
                    steps.append({"type": "reload", "id": 0})
            if steps:
                vehicle["steps"] = [self.step(step) for step in steps]

    def step(self, step: Document) -> Document:
        if self.wants("locked", 70):
            step["locked"] = self.one_of(["vehicle", "vehicle", "order", "full"])
        if self.wants("locked", 12) and step["type"] != "break":
            step[self.one_of(["service_at", "service_after", "service_before"])] = self.number(20, 160)
        return step

    def freeze(self) -> Document:
        vehicles = [self.one_of(self.names)] if self.likely(40) else []
        made: Document = {"until": self.number(1, 80)} if not vehicles or self.likely(60) else {}
        return made | ({"vehicles": vehicles} if vehicles else {})

    def objective(self) -> Document:
        made: Document = {}
        if "preset" in self.uses:
            made["preset"] = self.one_of(["min_vehicles", "min_makespan", "balanced"])
        if "balance" in self.uses:
            metrics = ["duration", "tasks", "load"] + (["distance"] if self.has_distances else [])
            made["balance"] = {"metric": self.one_of(metrics), "weight": self.number(1, 100)}
        if "compactness" in self.uses:
            made["compactness"] = self.one_of([360, 1800])
        if "stability" in self.uses:
            made["stability"] = {
                "cost_per_moved_stop": self.number(0, 60),
                "cost_per_minute_eta_shift": self.number(0, 30),
            }
        return made
