"""Where an order could go in a plan: every place on every route, cheapest first, each tried by the evaluator itself.

Explanations, repairs, the `insert` mode and the ruin-and-recreate engine all ask here. What a place costs is bounded
from below by the travel it adds, so most places need never be tried.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations

from vrp.domain import given, objective, rules
from vrp.domain import request as requests
from vrp.domain.evaluator import Evaluation, Trial, judge, resolved, route_with
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Item, Order, Problem, Reload, Task, Vehicle
from vrp.domain.schedule import TimedRoute
from vrp.domain.travel import NO_WAY

Items = tuple[Item, ...]
Judges = Callable[
    [Vehicle, Items], Trial
]  # what judges a vehicle's route; it may remember those that come again
_NONE: Items = ()
_NOT_TRAVEL = ("/soft", "/overtime", "/compactness")  # endings of the paths of costs
_FEW_BREAKS = 3
_SEATED = 6  # ways to go, of those that leave no seat for a break, for which all its seats are tried


@dataclass(frozen=True, slots=True)
class Way:
    """One way to put an order into a route: `first` goes before the route's item `at`, `second` (of a shipment)
    before its item `then`. It cannot be had for less money than `at_least`."""

    vehicle: Vehicle
    route: Items
    at: int
    first: Items
    then: int = 0
    second: Items = ()
    at_least: float = 0.0

    @property
    def items(self) -> Items:
        """The route's new items."""
        if not self.second:
            return (*self.route[: self.at], *self.first, *self.route[self.at :])
        between = self.route[self.at : self.then]
        return (*self.route[: self.at], *self.first, *between, *self.second, *self.route[self.then :])

    @property
    def position(self) -> int:
        """That of the order's first stop among the new items."""
        return self.at + next(k for k, item in enumerate(self.first) if isinstance(item, Task))


@dataclass(frozen=True, slots=True)
class Insertion:
    """A way that was tried: what it costs, and what it breaks that was not broken before."""

    way: Way
    trial: Trial
    extra_cost: float
    violations: tuple[rules.Violation, ...]

    @property
    def vehicle(self) -> Vehicle:
        return self.way.vehicle

    @property
    def task(self) -> Task:
        """The order's first stop."""
        return next(item for item in self.way.first if isinstance(item, Task))

    @property
    def is_legal(self) -> bool:
        return not self.violations


