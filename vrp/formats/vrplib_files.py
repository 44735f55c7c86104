"""VRPLIB files, with the extra sections that PyVRP's dialect has. A quantity means here what it means to `pyvrp.read`.

Jobs bear the numbers of their nodes (the depot is 1). Vehicles that are alike become one with a `count`; the numbers
they have in the file stay in `meta.numbers`, as ranges.
"""

from collections import defaultdict

import numpy as np

from vrp.domain import limits
from vrp.domain.travel import NO_WAY, Table
from vrp.errors import TooLarge
from vrp.formats import benchmarks
from vrp.formats.benchmarks import Document, Node, Step
from vrp.formats.vrplib_text import VrplibText

_MAX_VEHICLES = 100_000  # in a file; alike ones are merged, and no more are kept than there are customers
_FLAT: dict[str, Step | None] = {
    "EUC_2D": None,
    "FLOOR_2D": (1.0, "down"),
    "CEIL_2D": (1.0, "up"),
    "EXACT_2D": (1_000.0, "nearest"),
}
_TRIANGLES = {
    "LOWER_ROW": (np.tril_indices, -1),
    "LOWER_DIAG_ROW": (np.tril_indices, 0),
    "UPPER_ROW": (np.triu_indices, 1),
    "UPPER_DIAG_ROW": (np.triu_indices, 0),
}


def read(data: bytes, round_func: str = "round") -> Document:
    """This will turn a VRPLIB file into a request in scaled integers, or raise `Invalid` with the line at fault."""
    text = VrplibText(data)
    meta = {"format": "vrplib", "round_func": round_func}
    for key in ("NAME", "TYPE", "COMMENT"):
        if key in text:
            meta[key.lower()] = text.word(key)[: limits.MAX_TEXT]
    return _Reader(text, round_func).document() | {"meta": meta}


