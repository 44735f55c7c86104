"""A problem as an OR-Tools routing model: nodes, time, loads, money, and how a solution is read as a plan."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp

from vrp.domain import evaluator
from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Key, Order, Problem, Task
from vrp.engines.fleet import Kind, hopeless, openings
from vrp.engines.network import Network

_UNLIMITED = 2**50


def fixed_cost(kind: Kind) -> float:
    """This will return the fixed cost of a vehicle, less what its breaks would cost as waiting, for which OR-Tools
    takes them."""
    costs = kind.sample.spec.costs
    return costs.fixed - costs.per_wait_hour / 3600 * sum(pause.service for pause in kind.breaks or ())


class Model:
    """A problem as an OR-Tools routing model. Nodes are those of the network, one index each, ends apart."""

    def __init__(self, problem: Problem, fleet: list[Kind]) -> None:
        self.problem, self.fleet = problem, fleet
        self.network = network = Network(problem, fleet)
        self.vehicles = [(kind, vehicle) for kind in fleet for vehicle in kind.vehicles]
        starts = [network.ends[vehicle.start] for _, vehicle in self.vehicles]
        ends = [network.ends[vehicle.end] for _, vehicle in self.vehicles]
        self.manager = pywrapcp.RoutingIndexManager(network.size, len(self.vehicles), starts, ends)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self.solver = self.routing.solver()
        self.index = [self.manager.NodeToIndex(task.index) for task in problem.tasks]
        self.registered: dict[tuple[object, ...], int] = {}
        self.breaks: list[list[tuple[requests.Break, Any]]] = []
        self._add_time()
        self._add_loads()
        self._add_limits()
        self._add_costs()
        self._add_orders()
        if any(self.breaks):  # a plan says between which stops they lie, so every time must be settled
            for index in range(self.routing.Size()):
                self.routing.AddVariableMinimizedByFinalizer(self.time.CumulVar(index))

    def first(self, order: Order) -> int:
        return self.index[order.tasks[0].index]

    def last(self, order: Order) -> int:
        return self.index[order.tasks[-1].index]

    def index_of(self, key: Key) -> int:
        return self.index[self.problem.task_by_name[key].index]

    def times_of(self, number: int) -> tuple[Any, Any]:
        """This will return when a vehicle starts and when it ends."""
        return tuple(self.time.CumulVar(at(number)) for at in (self.routing.Start, self.routing.End))

    def at_home(self, number: int) -> Any:
        """This will return nothing for a vehicle that is used, and for one that is not all the time there is."""
        return self.network.horizon * (1 - self.routing.ActiveVehicleVar(number))

    def is_served(self, task: Task) -> Any:
        return self.routing.ActiveVar(self.index[task.index])

    def _tables(self, name: str, key: Any, make: Any) -> list[int]:
        """A registered table of nodes for each vehicle, registered once for all kinds with the same key."""
        by_kind = {}
        for kind in self.fleet:
            if (name, key(kind)) not in self.registered:
                self.registered[name, key(kind)] = self._register(make(kind))
            by_kind[id(kind)] = self.registered[name, key(kind)]
        return [by_kind[id(kind)] for kind, _ in self.vehicles]

    def _register(self, table: np.ndarray) -> int:
        """A used route never goes from end to end, and an unused one should not cost or last anything."""
        tasks = len(self.problem.tasks)
        table[tasks:, tasks:] = 0
        return int(self.routing.RegisterTransitMatrix(table.tolist()))

    # Time --------------------------------------------------------------------------------------------------

    def _add_time(self) -> None:
        horizon = self.network.horizon
        self.time = self.add_times("time", horizon)
        for task in self.problem.tasks:
            if task.windows or task.release:
                self._add_windows(task)
        for number, (kind, vehicle) in enumerate(self.vehicles):
            opens, closes = vehicle.window[0], min(vehicle.window[1], horizon)
            latest = closes if vehicle.spec.start_latest is None else min(closes, vehicle.spec.start_latest)
            self.time.CumulVar(self.routing.Start(number)).SetRange(opens, latest)
            self.time.CumulVar(self.routing.End(number)).SetRange(opens, closes)
            if vehicle.spec.max_duration is not None:
                self.time.SetSpanUpperBoundForVehicle(vehicle.spec.max_duration, number)
            self._add_breaks(number, kind)
        if any(self.breaks):
            self._leave_time_for_breaks()

    def add_times(self, name: str, most_waiting: int) -> Any:
        """This will add a dimension of travel and work, with so much waiting between two stops."""
        tables = self._tables("time", self.network.time_key, self._seconds)
        horizon = self.network.horizon
        self.routing.AddDimensionWithVehicleTransits(tables, most_waiting, horizon, False, name)
        return self.routing.GetDimensionOrDie(name)

    def _seconds(self, kind: Kind) -> np.ndarray:
        """From the moment work begins (after any setup that sits on the way) to the same at the next node."""
        network = self.network
        seconds = network.travel_time(kind) + network.setup_on_way(kind) + network.work(kind)[:, None]
        seconds[network.closed(kind)] = network.horizon + 1
        return seconds

    def _add_windows(self, task: Task) -> None:
        begins = self.before_setup(task, self.time.CumulVar(self.index[task.index]))
        if windows := openings(task):  # else it is hopeless
            begins.SetRange(windows[0][0], min(windows[-1][1], self.network.horizon))
            for earlier, later in pairwise(windows):
                begins.RemoveInterval(earlier[1] + 1, later[0] - 1)

    def before_setup(self, task: Task, after_setup: Any) -> Any:
        """This will return the moment before any setup that sits on the way; there is none when the vehicle is at the
        place already."""
        place, network = task.place, self.network
        if not network.may_skip_setup[task.index]:
            return after_setup
        here = [k for k in np.flatnonzero(network.place == place) if k != task.index]
        index = self.index[task.index]
        from_here = []
        for node in here:
            if node < len(self.index):
                from_here.append(self.routing.NextVar(self.index[node]) == index)
            else:
                firsts = [n for n, (_, v) in enumerate(self.vehicles) if v.start == place]
                from_here += [self.routing.NextVar(self.routing.Start(n)) == index for n in firsts]
        setup = self.of_vehicle(task, [task.setup(vehicle) for _, vehicle in self.vehicles])
        comes_from_elsewhere = 1 - self.solver.Sum(from_here)
        return (after_setup - setup * comes_from_elsewhere).Var()

    def of_vehicle(self, task: Task, values: list[int], left_out: int | None = None) -> Any:
        """This will return that of the values, one for each vehicle, which belongs to the vehicle serving a task;
        `left_out` where none does, or any of them."""
        if left_out is None:
            left_out = values[0]
        if {left_out, *values} == {left_out}:
            return left_out
        vehicle = self.routing.VehicleVar(self.index[task.index])  # -1 where the task is left out
        return self.solver.Element([left_out, *values], vehicle + 1)

    def _add_breaks(self, number: int, kind: Kind) -> None:
        taken = []
        start, end = self.times_of(number)
        at_home = self.at_home(number)  # then breaks do not matter
        for pause in kind.breaks or ():
            windows = kind.starts_of(pause)
            interval = self.solver.FixedDurationIntervalVar(
                windows[0][0], windows[-1][1], pause.service, False, f"break {number} {pause.id}"
            )
            begins = interval.SafeStartExpr(0).Var()
            for earlier, later in pairwise(windows):
                begins.RemoveInterval(earlier[1] + 1, later[0] - 1)
            self.solver.Add(begins + at_home >= start)
            self.solver.Add(begins + pause.service <= end + at_home)
            taken.append((pause, interval))
            self.routing.AddIntervalToAssignment(interval)
            self.routing.AddVariableMinimizedByFinalizer(begins)
        self.breaks.append(taken)
        if taken:
            intervals = [interval for _, interval in taken]
            if len(intervals) > 1:  # OR-Tools keeps breaks apart from visits, not from each other
                self.solver.Add(self.solver.DisjunctiveConstraint(intervals, f"breaks {number}"))
            nodes = (self.manager.IndexToNode(index) for index in range(self.routing.Size()))
            work = self.network.work(kind)
            self.time.SetBreakIntervalsOfVehicle(intervals, number, [int(work[node]) for node in nodes])

    def _leave_time_for_breaks(self) -> None:
        """Travel and work leave the breaks their time: a limit of its own, for OR-Tools takes long to see that there
        is no place for a break."""
        most = []
        for (_, vehicle), taken in zip(self.vehicles, self.breaks, strict=True):
            (opens, closes), limit = vehicle.window, vehicle.spec.max_duration
            longest = closes - opens if limit is None else min(closes - opens, limit)
            most.append(max(0, longest - sum(pause.service for pause, _ in taken)))
        tables = self._tables("time", self.network.time_key, self._seconds)
        self.routing.AddDimensionWithVehicleTransitAndCapacity(tables, 0, most, True, "at work")

    # Loads and other limits --------------------------------------------------------------------------------

    def _add_loads(self) -> None:
        for dimension in range(self.problem.dimensions):
            delivery = [task.delivery[dimension] for task in self.problem.tasks]
            other = [task.pickup[dimension] + task.change[dimension] for task in self.problem.tasks]
            change = [taken - given for taken, given in zip(other, delivery, strict=True)]
            room = [kind.capacity[dimension] for kind, _ in self.vehicles]
            if not any(delivery):
                self.add_count(f"load {dimension}", change, room)
            elif not any(other):
                self.add_count(f"load {dimension}", delivery, room)
            else:
                self._add_both_ways(dimension, change, delivery, room)

    def add_count(self, name: str, amounts: list[int], most: list[int], at_start_zero: bool = True) -> Any:
        """This will add a dimension that grows by so much at each task, up to so much in each vehicle."""
        vector = amounts + [0] * (self.network.size - len(amounts))
        evaluator = self.routing.RegisterUnaryTransitVector(vector)
        self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, most, at_start_zero, name)
        return self.routing.GetDimensionOrDie(name)

    def _add_both_ways(self, dimension: int, change: list[int], delivery: list[int], room: list[int]) -> None:
        """What is on board at the start is all that is delivered on the way."""
        load = self.add_count(f"load {dimension}", change, room, at_start_zero=False)
        delivered = self.add_count(f"delivered {dimension}", delivery, room)
        for number in range(len(self.vehicles)):
            start, end = self.routing.Start(number), self.routing.End(number)
            self.solver.Add(load.CumulVar(start) == delivered.CumulVar(end))

    def _add_limits(self) -> None:
        if self.limits("max_tasks") or self.problem.request.relations or self.problem.has_locks:
            self._add_number()
        tables = {"max_distance": self.network.distance, "max_travel_time": self.network.travel_time}
        for name, table in tables.items():
            if most := self.limits(name):
                by_vehicle = self._tables(name, lambda kind: id(kind.sample.travel), table)
                self.routing.AddDimensionWithVehicleTransitAndCapacity(by_vehicle, 0, most, True, name)

    def _add_number(self) -> None:
        """A dimension that numbers the tasks of a route."""
        tasks = len(self.problem.tasks)
        limits = self.limits("max_tasks") or [tasks] * len(self.vehicles)
        self.number = self.add_count("number", [1] * tasks, [min(limit, tasks) for limit in limits])

    def limits(self, name: str) -> list[int]:
        """This will return a limit for each vehicle, or nothing where none has it."""
        limits = [getattr(vehicle.spec, name) for _, vehicle in self.vehicles]
        if all(limit is None for limit in limits):
            return []
        return [_UNLIMITED if limit is None else limit for limit in limits]

    # Money and orders --------------------------------------------------------------------------------------

    def _add_costs(self) -> None:
        network = self.network
        for number, (table, (kind, vehicle)) in enumerate(
            zip(self._tables("money", network.money_key, network.whole_money), self.vehicles, strict=True)
        ):
            costs = vehicle.spec.costs
            self.routing.SetArcCostEvaluatorOfVehicle(table, number)
            self.routing.SetFixedCostOfVehicle(network.whole(fixed_cost(kind) + network.per_route), number)
            if costs.per_duration_hour:
                per_second = network.whole(costs.per_duration_hour / 3600)
                self.time.SetSpanCostCoefficientForVehicle(per_second, number)
            if costs.per_wait_hour:
                self.time.SetSlackCostCoefficientForVehicle(network.whole(costs.per_wait_hour / 3600), number)

    def _add_orders(self) -> None:
        left_out = hopeless(self.problem, self.fleet)
        serves = np.array([kind.serves for kind, _ in self.vehicles])
        for order in self.problem.demands:
            members = [self.index[self.problem.orders[k].tasks[0].index] for k in order.group]
            self.routing.AddDisjunction(members, self.network.prices[order.index])
        for order in self.problem.orders:
            indexes = [self.index[task.index] for task in order.tasks]
            able = np.flatnonzero(serves[:, order.tasks[0].index]).tolist()
            for index in indexes:
                if order.index in left_out:
                    self.routing.ActiveVar(index).SetValue(0)
                elif len(able) < len(self.vehicles):
                    # SetAllowedVehiclesForIndex takes no list in the Python of 9.15; -1 is being left out.
                    self.routing.VehicleVar(index).SetValues([-1, *able])
            if len(indexes) == 2:
                pickup, delivery = indexes
                self.routing.AddDisjunction([delivery], 0)
                self.routing.AddPickupAndDelivery(pickup, delivery)
                self.solver.Add(self.routing.VehicleVar(pickup) == self.routing.VehicleVar(delivery))
                self.time.AddNodePrecedence(pickup, delivery, 0)

    def beginning(self, plan: Plan) -> Any:
        """This will return a plan as a solution to begin with, or None where it is none, or has no routes."""
        numbers = {vehicle.index: number for number, (_, vehicle) in enumerate(self.vehicles)}
        routes: list[list[int]] = [[] for _ in self.vehicles]
        for vehicle, items in evaluator.resolved(self.problem, plan):
            if (number := numbers.get(vehicle.index)) is not None:
                serves = self.vehicles[number][0].serves
                tasks = [item.index for item in items if isinstance(item, Task)]
                routes[number] = [self.index[task] for task in tasks if serves[task]]
        return self.routing.ReadAssignmentFromRoutes(routes, True) if any(routes) else None

    # Plans -------------------------------------------------------------------------------------------------

    def plan(self, found: Any = None) -> Plan:
        """This will read a solution, or without one the solver's present state, as a plan."""
        value = found.Min if found else lambda variable: variable.Min()
        begin = found.StartMin if found else lambda interval: interval.StartMin()
        routes, left_out = [], 0
        for number, (_, vehicle) in enumerate(self.vehicles):
            steps = tuple(self._steps(number, value, begin))
            if any(step.type != "break" for step in steps):
                routes.append(Route(vehicle.id, steps))
        for order in self.problem.demands:
            members = (self.problem.orders[index].tasks[0] for index in order.group)
            if not any(value(self.routing.ActiveVar(self.index[task.index])) for task in members):
                left_out += self.network.prices[order.index]
        money = found.ObjectiveValue() if found else self.routing.CostVar().Value()
        return self.network.claim(money - left_out, Plan(tuple(routes)))

    def _steps(self, number: int, value: Any, begin: Any) -> Iterator[Step]:
        ordered = sorted(
            ((begin(interval), pause) for pause, interval in self.breaks[number]), key=lambda b: b[0]
        )
        index = value(self.routing.NextVar(self.routing.Start(number)))
        while not self.routing.IsEnd(index):
            now = value(self.time.CumulVar(index))
            while ordered and ordered[0][0] + ordered[0][1].service <= now:
                yield Step("break", ordered.pop(0)[1].id)
            task = self.problem.tasks[self.manager.IndexToNode(index)]
            yield Step(task.kind, task.id)
            index = value(self.routing.NextVar(index))
        yield from (Step("break", pause.id) for _, pause in ordered)
