"""A problem as the kernel's arrays, and the kernel's routes as a plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from vrp.domain import given
from vrp.domain import request as requests
from vrp.domain.evaluator import resolved, route_with
from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Task
from vrp.domain.travel import Plane, Table
from vrp.engines import fleet as fleets
from vrp.engines.fleet import Kind
from vrp.engines.network import NOWHERE, Network
from vrp.engines.sisr import compiled, plane
from vrp.engines.sisr.compiled import MOST_DIMENSIONS
from vrp.engines.sisr.ground import GAP, Ground, along_a_curve

NATIVE = frozenset(
    {
        Feature.CAPACITY, Feature.DELIVERY, Feature.PICKUP, Feature.SHIPMENTS, Feature.TIME_WINDOWS,
        Feature.SEVERAL_TIME_WINDOWS, Feature.SETUP, Feature.SERVICE, Feature.SKILLS, Feature.SKILLS_ANY,
        Feature.SKILLS_NONE, Feature.VEHICLE_CHOICE, Feature.PRIORITY, Feature.PENALTY, Feature.SHIFT,
        Feature.OPEN_START, Feature.OPEN_END, Feature.SEVERAL_DEPOTS, Feature.MIXED_FLEET, Feature.PROFILES,
        Feature.SPEED_FACTOR, Feature.FIXED_COST, Feature.DISTANCE_COST, Feature.MAX_TASKS, Feature.MAX_DISTANCE,
        Feature.MAX_DURATION, Feature.INITIAL_LOAD, Feature.NO_WAY, Feature.MAX_TRAVEL_TIME, Feature.TASK_COST,
        Feature.WAIT_COST, Feature.DURATION_COST, Feature.OVERTIME, Feature.RELEASE_TIME, Feature.SERVICE_PER_TYPE,
        Feature.START_LATEST, Feature.PREFERRED_VEHICLES, Feature.ALTERNATIVES, Feature.GIVEN_STEPS,
        Feature.COST_MATRIX, Feature.BREAKS, Feature.OPTIONAL_BREAKS,
        Feature.SOFT_TIME_WINDOWS, Feature.MAX_RIDE_TIME, Feature.MAX_WAIT, Feature.OBJECTIVE_PRESET,
    }
)  # fmt: skip
_MOST_SECONDS = 2**29
_MOST_AMOUNT = 2**30
_MOST_TYPES = 62
_MOST_PRICE = 2**45  # of a second or a metre, in units of money
_FINEST = 2.0**36  # the dearest leg in units of money, where exact units would be larger still
_MOST_BREAKS = 3  # as the kernel has it
# What may differ between vehicles that take routes over from each other, and what is looked at elsewhere.
_EXCHANGEABLE = {
    "id",
    "count",
    "description",
    "meta",
    "steps",
    "skills",
    "type",
    "capacity",
    "initial_load",
    "costs",
}

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
        uses = self.problem.features.__contains__
        specs = [kind.sample.spec for kind in self.fleet]
        stops = [task.stop for task in self.tasks]
        has_shift = any(spec.time_window for spec in specs)
        spans, hours = self._needs_spans, any(map(_has_hours, specs))
        groups = [self._group(kind) for kind in self.fleet]
        types = len(self.fleet) > 1
        return {
            "TIMES": has_shift or spans or any(stop.time_windows for stop in stops),
            "WINDOWS": self._has_choices,
            "SPANS": spans,
            "SEQUENCE": any(picked.any() for _, picked, _ in self.loads),
            "PAIRS": uses(Feature.SHIPMENTS) and any(task.kind != "job" for task in self.tasks),
            "METRES": self._needs_metres,
            "TYPES": types,
            "PROFILES": len({id(kind.sample.travel) for kind in self.fleet}) > 1,
            "ALLOWED": any(not kind.serves.all() for kind in self.fleet),
            "COUNTED": any(spec.max_tasks is not None for spec in specs),
            "DRIVES": any(spec.max_travel_time is not None for spec in specs),
            "SETUPS": bool(self.network.may_skip_setup.any()),
            "WORKS": len(self._works) > 1,
            "HOURS": hours,
            "RELEASES": uses(Feature.RELEASE_TIME) and any(t.kind == "job" and t.release for t in self.tasks),
            "WISHES": any(kind.wishes for kind in self.fleet),
            "CHOICES": uses(Feature.ALTERNATIVES)
            and any(len(self.problem.orders[task.order].group) > 1 for task in self.tasks),
            "WALKS": any(map(self._is_walked, self.fleet)),
            "PRICED": uses(Feature.PENALTY)
            and any(self.problem.orders[task.order].penalty is not None for task in self.tasks),
            "GAPS": any(travel.has_no_way for travel in self._travels.values()),
            "RETYPES": types and len(set(groups)) < len(groups),
            "SPARSE": self.ground.is_sparse,
        }

    @property
    def kind(self) -> compiled.Kind:
        """The kernel with just what the problem needs."""
        return compiled.Kind.of(self.switches, len(self.loads))

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
        rates = [rate for kind in self.fleet for rate in _prices_in(kind.sample.spec)]
        if not all(self.network.is_fine(rate) and self.network.whole(rate) <= _MOST_PRICE for rate in rates):
            found.add("prices too far apart")
        priced = [travel.costs for travel in self._travels.values() if travel.costs is not None]
        if any(costs.max() * self.network.scale >= GAP for costs in priced):
            found.add("costs of ways too fine")
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
        if any(travel.costs is not None for travel in self._travels.values()):
            return True
        return any(spec.costs.per_km for spec in specs) and not self._metres_are_all

    @cached_property
    def _needs_spans(self) -> bool:
        """Whether it matters how long routes are, or when they start."""
        return needs_spans([kind.sample.spec for kind in self.fleet], self.tasks)

    @cached_property
    def _metres_are_all(self) -> bool:
        """Whether ways cost by the metre only, and seconds are either the same or of no interest."""
        specs = [kind.sample.spec for kind in self.fleet]
        if any(spec.costs.per_hour or spec.max_distance is not None for spec in specs):
            return False
        if not any(spec.costs.per_km for spec in specs):
            return False
        if any(travel.costs is not None for travel in self._travels.values()):
            return False
        timeless = not any(spec.time_window or spec.max_travel_time is not None for spec in specs)
        if timeless and not self._needs_spans and not any(task.stop.time_windows for task in self.tasks):
            return True
        return all(
            travel.durations is travel.distances or _are_equal(travel.durations, travel.distances)
            for travel in self._travels.values()
        )

    def fixed(self, kernel: ModuleType) -> Any:
        """This will return the kernel's `Fixed`."""
        ground, (near, before, after) = self.ground, self.neighbours
        held, held_from = ground.held_for(kernel)
        fixed = kernel.Fixed(
            size=len(self.tasks),
            facts=self._facts(kernel),
            types=self._types(kernel),
            ways=ground.ways_for(kernel),
            windows=self._windows,
            near=near,
            before=before,
            after=after,
            prices=self._prices,
            mates=self._mates,
            allowed=self._allowed,
            reach=self._reach(kernel, near, before, after),
            held=held,
            held_from=held_from,
            positions=ground.positions,
            laws=ground.laws(kernel),
            wishes=self._wishes(kernel),
            others=self._others,
            breaks=self._breaks,
            soft=self._soft,
            rides=np.array([self._most_ride(task) for task in self.tasks], dtype=np.int64),
        )
        self._reader = kernel, fixed
        return fixed

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
            second = travel.distances if travel.costs is None else self._money(travel.costs)
            tables.append([first, second] if self._needs_metres else [first])
        at = np.array([self._row_of_place[task.place] for task in self.tasks], dtype=np.int64)
        return Ground(self._places, tables, at, list(self._travels.values()))

    def _money(self, costs: np.ndarray) -> np.ndarray:
        return np.rint(np.maximum(costs, 0.0) * self.network.scale).astype(np.int64)

    @cached_property
    def _works(self) -> list[tuple[bytes, np.ndarray, np.ndarray]]:
        """Each list of works there is: what tells it from the others, and the seconds."""
        found = {work.tobytes() + setup.tobytes(): (work, setup) for work, setup in self._work.values()}
        return [(key, *seconds) for key, seconds in found.items()]

    @cached_property
    def _number_of_works(self) -> dict[str | None, int]:
        """By the type of vehicle."""
        number = {key: k for k, (key, _, _) in enumerate(self._works)}
        return {name: number[work.tobytes() + setup.tobytes()] for name, (work, setup) in self._work.items()}

    @cached_property
    def _work(self) -> dict[str | None, tuple[np.ndarray, np.ndarray]]:
        """By type of vehicle: seconds of work, and of setup that is skipped by who comes from the same place."""
        skipped = self.network.may_skip_setup[[task.index for task in self.tasks]]
        found = {}
        for name, sample in {kind.sample.spec.type: kind.sample for kind in self.fleet}.items():
            service = np.array([task.service(sample) for task in self.tasks], dtype=np.int64)
            setup = np.array([task.setup(sample) for task in self.tasks], dtype=np.int64)
            found[name] = service + np.where(skipped, 0, setup), np.where(skipped, setup, 0)
        return found

    @cached_property
    def loads(self) -> list[tuple[np.ndarray, np.ndarray, int]]:
        """What the kernel counts as loads: what each task delivers and picks up, and of which dimension it is.

        Where nothing can be delivered once something is picked up, as in problems of backhauls, the order of stops does
        not matter: what is delivered and what is picked up are two loads, each of which only has to fit by itself.
        """
        amounts = [
            np.array([getattr(task, name) for task in self.tasks], dtype=np.int64).reshape(
                len(self.tasks), -1
            )
            for name in ("delivery", "pickup", "change")
        ]
        delivered, picked, changed = (list(some.T) for some in amounts)
        if not amounts[2].any() and amounts[1].any() and self._picks_up_last(*amounts[:2]):
            apart = [(load, k) for some in (delivered, picked) for k, load in enumerate(some) if load.any()]
            if len(apart) <= MOST_DIMENSIONS:
                return [(load, 0 * load, k) for load, k in apart]
        return [(delivered[k], picked[k] + changed[k], k) for k in range(self.problem.dimensions)]

    def _picks_up_last(self, delivered: np.ndarray, picked: np.ndarray) -> bool:
        """Whether no way leads from where something is picked up to where something is delivered."""
        here, there = (self.ground.at[some.any(axis=1)] for some in (picked, delivered))
        if not len(there):
            return True
        if self.ground.is_sparse or not any(travel.has_no_way for travel in self._travels.values()):
            return False
        profiles = range(len(self._profiles))
        return all((self.ground.between(p, 0, here[:, None], there) >= GAP).all() for p in profiles)

    @cached_property
    def _openings(self) -> list[list[tuple[int, int]]]:
        last = self.horizon
        always = [(0, last)]
        return [
            [(start, min(end, last)) for start, end in fleets.openings(task)]
            if task.windows or task.release
            else always
            for task in self.tasks
        ]

    @cached_property
    def horizon(self) -> int:
        return self.network.horizon

    @cached_property
    def _windows(self) -> np.ndarray:
        """Of each task, then of both ends of each vehicle."""
        ends = [(v.window[0], min(v.window[1], self.horizon)) for v in self.vehicles for _ in range(2)]
        stops = [pair for several in self._openings for pair in several]
        return np.array(
            [*stops, *ends, *(pair for pause in self._pauses for pair in self._takes(pause))], np.int64
        )

    @cached_property
    def _pauses(self) -> list[requests.Break]:
        """The breaks of all types of vehicles, in the order in which they are taken."""
        return [pause for kind in self.fleet for pause in kind.breaks or ()]

    def _takes(self, pause: requests.Break) -> list[tuple[int, int]]:
        """When a break may begin."""
        return [(window.start, window.end) for window in pause.time_windows] or [(0, self.horizon)]

    @cached_property
    def _breaks(self) -> np.ndarray:
        rows, at = [], sum(map(len, self._openings)) + 2 * len(self.vehicles)
        for pause in self._pauses:
            rows.append((at, at + len(self._takes(pause)), pause.service))
            at = rows[-1][1]
        return np.array(rows or [(0, 0, 0)], dtype=np.int64)

    @cached_property
    def _has_choices(self) -> bool:
        return any(len(task.windows) > 1 for task in self.tasks)

    @cached_property
    def _has_rides(self) -> bool:
        return any(task.max_ride is not None for task in self.tasks)

    @cached_property
    def _has_soft(self) -> bool:
        return any(any(task.soft) for task in self.tasks)

    def _is_walked(self, kind: Kind) -> bool:
        """Whether a route of its has to be gone through to be judged."""
        is_timed = self._has_choices and self._needs_spans
        return bool(kind.breaks) or is_timed or self._is_soft(kind) or self._is_kept(kind)

    def _is_kept(self, kind: Kind) -> bool:
        """Whether there are limits for whose sake one may have to wait earlier."""
        return kind.sample.spec.max_wait is not None or self._has_rides

    @staticmethod
    def _most_ride(task: Task) -> int:
        return 2**60 if task.max_ride is None else task.max_ride

    def _is_soft(self, kind: Kind) -> bool:
        return _soft_shift(kind.sample.spec) is not None or self._has_soft

    @cached_property
    def _soft(self) -> np.ndarray:
        """The soft windows of tasks, then of shifts by type: from, until, then money a second before and after."""
        soft: list[requests.SoftWindow | None] = [task.soft[0] if task.soft else None for task in self.tasks]
        soft += [_soft_shift(kind.sample.spec) for kind in self.fleet]
        rows = np.zeros((len(soft), 4), dtype=np.int64)
        for row, window in zip(rows, soft, strict=True):
            if window:
                early, late = window.cost_per_hour_early / 3600, window.cost_per_hour_late / 3600
                until = self.horizon if window.end is None else window.end
                row[:] = window.start or 0, until, self.network.whole(early), self.network.whole(late)
        return rows

    def _facts(self, kernel: ModuleType) -> np.ndarray:
        size, dimensions = len(self.tasks), kernel.DIMENSIONS
        works = self._works if kernel.WORKS else []
        width = kernel.FACT_WIDTH + 2 * len(works)
        facts = np.zeros((size + 2 * len(self.vehicles), width), dtype=np.int32)
        facts[:size, kernel.PLACE] = [self._row_of_place[task.place] for task in self.tasks]
        facts[:size, kernel.OPENS] = [several[0][0] for several in self._openings]
        facts[:size, kernel.CLOSES] = [several[-1][1] for several in self._openings]
        _, facts[:size, kernel.WORK], facts[:size, kernel.SETUP] = self._works[0]
        for k, (_, work, setup) in enumerate(works):
            at = kernel.FACT_WIDTH + 2 * k
            facts[:size, at], facts[:size, at + 1] = work, setup
        if kernel.RELEASES:
            facts[:size, kernel.RELEASE] = [task.release if task.kind == "job" else 0 for task in self.tasks]
        facts[:size, kernel.IS_PICKUP] = [task.kind == "pickup" for task in self.tasks]
        for k, (delivered, picked, _) in enumerate(self.loads):
            facts[:size, kernel.DELIVERED + k], facts[:size, kernel.PICKED + k] = delivered, picked
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
            if (latest := vehicle.spec.start_latest) is not None:
                facts[size + 2 * r, kernel.CLOSES] = min(latest, facts[size + 2 * r, kernel.CLOSES])
        depots = np.unique(facts[size:, kernel.PLACE])
        facts[:size, kernel.REMOTE] = self.ground.remoteness(depots)
        return facts

    def _types(self, kernel: ModuleType) -> np.ndarray:
        types = np.zeros((len(self.fleet), kernel.ROOM + kernel.DIMENSIONS), dtype=np.int64)
        groups: dict[object, int] = {}
        breaks = 0
        for row, kind in zip(types, self.fleet, strict=True):
            spec, costs = kind.sample.spec, kind.sample.spec.costs
            row[kernel.FIXED] = self.network.whole(costs.fixed + self.network.per_route)
            row[kernel.PER_SECOND], row[kernel.PER_METRE] = map(round, self._rates(kind))
            # What is neither on the way nor work nor break is waiting: it costs as all the time does, and that less.
            wait = self.network.whole(costs.per_wait_hour / 3600)
            row[kernel.PER_SECOND] -= wait
            row[kernel.FIXED] -= wait * sum(pause.service for pause in kind.breaks or ())
            row[kernel.PER_WORK] = self.network.whole(costs.per_task_hour / 3600) - wait
            row[kernel.PER_DURATION] = self.network.whole(costs.per_duration_hour / 3600) + wait
            row[kernel.MOST_DURATION] = _or_no_limit(_most_duration(spec))
            row[kernel.LONG] = _or_no_limit(spec.overtime.after if spec.overtime else None)
            row[kernel.PER_OVERTIME] = (
                self.network.whole(spec.overtime.cost_per_hour / 3600) if spec.overtime else 0
            )
            row[kernel.MOST_SECONDS] = _or_no_limit(spec.max_travel_time)
            row[kernel.MOST_METRES] = _or_no_limit(spec.max_distance)
            row[kernel.MOST_STOPS] = _or_no_limit(spec.max_tasks)
            row[kernel.PROFILE] = self._profiles[id(kind.sample.travel)]
            row[kernel.WORK_AT] = kernel.FACT_WIDTH + 2 * self._number_of_works[spec.type]
            row[kernel.IS_WALKED], row[kernel.IS_TIMED] = self._is_walked(kind), self._needs_spans
            row[kernel.IS_SOFT], row[kernel.IS_KEPT] = self._is_soft(kind), self._is_kept(kind)
            row[kernel.MOST_WAIT] = _or_no_limit(spec.max_wait)
            row[kernel.FIRST_BREAK] = breaks
            breaks += len(kind.breaks or ())
            row[kernel.LAST_BREAK] = breaks
            row[kernel.GROUP] = groups.setdefault(self._group(kind), len(groups))
            for k, (_, _, dimension) in enumerate(self.loads):
                row[kernel.ROOM + k] = kind.capacity[dimension]
        return types

    def _rates(self, kind: Kind) -> tuple[float, float]:
        """What a second and a metre on the way cost, in whole units."""
        costs, scale = kind.sample.spec.costs, self.network.scale
        if kind.sample.travel.costs is not None:
            return 0.0, 1.0
        second, metre = scale * costs.per_hour / 3600, scale * costs.per_km / 1000
        return (metre, 0.0) if self._metres_are_all else (second, metre)

    def _rates_on_the_way(self, kind: Kind) -> tuple[float, float]:
        """The same with what the time costs that it takes."""
        second, metre = self._rates(kind)
        return second + self.network.scale * kind.sample.spec.costs.per_duration_hour / 3600, metre

    def _group(self, kind: Kind) -> tuple[object, ...]:
        """Vehicles that may take a route over from each other."""
        sample = kind.sample
        rules, wishes = sample.spec.model_dump_json(exclude=_EXCHANGEABLE), tuple(kind.wishes.items())
        works = self._number_of_works[sample.spec.type]
        return sample.start, sample.end, id(sample.travel), rules, wishes, works, kind.serves.tobytes()

    @cached_property
    def _prices(self) -> np.ndarray:
        """Of leaving tasks out; wishes may be below zero here, so nothing has to be added to both sides."""
        network = self.network
        orders = [task.order for task in self.tasks]
        favours = [network.whole(network.favour.get(order, 0.0)) for order in orders]
        return np.array([network.prices[order] for order in orders], dtype=np.int64) - np.array(
            favours, dtype=np.int64
        )

    def _wishes(self, kernel: ModuleType) -> np.ndarray:
        """`[type, task]`; of a shipment they are at its pickup."""
        if not kernel.WISHES:
            return np.zeros((1, 1), dtype=np.int64)
        wishes = np.zeros((len(self.fleet), len(self.tasks)), dtype=np.int64)
        for row, kind in zip(wishes, self.fleet, strict=True):
            for k, task in enumerate(self.tasks):
                if task.kind != "delivery" and task.order in kind.wishes:
                    row[k] = self.network.whole(kind.wishes[task.order])
        return wishes

    @cached_property
    def _others(self) -> np.ndarray:
        """The next of its alternatives for each task, in a circle."""
        others = np.arange(len(self.tasks), dtype=np.int64)
        groups: dict[tuple[int, ...], list[int]] = {}
        for k, task in enumerate(self.tasks):
            group = self.problem.orders[task.order].group
            if len(group) > 1:
                groups.setdefault(group, []).append(k)
        for members in groups.values():
            others[members] = [*members[1:], members[0]]
        return others

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
        work = np.min([work for _, work, _ in self._works], axis=0)
        return self.ground.neighbours(opens if timed else None, opens + work, closes)

    def _reach(self, kernel: ModuleType, *lists: np.ndarray) -> np.ndarray:
        """What the way to the first neighbour of each batch costs at least, in any list."""
        second, metre = np.min([self._rates_on_the_way(kind) for kind in self.fleet], axis=0)
        if not lists[0].size:
            return np.zeros((len(self.tasks), 1), dtype=np.int64)
        reach = np.full((len(self.tasks), -(-lists[0].shape[1] // kernel.BATCH)), np.iinfo(np.int64).max)
        for neighbours in lists:
            first = neighbours[:, :: kernel.BATCH]
            cost = self.ground.shortest(0, first) * second
            if self.switches["METRES"]:
                cost += self.ground.shortest(1, first) * metre
            whole = np.where(first < 0, np.iinfo(np.int64).max, cost.astype(np.int64))
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
        first, second = (rate / self.network.scale for rate in self._rates_on_the_way(kind))
        return [first, second] if self._needs_metres else [first]

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
        dealt_with: set[tuple[int, ...]] = set()
        for _, tasks in routes:
            dealt_with |= {self._group_of(c) for c in tasks}
        bank = []
        for c, task in enumerate(self.tasks):
            if task.kind != "delivery" and self._group_of(c) not in dealt_with:
                bank.append(c)
                dealt_with.add(self._group_of(c))
        return Part(
            routes=routes,
            bank=bank,
            free=[r for r in range(len(self.vehicles)) if r not in used],
        )

    def _group_of(self, c: int) -> tuple[int, ...]:
        return self.problem.orders[self.tasks[c].order].group

    @cached_property
    def given(self) -> Routes:
        """The routes of the request that are legal as they are."""
        found, served = [], set[tuple[int, ...]]()
        number_of = {vehicle.index: number for number, vehicle in enumerate(self.vehicles)}
        row_of = {task.index: k for k, task in enumerate(self.tasks)}
        for vehicle, items in resolved(self.problem, given.routes_of(self.problem)):
            tasks = [row_of.get(item.index, -1) for item in items if isinstance(item, Task)]
            groups = {self._group_of(c) for c in tasks}
            is_known = vehicle.index in number_of and -1 not in tasks and not groups & served
            if tasks and is_known and not route_with(self.problem, vehicle, items).violations:
                found.append((number_of[vehicle.index], tasks))
                served |= groups
        return found

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
        for r, items in self._with_breaks(routes) if self._pauses else routes:
            steps = (Step("break", self._pauses[-1 - c].id) if c < 0 else self._step(c) for c in items)
            made.append(Route(self.vehicles[r].id, tuple(steps)))
        return Plan(tuple(made))

    def _step(self, c: int) -> Step:
        return Step(self.tasks[c].kind, self.tasks[c].id)

    def _with_breaks(self, routes: Routes) -> Iterator[tuple[int, list[int]]]:
        """Routes with their breaks where the kernel takes them: -1 is the first of `_pauses`, and so on."""
        kernel, fixed = self._reader
        state = self.state(kernel, fixed, 0)
        self.load(kernel, fixed, state, self.whole(routes))
        for r, _ in routes:
            rows = kernel.walked(fixed, state, r)
            first = int(fixed.types[self.kind_of[r], kernel.FIRST_BREAK])
            items = state.walk[1 : rows - 1, kernel.NODE].tolist()
            yield r, [c - first if c < 0 else c for c in items]


def refusals(problem: Problem) -> set[str]:
    """This will return the features of a problem that the kernel does not do, alone or together; see
    `Model.excesses` for what is too large."""
    found: set[str] = set(problem.features - NATIVE)
    specs = [vehicle.spec for vehicle in problem.vehicles]
    if Feature.BREAKS in problem.features:
        found |= set(_refused_breaks(problem, needs_spans(specs, problem.tasks)))
    found |= set(_refused_times(problem, specs))
    if problem.request.objective.preset not in ("cost", "min_vehicles"):
        found.add(Feature.OBJECTIVE_PRESET)
    if any(v.travel.costs is not None and v.spec.max_distance is not None for v in problem.vehicles):
        found.add(Feature.COST_MATRIX)
    return found


def _refused_times(problem: Problem, specs: Sequence[requests.Vehicle]) -> Iterator[str]:
    """Rules about times that the kernel does by themselves, and not beside each other."""
    several = Feature.SEVERAL_TIME_WINDOWS in problem.features
    kept = {Feature.MAX_RIDE_TIME, Feature.MAX_WAIT} & problem.features
    if Feature.SOFT_TIME_WINDOWS in problem.features:
        limits = any(_most_duration(spec) is not None or _has_soft_breaks(spec) for spec in specs)
        if several or kept or limits:
            yield Feature.SOFT_TIME_WINDOWS
    if {Feature.MAX_WAIT, Feature.BREAKS} <= problem.features:  # where one waits matters
        yield Feature.MAX_WAIT
    breaks = any(len(pause.time_windows) > 1 for spec in specs for pause in spec.breaks if pause.required)
    if kept and (breaks or (several and any(map(_has_hours, specs)))):
        yield from kept


def _soft_shift(spec: requests.Vehicle) -> requests.SoftWindow | None:
    return spec.time_window.soft if spec.time_window else None


def _has_soft_breaks(spec: requests.Vehicle) -> bool:
    """Breaks whose times cost something, or depend on more than where they are on the way."""
    pauses = [pause for pause in spec.breaks if pause.required]
    return any(
        len(pause.time_windows) > 1 or any(window.soft for window in pause.time_windows) for pause in pauses
    )


def _refused_breaks(problem: Problem, is_timed: bool) -> Iterator[str]:
    """What of breaks the kernel does not do."""
    for vehicle in problem.vehicles:
        required = [pause for pause in vehicle.spec.breaks if pause.required]
        if len(required) > _MOST_BREAKS:
            yield f"more than {_MOST_BREAKS} breaks"
        if is_timed and any(len(pause.time_windows) > 1 for pause in required):
            yield "several windows of a break where the time a route takes matters"
    if any(kind.breaks is None for kind in fleets.kinds(problem)):
        yield "breaks that cannot be taken one after the other"


def needs_spans(specs: Sequence[requests.Vehicle], tasks: Sequence[Task]) -> bool:
    """This will tell whether it matters how long routes are, or when they start."""
    return (
        any(_most_duration(spec) is not None for spec in specs)
        or any(spec.costs.per_wait_hour or spec.costs.per_duration_hour for spec in specs)
        or any(task.kind == "job" and task.release for task in tasks)
    )


def _has_hours(spec: requests.Vehicle) -> bool:
    """Whether other time than that on the way costs something."""
    costs = spec.costs
    return bool(costs.per_task_hour or costs.per_wait_hour or costs.per_duration_hour or spec.overtime)


def _prices_in(spec: requests.Vehicle) -> list[float]:
    """Of a second, or a metre."""
    costs = spec.costs
    hourly = [costs.per_hour, costs.per_task_hour, costs.per_wait_hour, costs.per_duration_hour]
    hourly += [spec.overtime.cost_per_hour] if spec.overtime else []
    return [costs.per_km / 1000, *(price / 3600 for price in hourly)]


def _most_duration(spec: requests.Vehicle) -> int | None:
    limits = [spec.max_duration] if spec.max_duration is not None else []
    limits += [spec.overtime.after + spec.overtime.max] if spec.overtime else []
    return min(limits, default=None)


def _are_equal(one: Table, other: Table) -> bool:
    whole = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return whole and np.array_equal(one, other)


def _or_no_limit(limit: int | None) -> int:
    return 2**59 if limit is None else limit


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