class Board:
    """The routes of a plan in the making, by vehicle index, each judged."""

    def __init__(
        self,
        problem: Problem,
        trials: Iterable[Trial] = (),
        tolerates: Callable[[str], bool] = lambda cause: False,
        breach: float = 0.0,
        judges: Judges | None = None,
    ) -> None:
        self.problem = problem
        self.tolerates = tolerates  # whether violations of a cause leave an insertion legal
        self.breach = breach  # money for each violation more
        self.judges = judges or partial(
            route_with, problem
        )  # a route; who asks often may remember the answers
        self.trials = {trial.route.vehicle.index: trial for trial in trials}
        self._bare = dict(_bare(problem)) if problem.has_locks else {}
        related = (str(name) for relation in problem.request.relations for name in relation.ids)
        self.related = {problem.orders_by_name[name].index for name in related}
        goal = problem.request.objective
        self.is_whole = bool((goal.balance and goal.balance.weight) or goal.stability)

    @classmethod
    def of(cls, evaluation: Evaluation) -> "Board":
        """This will set up the board of a judged plan."""
        problem = evaluation.problem
        routes = {
            route.vehicle.index: route for route in evaluation.routes
        }  # a second one of a vehicle is illegal
        return cls(problem, (route_with(problem, r.vehicle, r.items) for r in routes.values()))

    @property
    def routes(self) -> list[TimedRoute]:
        return [self.trials[index].route for index in sorted(self.trials)]

    def items(self, vehicle: Vehicle) -> Items:
        trial = self.trials.get(vehicle.index)
        return trial.route.items if trial else self._bare.get(vehicle.index, _NONE)

    def put(self, trial: Trial) -> None:
        """This will replace a vehicle's route; one without tasks is no route."""
        if any(True for _ in trial.route.tasks):
            self.trials[trial.route.vehicle.index] = trial
        else:
            self.trials.pop(trial.route.vehicle.index, None)

    def judged(self) -> Evaluation:
        return judge(self.problem, self.routes)

    def plan(self) -> Plan:
        return plan_of(self.routes)

    def vehicles(self) -> Iterator[Vehicle]:
        """This will yield used vehicles, and of those alike and unused only the first."""
        fresh = set()
        for vehicle in self.problem.vehicles:
            if vehicle.index in self.trials:
                yield vehicle
            elif vehicle.path not in fresh:
                fresh.add(vehicle.path)
                yield vehicle

    def try_(self, order: Order, way: Way) -> Insertion:
        """This will judge one way: exact cost, and the rules it breaks beyond those broken already."""
        trial = self.judges(way.vehicle, way.items)
        before = self.trials.get(way.vehicle.index)
        extra = trial.cost - (before.cost if before else 0.0)
        broken = [violation for violation in trial.violations if not self.tolerates(violation.cause)]
        extra += self.breach * (len(trial.violations) - (len(before.violations) if before else 0))
        if order.index in self.related or self.is_whole:
            routes = [t.route for index, t in self.trials.items() if index != way.vehicle.index]
            if self.is_whole:
                extra += _terms(self.problem, [*routes, trial.route]) - _terms(self.problem, self.routes)
            if order.index in self.related and not broken:
                broken = [
                    v for v in rules.across(self.problem, [*routes, trial.route]) if v.cause == "relation"
                ]
        if before and before.violations:
            known = {(v.cause, v.message) for v in before.violations}
            broken = [v for v in broken if (v.cause, v.message) not in known]
        return Insertion(way, trial, extra, tuple(broken))

    def ways(self, order: Order, vehicle: Vehicle) -> list[Way]:
        """This will list all ways to serve an order by a vehicle, those that may be cheapest first."""
        items = self.items(vehicle)
        price = _Price(vehicle, items)
        added = self._added(order, vehicle) - self._credit(vehicle)
        found = [
            Way(vehicle, items, at, first, then, second, added + price.of(at, first, then, second))
            for at, first, then, second in _placed(order, vehicle, items)
        ]
        found.sort(key=lambda way: way.at_least)
        return found

    def best_places(self, order: Order, vehicles: Iterable[Vehicle], k: int) -> list[Insertion]:
        """This will return the `k` cheapest legal places for an order, the cheapest first."""
        ways = [way for vehicle in vehicles for way in self.ways(order, vehicle)]
        ways.sort(key=lambda way: way.at_least)
        found: list[Insertion] = []
        for way in ways:
            if len(found) == k and way.at_least >= found[-1].extra_cost:
                break
            tried = self.try_(order, way)
            if tried.is_legal:
                found = sorted([*found, tried], key=lambda insertion: insertion.extra_cost)[:k]
        return found

    def cheapest(
        self, order: Order, vehicle: Vehicle, below: float = math.inf, deadline: float = math.inf
    ) -> Insertion | None:
        """This will return the cheapest legal way on a vehicle that costs less than `below`, if there is one."""
        if self.lacks_room(order, vehicle):
            return None
        return self.scan(order, vehicle, below, deadline)[0]

    def scan(
        self, order: Order, vehicle: Vehicle, below: float = math.inf, deadline: float = math.inf
    ) -> tuple[Insertion | None, Insertion | None]:
        """This will return the cheapest legal way on a vehicle below a price, and, of the ways that were tried and
        are not legal, the one that breaks least. At least one way is tried, more until `deadline`."""
        best: Insertion | None = None
        refused: list[Insertion] = []
        for number, way in enumerate(self.ways(order, vehicle)):
            if way.at_least >= below or (number and time.monotonic() > deadline):
                break
            tried = self.try_(order, way)
            if tried.trial.violations:
                refused.append(tried)
            if tried.is_legal and tried.extra_cost < below:
                best, below = tried, tried.extra_cost
        if vehicle.spec.breaks and (best is None or best.trial.violations):
            for insertion in refused[:_SEATED]:
                if time.monotonic() > deadline:
                    break
                tried = self.try_(order, self.reseated(insertion.way))
                if tried.is_legal and tried.extra_cost < below:
                    best, below = tried, tried.extra_cost
        illegal = (insertion for insertion in refused if not insertion.is_legal)
        return best, min(illegal, key=badness, default=None)

    def lacks_room(self, order: Order, vehicle: Vehicle) -> str:
        """This will name the cause ("load", "max_tasks") for which an order fits nowhere on a vehicle's route,
        whatever the place; '' where that cannot be said without trying."""
        trial = self.trials.get(vehicle.index)
        spec = vehicle.spec
        has = sum(1 for _ in trial.route.tasks) if trial else 0
        if trial and spec.max_tasks is not None and has + len(order.tasks) > spec.max_tasks:
            return "max_tasks"
        if vehicle.capacity is None or spec.reload:
            return ""
        first = order.tasks[0]
        for dimension, most in enumerate(vehicle.capacity):
            initial = sum(spec.initial_load[dimension : dimension + 1])
            start = trial.route.load_start[dimension] if trial else initial
            end = trial.route.visits[-1].load[dimension] if trial else initial
            if start + first.delivery[dimension] > most or end + first.pickup[dimension] > most:
                return "load"
            if first.change[dimension] > most:
                return "load"
        return ""

    def _added(self, order: Order, vehicle: Vehicle) -> float:
        """What serving the order costs wherever it goes on this vehicle."""
        costs = vehicle.spec.costs
        wishes = (w.cost for w in order.spec.preferred_vehicles if str(w.vehicle) in vehicle.names)
        work = sum(task.service(vehicle) for task in order.tasks)
        fixed = 0.0 if vehicle.index in self.trials else costs.fixed
        return sum(wishes) + fixed + work * (costs.per_task_hour + costs.per_duration_hour) / 3600

    def _credit(self, vehicle: Vehicle) -> float:
        """No more than this can be saved on a vehicle by one more order beside the travel: what is paid now for
        waiting, resting, setting up, overtime, soft times and all that is priced across routes."""
        trial = self.trials.get(vehicle.index)
        credit = self._whole_cost if self.is_whole else 0.0
        if trial is None:
            return credit
        credit += self.breach * len(trial.violations)
        costs, route = vehicle.spec.costs, trial.route
        idle = route.total("waiting_time") + route.total("break_time")
        paid = idle * (costs.per_wait_hour + costs.per_duration_hour)
        paid += route.total("setup") * (costs.per_task_hour + costs.per_duration_hour)
        others = (amount for path, amount in route.breakdown.items() if path.endswith(_NOT_TRAVEL))
        return credit + paid / 3600 + sum(others)

    @property
    def _whole_cost(self) -> float:
        return _terms(self.problem, self.routes)

    def saving(self, vehicle: Vehicle, rest: Items) -> float:
        """This will return what the plan costs less when a vehicle's route is cut down to `rest`."""
        has_tasks = any(isinstance(item, Task) for item in rest)
        without = [route_with(self.problem, vehicle, rest)] if has_tasks else []
        saved = self.trials[vehicle.index].cost - sum(trial.cost for trial in without)
        if self.is_whole:
            others = [t.route for index, t in self.trials.items() if index != vehicle.index]
            after = [*others, *(trial.route for trial in without)]
            saved += _terms(self.problem, self.routes) - _terms(self.problem, after)
        return saved

    def reseated(self, way: Way) -> Way:
        """This will put a vehicle's breaks elsewhere on the way, each where it breaks and costs least."""
        items = tuple(item for item in way.items if not isinstance(item, requests.Break))
        seated = seat_breaks(self.judges, way.vehicle, items, required(way.vehicle))
        at = seated.index(way.items[way.position])
        return Way(way.vehicle, (*seated[:at], *seated[at + 1 :]), at, seated[at : at + 1])


