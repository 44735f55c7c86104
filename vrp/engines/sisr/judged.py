"""Ruin and recreate, with every insertion tried by the evaluator: it does all a request can ask, and is the slowest.

The search is Christiaens and Vanden Berghe's "Slack Induction by String Removals for Vehicle Routing Problems":
strings of neighbouring stops are torn out and put back greedily, now and then passing over a place; simulated
annealing decides what is kept. See vrp/docs/decisions/0006-the-last-resort-asks-the-judge.md.
"""

import math
import random
import time
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache, partial

import numpy as np

from vrp import engines
from vrp.domain import given, objective, rules
from vrp.domain.evaluator import Evaluation, Trial, judge, resolved, route_with
from vrp.domain.insertion import (
    Board,
    Insertion,
    Items,
    fixed_items,
    may_serve,
    plan_of,
    required,
    seat_breaks,
)
from vrp.domain.plan import Plan
from vrp.domain.problem import Order, Problem, Reload, Task, Vehicle
from vrp.domain.request import Break
from vrp.domain.travel import NO_WAY
from vrp.engines import relaxation
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import exhaustive, native
from vrp.engines.sisr.model import refusals

_NEAR = 60  # neighbours known of each order
_MANY = 150  # orders: beyond it an order is tried only on the vehicles that serve its neighbours
_STRING = 10  # longest string removed, as in the paper
_REMOVED = 10  # orders removed on average, as in the paper
_BLINK = 0.01
_FIRST_WARMTH, _LAST_WARMTH = 0.5, 0.005  # temperature, in shares of what an order costs on average
_LATE_WARMTH = 0.02  # where another engine's plan is the first
_PATIENCE = 400  # rounds for each order without a better plan, then it is as good as it gets
_ALONE = (
    25  # orders: beyond it another engine makes the first plan, of the problem without the rules it lacks
)
_SHARE = 0.4  # of the time it gets for that
_HOPE = 0.25  # of the rounds: orders are served although each alone is not worth it
_NEVER = {"skills", "vehicle", "duplicate"}  # causes that no detour mends
_EMPTY = 0.15  # of the rounds: a whole route is emptied and no other opened
_FEW = 3  # orders: then every round tears out everything
_REMEMBERED = 60_000  # orders in all the routes, or plans, that are not judged again
_PROVING = 0.5  # of the time, at most, to go through all plans


def solve(problem: Problem, budget: Budget, report: Report) -> Plan:
    """This will solve by ruin and recreate. What it reports was found legal by the evaluator itself."""
    return _Search(problem, budget, report).run()


