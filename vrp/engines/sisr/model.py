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
from vrp.domain.travel import NO_WAY
from vrp.engines import fleet as fleets
from vrp.engines.fleet import Kind
from vrp.engines.network import NOWHERE, Network
from vrp.engines.sisr import plane

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
_GAP = (
    2**28
)  # the kernel's NO_WAY: no way may be as long, nor all ways together where there is none between some
_NEAR = 100
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
        self.tasks = [kept[k] for k in _along_a_curve(problem, kept)]
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
        }

    def excesses(self, kernel: ModuleType) -> set[str]:
        """This will say what is too large for the kernel's 32 bits, or its units of money."""
        found = set()
        if kernel.TIMES and self.horizon >= _MOST_SECONDS:
            found.add("moments too late")
        ways = [table for t in self._travels.values() for table in (t.durations, t.distances)]
        if any(int(table.max()) >= _GAP for table in ways):
            found.add("ways too long")
        if kernel.GAPS and any(int(table.max(axis=0)[self._ends].sum()) >= _GAP for table in ways):
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
            travel.durations is travel.distances or np.array_equal(travel.durations, travel.distances)
            for travel in self._travels.values()
        )

    def fixed(self, kernel: ModuleType) -> Any:
        """This will return the kernel's `Fixed`."""
        near, before, after = self._neighbours()
        return kernel.Fixed(
            size=len(self.tasks),
            facts=self._facts(kernel),
            types=self._types(kernel),
            ways=self._ways_for(kernel),
            windows=self._windows,
            near=near,
            before=before,
            after=after,
            prices=np.array([self.network.prices[task.order] for task in self.tasks], dtype=np.int64),
            mates=self._mates,
            allowed=self._allowed,
            reach=self._reach(kernel, near, before, after),
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
    def _ways(self) -> np.ndarray:
        """`[profile, place, other]`: seconds from the other and to it, then metres likewise."""
        grid = np.ix_(self._places, self._places)
        nowhere = self._places == NOWHERE
        found = []
        for travel in self._travels.values():
            tables = [travel.distances if self._metres_are_all else travel.durations]
            if self.switches["METRES"]:
                tables.append(travel.distances)
            shut = (travel.durations[grid] == NO_WAY) | (travel.distances[grid] == NO_WAY)
            columns = []
            for table in tables:
                there = np.where(shut, _GAP, table[grid]).astype(np.int32)
                there[nowhere, :] = 0
                there[:, nowhere] = 0
                columns += [there.T, there]
            found.append(np.stack(columns, axis=-1))
        return np.ascontiguousarray(np.stack(found))

    def _ways_for(self, kernel: ModuleType) -> np.ndarray:
        """A kernel that looks at metres finds some, though they neither cost anything nor are limited."""
        if not kernel.METRES or self.switches["METRES"]:
            return self._ways
        return np.concatenate([self._ways, np.zeros_like(self._ways)], axis=-1)

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
        away = self._ways[0][np.ix_(facts[:size, kernel.PLACE], depots)]
        facts[:size, kernel.REMOTE] = away[:, :, 0].min(axis=1)
        return facts

    def _types(self, kernel: ModuleType) -> np.ndarray:
        types = np.zeros((len(self.fleet), kernel.ROOM + kernel.DIMENSIONS), dtype=np.int64)
        profiles = {key: number for number, key in enumerate(self._travels)}
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
            row[kernel.PROFILE] = profiles[id(kind.sample.travel)]
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

    def _neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Tasks by nearness; and, where there are windows, those that can be straight before or after a task."""
        rows = [self._row_of_place[task.place] for task in self.tasks]
        there = self._ways[:, :, :, 1].min(axis=0)[np.ix_(rows, rows)].astype(np.int64)
        far = np.int64(1) << 40
        between = np.minimum(there, there.T)
        np.fill_diagonal(between, far)
        near = _nearest(between, far)
        if not self.switches["TIMES"]:
            if np.array_equal(there, there.T):
                return near, near, near
            np.fill_diagonal(there, far)
            return near, _nearest(there.T, far), _nearest(there, far)
        opens = np.array([several[0][0] for several in self._openings])
        closes = np.array([several[-1][1] for several in self._openings])
        following = np.where((opens + self._work[0])[:, None] + there > closes[None, :], far, there)
        np.fill_diagonal(following, far)
        return near, _nearest(following.T, far), _nearest(following, far)

    def _reach(self, kernel: ModuleType, *lists: np.ndarray) -> np.ndarray:
        """What the way to the first neighbour of each batch costs at least, in any list."""
        rows = np.array([self._row_of_place[task.place] for task in self.tasks])
        rates = [kind.sample.spec.costs for kind in self.fleet]
        second = min(rate.per_km / 1000 if self._metres_are_all else rate.per_hour / 3600 for rate in rates)
        metre = min(rate.per_km / 1000 for rate in rates)
        reach = np.full((len(rows), -(-lists[0].shape[1] // kernel.BATCH)), np.iinfo(np.int64).max)
        for neighbours in lists:
            first = neighbours[:, :: kernel.BATCH]
            ways = self._ways[0][rows[:, None], rows[first]]
            cost = np.minimum(ways[:, :, 0], ways[:, :, 1]) * second
            if self.switches["METRES"]:
                cost += np.minimum(ways[:, :, 2], ways[:, :, 3]) * metre
            whole = np.where(first < 0, np.iinfo(np.int64).max, (cost * self.network.scale).astype(np.int64))
            reach = np.minimum(reach, whole)
        return reach

    @cached_property
    def warmth(self) -> float:
        """What a way to a near neighbour costs: the unit of temperature."""
        rows = [self._row_of_place[task.place] for task in self.tasks]
        ways = np.where(self._ways[0] < _GAP, self._ways[0], 0)
        seconds = ways[:, :, 1][np.ix_(rows, rows)]
        metres = ways[:, :, 3][np.ix_(rows, rows)] if self.switches["METRES"] else np.zeros((1, 1))
        total = 0.0
        for kind in self.fleet:
            costs = kind.sample.spec.costs
            second, metre = costs.per_hour / 3600, costs.per_km / 1000
            cost = seconds * (metre if self._metres_are_all else second) + metres * metre
            count = min(26, len(rows))
            total += float(np.partition(cost, count - 1, axis=1)[:, :count].mean())
        return max(total / len(self.fleet) * self.network.scale, 1e-9)

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


def _or_no_limit(limit: int | None) -> int:
    return 2**60 if limit is None else limit


def _nearest(cost: np.ndarray, far: np.integer) -> np.ndarray:
    """The columns of the smallest values of each row, -1 where they are too far."""
    count = min(_NEAR, max(1, len(cost) - 1))
    columns = np.argpartition(cost, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(cost, columns, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    columns, values = np.take_along_axis(columns, order, 1), np.take_along_axis(values, order, 1)
    return np.where(values >= far, -1, columns).astype(np.int32)


def _along_a_curve(problem: Problem, tasks: Sequence[Task]) -> np.ndarray:
    """Tasks in the order in which Hilbert's curve visits them; as they are where nobody knows where they lie."""
    coordinates = [problem.places[task.place].coordinates for task in tasks]
    if not tasks or any(pair is None for pair in coordinates):
        if not tasks:
            return np.arange(0)
        points = plane.points(problem.vehicles[0].travel.durations, np.array([task.place for task in tasks]))
    else:
        points = np.array(coordinates, dtype=np.float64)
    points -= points.min(axis=0)
    bits = 12
    grid = (points / max(points.max(), 1e-12) * (2**bits - 1)).astype(np.int64)
    x, y = grid[:, 0].copy(), grid[:, 1].copy()
    along = np.zeros(len(tasks), dtype=np.int64)
    step = 1 << (bits - 1)
    while step:
        right, up = ((x & step) > 0).astype(np.int64), ((y & step) > 0).astype(np.int64)
        along += step * step * ((3 * right) ^ up)
        flips = (up == 0) & (right == 1)
        x, y = np.where(flips, 2**bits - 1 - x, x), np.where(flips, 2**bits - 1 - y, y)
        x, y = np.where(up == 0, y, x), np.where(up == 0, x, y)
        step >>= 1
    return np.argsort(along, kind="stable")
