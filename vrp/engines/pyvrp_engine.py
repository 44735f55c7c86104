"""PyVRP: iterated local search, the best packaged engine on everything it models."""

import time
import warnings
from collections.abc import Iterator
from importlib import metadata
from typing import Any

import numpy as np
import pyvrp

from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Task, Vehicle
from vrp.engines.base import Budget, Report
from vrp.engines.fleet import Kind, hopeless, kinds
from vrp.engines.network import Network

_MOST_PENALTY = 1e5  # PyVRP's default for one unit too much, raised where prices are higher
_FIRST_SHARE = 0.2  # of the time: so long may a plan that serves everything be looked for before we give in
_FIRST_ROUNDS = 1_000  # iterations that this must at least have had
_FIRST_ROUNDS_EACH = 500  # iterations for each order that are enough for it
_PATIENCE = 5_000  # iterations for each order without a better plan, then it is as good as it gets
_SUMS = 2**60  # what PyVRP adds up must stay inside 64 bits
_DETER = 10  # times the longest way: what a closed way counts, beside taking longer than there is time


class PyVrpEngine:
    """This will solve with PyVRP. Orders are required first; if no such plan turns up, they get high prices."""

    name = "pyvrp"
    version = metadata.version("pyvrp")
    native = frozenset(
        {
            Feature.CAPACITY,
            Feature.DELIVERY,
            Feature.PICKUP,
            Feature.SHIPMENTS,
            Feature.TIME_WINDOWS,
            Feature.SERVICE,
            Feature.PENALTY,
            Feature.SHIFT,
            Feature.START_LATEST,
            Feature.SEVERAL_DEPOTS,
            Feature.MIXED_FLEET,
            Feature.PROFILES,
            Feature.COST_MATRIX,
            Feature.FIXED_COST,
            Feature.DISTANCE_COST,
            Feature.DURATION_COST,
            Feature.MAX_DISTANCE,
            Feature.MAX_DURATION,
        }
    )
    emulated = frozenset(
        {
            Feature.SEVERAL_TIME_WINDOWS,
            Feature.SETUP,
            Feature.SERVICE_PER_TYPE,
            Feature.SKILLS,
            Feature.SKILLS_ANY,
            Feature.SKILLS_NONE,
            Feature.VEHICLE_CHOICE,
            Feature.PREFERRED_VEHICLES,
            Feature.PRIORITY,
            Feature.OPEN_START,
            Feature.OPEN_END,
            Feature.SPEED_FACTOR,
            Feature.NO_WAY,
            Feature.TASK_COST,
            Feature.MAX_TASKS,
            Feature.MAX_TRAVEL_TIME,
            Feature.INITIAL_LOAD,
            Feature.GIVEN_STEPS,
        }
    )
    supports = native | emulated

    def cannot(self, problem: Problem) -> frozenset[Feature]:
        """This will return what is supported alone, but not in the combination this problem has it in."""
        return frozenset(_beyond(problem))

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        fleet = kinds(problem)
        left_out = hopeless(problem, fleet)
        if len(left_out) == len(problem.orders):
            return Plan()
        model = _Model(problem, fleet, left_out)
        search = _Search(model, budget, report)
        search.run(required=True)
        if not search.is_feasible and not budget.is_over():
            search.run(required=False)
        return search.best