def badness(insertion: Insertion) -> tuple[int, int, float]:
    """This will rank ways that are not legal: by the rules they break, then by how much, then by price."""
    worst: dict[str, int] = {}
    for violation in insertion.violations:
        worst[violation.cause] = max(worst.get(violation.cause, 0), violation.amount or 0)
    return len(worst), sum(worst.values()), insertion.extra_cost


def seat_breaks(judges: Judges, vehicle: Vehicle, items: Items, breaks: Sequence[requests.Break]) -> Items:
    """This will put breaks into a route, one after the other, each where it breaks and costs least."""
    for pause in sorted(breaks, key=_begins):
        ways = [(*items[:k], pause, *items[k:]) for k in range(len(items) + 1)]
        items = min(ways, key=lambda way: _badness(judges(vehicle, way), pause))
    return items


def required(vehicle: Vehicle) -> list[requests.Break]:
    """This will list the breaks a used vehicle has to take, in the order they begin."""
    return sorted((pause for pause in vehicle.spec.breaks if pause.required), key=_begins)


def fixed_items(
    problem: Problem, vehicle: Vehicle, items: Items, levels: Sequence[str] = ("vehicle", "order", "full")
) -> Items:
    """This will return what stays of a route when all that may go has gone: what is locked at one of the levels, and
    required breaks."""
    locked = {lock.key for lock in vehicle.locks if lock.level in levels}
    orders = {problem.task_by_name[key].order for key in locked if key in problem.task_by_name}
    kept: list[Item] = []
    reloads = 0
    last = max((int(name) for kind, name in locked if kind == "reload"), default=-1)
    for item in items:
        if isinstance(item, Task):
            kept += [item] if item.order in orders else []
        elif isinstance(item, Reload):
            kept += [item] if reloads <= last else []  # they are known by their number
            reloads += 1
        else:
            kept += [item] if ("break", str(item.id)) in locked else []
    taken = {str(item.id) for item in kept if isinstance(item, requests.Break)}
    missing = [pause for pause in required(vehicle) if str(pause.id) not in taken]
    return seat_breaks(partial(route_with, problem), vehicle, tuple(kept), missing) if kept else ()