class _Search:
    def __init__(self, problem: Problem, budget: Budget, report: Report) -> None:
        self.problem, self.budget, self.report = problem, budget, report
        self.random = random.Random(budget.seed)
        # In small problems the same routes come again and again.
        self.most = _REMEMBERED // max(1, len(problem.orders))
        self.judges = lru_cache(self.most)(partial(route_with, problem))
        self.plans = lru_cache(self.most)(lambda *trials: judge(problem, [trial.route for trial in trials]))
        self.places: dict[object, Insertion | None] = {}  # the cheapest of an order in a vehicle's route
        self.board = Board(problem, (), lambda cause: cause == "min_tasks", judges=self.judges)
        self.best: tuple[tuple[float, ...], Plan] = (_worst(), Plan())
        self.improved_at = time.monotonic()
        self.fixed = {
            problem.task_by_name[lock.key].order
            for vehicle in problem.vehicles
            for lock in vehicle.locks
            if lock.level in ("order", "full") and lock.key in problem.task_by_name
        }
        groups = {order.group for order in problem.orders}
        self.locked = {problem.task_by_name[key].order for key in problem.locked_to}
        self.may_open = True  # whether vehicles not used yet may be
        self._empties = problem.request.objective.preset == "min_vehicles" or any(
            vehicle.spec.costs.fixed > 0 for vehicle in problem.vehicles
        )
        balance = problem.request.objective.balance
        self._is_balanced = bool(balance and balance.weight)
        self._spreads = problem.request.objective.preset in ("min_makespan", "balanced")
        self.demands = [problem.orders[group[0]] for group in sorted(groups)]
        self.able = [
            [v for v in problem.vehicles if not v.is_closed and may_serve(problem, order, v)]
            for order in problem.orders
        ]

    def run(self) -> Plan:
        self._start()
        self._fill(self._missing())
        if not self._judge() and self.best[0] == _worst():
            # What is locked is legal only in company that is not there yet: go through what is not.
            self.board = Board(
                self.problem,
                self.board.trials.values(),
                lambda cause: cause not in _NEVER,
                self._heavy,
                self.judges,
            )
            self.places.clear()
            self._fill(self._missing())
        if not self._goes_through_all():
            self._anneal()
        return self.best[1]

    def _goes_through_all(self) -> bool:
        """Whether all plans could be looked at: then the best is found."""
        until = time.monotonic() + _PROVING * (self.budget.deadline - time.monotonic())
        judged = exhaustive.best(
            self.problem, self.judges, lambda: self.budget.is_over() or time.monotonic() > until
        )
        if judged and judged.rank < self.best[0]:
            self._keep(judged)
        return judged is not None

    # The first plan ----------------------------------------------------------------------------------------

    def _start(self) -> None:
        """What is given is the first plan, as far as it keeps the rules; what is locked in its order in any case."""
        given_routes = resolved(self.problem, given.routes_of(self.problem))
        if not given_routes and len(self.problem.orders) > _ALONE:
            self._start_from(_relaxed_plan(self.problem, self.budget, self._glance))
        for vehicle, items in given_routes:
            trial = self.judges(vehicle, tuple(items))
            self._put(trial if not trial.violations else self._only_fixed(vehicle, tuple(items)))
        if self.board.judged().violations:
            for vehicle, items in given_routes:
                self._put(self._only_fixed(vehicle, tuple(items)))

    def _glance(self, plan: Plan) -> None:
        """The first plan of the other engine is shown at once, made legal."""
        if self.best[1].routes:
            return
        self._start_from(plan)
        self._fill(self._missing())
        self._judge()
        self.board.trials = {}

    def _start_from(self, plan: Plan) -> None:
        """Routes that another engine made without knowing all rules, less what breaks one."""
        for vehicle, items in resolved(self.problem, plan):
            tasks = tuple(item for item in items if isinstance(item, Task))
            others = [item for item in items if isinstance(item, Reload)]
            kept = tuple(items) if others else tasks
            trial = self.judges(vehicle, seat_breaks(self.judges, vehicle, kept, required(vehicle)))
            while broken := [v for v in trial.violations if v.cause != "min_tasks"]:
                trial = self._lightened(trial, broken[0])
            self.board.put(trial)
            across = rules.across(self.problem, self.board.routes)
            if any(v.cause in ("relation", "alternatives") for v in across):
                self.board.trials.pop(vehicle.index)

    def _lightened(self, trial: Trial, violation: rules.Violation) -> Trial:
        """The route without the order that breaks a rule, or the last one up to there."""
        upto = trial.route.visits[: violation.step + 1] if violation.step is not None else trial.route.visits
        orders = [visit.task.order for visit in upto if visit.task] or [
            visit.task.order for visit in trial.route.visits if visit.task
        ]
        out = orders[-1] if orders else None
        items = trial.route.items
        rest = tuple(i for i in items if isinstance(i, Task) and i.order != out)
        vehicle = trial.route.vehicle
        if len(rest) == len(items) or not rest:
            return self.judges(vehicle, ())
        return self.judges(vehicle, seat_breaks(self.judges, vehicle, rest, required(vehicle)))

    def _only_fixed(self, vehicle: Vehicle, items: Items) -> Trial:
        return self.judges(vehicle, fixed_items(self.problem, vehicle, items, ("order", "full")))

    def _put(self, trial: Trial) -> None:
        if trial.route.visits:
            self.board.put(trial)

    # Annealing ---------------------------------------------------------------------------------------------

    def _anneal(self) -> None:
        current = self._scalar()
        free = [order for order in self.demands if not self.fixed.intersection(order.group)]
        if not free:
            return
        began, since_best = time.monotonic(), 0
        first = _FIRST_WARMTH if len(self.problem.orders) <= _ALONE else _LATE_WARMTH
        share = max(1e-9, self.board.judged().cost / max(1, len(self.problem.orders)))
        while not self.budget.is_over() and since_best < _PATIENCE * len(free) and not self._is_stale():
            elapsed = (time.monotonic() - began) / max(1e-9, self.budget.deadline - began)
            warmth = share * first * (_LAST_WARMTH / first) ** min(1.0, elapsed)
            kept = dict(self.board.trials)
            self._fill(self._ruin(free))
            reached = self._scalar()
            since_best += 1
            if reached < current - warmth * math.log(1 - self.random.random() or 1e-12):
                current = reached
                if self._judge():
                    since_best = 0
            else:
                self.board.trials = kept

    def _is_stale(self) -> bool:
        patience = self.budget.no_improvement
        return patience is not None and time.monotonic() - self.improved_at > patience

    def _judged(self) -> Evaluation:
        trials = self.board.trials
        return self.plans(*(trials[index] for index in sorted(trials)))

    def _scalar(self) -> float:
        """One number for a board: what is left out weighs more than anything else, then the preset's aim. A route
        of too few tasks weighs as half an order left out, for it may be on its way to more."""
        evaluation = self._judged()
        _, by_priority, number, aim, cost = evaluation.rank
        few = sum(v.amount or 0 for v in evaluation.violations if v.cause == "min_tasks")
        broken = sum(1 for v in evaluation.violations if v.cause != "min_tasks")
        return cost + self._heavy * (
            aim / self._aim + 10 * number + 1e3 * by_priority + 5 * few + 1e6 * broken
        )

    @cached_property
    def _heavy(self) -> float:
        """More than any order costs to serve, or all of them to leave out."""
        prices = [vehicle.spec.costs for vehicle in self.problem.vehicles]
        durations = max((int(v.travel.durations.max()) for v in self.problem.vehicles), default=0)
        hourly = max(c.per_hour + c.per_duration_hour + c.per_wait_hour + c.per_task_hour for c in prices)
        fixed = max(abs(c.fixed) for c in prices)
        distance = max(int(v.travel.distances.max()) for v in self.problem.vehicles) / 1000
        penalties = sum(order.penalty or 0 for order in self.demands)
        return penalties + 10 * (
            1 + fixed + hourly * durations / 3600 + distance * max(c.per_km for c in prices)
        )

    @cached_property
    def _aim(self) -> float:
        """A step of the preset's aim that outweighs a cost."""
        preset = self.problem.request.objective.preset
        return {"cost": 1.0, "min_vehicles": 1.0, "min_makespan": 60.0, "balanced": 1 / 60}[preset]

    def _judge(self) -> bool:
        """Keep the board, without its routes of too few tasks, if it is the best so far; True if it is."""
        evaluation = self._judged()
        few = {v.route for v in evaluation.violations if v.cause == "min_tasks"}
        if few:
            rest = Board(self.problem, self.board.trials.values())
            for number in few:
                if number is not None:
                    rest.trials.pop(evaluation.routes[number].vehicle.index)
            evaluation = rest.judged()
        if evaluation.violations or evaluation.rank >= self.best[0]:
            return False
        self._keep(evaluation)
        return True

    def _keep(self, evaluation: Evaluation) -> None:
        self.best = (evaluation.rank, plan_of(evaluation.routes))
        self.improved_at = time.monotonic()
        if not evaluation.violations:
            self.report(self.best[1])

    # Ruin --------------------------------------------------------------------------------------------------

    def _ruin(self, free: list[Order]) -> list[Order]:
        """Tear strings of orders near each other out of their routes; returns all that is now unserved."""
        removed: dict[int, set[int]] = {}
        routes = {i: self._served(t.route.items) for i, t in self.board.trials.items()}
        route_of = {order: index for index, orders in routes.items() for order in orders}
        self.may_open = not self._empties or self.random.random() > _EMPTY
        if not self.may_open and len(routes) > 1:  # one route less, if the others can take its orders
            index = self.random.choice(list(routes))
            removed[index] = set(routes[index])
        elif len(free) <= _FEW or self.random.random() < 2 / (2 + len(free)):
            for order, index in route_of.items():
                removed.setdefault(index, set()).add(order)
        else:
            average = sum(map(len, routes.values())) / max(1, len(routes))
            longest = max(1.0, min(_STRING, average))
            strings = max(1, int(self.random.uniform(1, 4 * _REMOVED / (1 + longest))))
            seed = self.random.choice(free)
            for near in (seed.index, *self.near[seed.index]):
                at = route_of.get(int(near))
                if at is None or at in removed:
                    continue
                removed[at] = self._string(routes[at], int(near), longest)
                if len(removed) >= strings:
                    break
        for index, orders in removed.items():
            self._take_out(self.problem.vehicles[index], orders - self.fixed)
        return self._missing()

    def _string(self, orders: list[int], near: int, longest: float) -> set[int]:
        length = int(self.random.uniform(1, min(len(orders), longest) + 1))
        at = orders.index(near)
        first = self.random.randint(max(0, at - length + 1), min(at, max(0, len(orders) - length)))
        return set(orders[first : first + length])

    def _served(self, items: Items) -> list[int]:
        return list(dict.fromkeys(item.order for item in items if isinstance(item, Task)))

    def _take_out(self, vehicle: Vehicle, orders: set[int]) -> None:
        if not orders:
            return
        items = tuple(i for i in self.board.items(vehicle) if not (isinstance(i, Task) and i.order in orders))
        if not any(isinstance(item, Task) for item in items):
            self.board.trials.pop(vehicle.index, None)
            return
        trial = self.judges(vehicle, items)
        if any(
            v.cause != "min_tasks" for v in trial.violations
        ):  # a detour may be needed where triangles bend
            rest = fixed_items(self.problem, vehicle, items, ("order", "full"))
            if any(isinstance(item, Task) for item in rest):
                self.board.put(self.judges(vehicle, rest))
            else:
                self.board.trials.pop(vehicle.index, None)
            return
        self.board.put(trial)
        if not vehicle.locks:
            self._drop_reloads(vehicle)

    def _drop_reloads(self, vehicle: Vehicle) -> None:
        """Reloads that nothing needs any more."""
        trial = self.board.trials[vehicle.index]
        items = trial.route.items
        for reload in [k for k, item in enumerate(items) if isinstance(item, Reload)]:
            without = self.judges(vehicle, (*items[:reload], *items[reload + 1 :]))
            if len(without.violations) <= len(trial.violations) and without.cost <= trial.cost:
                self.board.put(without)
                self._drop_reloads(vehicle)
                return

    # Recreate ----------------------------------------------------------------------------------------------

    def _missing(self) -> list[Order]:
        served = {order for trial in self.board.trials.values() for order in self._served(trial.route.items)}
        return [order for order in self.demands if not served.intersection(order.group)]

    def _fill(self, orders: list[Order]) -> None:
        """Put orders back, one by one, each at its cheapest place; with a penalty as a rule only if that is cheaper,
        now and then in the hope that together they are."""
        hopes, spreads = self.random.random() < _HOPE, self._spreads and self.random.random() < 0.5
        orders = self._sorted(orders)
        locked = [order for order in orders if order.index in self.locked]  # others may make a way for them
        for order in (*orders, *locked):
            if order.index in self.locked and self._is_served(order):
                continue
            if self.budget.is_over() and self.best[1].routes:
                return
            found = self._cheapest(order, spreads)
            if found is None:
                continue
            if order.penalty is not None and found.extra_cost >= order.penalty and not hopes:
                continue
            self.board.put(found.trial)
            if found.vehicle.spec.breaks and self.random.random() < 0.2:
                self._reseat(found.vehicle)

    def _is_served(self, order: Order) -> bool:
        return any(order.index in self._served(t.route.items) for t in self.board.trials.values())

    def _sorted(self, orders: list[Order]) -> list[Order]:
        self.random.shuffle(orders)
        how = self.random.choices(("random", "load", "far", "near", "narrow"), (4, 4, 2, 1, 2))[0]
        if how == "load":
            orders.sort(key=lambda order: -self._size[order.index])
        elif how in ("far", "near"):
            orders.sort(key=lambda order: self._distance[order.index] * (-1 if how == "far" else 1))
        elif how == "narrow":
            orders.sort(key=lambda order: self._room[order.index])
        orders.sort(
            key=lambda order: (order.index not in self.locked, order.penalty is not None, -order.priority)
        )
        return orders

    def _cheapest(self, order: Order, spreads: bool) -> Insertion | None:
        """The cheapest place, or, where the work is to be spread, that on the vehicle with the least of it."""
        best: Insertion | None = None
        least = math.inf
        for member in order.group:
            alternative = self.problem.orders[member]
            for vehicle in self._candidates(alternative):
                if self.best[1].routes and self.random.random() < _BLINK:
                    continue
                below = best.extra_cost if best and not spreads else math.inf
                found = self._place(alternative, vehicle, below)
                share = objective.aim(self.problem, [found.trial.route]) if found and spreads else 0
                if found and (not spreads or share < least):
                    best, least = found, share
        return best

    def _place(self, order: Order, vehicle: Vehicle, below: float) -> Insertion | None:
        """The cheapest place on a vehicle, remembered where it does not depend on what others do."""
        board = self.board
        is_large = len(self.problem.orders) > _ALONE
        if is_large or self._is_balanced or order.index in board.related:
            return board.cheapest(order, vehicle, below)
        key = order.index, vehicle.index, board.trials.get(vehicle.index)
        if key not in self.places:
            if len(self.places) >= self.most:
                self.places.clear()
            self.places[key] = board.cheapest(order, vehicle)
        found = self.places[key]
        return found if found and found.extra_cost < below else None

    def _candidates(self, order: Order) -> Iterator[Vehicle]:
        """Vehicles that serve neighbours, or all where those are few; of those alike and unused only the first."""
        used, fresh = self.board.trials, set()
        near: set[int] | None = None
        if len(self.problem.orders) > _MANY:
            neighbours = set(self.near[order.index].tolist())
            near = {i for i, t in used.items() if any(o in neighbours for o in self._served(t.route.items))}
        for vehicle in self.able[order.index]:
            if vehicle.index in used:
                if near is None or vehicle.index in near:
                    yield vehicle
            elif self.may_open and vehicle.path not in fresh:
                fresh.add(vehicle.path)
                yield vehicle

    def _reseat(self, vehicle: Vehicle) -> None:
        trial = self.board.trials[vehicle.index]
        if vehicle.locks:
            return
        items = tuple(item for item in trial.route.items if not isinstance(item, Break))
        seated = self.judges(vehicle, seat_breaks(self.judges, vehicle, items, required(vehicle)))
        if len(seated.violations) <= len(trial.violations) and seated.cost <= trial.cost:
            self.board.put(seated)

    # What orders are like ----------------------------------------------------------------------------------

    @cached_property
    def near(self) -> list[np.ndarray]:
        """Of each order the others, the nearest first."""
        places = np.array([order.tasks[-1].place for order in self.problem.orders])
        firsts = np.array([order.tasks[0].place for order in self.problem.orders])
        durations = self.problem.vehicles[0].travel.durations
        beyond = int(durations.max()) + 1
        found = []
        for order in range(len(places)):
            apart = durations[firsts[order], firsts]
            if self.problem.request.shipments:
                apart = np.minimum(apart, durations[places[order], places])
            apart = np.where(apart == NO_WAY, np.int64(beyond), apart)
            ranks = _smallest(apart, _NEAR + 1)
            found.append(ranks[ranks != order])
        return found

    @cached_property
    def _distance(self) -> Sequence[int]:
        vehicle = self.problem.vehicles[0]
        home = vehicle.start if vehicle.start is not None else vehicle.end
        durations = vehicle.travel.durations
        return [0 if home is None else int(durations[home, o.tasks[0].place]) for o in self.problem.orders]

    @cached_property
    def _size(self) -> Sequence[int]:
        return [
            sum(map(sum, (t.delivery, t.pickup, t.change))) for o in self.problem.orders for t in o.tasks[:1]
        ]

    @cached_property
    def _room(self) -> Sequence[int]:
        def seconds(task: Task) -> int:
            return sum(closes - opens for opens, closes in task.windows) if task.windows else 10**9

        return [min(seconds(task) for task in order.tasks) for order in self.problem.orders]


def _relaxed_plan(problem: Problem, budget: Budget, report: Report) -> Plan:
    """The plan of the first engine that can do the problem once the rules it does not model are off."""
    began = time.monotonic()
    share = Budget(_SHARE * budget.seconds, budget.seed, budget.no_improvement, budget.should_stop, began)
    relaxed = problem
    for _ in range(3):
        if lacks := frozenset(refusals(relaxed)):
            relaxed = relaxation.without(relaxed, lacks)
        elif plan := native.solve(relaxed, share, report):
            return plan
    for name in (name for name, _ in engines.PREFERENCE if name in engines.installed() and name != "sisr"):
        relaxed = problem
        for _ in range(3):
            lacks = frozenset(engines.missing(name, relaxed))
            if not lacks:
                return engines.get(name).solve(relaxed, share, report)
            relaxed = relaxation.without(relaxed, lacks)
    return Plan()


def _smallest(values: np.ndarray, number: int) -> np.ndarray:
    """Where the smallest are, as a stable sort has them."""
    some = np.arange(len(values))
    if len(values) > number:
        some = some[values <= np.partition(values, number)[number]]
    return some[np.argsort(values[some], kind="stable")][:number]


def _worst() -> tuple[float, ...]:
    return (math.inf,)