def _beyond(problem: Problem) -> Iterator[Feature]:
    network = Network(problem, kinds(problem))
    tasks = problem.tasks
    if any(task.windows for task, may_skip in zip(tasks, network.may_skip_setup, strict=True) if may_skip):
        yield Feature.SETUP  # setup sits on the way there, and windows mean its beginning
    if any(len(task.windows) > 1 for task in tasks if task.kind != "job"):
        yield Feature.SEVERAL_TIME_WINDOWS
    if problem.request.shipments and any(vehicle.spec.max_tasks is not None for vehicle in problem.vehicles):
        yield Feature.MAX_TASKS
    if any(vehicle.spec.costs.fixed < 0 for vehicle in problem.vehicles):
        yield Feature.FIXED_COST
    profiles = {_profile_key(network, kind, _metric(network, kind)) for kind in network.fleet}
    if not network.fits(2 * len(profiles), bytes_a_cell=16):  # ours, and PyVRP's own copy
        yield Feature.MIXED_FLEET
    for kind in network.fleet:
        spec, metric = kind.sample.spec, _metric(network, kind)
        if spec.max_distance is not None and metric not in ("distance", "nothing"):
            yield Feature.MAX_DISTANCE
        if spec.max_travel_time is not None and (
            metric not in ("time", "nothing") or spec.max_distance is not None
        ):
            yield Feature.MAX_TRAVEL_TIME


def _metric(network: Network, kind: Kind) -> str:
    """What the money of a kind's ways is proportional to: PyVRP limits and prices one and the same table."""
    costs = kind.sample.spec.costs
    if network.favour or kind.wishes or costs.per_task_hour or kind.sample.travel.costs is not None:
        return "money"
    if costs.per_hour and costs.per_km:
        return "money"
    return "time" if costs.per_hour else "distance" if costs.per_km else "nothing"


def _profile_key(network: Network, kind: Kind, metric: str) -> tuple[object, ...]:
    return metric, network.time_key(kind), network.money_key(kind) if metric == "money" else ()


