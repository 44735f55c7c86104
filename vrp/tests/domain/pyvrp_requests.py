"""Random requests within what PyVRP models, and the same problem and plan as PyVRP's own objects."""

from typing import Any

import numpy as np
import pyvrp

from vrp.domain.evaluator import Evaluation
from vrp.domain.schedule import TimedRoute
from vrp.tests.domain.random_requests import Draw, Steps, without_nothing
from vrp.tests.problems import Document

PROFILES = ("car", "bike")


class PyVrpDraw(Draw):
    """Whole units of money for each second and metre, so that both count the same."""

    def request(self) -> Document:
        # PyVRP loads when the goods are ready, we leave then: the same where loading takes no time.
        self.has_releases = self.rng.random() < 0.5
        document = super().request()
        document["locations"] = [{"id": f"place {k}", "matrix_index": k} for k in range(self.places)]
        if self.rng.random() < 0.3 and len(document["jobs"]) > 2:
            for row in self.rng.sample(document["jobs"], 2):
                row.pop("penalty", None)
                row["alternatives_group"] = "either"
        return document

    def vehicle(self, name: int) -> Document:
        rng = self.rng
        opens = rng.randint(0, 200)
        reload = {
            "locations": [f"place {place}" for place in rng.sample(range(self.places), rng.randint(1, 2))],
            "max_reloads": rng.choice([None, 1, 2]),
            "duration": 0 if self.has_releases else rng.randint(0, 20),
        }
        made = without_nothing(
            id=name,
            count=rng.choice([1, 1, 2]),
            start_index=rng.randrange(self.places),
            end_index=rng.randrange(self.places),
            profile=rng.choice(["car", "car", "bike"]),
            capacity=[1000] * self.dimensions,
            time_window=[opens, opens + 10_000],
            costs={
                "fixed": rng.randint(0, 50),
                "per_hour": 0,
                "per_km": 1000 * rng.randint(0, 2),
                "per_duration_hour": 3600 * rng.randint(0, 2),
            },
        )
        if rng.random() < 0.3:
            made["reload"] = without_nothing(**reload)
        else:  # PyVRP unloads what was on board at first when it reloads, we keep it
            made["initial_load"] = [rng.randint(0, 3) for _ in range(self.dimensions)]
        return made

    def order(self) -> Document:
        return without_nothing(penalty=self.maybe(0.5, lambda: self.rng.randint(0, 500)))

    def job(self, name: int) -> Document:
        ready = self.maybe(0.3, lambda: self.rng.randint(0, 400)) if self.has_releases else None
        return super().job(name) | without_nothing(release_time=ready)

    def names(self) -> list[Any]:
        rows = self.document["vehicles"]
        counted = [(row["id"], row["count"], k) for row in rows for k in range(1, row["count"] + 1)]
        return [name if count == 1 else f"{name}#{k}" for name, count, k in counted]

    def plan(self) -> None:
        super().plan()
        either = [row["id"] for row in self.document["jobs"] if "alternatives_group" in row]
        if either and self.rng.random() < 0.7:
            for steps in self.routes.values():
                steps[:] = [step for step in steps if step != {"type": "job", "id": either[0]}]
        reloads = {str(row["id"]): row.get("reload") for row in self.document["vehicles"]}
        for name, route in self.routes.items():
            reload = reloads[str(name).partition("#")[0]]
            for _ in range(self.rng.choice([0, 1, 1, 2]) if reload and route else 0):
                empty = [k for k in range(len(route) + 1) if not _on_board(route[:k])]
                place = self.rng.randrange(len(reload["locations"]))
                route.insert(self.rng.choice(empty), {"type": "reload", "id": place})

    def windows(self, judged: Evaluation) -> None:
        """PyVRP takes no goods that are ready too late, and no delivery that closes before its pickup opens."""
        super().windows(judged)
        for row in self.document["jobs"]:
            if row.get("release_time", 0) > _window(row).get("tw_late", row.get("release_time", 0)):
                del row["release_time"]
        for row in self.document["shipments"]:
            opens = _window(row["pickup"]).get("tw_early", 0)
            if opens > _window(row["delivery"]).get("tw_late", opens):
                del row["delivery"]["time_windows"]

    def limit(self, row: Document, route: TimedRoute) -> None:
        rng, opens = self.rng, row["time_window"][0]
        row |= self.limits(
            max_distance=route.total("distance"), max_duration=route.duration, start_latest=route.start_time
        )
        if rng.random() < 0.2:
            most = rng.randint(0, 50)
            after = max(0, self.about(route.duration) - rng.choice([0, most]))
            row["overtime"] = {"after": after, "max": most, "cost_per_hour": 3600 * rng.randint(0, 2)}
        if rng.random() < 0.4:
            row["time_window"] = self.shift(opens, route)
        if rng.random() < 0.5:
            row["capacity"] = self.loads(route)
        # PyVRP has one limit on duration, and takes no start outside the shift and no load beyond the capacity.
        if "overtime" in row:
            row.pop("max_duration", None)
        if "start_latest" in row:
            row["start_latest"] = max(opens, row["start_latest"])
            row["time_window"] = [opens, max(row["time_window"][1], row["start_latest"])]
        first = row.get("initial_load", [0] * self.dimensions)
        row["capacity"] = [max(pair) for pair in zip(row["capacity"], first, strict=True)]


