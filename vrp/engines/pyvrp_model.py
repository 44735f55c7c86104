"""A problem in PyVRP's terms, and PyVRP's solutions in ours."""

from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import pyvrp

from vrp.domain import evaluator, given
from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Reload, Task, Vehicle, Window
from vrp.domain.schedule import Visit, timed
from vrp.engines.fleet import Kind, openings
from vrp.engines.network import Network

_MOST_PENALTY = (
    1e5  # PyVRP's default for one unit too much; with prices for orders, those tell how much is enough
)
_SUMS = 2**60  # what PyVRP adds up must stay inside 64 bits
_ACTIVITIES = {
    "job": pyvrp.ActivityType.CLIENT,
    "pickup": pyvrp.ActivityType.PICKUP,
    "delivery": pyvrp.ActivityType.DELIVERY,
}
_DETER = 10  # times the longest way: what a closed way counts, beside taking longer than there is time


def metric(network: Network, kind: Kind) -> str:
    """This will return what the money of a kind's ways is proportional to: PyVRP limits and prices the same table."""
    costs = kind.sample.spec.costs
    if network.favour or kind.wishes or costs.per_task_hour or kind.sample.travel.costs is not None:
        return "money"
    if costs.per_hour and costs.per_km:
        return "money"
    return "time" if costs.per_hour else "distance" if costs.per_km else "nothing"


def profile_key(network: Network, kind: Kind, by: str) -> tuple[object, ...]:
    """This will return what PyVRP's tables of a kind depend on, where they hold that metric."""
    return by, network.time_key(kind), network.money_key(kind) if by == "money" else ()