def _bare(problem: Problem) -> Iterator[tuple[int, Items]]:
    """Of each vehicle with locked breaks or reloads those, for when it is used."""
    for vehicle, items in resolved(problem, given.routes_of(problem)):
        kept = fixed_items(problem, vehicle, tuple(items))
        yield vehicle.index, tuple(item for item in kept if not isinstance(item, Task))


def may_serve(problem: Problem, order: Order, vehicle: Vehicle) -> bool:
    """This will tell whether skills, allowed vehicles and locks let a vehicle serve an order at all."""
    spec, has = order.spec, vehicle.skills
    return (
        not {str(skill) for skill in spec.skills} - has
        and (not spec.skills_any or bool({str(skill) for skill in spec.skills_any} & has))
        and not {str(skill) for skill in spec.skills_none} & has
        and is_allowed(problem, order, vehicle)
    )


def is_allowed(problem: Problem, order: Order, vehicle: Vehicle) -> bool:
    """This will tell whether an order may go on a vehicle as far as names say so."""
    allowed, forbidden = map(str, order.spec.allowed_vehicles), map(str, order.spec.forbidden_vehicles)
    names = vehicle.names
    owners = {problem.locked_to.get(task.key, vehicle.index) for task in order.tasks}
    return (
        (not order.spec.allowed_vehicles or not names.isdisjoint(allowed))
        and names.isdisjoint(forbidden)
        and owners == {vehicle.index}
    )


def plan_of(routes: Iterable[TimedRoute]) -> Plan:
    """This will write routes as a plan of names."""
    return Plan(tuple(Route(route.vehicle.id, tuple(map(_step, route.items))) for route in routes))


def _step(item: Item) -> Step:
    if isinstance(item, Task):
        return Step(item.kind, item.id)
    return Step("reload", item.position) if isinstance(item, Reload) else Step("break", item.id)