def _on_board(steps: Steps) -> set[int]:
    """Shipments with one end before here: PyVRP serves both ends in one trip."""
    seen: dict[int, int] = {}
    for step in steps:
        if step["type"] in ("pickup", "delivery"):
            seen[step["id"]] = seen.get(step["id"], 0) + 1
    return {name for name, ends in seen.items() if ends == 1}


# --- the same for PyVRP -------------------------------------------------------------------------------------------


class Theirs:
    """A request as PyVRP's data. Every place is a depot; each vehicle's reload depots come after those."""

    def __init__(self, document: Document) -> None:
        self.document = document
        matrices = [document["matrices"][profile] for profile in PROFILES]
        places = range(len(matrices[0]["durations"]))
        self.depots = [pyvrp.Depot(place) for place in places]
        types = [self.vehicle_type(row) for row in document["vehicles"]]  # adds to the depots
        members = [k for k, row in enumerate(document["jobs"]) if "alternatives_group" in row]
        distances: list[Any] = [np.array(matrix["distances"]) for matrix in matrices]
        durations: list[Any] = [np.array(matrix["durations"]) for matrix in matrices]
        self.data = pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in places],
            clients=[self.client(row) for row in document["jobs"]],
            depots=self.depots,
            vehicle_types=types,
            distance_matrices=distances,
            duration_matrices=durations,
            groups=[pyvrp.ClientGroup(members, required=True)] if members else [],
            shipments=[self.shipment(row) for row in document["shipments"]],
        )

    def client(self, row: Document) -> pyvrp.Client:
        is_member = "alternatives_group" in row
        return pyvrp.Client(
            location=row["location_index"],
            delivery=row.get("delivery", self.nothing),
            pickup=row.get("pickup", self.nothing),
            service_duration=row.get("service", 0),
            release_time=row.get("release_time", 0),
            prize=row.get("penalty", 0),
            required="penalty" not in row and not is_member,
            group=0 if is_member else None,
            **_window(row),
        )

    def shipment(self, row: Document) -> pyvrp.Shipment:
        ends: Document = {}
        for end in ("pickup", "delivery"):
            stop = row[end]
            ends[f"{end}_location"] = stop["location_index"]
            ends[f"{end}_service_duration"] = stop.get("service", 0)
            ends |= {f"{end}_{name}": moment for name, moment in _window(stop).items()}
        return pyvrp.Shipment(
            **ends,
            amount=row.get("amount", self.nothing),
            prize=row.get("penalty", 0),
            required="penalty" not in row,
        )

    def vehicle_type(self, row: Document) -> pyvrp.VehicleType:
        costs, overtime, reload = row["costs"], row.get("overtime"), row.get("reload")
        early, late = row["time_window"]
        more: Document = {}
        if overtime:
            more |= {"shift_duration": overtime["after"], "max_overtime": overtime["max"]}
            more["unit_overtime_cost"] = overtime["cost_per_hour"] // 3600
        if "max_duration" in row:
            more["shift_duration"] = row["max_duration"]
        if "max_distance" in row:
            more["max_distance"] = row["max_distance"]
        if reload:
            more["reload_depots"] = [len(self.depots) + k for k in range(len(reload["locations"]))]
            places = [int(name.removeprefix("place ")) for name in reload["locations"]]
            self.depots += [
                pyvrp.Depot(place, service_duration=reload.get("duration", 0)) for place in places
            ]
            more |= without_nothing(max_reloads=reload.get("max_reloads"))
        return pyvrp.VehicleType(
            num_available=row.get("count", 1),
            capacity=row["capacity"],
            start_depot=row["start_index"],
            end_depot=row["end_index"],
            fixed_cost=costs["fixed"],
            tw_early=early,
            tw_late=late,
            unit_distance_cost=costs["per_km"] // 1000,
            unit_duration_cost=costs["per_duration_hour"] // 3600,
            profile=PROFILES.index(row["profile"]),
            start_late=row.get("start_latest"),
            initial_load=row.get("initial_load", self.nothing),
            **more,
        )

    @property
    def nothing(self) -> list[int]:
        return [0] * len(self.document["vehicles"][0]["capacity"])

    def route(self, name: Any, steps: Steps) -> pyvrp.Route:
        """The route of a vehicle; raises ValueError where PyVRP has no word for such a route."""
        row_ids = [str(row["id"]) for row in self.document["vehicles"]]
        kind = row_ids.index(str(name).partition("#")[0])
        jobs = [row["id"] for row in self.document["jobs"]]
        shipments = [row["pickup"]["id"] for row in self.document["shipments"]]
        reload_depots = self.data.vehicle_type(kind).reload_depots
        types = pyvrp.ActivityType
        activities = []
        for step in steps:
            if step["type"] == "job":
                activities.append(pyvrp.Activity(types.CLIENT, jobs.index(step["id"])))
            elif step["type"] == "reload":
                activities.append(pyvrp.Activity(types.DEPOT, reload_depots[step["id"]]))
            else:
                end = types.PICKUP if step["type"] == "pickup" else types.DELIVERY
                activities.append(pyvrp.Activity(end, shipments.index(step["id"])))
        return pyvrp.Route(self.data, activities, kind)


def _window(stop: Document) -> Document:
    if "time_windows" not in stop:
        return {}
    ((early, late),) = stop["time_windows"]
    return {"tw_early": early, "tw_late": late}