class _Model:
    """A problem as PyVRP's `ProblemData`: a location for each task, so that each has its own setup and table row."""

    def __init__(self, problem: Problem, fleet: list[Kind], left_out: set[int]) -> None:
        self.problem = problem
        self.fleet = fleet
        self.network = Network(problem, fleet)
        self.orders = [order for order in problem.orders if order.index not in left_out]
        # PyVRP's service is the same for all vehicles; what a kind needs on top goes on the ways out of a task.
        self.work = np.min([self.network.work(kind) for kind in fleet], axis=0)
        self.counts_tasks = any(kind.sample.spec.max_tasks is not None for kind in fleet)
        self.tables: list[tuple[Any, Any]] = []
        self.profiles: dict[tuple[object, ...], int] = {}
        self.types = [self._type(kind) for kind in fleet]
        self.clients: list[Task] = []  # by PyVRP's index
        self.shipments = [order for order in self.orders if order.type == "shipment"]

    def data(self, required: bool) -> pyvrp.ProblemData:
        """This will build the data; without `required`, orders that have no penalty are optional at a high price."""
        self.clients = []
        groups: list[pyvrp.ClientGroup] = []
        jobs = [order.tasks[0] for order in self.orders if order.type == "job"]
        clients = [client for task in jobs for client in self._clients(task, required, groups)]
        nodes = [self.problem.places[place] if place >= 0 else None for place in self.network.place]
        at = [node.coordinates if node and node.coordinates else (0.0, 0.0) for node in nodes]
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(x, y) for x, y in at],
            clients=clients,
            depots=[pyvrp.Depot(node) for node in self.network.ends.values()],
            vehicle_types=self.types,
            distance_matrices=[slots for slots, _ in self.tables],
            duration_matrices=[seconds for _, seconds in self.tables],
            groups=groups,
            shipments=[self._shipment(order.tasks, required) for order in self.shipments],
        )

    def _clients(self, task: Task, required: bool, groups: list[pyvrp.ClientGroup]) -> Iterator[pyvrp.Client]:
        must, prize = self._price(task, required)
        windows = task.windows or ((0, self.network.horizon),)
        group = None
        if len(windows) > 1:  # one client for each window, at most one of them served
            group = len(groups)
            members = list(range(len(self.clients), len(self.clients) + len(windows)))
            groups.append(pyvrp.ClientGroup(members, required=must))
        for early, late in windows:
            self.clients.append(task)
            yield pyvrp.Client(
                location=task.index,
                delivery=self._load(task.delivery, 0),
                pickup=self._load(task.pickup, 1),
                service_duration=int(self.work[task.index]),
                tw_early=early,
                tw_late=late,
                group=group,
                required=must and group is None,
                prize=prize,
            )

    def _shipment(self, tasks: tuple[Task, ...], required: bool) -> pyvrp.Shipment:
        pickup, delivery = tasks
        must, prize = self._price(pickup, required)
        pickup_early, pickup_late = pickup.windows[0] if pickup.windows else (0, self.network.horizon)
        delivery_early, delivery_late = delivery.windows[0] if delivery.windows else (0, self.network.horizon)
        return pyvrp.Shipment(
            pickup_location=pickup.index,
            delivery_location=delivery.index,
            pickup_tw_early=pickup_early,
            pickup_tw_late=pickup_late,
            pickup_service_duration=int(self.work[pickup.index]),
            delivery_tw_early=delivery_early,
            delivery_tw_late=delivery_late,
            delivery_service_duration=int(self.work[delivery.index]),
            amount=self._load(pickup.change, 0),
            required=must,
            prize=prize,
        )

    def _price(self, task: Task, required: bool) -> tuple[bool, int]:
        must = required and self.problem.orders[task.order].penalty is None
        return must, 0 if must else self.network.prices[task.order]

    def _load(self, amounts: tuple[int, ...], count: int) -> list[int]:
        """Tasks are counted as a load of their own that is picked up."""
        return [*amounts, count] if self.counts_tasks else list(amounts)

    def _type(self, kind: Kind) -> pyvrp.VehicleType:
        vehicle, spec, network = kind.sample, kind.sample.spec, self.network
        metric, unit = self._unit(kind)
        closes = min(vehicle.window[1], network.horizon)
        most_tasks = len(network.problem.tasks) if spec.max_tasks is None else spec.max_tasks
        most_metric = {"distance": spec.max_distance, "time": spec.max_travel_time}.get(metric)
        limits: dict[str, Any] = {"shift_duration": spec.max_duration, "max_distance": most_metric}
        limits = {name: most for name, most in limits.items() if most is not None}
        return pyvrp.VehicleType(
            num_available=len(kind.vehicles),
            capacity=self._load(kind.capacity, most_tasks),
            start_depot=list(network.ends).index(vehicle.start),
            end_depot=list(network.ends).index(vehicle.end),
            fixed_cost=network.whole(spec.costs.fixed),
            tw_early=vehicle.window[0],
            tw_late=closes,
            start_late=closes if spec.start_latest is None else min(spec.start_latest, closes),
            profile=self._profile(kind, metric),
            unit_distance_cost=unit,
            unit_duration_cost=network.whole(spec.costs.per_duration_hour / 3600),
            **limits,
        )

    def _unit(self, kind: Kind) -> tuple[str, int]:
        """What PyVRP's table of distances holds for a kind, and the whole money for one unit of it."""
        spec, metric = kind.sample.spec, _metric(self.network, kind)
        if metric == "nothing":
            return "distance" if spec.max_travel_time is None else "time", 0
        rate = {"time": spec.costs.per_hour / 3600, "distance": spec.costs.per_km / 1000}.get(metric, 0.0)
        exact = rate * self.network.scale
        is_limited = spec.max_distance is not None or spec.max_travel_time is not None
        if metric == "money" or (abs(exact - round(exact)) > 1e-9 * exact and not is_limited):
            return "money", 1
        return metric, round(exact)

    def _profile(self, kind: Kind, metric: str) -> int:
        key = _profile_key(self.network, kind, metric)
        if key not in self.profiles:
            self.profiles[key] = len(self.tables)
            self.tables.append(self._table(kind, metric))
        return self.profiles[key]

    def _table(self, kind: Kind, metric: str) -> tuple[np.ndarray, np.ndarray]:
        network = self.network
        tables = {"money": network.whole_money, "time": network.travel_time, "distance": network.distance}
        slots = tables[metric](kind)
        extra = network.work(kind) - self.work
        seconds = network.travel_time(kind) + network.setup_on_way(kind) + extra[:, None]
        closed = network.closed(kind)
        slots[closed] = _DETER * (slots.max() + 1)
        seconds[closed] = self._too_long
        np.fill_diagonal(slots, 0)
        np.fill_diagonal(seconds, 0)
        return slots, seconds

    @property
    def _too_long(self) -> int:
        return 2 * self.network.horizon + 1

    def most_penalty(self, required: bool) -> float:
        """This will return the price of a unit of overload or lateness at which no leg or order is worth it."""
        prices = [self._price(order.tasks[0], required)[1] for order in self.orders]
        wanted = max(_MOST_PENALTY, self.network.dearest * self.network.scale, *prices)
        return min(wanted, _SUMS / (self.network.size * self._too_long))

    def plan(self, solution: pyvrp.Solution) -> Plan:
        """This will read a solution of PyVRP as a plan, without the routes that break something."""
        free = [iter(kind.vehicles) for kind in self.fleet]
        routes, money = [], 0
        for route in solution.routes():
            steps = tuple(self._steps(route))
            if steps and route.is_feasible():
                vehicle: Vehicle = next(free[route.vehicle_type()])
                routes.append(Route(vehicle.id, steps))
                money += route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost()
        return self.network.claim(money, Plan(tuple(routes)))

    def _steps(self, route: pyvrp.Route) -> Iterator[Step]:
        for activity in route:
            if activity.is_client():
                yield Step("job", self.clients[activity.idx].id)
            elif activity.is_shipment():
                pickup, delivery = self.shipments[activity.idx].tasks
                task = pickup if activity.is_pickup() else delivery
                yield Step(task.kind, task.id)


