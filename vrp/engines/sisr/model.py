"""A problem as the kernel's arrays, and the kernel's routes as a plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Task
from vrp.domain.travel import Plane, Table
from vrp.engines import fleet as fleets
from vrp.engines.fleet import Kind
from vrp.engines.network import NOWHERE, Network
from vrp.engines.sisr import plane
from vrp.engines.sisr.ground import GAP, Ground, along_a_curve

NATIVE = frozenset(
    {
        Feature.CAPACITY, Feature.DELIVERY, Feature.PICKUP, Feature.SHIPMENTS, Feature.TIME_WINDOWS,
        Feature.SEVERAL_TIME_WINDOWS, Feature.SETUP, Feature.SERVICE, Feature.SKILLS, Feature.SKILLS_ANY,
        Feature.SKILLS_NONE, Feature.VEHICLE_CHOICE, Feature.PRIORITY, Feature.PENALTY, Feature.SHIFT,
        Feature.OPEN_START, Feature.OPEN_END, Feature.SEVERAL_DEPOTS, Feature.MIXED_FLEET, Feature.PROFILES,
        Feature.SPEED_FACTOR, Feature.FIXED_COST, Feature.DISTANCE_COST, Feature.MAX_TASKS, Feature.MAX_DISTANCE,
        Feature.MAX_DURATION, Feature.INITIAL_LOAD, Feature.NO_WAY,
    }
)  # fmt: skip
_MOST_SECONDS = 2**29
_MOST_AMOUNT = 2**30
_MOST_TYPES = 62
_MOST_PRICE = 2**45  # of a second or a metre, in units of money
_FINEST = 2.0**36  # the dearest leg in units of money, where exact units would be larger still
_INFLATED = 2**50


Routes = list[tuple[int, list[int]]]  # the number of a vehicle, and the tasks it does in their order


@dataclass(frozen=True)
class Part:
    """What one search works on: these routes, the tasks that are in none, and the vehicles it may use beside."""

    routes: Routes
    bank: list[int]
    free: list[int]


class Model:
    """The arrays of one problem. Tasks are numbered along a curve through the plane, so that neighbours are near each
    other in memory too; `tasks[k]` is the kernel's task k."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.fleet = fleets.kinds(problem)
        self.network = Network(problem, self.fleet, finest=_FINEST)
        lost = fleets.hopeless(problem, self.fleet)
        kept = [task for task in problem.tasks if task.order not in lost]
        self.tasks = [kept[k] for k in _in_order(self.fleet, problem, kept)]
        self.vehicles = [vehicle for kind in self.fleet for vehicle in kind.vehicles]
        self.kind_of = [number for number, kind in enumerate(self.fleet) for _ in kind.vehicles]

    @property
    def is_empty(self) -> bool:
        return not self.tasks or not self.fleet

    @cached_property
    def switches(self) -> dict[str, bool]:
        specs = [kind.sample.spec for kind in self.fleet]
        stops = [task.stop for task in self.tasks]
        has_shift = any(spec.time_window for spec in specs)
        spans = any(spec.max_duration is not None for spec in specs)
        groups = [_group(kind) for kind in self.fleet]
        types = len(self.fleet) > 1
        return {
            "TIMES": has_shift or spans or any(stop.time_windows for stop in stops),
            "WINDOWS": any(len(stop.time_windows) > 1 for stop in stops),
            "SPANS": spans,
            "SEQUENCE": any(any(task.pickup) or any(task.change) for task in self.tasks),
            "PAIRS": any(task.kind != "job" for task in self.tasks),
            "METRES": self._needs_metres,
            "TYPES": types,
            "PROFILES": len({id(kind.sample.travel) for kind in self.fleet}) > 1,
            "ALLOWED": any(not kind.serves.all() for kind in self.fleet),
            "COUNTED": any(spec.max_tasks is not None for spec in specs),
            "SETUPS": bool(self.network.may_skip_setup.any()),
            "PRICED": any(self.problem.orders[task.order].penalty is not None for task in self.tasks),
            "GAPS": any(travel.has_no_way for travel in self._travels.values()),
            "RETYPES": types and len(set(groups)) < len(groups),
            "SPARSE": self.ground.is_sparse,
        }

    def excesses(self, kernel: ModuleType) -> set[str]:
        """This will say what is too large for the kernel's 32 bits, or its units of money."""
        found = set()
        if kernel.TIMES and self.horizon >= _MOST_SECONDS:
            found.add("moments too late")
        ways = [table for t in self._travels.values() for table in (t.durations, t.distances)]
        if any(int(table.max()) >= GAP for table in ways):
            found.add("ways too long")
        if kernel.GAPS and any(int(table.max(axis=0)[self._ends].sum()) >= GAP for table in ways):
            found.add("ways too long to tell from none")
        if len(self.fleet) > _MOST_TYPES:
            found.add("too many kinds of vehicles")
        if any(amount > _MOST_AMOUNT for amount in self._heaviest):
            found.add("amounts too large")
        costs = [kind.sample.spec.costs for kind in self.fleet]
        rates = [rate for cost in costs for rate in (cost.per_hour / 3600, cost.per_km / 1000)]
        if not all(self.network.is_fine(rate) and self.network.whole(rate) <= _MOST_PRICE for rate in rates):
            found.add("prices too far apart")
        return found

    @property
    def _ends(self) -> list[int]:
        """Where the ways of a plan end, each as often as there is one."""
        ends = [vehicle.end for vehicle in self.vehicles if vehicle.end is not None]
        return [task.place for task in self.tasks] + ends

    @property
    def _heaviest(self) -> list[int]:
        """The largest amount, and the most that is ever on board, of each dimension."""
        found = []
        for k in range(self.problem.dimensions):
            amounts = [max(t.delivery[k], t.pickup[k], abs(t.change[k])) for t in self.tasks]
            room = max(kind.capacity[k] for kind in self.fleet)
            found += [max(amounts), min(2 * sum(amounts), room)]
        return found

    @cached_property
    def _needs_metres(self) -> bool:
        """Whether both tables have to be looked at: not where one says it all."""
        specs = [kind.sample.spec for kind in self.fleet]
        if any(spec.max_distance is not None for spec in specs):
            return True
        return any(spec.costs.per_km for spec in specs) and not self._metres_are_all

    @cached_property
    def _metres_are_all(self) -> bool:
        """Whether ways cost by the metre only, and seconds are either the same or of no interest."""
        specs = [kind.sample.spec for kind in self.fleet]
        if any(spec.costs.per_hour or spec.max_distance is not None for spec in specs):
            return False
        if not any(spec.costs.per_km for spec in specs):
            return False
        timeless = not any(spec.time_window or spec.max_duration is not None for spec in specs)
        if timeless and not any(task.stop.time_windows for task in self.tasks):
            return True
        return all(
            travel.durations is travel.distances or _are_equal(travel.durations, travel.distances)
            for travel in self._travels.values()
        )

    def fixed(self, kernel: ModuleType) -> Any:
        """This will return the kernel's `Fixed`."""
        ground, (near, before, after) = self.ground, self.neighbours
        held, held_from = ground.held_for(kernel)
        return kernel.Fixed(
            size=len(self.tasks),
            facts=self._facts(kernel),
            types=self._types(kernel),
            ways=ground.ways_for(kernel),
            windows=self._windows,
            near=near,
            before=before,
            after=after,
            prices=np.array([self.network.prices[task.order] for task in self.tasks], dtype=np.int64),
            mates=self._mates,
            allowed=self._allowed,
            reach=self._reach(kernel, near, before, after),
            held=held,
            held_from=held_from,
            positions=ground.positions,
            laws=ground.laws(kernel),
        )

    # What does not change

    @cached_property
    def _places(self) -> np.ndarray:
        """Places of the problem that are used: of tasks in their order, then vehicle ends, `NOWHERE` if open."""
        used = [task.place for task in self.tasks]
        for kind in self.fleet:
            used += [NOWHERE if end is None else end for end in (kind.sample.start, kind.sample.end)]
        return np.array(list(dict.fromkeys(used)), dtype=np.int64)

    @cached_property
    def _row_of_place(self) -> dict[int, int]:
        return {int(place): row for row, place in enumerate(self._places)}

    @cached_property
    def _travels(self) -> dict[int, Any]:
        return {id(kind.sample.travel): kind.sample.travel for kind in self.fleet}

    @cached_property
    def _profiles(self) -> dict[int, int]:
        return {key: number for number, key in enumerate(self._travels)}

    @cached_property
    def ground(self) -> Ground:
        tables = []
        for travel in self._travels.values():
            first = travel.distances if self._metres_are_all else travel.durations
            tables.append([first, travel.distances] if self._needs_metres else [first])
        at = np.array([self._row_of_place[task.place] for task in self.tasks], dtype=np.int64)
        return Ground(self._places, tables, at, list(self._travels.values()))

    @cached_property
    def _work(self) -> tuple[np.ndarray, np.ndarray]:
        """Seconds of work, and of setup that is skipped by who comes from the same place."""
        sample = self.fleet[0].sample
        work, setup = np.zeros(len(self.tasks), dtype=np.int64), np.zeros(len(self.tasks), dtype=np.int64)
        for k, task in enumerate(self.tasks):
            work[k] = task.service(sample)
            if self.network.may_skip_setup[task.index]:
                setup[k] = task.setup(sample)
            else:
                work[k] += task.setup(sample)
        return work, setup

    @cached_property
    def _openings(self) -> list[list[tuple[int, int]]]:
        last = self.horizon
        return [[(start, min(end, last)) for start, end in fleets.openings(task)] for task in self.tasks]

    @cached_property
    def horizon(self) -> int:
        return self.network.horizon

    @cached_property
    def _windows(self) -> np.ndarray:
        """Of each task, then of both ends of each vehicle."""
        ends = [(v.window[0], min(v.window[1], self.horizon)) for v in self.vehicles for _ in range(2)]
        return np.array([*(pair for several in self._openings for pair in several), *ends], dtype=np.int64)

    def _facts(self, kernel: ModuleType) -> np.ndarray:
        size, dimensions = len(self.tasks), kernel.DIMENSIONS
        facts = np.zeros((size + 2 * len(self.vehicles), kernel.FACT_WIDTH), dtype=np.int32)
        facts[:size, kernel.PLACE] = [self._row_of_place[task.place] for task in self.tasks]
        facts[:size, kernel.OPENS] = [several[0][0] for several in self._openings]
        facts[:size, kernel.CLOSES] = [several[-1][1] for several in self._openings]
        facts[:size, kernel.WORK], facts[:size, kernel.SETUP] = self._work
        facts[:size, kernel.IS_PICKUP] = [task.kind == "pickup" for task in self.tasks]
        for k in range(self.problem.dimensions):
            facts[:size, kernel.DELIVERED + k] = [task.delivery[k] for task in self.tasks]
            facts[:size, kernel.PICKED + k] = [task.pickup[k] + task.change[k] for task in self.tasks]
        loads = np.abs(facts[:size, kernel.DELIVERED : kernel.DELIVERED + 2 * dimensions]).astype(np.float64)
        facts[:size, kernel.SIZE] = (1000 * loads / np.maximum(loads.max(axis=0), 1)).sum(axis=1)
        counts = [len(several) for several in self._openings] + [1] * (2 * len(self.vehicles))
        ends = np.cumsum(counts)
        facts[:, kernel.FIRST_WINDOW], facts[:, kernel.LAST_WINDOW] = ends - counts, ends
        for r, vehicle in enumerate(self.vehicles):
            for node, end in ((size + 2 * r, vehicle.start), (size + 2 * r + 1, vehicle.end)):
                facts[node, kernel.PLACE] = self._row_of_place[NOWHERE if end is None else end]
                facts[node, kernel.OPENS] = vehicle.window[0]
                facts[node, kernel.CLOSES] = min(vehicle.window[1], self.horizon)
        depots = np.unique(facts[size:, kernel.PLACE])
        facts[:size, kernel.REMOTE] = self.ground.remoteness(depots)
        return facts

    def _types(self, kernel: ModuleType) -> np.ndarray:
        types = np.zeros((len(self.fleet), kernel.ROOM + kernel.DIMENSIONS), dtype=np.int64)
        groups: dict[object, int] = {}
        for row, kind in zip(types, self.fleet, strict=True):
            spec, costs = kind.sample.spec, kind.sample.spec.costs
            row[kernel.FIXED] = self.network.whole(costs.fixed)
            second, metre = costs.per_hour / 3600, costs.per_km / 1000
            row[kernel.PER_SECOND] = round(self.network.scale * (metre if self._metres_are_all else second))
            row[kernel.PER_METRE] = 0 if self._metres_are_all else round(self.network.scale * metre)
            row[kernel.MOST_METRES] = _or_no_limit(spec.max_distance)
            row[kernel.MOST_DURATION] = _or_no_limit(spec.max_duration)
            row[kernel.MOST_STOPS] = _or_no_limit(spec.max_tasks)
            row[kernel.PROFILE] = self._profiles[id(kind.sample.travel)]
            row[kernel.GROUP] = groups.setdefault(_group(kind), len(groups))
            row[kernel.ROOM : kernel.ROOM + self.problem.dimensions] = kind.capacity
        return types

    @cached_property
    def _mates(self) -> np.ndarray:
        mates = np.full(len(self.tasks), -1, dtype=np.int64)
        row_of = {task.index: k for k, task in enumerate(self.tasks)}
        for k, task in enumerate(self.tasks):
            for other in self.problem.orders[task.order].tasks:
                if other.index != task.index:
                    mates[k] = row_of[other.index]
        return mates

    @cached_property
    def _allowed(self) -> np.ndarray:
        bits = np.zeros(len(self.tasks), dtype=np.int64)
        index = [task.index for task in self.tasks]
        for number, kind in enumerate(self.fleet):
            bits |= kind.serves[index].astype(np.int64) << number
        return bits

    @cached_property
    def neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tasks by nearness; and, where there are windows, those that can be straight before or after a task."""
        opens = np.array([several[0][0] for several in self._openings])
        closes = np.array([several[-1][1] for several in self._openings])
        timed = self.switches["TIMES"]
        return self.ground.neighbours(opens if timed else None, opens + self._work[0], closes)

    def _reach(self, kernel: ModuleType, *lists: np.ndarray) -> np.ndarray:
        """What the way to the first neighbour of each batch costs at least, in any list."""
        specs = [kind.sample.spec.costs for kind in self.fleet]
        second = min(
            costs.per_km / 1000 if self._metres_are_all else costs.per_hour / 3600 for costs in specs
        )
        metre = min(costs.per_km / 1000 for costs in specs)
        reach = np.full((len(self.tasks), -(-lists[0].shape[1] // kernel.BATCH)), np.iinfo(np.int64).max)
        for neighbours in lists:
            first = neighbours[:, :: kernel.BATCH]
            cost = self.ground.shortest(0, first) * second
            if self.switches["METRES"]:
                cost += self.ground.shortest(1, first) * metre
            whole = np.where(first < 0, np.iinfo(np.int64).max, (cost * self.network.scale).astype(np.int64))
            reach = np.minimum(reach, whole)
        return reach

    @cached_property
    def warmth(self) -> float:
        """What a way to a near neighbour costs: the unit of temperature."""
        near, count = self.neighbours[0], min(26, len(self.tasks))
        total = 0.0
        for kind in self.fleet:
            profile = self._profiles[id(kind.sample.travel)]
            for which, rate in enumerate(self.rates(kind)):
                ways = self.ground.way_to_near(profile, which, near, count - 1)
                total += float(ways.sum()) * rate / (count * len(near))
        return max(total / len(self.fleet) * self.network.scale, 1e-9)

    def rates(self, kind: Kind) -> list[float]:
        """This will return what a unit of each table costs a vehicle, in currency."""
        costs = kind.sample.spec.costs
        second, metre = costs.per_hour / 3600, costs.per_km / 1000
        return [metre] if self._metres_are_all else [second, metre] if self._needs_metres else [second]

    def row_of(self, place: int | None) -> int:
        """This will return the number of a place in here, of `None` that of nowhere."""
        return self._row_of_place[NOWHERE if place is None else place]

    # What changes

    def state(self, kernel: ModuleType, fixed: Any, seed: int) -> Any:
        """This will return a new `State`; `load` makes it one to begin with."""
        state = kernel.new_state(fixed.size, len(self.vehicles), len(self.fleet), fixed.near.shape[1], seed)
        state.routes[:, kernel.TYPE] = self.kind_of
        return state

    def load(self, kernel: ModuleType, fixed: Any, state: Any, part: "Part") -> None:
        """This will begin with the routes of a part; its other tasks are in the bank, all else is elsewhere."""
        numbers = np.array([number for number, _ in part.routes], dtype=np.int64)
        begins = np.cumsum([0, *(len(tasks) for _, tasks in part.routes)]).astype(np.int64)
        stops = np.array([task for _, tasks in part.routes for task in tasks], dtype=np.int64)
        cost = int(kernel.load(fixed, state, numbers, begins, stops))
        state.free_count[:] = 0
        for r in reversed(part.free):
            kind = self.kind_of[r]
            state.free[kind, state.free_count[kind]] = r
            state.free_count[kind] += 1
        banked = np.array(part.bank, dtype=np.int64)
        mine = np.concatenate([stops, banked, fixed.mates[banked][fixed.mates[banked] >= 0]])
        elsewhere = np.ones(fixed.size, dtype=bool)
        elsewhere[mine] = False
        state.nodes[: fixed.size][elsewhere, kernel.ROUTE] = kernel.ELSEWHERE
        state.bank_place[:] = -1
        state.bank[: len(banked)] = banked
        state.bank_place[banked] = np.arange(len(banked))
        cost += int(fixed.prices[banked].sum())
        totals = state.totals
        totals[kernel.COST] = totals[kernel.BEST_COST] = cost
        totals[kernel.ROUTES_USED], totals[kernel.BANKED] = len(numbers), len(banked)
        totals[kernel.TASKS], totals[kernel.IS_DIRTY] = len(mine), 1
        kernel.search(0, 1.0, fixed, state)  # keeps it as the best

    def whole(self, routes: Routes) -> "Part":
        """This will return everything as one part, with these routes."""
        used = {number for number, _ in routes}
        out = set(range(len(self.tasks))) - {task for _, tasks in routes for task in tasks}
        return Part(
            routes=routes,
            bank=[c for c in sorted(out) if self.tasks[c].kind != "delivery"],
            free=[r for r in range(len(self.vehicles)) if r not in used],
        )

    def routes(self, best: np.ndarray) -> Routes:
        """This will return the routes of a plan as the kernel keeps it: what follows each node."""
        size, found = len(self.tasks), []
        following = best.tolist()
        for r in range(len(self.vehicles)):
            x, tasks = following[size + 2 * r], []
            while 0 <= x < size:
                tasks.append(x)
                x = following[x]
            if tasks:
                found.append((r, tasks))
        return found

    def plan(self, routes: Routes) -> Plan:
        """This will return routes as a plan."""
        made = []
        for r, tasks in routes:
            steps = tuple(Step(self.tasks[c].kind, self.tasks[c].id) for c in tasks)
            made.append(Route(self.vehicles[r].id, steps))
        return Plan(tuple(made))


def refusals(problem: Problem) -> set[str]:
    """This will return the features of a problem that the kernel does not do, alone or together; see
    `Model.excesses` for what is too large."""
    found: set[str] = set(problem.features - NATIVE)
    specs = [vehicle.spec for vehicle in problem.vehicles]
    spans = any(spec.max_duration is not None for spec in specs)
    if spans and Feature.SEVERAL_TIME_WINDOWS in problem.features:
        found.add(Feature.SEVERAL_TIME_WINDOWS)
    return found


def _group(kind: Kind) -> tuple[object, ...]:
    """Vehicles that may take a route over from each other."""
    sample, spec = kind.sample, kind.sample.spec
    limits = (spec.max_tasks, spec.max_distance, spec.max_duration)
    return sample.start, sample.end, id(sample.travel), sample.window, limits, kind.serves.tobytes()


def _are_equal(one: Table, other: Table) -> bool:
    whole = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return whole and np.array_equal(one, other)


def _or_no_limit(limit: int | None) -> int:
    return 2**60 if limit is None else limit


def _in_order(fleet: Sequence[Kind], problem: Problem, tasks: Sequence[Task]) -> np.ndarray:
    """Tasks along a curve through the plane."""
    if not fleet or not tasks:
        return np.arange(len(tasks))
    table = fleet[0].sample.travel.durations
    if isinstance(table, Plane):
        return along_a_curve(table.points[[task.place for task in tasks]])
    coordinates = [problem.places[task.place].coordinates for task in tasks]
    if any(pair is None for pair in coordinates):
        return along_a_curve(plane.points(table, [task.place for task in tasks]))
    return along_a_curve(np.array(coordinates, dtype=np.float64).reshape(-1, 2))