def _terms(problem: Problem, routes: list[TimedRoute]) -> float:
    return sum(amount for _, amount in objective.terms(problem, routes))


def _begins(pause: requests.Break) -> int:
    return pause.time_windows[0].start if pause.time_windows else 0


def _badness(trial: Trial, pause: requests.Break) -> tuple[int, int, float, int]:
    """Breaks still to be seated are missing in any case."""
    broken = [violation for violation in trial.violations if violation.cause != "missing_break"]
    return len(broken), sum(v.amount or 0 for v in broken), trial.cost, trial.route.end_time


def _placed(order: Order, vehicle: Vehicle, items: Items) -> Iterator[tuple[int, Items, int, Items]]:
    """Every way to put the order's stops between the items of the route, with a reload beside them or without; an
    unused vehicle's breaks move as well."""
    if not items:
        yield from ((0, way, 0, _NONE) for way in _with_breaks(order, required(vehicle)))
        return
    first, second = order.tasks[:1], order.tasks[1:]
    reloads = _reloads(vehicle, items)
    for at in range(len(items) + 1):
        for then in range(at, len(items) + 1) if second else (at,):
            yield at, first, then, second
            for reload in reloads:
                yield at, (reload, *first), then, second
        for reload in reloads if not second else ():
            yield at, (*first, reload), at, second


def _reloads(vehicle: Vehicle, items: Items) -> tuple[Reload, ...]:
    """The places where one more reload may be made."""
    spec = vehicle.spec.reload
    if spec is None:
        return ()
    made = sum(1 for item in items if isinstance(item, Reload))
    return vehicle.reloads if spec.max_reloads is None or made < spec.max_reloads else ()


def _with_breaks(order: Order, breaks: list[requests.Break]) -> Iterator[Items]:
    """Every way to serve one order alone with the breaks before, between and after its stops; of more breaks than a
    few, in the order they begin."""
    first, second = order.tasks[:1], order.tasks[1:]
    for pauses in permutations(breaks) if len(breaks) <= _FEW_BREAKS else [tuple(breaks)]:
        for before in range(len(pauses) + 1):
            for then in range(before, len(pauses) + 1) if second else (before,):
                yield (*pauses[:before], *first, *pauses[before:then], *second, *pauses[then:])


class _Price:
    """What more travel costs a vehicle beside its present route."""

    def __init__(self, vehicle: Vehicle, items: Items) -> None:
        self.travel, costs = vehicle.travel, vehicle.spec.costs
        self.per_second, self.per_metre = costs.per_hour / 3600, costs.per_km / 1000
        self.per_second_out = costs.per_duration_hour / 3600
        self.is_used = bool(items)
        self.end = vehicle.end
        self.before: list[int | None] = [vehicle.start]  # the place left before each item, and before the end
        for item in items:
            self.before.append(self.before[-1] if isinstance(item, requests.Break) else item.place)
        self.after: list[int | None] = [vehicle.end]  # the place gone to
        for item in reversed(items):
            self.after.append(self.after[-1] if isinstance(item, requests.Break) else item.place)
        self.after.reverse()

    def of(self, at: int, first: Items, then: int, second: Items) -> float:
        if second and then > at:
            return self._detour(at, first) + self._detour(then, second)
        return self._detour(at, first + second)

    def _detour(self, at: int, items: Items) -> float:
        here, there = self.before[at], self.after[at]
        saved = self._leg(here, there) if self.is_used else 0.0
        cost = 0.0
        for item in items:
            if not isinstance(item, requests.Break):
                cost += self._leg(here, item.place)
                here = item.place
        return cost + self._leg(here, there) - saved

    def _leg(self, a: int | None, b: int | None) -> float:
        if a is None or b is None:
            return 0.0
        seconds = self.travel.durations.item(a, b)
        if seconds == NO_WAY:
            return 0.0
        out = seconds * self.per_second_out
        if self.travel.costs is not None:
            return out + max(0.0, self.travel.costs.item(a, b))
        return out + seconds * self.per_second + self.travel.distances.item(a, b) * self.per_metre