class _Reader:
    def __init__(self, text: VrplibText, round_func: str) -> None:
        self.text = text
        self.scale = benchmarks.rounding(round_func)
        self.round_func = round_func
        self.size = text.whole("DIMENSION") if "DIMENSION" in text else 0
        if not self.size:
            raise text.fault("DIMENSION", "is missing")
        benchmarks.refuse_too_many(self.size)
        self.depots = self._depots()
        self.nodes = self._nodes()
        self.customers = self.nodes[self.depots :]

    def document(self) -> Document:
        paired = "PICKUP_AND_DELIVERY" in self.text
        vehicles = self._vehicles()
        jobs = [] if paired else self._jobs()
        self._name_allowed_vehicles(jobs, vehicles)
        made: Document = {
            "jobs": jobs,
            "shipments": self._shipments() if paired else [],
            "vehicles": vehicles,
        }
        if "VEHICLES_RELOAD_DEPOT" in self.text:
            depots = self.nodes[: self.depots]
            made["locations"] = [{"id": depot.name, "matrix_index": depot.index} for depot in depots]
        return made | benchmarks.matrices(self._matrix())

    def _depots(self) -> int:
        """How many depots there are: the first nodes."""
        if "DEPOT" not in self.text:
            return 1
        named = [name for name in self.text.flat("DEPOT") if name != -1]
        if not named or named != list(range(1, len(named) + 1)) or len(named) > self.size:
            raise self.text.fault("DEPOT", "should name the first nodes: 1, then 2, and so on")
        return len(named)

    def _nodes(self) -> list[Node]:
        delivery = self._scaled("DEMAND" if "DEMAND" in self.text else "LINEHAUL").tolist()
        pickup = self._scaled("BACKHAUL").tolist()
        service = self._scaled("SERVICE_TIME", 1)[:, 0].tolist()
        windows = (
            self._scaled("TIME_WINDOW", 2).tolist() if "TIME_WINDOW" in self.text else [None] * self.size
        )
        if "PICKUP_AND_DELIVERY" in self.text:
            rows = self._scaled("PICKUP_AND_DELIVERY", 6)
            windows, service = rows[:, 1:3].tolist(), rows[:, 3].tolist()
        xy = self.text.rows("NODE_COORD", self.size, 2) if "NODE_COORD" in self.text else [None] * self.size
        columns = zip(delivery, pickup, service, windows, xy, strict=True)
        return [Node(index + 1, index, *values) for index, values in enumerate(columns)]

    def _jobs(self) -> list[Document]:
        jobs = [node.stop() for node in self.customers]
        for key, name in (("penalty", "PRIZE"), ("release_time", "RELEASE_TIME")):
            for job, value in zip(jobs, self._scaled(name, 1)[self.depots :, 0].tolist(), strict=True):
                if value:  # a customer without a prize is one that must be served
                    job[key] = value
        for group, members in enumerate(self._groups(), 1):
            for member in members:
                jobs[self._customer(member, "MUTUALLY_EXCLUSIVE_GROUP")]["alternatives_group"] = group
        return jobs

    def _groups(self) -> list[list[float]]:
        if "MUTUALLY_EXCLUSIVE_GROUP" not in self.text:
            return []
        name = "MUTUALLY_EXCLUSIVE_GROUP"
        groups = self.text.rows(name, len(self.text.section(name)))
        return [members for members in groups if len(members) > 1]

    def _shipments(self) -> list[Document]:
        """A row names its pickup, then its delivery; the one that names no pickup is a pickup itself."""
        rows = self.text.rows("PICKUP_AND_DELIVERY", self.size, 6)
        amounts = self._scaled("PICKUP_AND_DELIVERY", 6)[:, 0].tolist()
        shipments = []
        for node in self.customers:
            pickup, delivery = rows[node.index][4:]
            if pickup == 0:
                other = self.customers[self._customer(delivery, "PICKUP_AND_DELIVERY")]
                if rows[other.index][4] != node.name:
                    fault = f"node {node.name} and its delivery, node {other.name}, should name each other"
                    raise self.text.fault("PICKUP_AND_DELIVERY", fault)
                shipments.append(benchmarks.shipment(node, other, [amounts[node.index]]))
        if 2 * len(shipments) != len(self.customers):
            raise self.text.fault("PICKUP_AND_DELIVERY", "leaves nodes without a partner")
        return shipments

    def _vehicles(self) -> list[Document]:
        number = self.text.whole("VEHICLES") if "VEHICLES" in self.text else max(len(self.customers), 1)
        if number > _MAX_VEHICLES:
            raise TooLarge(f"{number} vehicles; the limit in a file is {_MAX_VEHICLES}")
        columns = [
            self._per_vehicle(number, "CAPACITY", scale=True),
            self._per_vehicle(number, "VEHICLES_DEPOT", default=(1,)),
            self._per_vehicle(number, "VEHICLES_FIXED_COST", scale=True),
            self._per_vehicle(number, "VEHICLES_UNIT_DISTANCE_COST", default=(1,)),
            self._per_vehicle(number, "VEHICLES_MAX_DISTANCE", scale=True),
            # TSPLIB's own DISTANCE bounds a route with its service times.
            self._per_vehicle(
                number, "DISTANCE" if "DISTANCE" in self.text else "VEHICLES_MAX_DURATION", scale=True
            ),
            self._per_vehicle(number, "VEHICLES_RELOAD_DEPOT"),
            self._per_vehicle(number, "VEHICLES_MAX_RELOADS"),
            self._per_vehicle(number, "VEHICLES_ALLOWED_CLIENTS"),
        ]
        alike: dict[tuple, list[int]] = defaultdict(list)
        for name, values in enumerate(zip(*columns, strict=True), 1):
            alike[values].append(name)
        return [
            self._vehicle(name, numbers, *values) for name, (values, numbers) in enumerate(alike.items(), 1)
        ]

    def _vehicle(  # type: ignore[no-untyped-def]
        self,
        name,
        numbers,
        capacity,
        depot,
        fixed,
        unit_cost,
        distance,
        duration,
        reloads,
        max_reloads,
        allowed,
    ) -> Document:
        start = self.nodes[self._depot(depot[0], "VEHICLES_DEPOT")]
        count = min(len(numbers), max(len(self.customers), 1))
        made = benchmarks.vehicle(name, start, count, list(capacity), unit_cost[0])
        if any(fixed):
            made["costs"]["fixed"] = fixed[0]
        for key, value in (("max_distance", distance), ("max_duration", duration)):
            if value:
                made[key] = value[0]
        if reloads:
            depots = [self.nodes[self._depot(reload, "VEHICLES_RELOAD_DEPOT")].name for reload in reloads]
            made["reload"] = {"locations": depots}
            if max_reloads and max_reloads[0] <= limits.MAX_RELOADS:
                made["reload"]["max_reloads"] = max_reloads[0]
        made["meta"] = made.get("meta", {}) | {"numbers": _ranges(numbers)}
        if "VEHICLES_ALLOWED_CLIENTS" in self.text:
            made["meta"]["allowed"] = list(allowed)
        return made

    def _name_allowed_vehicles(self, jobs: list[Document], vehicles: list[Document]) -> None:
        """Turn the clients each vehicle may visit into the vehicles each job may go with, or may not: the shorter."""
        if "VEHICLES_ALLOWED_CLIENTS" not in self.text:
            return
        welcome: dict[int, list[int]] = defaultdict(list)
        for vehicle in vehicles:
            for client in dict.fromkeys(vehicle["meta"].pop("allowed")):
                welcome[self._customer(client, "VEHICLES_ALLOWED_CLIENTS")].append(vehicle["id"])
        for index, job in enumerate(jobs):
            allowed = welcome[index]
            forbidden = [vehicle["id"] for vehicle in vehicles if vehicle["id"] not in allowed]
            if allowed and len(allowed) < len(forbidden):
                job["allowed_vehicles"] = allowed
            elif forbidden:
                job["forbidden_vehicles"] = forbidden

    def _matrix(self) -> Table:
        matrix = self._distances()
        if self.text.word("TYPE") == "VRPB":  # linehaul before backhaul, and no route of backhaul alone
            benchmarks.refuse_too_many(self.size, limits.MAX_ROWS)
            assert isinstance(matrix, np.ndarray)
            linehaul = np.array([any(node.delivery) for node in self.nodes])
            backhaul = np.array([any(node.pickup) for node in self.nodes])
            matrix[0, backhaul] = NO_WAY
            matrix[np.ix_(backhaul, linehaul)] = NO_WAY
        return matrix

    def _distances(self) -> Table:
        if "EDGE_WEIGHT" in self.text:
            benchmarks.refuse_too_many(self.size, limits.MAX_ROWS)
            return self.scale(self._explicit())
        kind = self.text.word("EDGE_WEIGHT_TYPE")
        if kind not in _FLAT:
            raise self.text.fault(
                "EDGE_WEIGHT_TYPE", f"should be one of {', '.join(_FLAT)} (or EXPLICIT, with them)"
            )
        if "NODE_COORD" not in self.text:
            raise self.text.fault("NODE_COORD", "is missing: there is nothing to measure distances by")
        return benchmarks.distances(np.array([node.xy for node in self.nodes]), self.round_func, _FLAT[kind])

    def _explicit(self) -> np.ndarray:
        cells = np.array(self.text.flat("EDGE_WEIGHT"))
        form = self.text.word("EDGE_WEIGHT_FORMAT")
        if form == "FULL_MATRIX" and cells.size == self.size**2:
            return cells.reshape(self.size, self.size)
        if form != "FULL_MATRIX" and form not in _TRIANGLES:
            raise self.text.fault(
                "EDGE_WEIGHT_FORMAT", f"should be FULL_MATRIX or one of {', '.join(_TRIANGLES)}"
            )
        corner = _TRIANGLES[form][0](self.size, _TRIANGLES[form][1]) if form in _TRIANGLES else ((),)
        if len(corner[0]) != cells.size:
            raise self.text.fault("EDGE_WEIGHT", f"has {cells.size} numbers: no {form} of {self.size} nodes")
        distances = np.zeros((self.size, self.size))
        distances[corner] = cells
        return np.maximum(distances, distances.T)

    def _scaled(self, name: str, width: int | None = None) -> np.ndarray:
        """One row a node, in scaled integers. One value after `KEY:` holds for every node but the depots."""
        if name in self.text.values:
            values = np.full((self.size, 1), self.text.number(name))
            values[: self.depots] = 0
            return self.scale(values)
        if name not in self.text:
            return np.zeros((self.size, 1), dtype=np.int64)
        rows = self.text.rows(name, self.size, width)
        if len({len(row) for row in rows}) != 1 or not rows[0]:
            raise self.text.fault(name, "has rows of different lengths, or without a value")
        return self.scale(np.array(rows))

    def _per_vehicle(
        self, number: int, name: str, default: tuple[int, ...] = (), scale: bool = False
    ) -> list[tuple]:
        """What each vehicle has: one value after `KEY:` for all, or a row of a section each."""
        if name not in self.text:
            return [default] * number
        if name in self.text.values:
            rows, repeat = [[self.text.number(name)]], number
        else:
            rows, repeat = self.text.rows(name, number), 1
            if scale and not all(rows):
                raise self.text.fault(name, "has a row without a value")
        if scale:
            return [tuple(self.scale(np.array(row)).tolist()) for row in rows] * repeat
        return [tuple(int(value) if value.is_integer() else value for value in row) for row in rows] * repeat

    def _depot(self, name: float, where: str) -> int:
        if not (float(name).is_integer() and 1 <= name <= self.depots):
            raise self.text.fault(where, f"names {name:g}, which is not a depot")
        return int(name) - 1

    def _customer(self, name: float, where: str) -> int:
        if not (float(name).is_integer() and self.depots < name <= self.size):
            raise self.text.fault(where, f"names {name:g}, which is not a customer")
        return int(name) - 1 - self.depots


def _ranges(numbers: list[int]) -> list[list[int]]:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
