"""PyVRP: iterated local search, the best packaged engine on everything it models."""

import time
import warnings
from collections.abc import Iterator
from importlib import metadata

import pyvrp
from pyvrp.search import OPERATORS, LocalSearch, compute_neighbours

from vrp.domain.features import Feature
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem, Task
from vrp.engines.base import Budget, Report
from vrp.engines.fleet import hopeless, kinds, openings
from vrp.engines.network import Network, too_large
from vrp.engines.pyvrp_model import Model, metric, profile_key

_FIRST_SHARE = 0.2  # of the time: so long may a plan that serves everything be looked for before we give in
_FIRST_ROUNDS = 1_000  # iterations that this must at least have had
_FIRST_ROUNDS_EACH = 500  # iterations for each order that are enough for it
_FEW = 25  # jobs and shipments
_PATIENCE = 5_000  # iterations for each order without a better plan, then it is as good as it gets


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
            Feature.RELEASE_TIME,
            Feature.SERVICE,
            Feature.PENALTY,
            Feature.ALTERNATIVES,
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
            Feature.OVERTIME,
            Feature.RELOAD,
            Feature.GIVEN_STEPS,
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
        }
    )
    supports = native | emulated

    def cannot(self, problem: Problem) -> frozenset[str]:
        """This will return what is supported alone, but not in the combination this problem has it in."""
        return frozenset(_beyond(problem))

    def is_slow_at(self, problem: Problem) -> bool:
        return False

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        fleet = kinds(problem)
        left_out = hopeless(problem, fleet)
        if len(left_out) == len(problem.orders):
            return Plan()
        model = Model(problem, fleet, left_out)
        search = _Search(model, budget, report)
        search.run(required=True)
        if not search.is_feasible and not budget.is_over():
            search.run(required=False)
        return search.best


def _beyond(problem: Problem) -> Iterator[str]:
    network = Network(problem, kinds(problem), has_reloads=True)
    tasks = problem.tasks
    if any(_is_timed(task) for task, may_skip in zip(tasks, network.may_skip_setup, strict=True) if may_skip):
        yield Feature.SETUP  # setup sits on the way there, and windows mean its beginning
    if any(len(openings(task)) > 1 for task in tasks if task.kind != "job"):
        yield Feature.SEVERAL_TIME_WINDOWS
    counted = [kind for kind in network.fleet if kind.sample.spec.max_tasks is not None]
    if counted and (problem.request.shipments or any(kind.reloads for kind in counted)):
        yield Feature.MAX_TASKS
    if any(vehicle.spec.costs.fixed < 0 for vehicle in problem.vehicles):
        yield Feature.FIXED_COST
    profiles = {profile_key(network, kind, metric(network, kind)) for kind in network.fleet}
    if why := too_large(network.size, 2 * len(profiles) * 16):  # ours, and PyVRP's own copy
        yield why
    for kind in network.fleet:
        spec, by = kind.sample.spec, metric(network, kind)
        if spec.max_distance is not None and by not in ("distance", "nothing"):
            yield Feature.MAX_DISTANCE
        if spec.max_travel_time is not None and (
            by not in ("time", "nothing") or spec.max_distance is not None
        ):
            yield Feature.MAX_TRAVEL_TIME
        is_limited = spec.max_duration is not None or spec.overtime is not None
        if is_limited and kind.reloads and any(task.release for task in tasks if task.kind == "job"):
            yield Feature.RELEASE_TIME  # PyVRP 0.14.1 misjudges moves there and may go round in circles for ever
        if spec.overtime and not network.is_fine(spec.overtime.cost_per_hour / 3600):
            yield Feature.OVERTIME


def _is_timed(task: Task) -> bool:
    """Whether anything is said about when work at a task begins, rather than the trip."""
    return bool(task.windows or (task.kind != "job" and task.release))


class _Search(pyvrp.IteratedLocalSearchCallbacks):
    """PyVRP at work: reports what is better, and knows when to stop."""

    def __init__(self, model: Model, budget: Budget, report: Report) -> None:
        self.model, self.budget, self.report = model, budget, report
        self.gives_in_at = time.monotonic() + _FIRST_SHARE * budget.seconds
        self.patience = _PATIENCE * len(model.orders)
        self.is_feasible = False
        self.best = Plan()

    def run(self, required: bool) -> None:
        """This will search until it must stop; `best` is then a legal plan, perhaps of nothing."""
        self.required = required
        self.rounds = self.rounds_since_best = 0
        data, most = self.model.data(required), self.model.most_penalty(required)
        penalties = pyvrp.PenaltyParams(max_penalty=most, min_penalty=min(0.1, most))
        prices = pyvrp.PenaltyManager(penalties.midpoint_penalties(data), penalties)
        random = pyvrp.RandomNumberGenerator(self.budget.seed)
        moves = _moves(data, random)
        given = self.model.given(data)
        if given and given.is_feasible():
            self.on_best(given)
        begin = given or pyvrp.Solution.make_random(data, random)
        improved = moves(begin, prices.max_cost_evaluator(), exhaustive=True)
        if improved.is_feasible() or not begin.is_feasible():
            begin = improved
        params = pyvrp.IteratedLocalSearchParams(callbacks=self)
        search = pyvrp.IteratedLocalSearch(data, prices, moves, begin, params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pyvrp.exceptions.PenaltyBoundWarning)
            search.run(self.must_stop, collect_stats=False)

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


def _moves(data: pyvrp.ProblemData, random: pyvrp.RandomNumberGenerator) -> LocalSearch:
    """PyVRP's local search, as its own `solve` makes it."""
    moves = LocalSearch(data, random, _neighbours(data))
    for operator in OPERATORS:
        if operator.supports(data):
            moves.add_operator(operator(data))
    return moves


def _neighbours(data: pyvrp.ProblemData) -> dict[pyvrp.Activity, list[pyvrp.Activity]]:
    """What may be put beside what. With shipments PyVRP leaves out some that would do; of few orders that is most."""
    near = compute_neighbours(data)
    if not data.num_shipments or len(near) > _FEW:
        return near
    deliveries = [pyvrp.Activity(pyvrp.ActivityType.DELIVERY, k) for k in range(data.num_shipments)]
    for one, found in near.items():
        found += [k for k in (*near, *deliveries) if k not in found and not _are_one(data, one, k)]
    return near


def _are_one(data: pyvrp.ProblemData, one: pyvrp.Activity, other: pyvrp.Activity) -> bool:
    """Whether these are two ends of one shipment, or of one choice."""
    if one.is_client() != other.is_client():
        return False
    groups = [data.client(k.idx).group if k.is_client() else None for k in (one, other)]
    return one.idx == other.idx or (groups[0] is not None and groups[0] == groups[1])
