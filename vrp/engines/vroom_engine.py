"""VROOM: quick plans, and breaks, setups and priorities as VROOM means them. It reports twice: early and at the end."""

import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from typing import Any

import numpy as np
import vroom

from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Order, Problem, Task, Window
from vrp.domain.request import Break
from vrp.domain.travel import Table
from vrp.engines.base import Budget, Report
from vrp.engines.fleet import Kind, kinds
from vrp.engines.network import Network, too_large

_LEVELS = (0, 5)  # of exploration: a first plan at once, then the best it can do
_THREADS = 2
_MOST = 2**31  # VROOM keeps times and costs in 32 bits; what it adds up must fit too
_MOST_PRIORITY = 100
_BYTES = 50  # of memory for each pair of places of a profile, as measured


class VroomEngine:
    """This will solve with VROOM. It keeps the interpreter to itself while it works: run it in a child process."""

    name = "vroom"
    version = metadata.version("pyvroom")
    native = frozenset(
        {
            Feature.CAPACITY,
            Feature.DELIVERY,
            Feature.PICKUP,
            Feature.SHIPMENTS,
            Feature.TIME_WINDOWS,
            Feature.SEVERAL_TIME_WINDOWS,
            Feature.SETUP,
            Feature.SERVICE,
            Feature.SERVICE_PER_TYPE,
            Feature.PRIORITY,
            Feature.SHIFT,
            Feature.OPEN_START,
            Feature.OPEN_END,
            Feature.SEVERAL_DEPOTS,
            Feature.MIXED_FLEET,
            Feature.PROFILES,
            Feature.COST_MATRIX,
            Feature.FIXED_COST,
            Feature.DISTANCE_COST,
            Feature.BREAKS,
            Feature.BREAK_MAX_LOAD,
            Feature.MAX_TASKS,
            Feature.MAX_DISTANCE,
            Feature.MAX_TRAVEL_TIME,
        }
    )
    emulated = frozenset(
        {
            Feature.SKILLS,
            Feature.SKILLS_ANY,
            Feature.SKILLS_NONE,
            Feature.VEHICLE_CHOICE,
            Feature.SPEED_FACTOR,
            Feature.OPTIONAL_BREAKS,
            Feature.INITIAL_LOAD,
            Feature.GIVEN_STEPS,
        }
    )
    supports = native | emulated

    def cannot(self, problem: Problem) -> frozenset[str]:
        """This will return what is supported alone, but not in the combination this problem has it in."""
        return frozenset(_beyond(problem))

    def is_slow_at(self, problem: Problem) -> bool:
        return False

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        fleet = [kind for kind in kinds(problem) if kind.breaks is not None]
        plan = Plan()
        if not fleet or not problem.orders:
            return plan
        model = _Model(problem, fleet)
        for level in _LEVELS:
            timeout = timedelta(seconds=max(0.01, budget.deadline - time.monotonic()))
            plan = model.plan(model.input().solve(level, _THREADS, timeout))
            report(plan)
            if budget.is_over():
                break
        return plan


def _beyond(problem: Problem) -> Iterator[str]:
    if any(vehicle.spec.costs.fixed < 0 for vehicle in problem.vehicles):
        yield Feature.FIXED_COST
    if _is_mixed(problem) and max(order.priority for order in problem.orders) > _MOST_PRIORITY // 2:
        yield Feature.PRIORITY
    fleet = kinds(problem)
    if Network(problem, fleet).horizon >= _MOST:
        yield Feature.TIME_WINDOWS
    if why := too_large(len(problem.places), len({_profile_key(kind) for kind in fleet}) * _BYTES):
        yield why


def _is_mixed(problem: Problem) -> bool:
    """VROOM counts a shipment as two tasks, we as one: beside shipments a job has to count double."""
    return bool(problem.request.jobs) and bool(problem.request.shipments)