class _Search(pyvrp.IteratedLocalSearchCallbacks):
    """PyVRP at work: reports what is better, and knows when to stop."""

    def __init__(self, model: _Model, budget: Budget, report: Report) -> None:
        self.model, self.budget, self.report = model, budget, report
        self.gives_in_at = time.monotonic() + _FIRST_SHARE * budget.seconds
        self.patience = _PATIENCE * len(model.orders)
        self.is_feasible = False
        self.best = Plan()

    def run(self, required: bool) -> None:
        """This will search until it must stop; `best` is then a legal plan, perhaps of nothing."""
        self.required = required
        self.rounds = self.rounds_since_best = 0
        most = self.model.most_penalty(required)
        params = pyvrp.SolveParams(
            ils=pyvrp.IteratedLocalSearchParams(callbacks=self),
            penalty=pyvrp.PenaltyParams(max_penalty=most, min_penalty=min(0.1, most)),
        )
        data = self.model.data(required)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pyvrp.exceptions.PenaltyBoundWarning)
            pyvrp.solve(data, self.must_stop, self.budget.seed, collect_stats=False, params=params)

    def must_stop(self, best_cost: int) -> bool:
        self.rounds += 1
        self.rounds_since_best += 1
        if self.budget.is_over():
            return True
        if self.is_feasible:
            return self.rounds_since_best > self.patience
        return self.required and self._has_tried()

    def _has_tried(self) -> bool:
        """Whether there was time enough for a plan that serves everything, had there been one."""
        least, most = _FIRST_ROUNDS, _FIRST_ROUNDS_EACH * len(self.model.orders)
        return self.rounds > most or (self.rounds > least and time.monotonic() > self.gives_in_at)

    def on_start(self, ils: pyvrp.IteratedLocalSearch) -> None:
        if ils.initial_solution.is_feasible() or not self.best.routes:
            self.on_best(ils.initial_solution)

    def on_best(self, best: pyvrp.Solution) -> None:
        self.is_feasible = best.is_feasible()
        self.rounds_since_best = 0
        self.best = self.model.plan(best)
        if self.best.routes:
            self.report(self.best)
