"""A problem in whole numbers: tasks and vehicle ends as nodes, time and money between them, what leaving out costs.

PyVRP and OR-Tools share it. Money is scaled once, here, so that what an engine minimises is the evaluator's cost.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from vrp.domain import request as requests
from vrp.domain.plan import Plan
from vrp.domain.problem import Order, Problem, Task, Vehicle
from vrp.domain.travel import NO_WAY, Table
from vrp.engines.fleet import Kind

NOWHERE = -1
_FINEST = 10**9  # the dearest leg in whole units of money, where exact units would be larger still
_COARSEST = 1e-4  # of a price: so much may be lost by rounding it
_MOST_MEMORY = 4 * 2**30  # bytes
_LARGEST = 2**50  # a whole plan in whole units of money
_DEAREST = 2**57  # all prices of left out orders together, so that sums fit 64 bits


class Network:
    """Nodes are the tasks, then the distinct ends of vehicles, then, if `has_reloads`, the places to reload (apart for
    each duration there); an open end is a node that is nowhere. `finest` bounds the dearest leg in units of money."""

    def __init__(
        self, problem: Problem, fleet: list[Kind], has_reloads: bool = False, finest: float = _FINEST
    ) -> None:
        self.problem = problem
        self.fleet = fleet
        self.finest = finest
        ends = {place: None for kind in fleet for place in (kind.sample.start, kind.sample.end)}
        self.ends = {place: len(problem.tasks) + k for k, place in enumerate(ends)}
        reloads = {(reload.place, reload.duration): None for kind in fleet for reload in kind.reloads}
        first = len(problem.tasks) + len(ends)
        self.reloads = {key: first + k for k, key in enumerate(reloads)} if has_reloads else {}
        places = [task.place for task in problem.tasks]
        places += [NOWHERE if place is None else place for place in ends]
        places += [place for place, _ in self.reloads]
        self.place = np.array(places, dtype=np.int64)
        self._work: dict[str | None, np.ndarray] = {}

    @property
    def size(self) -> int:
        return len(self.place)

    def between(self, table: Table) -> np.ndarray:
        """This will return a table of places as one of nodes; 0 to and from nowhere."""
        nodes: np.ndarray = table[np.ix_(self.place, self.place)]
        nowhere = self.place == NOWHERE
        nodes[nowhere, :] = 0
        nodes[:, nowhere] = 0
        return nodes

    def closed(self, kind: Kind) -> np.ndarray:
        """This will tell between which nodes vehicles of a kind cannot or may not go."""
        travel = kind.sample.travel
        shut = np.zeros((self.size, self.size), dtype=bool)
        for table in (travel.durations, travel.distances) if travel.has_no_way else ():
            shut |= self.between(table) == NO_WAY
        barred = np.zeros(self.size, dtype=bool)
        barred[: len(kind.serves)] = ~kind.serves
        shut |= barred[:, None] | barred[None, :]
        np.fill_diagonal(shut, False)
        return shut

    def travel_time(self, kind: Kind) -> np.ndarray:
        return self._without_gaps(kind.sample.travel.durations)

    def distance(self, kind: Kind) -> np.ndarray:
        return self._without_gaps(kind.sample.travel.distances)

    def _without_gaps(self, table: Table) -> np.ndarray:
        nodes = self.between(table)
        return np.maximum(nodes, 0, out=nodes)

    @cached_property
    def may_skip_setup(self) -> np.ndarray:
        """Tasks whose setup depends on what comes before: something else lies at the same place."""
        here, counts = np.unique(self.place, return_counts=True)
        shared = set(here[counts > 1].tolist()) - {NOWHERE}
        tasks = self.problem.tasks
        return np.array([task.place in shared and _has_setup(task) for task in tasks], dtype=bool)

    def setup_on_way(self, kind: Kind) -> np.ndarray:
        """This will return the setups that only a vehicle from elsewhere has to make, on the way into the task; one row
        for all where there are none."""
        setup = np.zeros(self.size, dtype=np.int64)
        for k in np.flatnonzero(self.may_skip_setup):
            setup[k] = self.problem.tasks[k].setup(kind.sample)
        if not setup.any():
            return setup[None, :]
        return np.where(self.place[:, None] == self.place[None, :], 0, setup[None, :])

    def work(self, kind: Kind) -> np.ndarray:
        """This will return the seconds of work at each node that depend on nothing but the type of vehicle."""
        name = kind.sample.spec.type
        if name not in self._work:
            seconds = np.zeros(self.size, dtype=np.int64)
            for task, may_skip in zip(self.problem.tasks, self.may_skip_setup, strict=True):
                setup = 0 if may_skip else task.setup(kind.sample)
                seconds[task.index] = setup + task.service(kind.sample)
            for (_, duration), node in self.reloads.items():
                seconds[node] = duration
            self._work[name] = seconds
        return self._work[name]

    def time_key(self, kind: Kind) -> tuple[object, ...]:
        """This will return what the times of a kind depend on: those with the same key have the same tables."""
        return id(kind.sample.travel), kind.sample.spec.type, kind.serves.tobytes()

    def money_key(self, kind: Kind) -> tuple[object, ...]:
        vehicle = kind.sample
        return id(vehicle.travel), vehicle.spec.type, repr(vehicle.spec.costs), tuple(kind.wishes.items())

    @cached_property
    def horizon(self) -> int:
        """No sensible route ends later: all doors are open by then, and every way and work done one by one."""
        tasks, specs = self.problem.tasks, [kind.sample.spec for kind in self.fleet]
        doors = [kind.sample.window[0] for kind in self.fleet]
        doors += [window[1] for task in tasks for window in task.windows]
        doors += [task.release for task in tasks]
        shifts = [spec.time_window.soft for spec in specs if spec.time_window]
        doors += [soft.start for soft in shifts if soft and soft.start is not None]
        doors += [
            w.end + pause.service for spec in specs for pause in spec.breaks for w in pause.time_windows
        ]
        vehicles = [vehicle for kind in self.fleet for vehicle in kind.vehicles]
        doors += [moment for v in vehicles for moment in (v.opens, *(lock.after for lock in v.locks))]
        breaks = max((sum(pause.service for pause in spec.breaks) for spec in specs), default=0)
        work = sum(self._longest_work)
        return max(doors, default=0) + self._slowest_travel + work + breaks + self._slowest_reloads

    @property
    def _slowest_travel(self) -> int:
        """Into each task by the longest way, and to the farthest end."""
        at = [task.place for task in self.problem.tasks]
        travels = {id(kind.sample.travel): kind.sample.travel for kind in self.fleet}
        longest = [travel.durations.max(axis=0) for travel in travels.values()]
        return max((int(into[at].sum() + into.max()) for into in longest), default=0)

    @property
    def _slowest_reloads(self) -> int:
        """One before each task, as far away and as long as any."""
        reloads = [(kind, reload) for kind in self.fleet for reload in kind.reloads]
        ways = (
            int(kind.sample.travel.durations[:, reload.place].max()) + reload.duration
            for kind, reload in reloads
        )
        return max(ways, default=0) * len(self.problem.tasks)

    @cached_property
    def _longest_work(self) -> list[int]:
        """At each task, by the vehicle that takes longest."""
        types = {kind.sample.spec.type: kind.sample for kind in self.fleet}.values()
        works = [[task.setup(one) + task.service(one) for task in self.problem.tasks] for one in types]
        return [max(seconds) for seconds in zip(*works, strict=True)]

    # Money -------------------------------------------------------------------------------------------------

    def money(self, kind: Kind) -> np.ndarray:
        """This will return what going from node to node and working there costs, not rounded, in currency."""
        money = self.travel_money(kind.sample, self.between)
        if per_task_hour := kind.sample.spec.costs.per_task_hour:
            work = self.setup_on_way(kind) + self.work(kind)[None, :]
            money += work * (per_task_hour / 3600)
        money += self._wishes(kind)[None, :]
        return money

    @staticmethod
    def travel_money(vehicle: Vehicle, view: Callable[[Table], np.ndarray] = np.asarray) -> np.ndarray:
        """This will return what a vehicle's ways cost, in currency: from place to place, or as `view` sees
        tables."""
        travel, costs = vehicle.travel, vehicle.spec.costs
        if travel.costs is not None:
            return np.maximum(view(travel.costs), 0.0)
        rates = [(travel.durations, costs.per_hour / 3600), (travel.distances, costs.per_km / 1000)]
        first, *others = [(table, rate) for table, rate in rates if rate] or rates[:1]
        money = _priced(view(first[0]), first[1])
        for table, rate in others:
            money += _priced(view(table), rate)
        return money

    @cached_property
    def favour(self) -> dict[int, float]:
        """The largest negative wish for each order, or its alternatives. It is added on both sides, serving and
        leaving out, so that no way has a negative price."""
        favours: dict[int, float] = {}
        for kind in self.fleet:
            for order, cost in kind.wishes.items():
                for member in self.problem.orders[order].group:
                    favours[member] = max(favours.get(member, 0.0), -cost)
        return favours

    def _wishes(self, kind: Kind) -> np.ndarray:
        extra = np.zeros(self.size)
        for order in self.favour.keys() | kind.wishes.keys():
            first = self.problem.orders[order].tasks[0].index
            extra[first] = self.favour.get(order, 0.0) + kind.wishes.get(order, 0.0)
        return extra

    @staticmethod
    def most_travel_money(vehicle: Vehicle) -> float:
        """This will return what no way of a vehicle's costs more than."""
        travel, costs = vehicle.travel, vehicle.spec.costs
        if travel.costs is not None:
            return max(0.0, float(travel.costs.max()))
        seconds, metres = max(0, int(travel.durations.max())), max(0, int(travel.distances.max()))
        return seconds * (costs.per_hour / 3600) + metres * (costs.per_km / 1000)

    @cached_property
    def dearest(self) -> float:
        """No leg, with the work at its end, costs more."""
        vehicles = [kind.sample for kind in self.fleet]
        priced = {(id(vehicle.travel), repr(vehicle.spec.costs)): vehicle for vehicle in vehicles}
        legs = max(map(self.most_travel_money, priced.values()), default=0.0)
        hourly = max((vehicle.spec.costs.per_task_hour for vehicle in vehicles), default=0.0)
        reloads = [duration for _, duration in self.reloads]
        longest = max([*self._longest_work, *reloads], default=0)
        wishes = max((cost for kind in self.fleet for cost in kind.wishes.values()), default=0.0)
        return legs + hourly / 3600 * longest + max(wishes, 0.0) + max(self.favour.values(), default=0.0)

    @cached_property
    def scale(self) -> float:
        """Whole units for one unit of currency: exact for all rates if that is not too fine, else fine enough."""
        fractions = {_exactly(penalty) for penalty in {order.penalty or 0.0 for order in self.problem.orders}}
        for kind in self.fleet:
            costs, travel = kind.sample.spec.costs, kind.sample.travel
            fractions |= {_exactly(cost) for cost in (costs.fixed, *kind.wishes.values())}
            rates = [costs.per_task_hour, costs.per_wait_hour, costs.per_duration_hour]
            if travel.costs is None:
                rates.append(costs.per_hour)
                fractions.add(_exactly(costs.per_km) / 1000)
            else:
                fractions.add(Fraction(1, _parts(travel.costs)))
            if overtime := kind.sample.spec.overtime:
                rates.append(overtime.cost_per_hour)
            fractions |= {_exactly(rate) / 3600 for rate in rates}
        for _, soft in self._soft_windows:
            rates = [soft.cost_per_hour_early, soft.cost_per_hour_late]
            fractions |= {_exactly(rate) / 3600 for rate in rates}
        exact = math.lcm(*(fraction.denominator for fraction in fractions))
        fine = min(self.finest / max(self.dearest, 1e-6), _LARGEST / max(self._all_money, 1e-6))
        return float(exact) if exact <= fine else fine

    def whole(self, amount: float) -> int:
        return round(amount * self.scale)

    def is_fine(self, rate: float) -> bool:
        """This will tell whether whole units are fine enough for a price of one second, or one metre."""
        return abs(self.whole(rate) - rate * self.scale) <= _COARSEST * rate * self.scale

    def whole_money(self, kind: Kind) -> np.ndarray:
        money = self.money(kind)
        money *= self.scale
        return np.rint(money, out=money).astype(np.int64)

    @cached_property
    def prices(self) -> dict[int, int]:
        """What leaving out an order (and all its alternatives) costs in whole units, by its index: its penalty, or,
        where it has none, more than anything that could be saved by it; first by priority, then by number."""
        due = [order for order in self.problem.demands if order.penalty is None]
        one = self.whole(self._all_money) + 1
        level = one * (len(due) + 1)
        number, ranks = sum(map(self._ways, due)), sum(order.priority * self._ways(order) for order in due)
        if ranks * level + number * one > _DEAREST:  # then nearly so
            one = min(one, _DEAREST // (4 * number))
            level = _DEAREST // (2 * ranks) if ranks else 0
        prices = {}
        for order in self.problem.orders:
            favour = self.whole(self.favour.get(order.index, 0.0))
            penalty = order.penalty
            prices[order.index] = favour + (
                order.priority * level + one if penalty is None else self.whole(penalty)
            )
        return prices

    def claim(self, money: int, plan: Plan) -> Plan:
        """This will add what a plan costs by an engine's account: the whole money of its routes, wishes righted."""
        named = {(step.type, step.id) for route in plan.routes for step in route.steps}
        cost = money / self.scale - self.per_route * len(plan.routes)
        for order in self.problem.demands:
            members = (self.problem.orders[index].tasks[0] for index in order.group)
            if any((task.kind, task.id) in named for task in members):
                cost -= self.favour.get(order.index, 0.0)
            else:
                cost += order.penalty or 0.0
        return replace(plan, claimed_cost=cost)

    def _ways(self, order: Order) -> int:
        """How often an engine may count the price of leaving out an order: for each window of each alternative."""
        firsts = (self.problem.orders[index].tasks[0] for index in order.group)
        return sum(max(1, len(first.windows)) for first in firsts)

    @cached_property
    def per_route(self) -> float:
        """What is added to the fixed cost of each vehicle where the fewest routes are best: more than a plan costs."""
        return self._all_costs + 1 if self.problem.request.objective.preset == "min_vehicles" else 0.0

    @property
    def _all_money(self) -> float:
        """More than any plan costs, with what is added for each route."""
        return self._all_costs + self.per_route * len(self.problem.orders)

    @cached_property
    def _all_costs(self) -> float:
        specs = [kind.sample.spec for kind in self.fleet]
        hourly = max(map(_hourly, specs), default=0.0)
        fixed = max((spec.costs.fixed for spec in specs), default=0.0)
        fixed -= min(0.0, min((spec.costs.fixed for spec in specs), default=0.0))  # what going out may earn
        routes = len(self.problem.orders)
        penalties = sum((order.penalty or 0.0) * self._ways(order) for order in self.problem.demands)
        legs = ((2 if self.reloads else 1) * len(self.problem.tasks) + routes) * self.dearest
        soft = sum(number * self._most_for(soft) for number, soft in self._soft_windows)
        return legs + routes * (fixed + hourly / 3600 * self.horizon) + penalties + soft

    @cached_property
    def _soft_windows(self) -> list[tuple[int, requests.SoftWindow]]:
        """The soft parts of all windows, and how many stops or routes may pay for each."""
        found = [(1, soft) for task in self.problem.tasks for soft in task.soft if soft]
        for kind in self.fleet:
            shift = kind.sample.spec.time_window
            if shift and shift.soft:
                found.append((len(kind.vehicles), shift.soft))
        return found

    def _most_for(self, soft: requests.SoftWindow) -> float:
        """Begun at the very first moment, or ended at the very last."""
        early = (soft.start or 0) * soft.cost_per_hour_early
        return (early + self.horizon * soft.cost_per_hour_late) / 3600


def too_large(rows: int, bytes_a_cell: int) -> str:
    """This will say that square tables of so many rows are more than an engine has memory for; nothing where not."""
    needed = bytes_a_cell * rows**2
    if needed <= _MOST_MEMORY:
        return ""
    size, most = f"{needed / 2**30:.1f} GB", f"{_MOST_MEMORY // 2**30} GB"
    return f"its tables of {rows:,} rows would take {size} of memory, and it may use {most}"


def _priced(table: np.ndarray, rate: float) -> np.ndarray:
    money = table * rate
    return np.maximum(money, 0.0, out=money)


def _hourly(spec: requests.Vehicle) -> float:
    """What an hour on the road costs at most, beside the travel."""
    overtime = spec.overtime.cost_per_hour if spec.overtime else 0.0
    return spec.costs.per_duration_hour + spec.costs.per_wait_hour + overtime


def _has_setup(task: Task) -> bool:
    return bool(task.stop.setup or any(task.stop.setup_per_type.values()))


def _parts(costs: np.ndarray) -> int:
    """Into how many parts a unit of money must be split for all costs to be whole: 1, 10, 100, …"""
    scales = (10**digits for digits in range(6))
    return next(
        (scale for scale in scales if np.allclose(costs * scale, np.rint(costs * scale), 0, 1e-6)), 10**6
    )


def _exactly(amount: float) -> Fraction:
    """The decimal number a person wrote."""
    return Fraction(repr(amount))