class _Model:
    """A problem as VROOM's `Input`. Ids there are positions here: of tasks, of vehicles, of breaks in a vehicle."""

    def __init__(self, problem: Problem, fleet: list[Kind]) -> None:
        self.problem = problem
        self.network = Network(problem, fleet)
        self.vehicles = [(kind, vehicle) for kind in fleet for vehicle in kind.vehicles]
        self.fleet = fleet
        self.scale = self._scale()
        self.profiles: dict[tuple[object, ...], str] = {}
        # One skill for each distinct set of kinds that may serve an order.
        served_by = np.array([kind.serves for kind in fleet]).T
        self.skills: dict[bytes, int] = {}
        self.skill_of = [self.skills.setdefault(row.tobytes(), len(self.skills)) for row in served_by]

    def _scale(self) -> float:
        """Whole units of money, as fine as 32 bits allow for all that VROOM may add up."""
        fixed = sum(vehicle.spec.costs.fixed for _, vehicle in self.vehicles)
        legs = len(self.problem.tasks) + len(self.vehicles)
        most = fixed + legs * self.network.dearest
        return min(self.network.scale, _MOST / most) if most else 1.0

    def input(self) -> vroom.Input:
        """This will build the input; VROOM uses one up with each solve."""
        made = vroom.Input()
        self.profiles.clear()
        for number, (kind, _) in enumerate(self.vehicles):
            made.add_vehicle(self._vehicle(number, kind, made))
        for order in self.problem.orders:
            made.add_job(self._shipment(order) if order.type == "shipment" else self._job(order))
        return made

    def _vehicle(self, number: int, kind: Kind, made: vroom.Input) -> vroom.Vehicle:
        vehicle, spec = kind.sample, kind.sample.spec
        limits = {
            name: min(getattr(spec, name), _MOST)
            for name in ("max_tasks", "max_distance", "max_travel_time")
            if getattr(spec, name) is not None
        }
        return vroom.Vehicle(
            number,
            start=vehicle.start,
            end=vehicle.end,
            profile=self._profile(kind, made),
            capacity=vroom.Amount(kind.capacity),
            skills={skill for row, skill in self.skills.items() if row[self.fleet.index(kind)]},
            time_window=_window(vehicle.window) if spec.time_window else None,
            breaks=[self._break(spec.breaks.index(pause), pause, kind) for pause in kind.breaks or ()],
            costs=vroom.VehicleCosts(fixed=round(spec.costs.fixed * self.scale)),
            type=spec.type or "",
            **limits,
        )

    def _profile(self, kind: Kind, made: vroom.Input) -> str:
        """Roads at their speed and their price are one profile of VROOM's."""
        travel, key = kind.sample.travel, _profile_key(kind)
        if key not in self.profiles:
            self.profiles[key] = name = f"profile {len(self.profiles)}"
            made.set_durations_matrix(name, np.asarray(travel.durations))
            made.set_distances_matrix(name, _in_32_bits(travel.distances))
            money = self.network.travel_money(kind.sample)
            money *= self.scale
            made.set_costs_matrix(name, np.rint(money, out=money))
        return self.profiles[key]

    def _break(self, number: int, pause: Break, kind: Kind) -> vroom.Break:
        windows = [_window(window) for window in kind.starts_of(pause)]
        return vroom.Break(number, windows, pause.service, max_load=kind.load_in(pause))

    def _job(self, order: Order) -> vroom.Job:
        task = order.tasks[0]
        return vroom.Job(
            task.index,
            task.place,
            delivery=vroom.Amount(task.delivery),
            pickup=vroom.Amount(task.pickup),
            skills={self.skill_of[task.index]},
            priority=self._priority(order),
            **self._times(task),
        )

    def _shipment(self, order: Order) -> vroom.Shipment:
        pickup, delivery = order.tasks
        return vroom.Shipment(
            vroom.ShipmentStep(pickup.index, pickup.place, **self._times(pickup)),
            vroom.ShipmentStep(delivery.index, delivery.place, **self._times(delivery)),
            amount=vroom.Amount(pickup.change),
            skills={self.skill_of[pickup.index]},
            priority=self._priority(order),
        )

    def _times(self, task: Task) -> dict[str, object]:
        stop = task.stop
        return {
            "default_setup": stop.setup,
            "default_service": stop.service,
            "setup_per_type": dict(stop.setup_per_type),
            "service_per_type": dict(stop.service_per_type),
            "time_windows": [_window(window) for window in task.windows],
        }

    def _priority(self, order: Order) -> int:
        if not _is_mixed(self.problem):
            return order.priority
        each = order.priority if any(o.priority for o in self.problem.orders) else 1
        return 2 * each if order.type == "job" else each

    def plan(self, solution: Any) -> Plan:
        """This will read VROOM's solution as a plan."""
        steps: dict[int, list[Step]] = {}
        if solution.summary.routes:
            table = solution.routes
            for number, kind, name in zip(table["vehicle_id"], table["type"], table["id"], strict=True):
                if kind not in ("start", "end"):
                    steps.setdefault(number, []).append(self._step(number, kind, name))
        routes = tuple(Route(self.vehicles[n][1].id, tuple(found)) for n, found in steps.items())
        return Plan(routes, claimed_cost=solution.summary.cost / self.scale)

    def _step(self, number: int, kind: str, name: int) -> Step:
        if kind == "break":
            return Step("break", self.vehicles[number][1].spec.breaks[name].id)
        task = self.problem.tasks[name]
        return Step(task.kind, task.id)


def _profile_key(kind: Kind) -> tuple[object, ...]:
    return id(kind.sample.travel), repr(kind.sample.spec.costs)


def _in_32_bits(table: Table) -> np.ndarray:
    whole = np.asarray(table)
    return whole if whole.dtype == np.int32 else np.minimum(whole, _MOST)


def _window(window: Window) -> vroom.TimeWindow:
    return vroom.TimeWindow(window[0], min(window[1], _MOST))
