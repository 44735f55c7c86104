"""OR-Tools routing: its dimensions and constraints model most of a request, and its plans are the dearest."""

import math
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import metadata
from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from vrp.domain import given
from vrp.domain.features import Feature, used_by
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem, Task
from vrp.engines import ortools_locks, ortools_relations, ortools_rules
from vrp.engines.base import Budget, Report
from vrp.engines.fleet import hopeless, kinds
from vrp.engines.network import Network, too_large
from vrp.engines.ortools_model import Model, fixed_cost

_REPORT_EVERY = 0.2  # seconds; reading a plan out of the solver takes a while
_MANY = 400  # tasks
# A break takes some of the time between two stops, which these look at; beside a break OR-Tools does not always find
# the cheapest times, which those want; and a break is a step that could be locked.
_NOT_BESIDE_BREAKS = {
    Feature.MAX_RIDE_TIME,
    Feature.MAX_WAIT,
    Feature.OVERTIME,
    Feature.LOCKS,
    Feature.FREEZE,
    Feature.SOFT_TIME_WINDOWS,
}


class OrToolsEngine:
    """This will solve with OR-Tools' routing library: cheapest insertion, then guided local search."""

    name = "ortools"
    version = metadata.version("ortools")
    native = frozenset(
        {
            Feature.CAPACITY,
            Feature.DELIVERY,
            Feature.SHIPMENTS,
            Feature.TIME_WINDOWS,
            Feature.SEVERAL_TIME_WINDOWS,
            Feature.SOFT_TIME_WINDOWS,
            Feature.SERVICE,
            Feature.SERVICE_PER_TYPE,
            Feature.SKILLS,
            Feature.SKILLS_ANY,
            Feature.SKILLS_NONE,
            Feature.VEHICLE_CHOICE,
            Feature.PENALTY,
            Feature.ALTERNATIVES,
            Feature.MAX_RIDE_TIME,
            Feature.INCOMPATIBILITIES,
            Feature.RELATIONS,
            Feature.SHIFT,
            Feature.START_LATEST,
            Feature.SEVERAL_DEPOTS,
            Feature.MIXED_FLEET,
            Feature.PROFILES,
            Feature.COST_MATRIX,
            Feature.FIXED_COST,
            Feature.DISTANCE_COST,
            Feature.WAIT_COST,
            Feature.DURATION_COST,
            Feature.BREAKS,
            Feature.MAX_TASKS,
            Feature.MAX_DISTANCE,
            Feature.MAX_DURATION,
            Feature.MAX_TRAVEL_TIME,
            Feature.LOADING_POLICY,
            Feature.GIVEN_STEPS,
            Feature.LOCKS,
            Feature.FREEZE,
            Feature.MAX_WAIT,
            Feature.OVERTIME,
        }
    )
    emulated = frozenset(
        {
            Feature.PICKUP,
            Feature.RELEASE_TIME,
            Feature.SETUP,
            Feature.PREFERRED_VEHICLES,
            Feature.PRIORITY,
            Feature.OPEN_START,
            Feature.OPEN_END,
            Feature.SPEED_FACTOR,
            Feature.NO_WAY,
            Feature.TASK_COST,
            Feature.OPTIONAL_BREAKS,
            Feature.INITIAL_LOAD,
            Feature.OBJECTIVE_PRESET,
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
        if not fleet or len(hopeless(problem, fleet)) == len(problem.orders):
            return Plan()
        model = Model(problem, fleet)
        ortools_rules.add(model)
        ortools_relations.add(model)
        ortools_locks.add(model)
        watch = _Watch(model, budget, report)
        model.routing.AddAtSolutionCallback(watch.at_solution)
        model.routing.AddSearchMonitor(model.solver.CustomLimit(budget.is_over))
        found = _search(model, _parameters(problem, budget))
        return model.plan(found) if found else watch.best


def _beyond(problem: Problem) -> Iterator[str]:
    fleet, used = kinds(problem), used_by(problem.request)
    if any(fixed_cost(kind) < 0 for kind in fleet):
        yield Feature.FIXED_COST
    if any(pause.service == 0 for kind in fleet for pause in kind.breaks or ()):
        yield Feature.BREAKS  # a moment without length could fall inside another break
    network = Network(problem, fleet)
    tables = len({network.time_key(kind) for kind in fleet}) + len(
        {network.money_key(kind) for kind in fleet}
    )
    if why := too_large(network.size, (tables + 8) * 8):  # one of them as Python's numbers for a moment
        yield why
    if any(kind.breaks for kind in fleet):
        if network.may_skip_setup.any():
            yield Feature.SETUP  # such a setup sits on the way there, where a break could interrupt it
        yield from used & _NOT_BESIDE_BREAKS
    if Feature.MAX_WAIT in used or any(_is_too_soft(task, network) for task in problem.tasks):
        yield from used & {Feature.SOFT_TIME_WINDOWS}
    if problem.request.objective.preset not in ("cost", "min_vehicles"):
        yield Feature.OBJECTIVE_PRESET
    if used & {Feature.LOCKS, Feature.FREEZE} and not ortools_locks.are_kept_alone(problem):
        yield from used & {Feature.LOCKS, Feature.FREEZE}


def _is_too_soft(task: Task, network: Network) -> bool:
    """OR-Tools has one price for a stop, however many its windows, and asks when its setup is over."""
    return any(task.soft) and (len(task.windows) > 1 or bool(network.may_skip_setup[task.index]))


def _search(model: Model, parameters: Any) -> Any:
    """Begin with the given routes if they can be made, or what of them is locked, else with what OR-Tools finds."""
    model.routing.CloseModelWithParameters(parameters)
    for plan in (given.routes_of(model.problem), ortools_locks.alone(model.problem)):
        if beginning := model.beginning(plan):
            return model.routing.SolveFromAssignmentWithParameters(beginning, parameters)
    return model.routing.SolveWithParameters(parameters)


def _parameters(problem: Problem, budget: Budget) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    # Measured: all at once finds far cheaper first plans of many jobs, one by one those that search improves most.
    first = routing_enums_pb2.FirstSolutionStrategy
    is_many = len(problem.tasks) > _MANY and not problem.request.shipments
    parameters.first_solution_strategy = (
        first.PARALLEL_CHEAPEST_INSERTION if is_many else first.LOCAL_CHEAPEST_INSERTION
    )
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromTimedelta(timedelta(seconds=max(0.001, budget.deadline - time.monotonic())))
    return parameters


class _Watch:
    """Reports better plans while OR-Tools searches."""

    def __init__(self, model: Model, budget: Budget, report: Report) -> None:
        self.model, self.budget, self.report = model, budget, report
        self.cost = math.inf
        self.reported_at = 0.0
        self.best = Plan()

    def at_solution(self) -> None:
        cost, now = self.model.routing.CostVar().Value(), time.monotonic()
        if cost < self.cost and now - self.reported_at >= _REPORT_EVERY:
            self.cost, self.reported_at = cost, now
            self.best = self.model.plan()
            self.report(self.best)