class Model:
    """A problem as PyVRP's `ProblemData`: a location for each task, so that each has its own setup and table row."""

    def __init__(self, problem: Problem, fleet: list[Kind], left_out: set[int]) -> None:
        self.problem = problem
        self.fleet = fleet
        self.network = Network(problem, fleet, has_reloads=True)
        self.orders = [order for order in problem.orders if order.index not in left_out]
        # PyVRP's service is the same for all vehicles; what a kind needs on top goes on the ways out of a task.
        self.work = np.min([self.network.work(kind) for kind in fleet], axis=0)
        self.counts_tasks = any(kind.sample.spec.max_tasks is not None for kind in fleet)
        self.tables: list[tuple[Any, Any]] = []
        self.profiles: dict[tuple[object, ...], int] = {}
        self.types = [self._type(kind) for kind in fleet]
        self.choices = list(self._choices())
        self.clients = [client for choice in self.choices for client in choice]  # by PyVRP's index
        self.shipments = [order.tasks for order in self.orders if order.type == "shipment"]

    def _choices(self) -> Iterator[list[tuple[Task, Window]]]:
        """For each job, with its alternatives, the tasks and windows of which one is to be served: our clients."""
        by_group: dict[int, list[tuple[Task, Window]]] = {}
        for order in self.orders:
            if order.type == "job":
                task = order.tasks[0]
                windows = [(start, min(end, self.network.horizon)) for start, end in openings(task)]
                by_group.setdefault(order.group[0], []).extend((task, window) for window in windows)
        yield from by_group.values()

    def data(self, required: bool) -> pyvrp.ProblemData:
        """This will build the data; without `required`, orders that have no penalty are optional at a high price."""
        clients: list[pyvrp.Client] = []
        groups: list[pyvrp.ClientGroup] = []
        for choice in self.choices:
            must, prize = self._price(choice[0][0], required)
            group = None
            if len(choice) > 1:
                group = len(groups)
                members = list(range(len(clients), len(clients) + len(choice)))
                groups.append(pyvrp.ClientGroup(members, required=must))
            must = must and group is None
            clients += [self._client(task, window, group, must, prize) for task, window in choice]
        nodes = [self.problem.places[place] if place >= 0 else None for place in self.network.place]
        at = [node.coordinates if node and node.coordinates else (0.0, 0.0) for node in nodes]
        return pyvrp.ProblemData(
            locations=[pyvrp.Location(x, y) for x, y in at],
            clients=clients,
            depots=[pyvrp.Depot(node) for node in range(len(self.problem.tasks), self.network.size)],
            vehicle_types=self.types,
            distance_matrices=[slots for slots, _ in self.tables],
            duration_matrices=[seconds for _, seconds in self.tables],
            groups=groups,
            shipments=[self._shipment(tasks, required) for tasks in self.shipments],
        )

    def _client(
        self, task: Task, window: Window, group: int | None, required: bool, prize: int
    ) -> pyvrp.Client:
        return pyvrp.Client(
            location=task.index,
            delivery=self._load(task.delivery, 0),
            pickup=self._load(task.pickup, 1),
            service_duration=int(self.work[task.index]),
            tw_early=window[0],
            tw_late=window[1],
            release_time=task.release,
            prize=prize,
            required=required,
            group=group,
        )

    def _shipment(self, tasks: tuple[Task, ...], required: bool) -> pyvrp.Shipment:
        pickup, delivery = tasks
        must, prize = self._price(pickup, required)
        (pickup_early, pickup_late), (delivery_early, delivery_late) = (openings(task)[0] for task in tasks)
        return pyvrp.Shipment(
            pickup_location=pickup.index,
            delivery_location=delivery.index,
            pickup_tw_early=pickup_early,
            pickup_tw_late=min(pickup_late, self.network.horizon),
            pickup_service_duration=int(self.work[pickup.index]),
            delivery_tw_early=delivery_early,
            delivery_tw_late=min(delivery_late, self.network.horizon),
            delivery_service_duration=int(self.work[delivery.index]),
            amount=self._load(pickup.change, 0),
            required=must,
            prize=prize,
        )

    def _price(self, task: Task, required: bool) -> tuple[bool, int]:
        """Whether an order must be served, and what it earns if not: PyVRP counts that for each of a choice, and
        all but one of them are never served, so the difference is that of one."""
        must = required and self.problem.orders[task.order].penalty is None
        return must, 0 if must else self.network.prices[task.order]

    def _load(self, amounts: tuple[int, ...], count: int) -> list[int]:
        """Tasks are counted as a load of their own that is picked up."""
        return [*amounts, count] if self.counts_tasks else list(amounts)

    def most_penalty(self, required: bool) -> float:
        """This will return the price of a unit of overload or lateness at which no leg or order is worth it."""
        prices = [self._price(order.tasks[0], required)[1] for order in self.orders]
        wanted = max(_MOST_PENALTY if required else 0.0, self.network.dearest * self.network.scale, *prices)
        return min(wanted, _SUMS / (self.network.size * self._too_long))

    # Vehicles ----------------------------------------------------------------------------------------------

    def _type(self, kind: Kind) -> pyvrp.VehicleType:
        vehicle, spec, network = kind.sample, kind.sample.spec, self.network
        by, unit = self._unit(kind)
        closes = min(vehicle.window[1], network.horizon)
        most_tasks = len(network.problem.tasks) if spec.max_tasks is None else spec.max_tasks
        return pyvrp.VehicleType(
            num_available=len(kind.vehicles),
            capacity=self._load(kind.capacity, most_tasks),
            start_depot=list(network.ends).index(vehicle.start),
            end_depot=list(network.ends).index(vehicle.end),
            fixed_cost=network.whole(spec.costs.fixed),
            tw_early=vehicle.window[0],
            tw_late=closes,
            start_late=closes if spec.start_latest is None else min(spec.start_latest, closes),
            profile=self._profile(kind, by),
            unit_distance_cost=unit,
            unit_duration_cost=network.whole(spec.costs.per_duration_hour / 3600),
            **self._limits(spec, by),
            **self._reloads(kind),
        )

    def _limits(self, spec: requests.Vehicle, by: str) -> dict[str, Any]:
        limits: dict[str, Any] = {
            "shift_duration": spec.max_duration,
            "max_distance": {"distance": spec.max_distance, "time": spec.max_travel_time}.get(by),
        }
        if spec.overtime:
            most = spec.overtime.after + spec.overtime.max
            most = most if spec.max_duration is None else min(most, spec.max_duration)
            limits["shift_duration"] = usual = min(most, spec.overtime.after)
            limits["max_overtime"] = most - usual
            limits["unit_overtime_cost"] = self.network.whole(spec.overtime.cost_per_hour / 3600)
        return {name: most for name, most in limits.items() if most is not None}

    def _reloads(self, kind: Kind) -> dict[str, Any]:
        depots = list(self._positions(kind))
        spec = kind.sample.spec.reload
        limit = {} if not spec or spec.max_reloads is None else {"max_reloads": spec.max_reloads}
        return {"reload_depots": depots} | limit if depots else {}

    def _positions(self, kind: Kind) -> dict[int, int]:
        """PyVRP's depots where a kind may reload, with their positions among the vehicle's places."""
        return {self._depot(reload): reload.position for reload in reversed(kind.reloads)}

    def _depot(self, reload: Reload) -> int:
        return self.network.reloads[reload.place, reload.duration] - len(self.problem.tasks)

    def _unit(self, kind: Kind) -> tuple[str, int]:
        """What PyVRP's table of distances holds for a kind, and the whole money for one unit of it."""
        spec, by = kind.sample.spec, metric(self.network, kind)
        if by == "nothing":
            return "distance" if spec.max_travel_time is None else "time", 0
        rate = {"time": spec.costs.per_hour / 3600, "distance": spec.costs.per_km / 1000}.get(by, 0.0)
        exact = rate * self.network.scale
        is_limited = spec.max_distance is not None or spec.max_travel_time is not None
        if by == "money" or (abs(exact - round(exact)) > 1e-9 * exact and not is_limited):
            return "money", 1
        return by, round(exact)

    def _profile(self, kind: Kind, by: str) -> int:
        key = profile_key(self.network, kind, by)
        if key not in self.profiles:
            self.profiles[key] = len(self.tables)
            self.tables.append(self._table(kind, by))
        return self.profiles[key]

    def _table(self, kind: Kind, by: str) -> tuple[np.ndarray, np.ndarray]:
        network = self.network
        seconds = network.travel_time(kind).astype(np.int64, copy=False)
        if by == "time":
            slots = seconds.copy()
        else:
            tables = {"money": network.whole_money, "distance": network.distance}
            slots = tables[by](kind).astype(np.int64, copy=False)  # with room to deter
        seconds += network.setup_on_way(kind)
        seconds += (network.work(kind) - self.work)[:, None]
        for (_, duration), node in network.reloads.items():
            # Not as the depot's service: PyVRP would begin that when goods are released, we have finished it by then.
            seconds[:, node] += duration
        closed = network.closed(kind)
        slots[closed] = _DETER * (slots.max() + 1)
        seconds[closed] = self._too_long
        np.fill_diagonal(slots, 0)
        np.fill_diagonal(seconds, 0)
        return slots, seconds

    @property
    def _too_long(self) -> int:
        return 2 * self.network.horizon + 1

    # Plans -------------------------------------------------------------------------------------------------

    def plan(self, solution: pyvrp.Solution) -> Plan:
        """This will read a solution of PyVRP as a plan, without the routes that break something."""
        free = [iter(kind.vehicles) for kind in self.fleet]
        routes, money = [], 0
        for route in solution.routes():
            if route.is_feasible() and route.num_clients() + route.num_shipments():
                vehicle: Vehicle = next(free[route.vehicle_type()])
                steps = (
                    step for step, _ in groupby(self._steps(route))
                )  # no reload right after the same one
                routes.append(Route(vehicle.id, tuple(steps)))
                money += route.distance_cost() + route.duration_cost() + route.fixed_vehicle_cost()
        return self.network.claim(money, Plan(tuple(routes)))

    def _steps(self, route: pyvrp.Route) -> Iterator[Step]:
        positions = self._positions(self.fleet[route.vehicle_type()])
        for activity in list(route)[1:-1]:
            if activity.is_client():
                yield Step("job", self.clients[activity.idx][0].id)
            elif activity.is_depot():
                yield Step("reload", positions[activity.idx])
            else:
                pickup, delivery = self.shipments[activity.idx]
                task = pickup if activity.is_pickup() else delivery
                yield Step(task.kind, task.id)

    # Given routes ------------------------------------------------------------------------------------------

    def given(self, data: pyvrp.ProblemData) -> pyvrp.Solution | None:
        """This will return the request's own routes as a solution to begin with, perhaps an infeasible one. None
        where there are none, or PyVRP has no way to hold them: two alternatives, a shipment across a reload."""
        number_of = {vehicle.index: k for k, kind in enumerate(self.fleet) for vehicle in kind.vehicles}
        routes = []
        try:
            for vehicle, items in evaluator.resolved(self.problem, given.routes_of(self.problem)):
                number, visits = number_of.get(vehicle.index), timed(self.problem, vehicle, items).visits
                activities = [activity for visit in visits for activity in self._activities(visit)]
                if number is not None and any(not activity.is_depot() for activity in activities):
                    routes.append(pyvrp.Route(data, activities, number))
            return pyvrp.Solution(data, routes) if routes else None
        except (ValueError, RuntimeError):
            return None

    def _activities(self, visit: Visit) -> Iterator[pyvrp.Activity]:
        """The visit as PyVRP has it; nothing for a break, or for what nobody can serve."""
        task = visit.task
        if visit.reload and (visit.reload.place, visit.reload.duration) in self.network.reloads:
            yield pyvrp.Activity(pyvrp.ActivityType.DEPOT, self._depot(visit.reload))
        elif task and task.index in self._indexes:
            choices = self._indexes[task.index]
            if task.kind == "job":
                windows = {k: self.clients[k][1] for k in choices}
                choices = [k for k in choices if visit.service_start <= windows[k][1]] or choices
            yield pyvrp.Activity(_ACTIVITIES[task.kind], choices[0])

    @cached_property
    def _indexes(self) -> dict[int, list[int]]:
        """PyVRP's indexes of what it knows each of our tasks as: a job as a client for each window."""
        indexes: dict[int, list[int]] = {}
        for k, (task, _) in enumerate(self.clients):
            indexes.setdefault(task.index, []).append(k)
        return indexes | {task.index: [k] for k, tasks in enumerate(self.shipments) for task in tasks}
