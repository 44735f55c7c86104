"""The best plan of a few orders, out of all there are: every route of each vehicle, put together in every way.

A route grows step by step, and no further once it breaks what later steps cannot mend. Of the routes, and then of the
plans, that serve the same orders only those are kept that no other equals in all that the objective compares.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from vrp.domain import objective, rules
from vrp.domain.evaluator import Evaluation, Trial, judge
from vrp.domain.insertion import Items, Judges, may_serve, required
from vrp.domain.problem import Problem, Reload, Task, Vehicle
from vrp.domain.request import Break

_MOST_ORDERS = 8
_MOST_TRIALS = 6_000
_MENDED = {"precedence", "missing_break", "min_tasks", "relation"}  # causes that a later step may take away

_Figures = tuple[float, ...]


class _TooMany(Exception):
    """There are too many routes to try them all."""


@dataclass(frozen=True, slots=True)
class _Choice:
    """The routes of the first vehicles, None for those that stay: the orders served (as bits), and what the objective
    compares, all of it better if smaller."""

    served: int
    trials: tuple[Trial | None, ...]
    figures: _Figures


class _Table(dict[int, list[_Choice]]):
    """By the orders served, the choices worth having."""

    def add(self, choice: _Choice) -> None:
        """Unless another is as good; what it beats is dropped."""
        others = self.setdefault(choice.served, [])
        if not any(_is_as_good(other, choice) for other in others):
            others[:] = [choice, *(other for other in others if not _is_as_good(choice, other))]

    def all(self) -> Iterator[_Choice]:
        return (choice for among in self.values() for choice in among)


def best(problem: Problem, judges: Judges, is_over: Callable[[], bool]) -> Evaluation | None:
    """This will return the best plan, or None where there is too much to try or the time is over. Only where no plan
    keeps all the rules does it break one. `judges` judges the route of a vehicle."""
    if len(problem.orders) > _MOST_ORDERS:
        return None
    try:
        return _Search(problem, judges, is_over).best()
    except _TooMany:
        return None


class _Search:
    def __init__(self, problem: Problem, judges: Judges, is_over: Callable[[], bool]) -> None:
        self.problem, self.judges, self.is_over = problem, judges, is_over
        self.tried = 0
        goal = problem.request.objective
        self.is_balanced = bool(goal.balance and goal.balance.weight)
        self.is_tied = bool(problem.request.relations) or len(problem.demands) < len(problem.orders)
        self.named = set(_named(problem))

    def best(self) -> Evaluation:
        tables: dict[object, _Table] = {}
        plans = _Table({0: [self._choice(0, ())]})
        for vehicle in self.problem.vehicles:
            alike = self._alike(vehicle)
            if alike not in tables:
                tables[alike] = self._table(vehicle)
            plans = self._together(plans, tables[alike])
        return min(map(self._judged, plans.all()), key=lambda judged: judged.rank)

    # Routes of one vehicle

    def _alike(self, vehicle: Vehicle) -> object:
        """The same for vehicles that nothing in the request tells from each other."""
        is_told = str(vehicle.id) in self.named or vehicle.given or vehicle.locks
        return vehicle.index if is_told else (vehicle.path, vehicle.opens, vehicle.is_closed)

    def _table(self, vehicle: Vehicle) -> _Table:
        table = _Table({0: [self._choice(0, (None,))]})
        orders = [order.tasks for order in self.problem.orders if may_serve(self.problem, order, vehicle)]
        open_ended = vehicle if vehicle.end is None else replace(vehicle, end=None)
        for trial in self._routes(vehicle, open_ended, orders, required(vehicle), ()):
            served = sum({1 << task.order for _, _, task in trial.route.tasks})
            table.add(self._choice(served, (trial,)))
        return table

    def _routes(
        self,
        vehicle: Vehicle,
        open_ended: Vehicle,
        orders: list[tuple[Task, ...]],
        breaks: list[Break],
        begun: Items,
    ) -> Iterator[Trial]:
        """Every legal route that begins so."""
        following = (next((task for task in tasks if task not in begun), None) for tasks in orders)
        pauses = (pause for pause in breaks if pause not in begun)
        for item in (*following, *pauses, *_reloads(vehicle, begun)):
            if item is None:
                continue
            items = (*begun, item)
            trial = self._tried(vehicle, items) if _is_whole(orders, breaks, items) else None
            if trial and not trial.violations and not self._lacks_locked(trial):
                yield trial
            elif not _can_go_on(trial) and not _can_go_on(self._tried(open_ended, items)):
                continue
            yield from self._routes(vehicle, open_ended, orders, breaks, items)

    def _tried(self, vehicle: Vehicle, items: Items) -> Trial:
        self.tried += 1
        if self.tried > _MOST_TRIALS or self.is_over():
            raise _TooMany
        return self.judges(vehicle, items)

    def _lacks_locked(self, trial: Trial) -> bool:
        """Whether a break or a reload is locked to the vehicle that it does not make."""
        across = rules.across(self.problem, [trial.route]) if self.problem.has_locks else []
        return any(violation.route is not None for violation in across)

    # Plans

    def _together(self, plans: _Table, table: _Table) -> _Table:
        """The plans with one route more."""
        found = _Table()
        for plan in plans.all():
            if self.is_over():
                raise _TooMany
            for mine in table.all():
                if not plan.served & mine.served:
                    choice = self._choice(plan.served | mine.served, plan.trials + mine.trials)
                    if not self._breaks_ties(choice):
                        found.add(choice)
        return found

    def _breaks_ties(self, choice: _Choice) -> bool:
        """What relations and alternatives say about orders that are served, the rest of the plan cannot mend."""
        if not self.is_tied or sum(trial is not None for trial in choice.trials) < 2:
            return False
        routes = [trial.route for trial in choice.trials if trial]
        return any(violation.cause != "locked" for violation in rules.across(self.problem, routes))

    def _choice(self, served: int, trials: tuple[Trial | None, ...]) -> _Choice:
        used = [trial for trial in trials if trial]
        routes = [trial.route for trial in used]
        cost = sum(trial.cost for trial in used)
        cost += dict(objective.terms(self.problem, routes)).get("/objective/stability", 0)
        aim = objective.aim(self.problem, routes)
        if not self.is_balanced:
            return _Choice(served, trials, (aim, cost))
        shares = [objective.share(self.problem, trial.route) if trial else 0 for trial in trials]
        return _Choice(served, trials, (aim, cost, max(shares, default=0), -min(shares, default=0)))

    def _judged(self, plan: _Choice) -> Evaluation:
        used = [(v, trial) for v, trial in zip(self.problem.vehicles, plan.trials, strict=True) if trial]
        # A route was tried on one of several vehicles that are alike.
        return judge(self.problem, [self.judges(vehicle, trial.route.items).route for vehicle, trial in used])


def _is_as_good(one: _Choice, other: _Choice) -> bool:
    return all(a <= b for a, b in zip(one.figures, other.figures, strict=True))


def _is_whole(orders: list[tuple[Task, ...]], breaks: list[Break], items: Items) -> bool:
    """Whether something is served, all that is begun is done, and all breaks are taken."""
    begun = [tasks for tasks in orders if tasks[0] in items]
    return bool(begun) and all(tasks[-1] in items for tasks in begun) and all(b in items for b in breaks)


def _can_go_on(trial: Trial | None) -> bool:
    return trial is not None and all(violation.cause in _MENDED for violation in trial.violations)


def _reloads(vehicle: Vehicle, items: Items) -> tuple[Reload, ...]:
    spec = vehicle.spec.reload
    most = (len(items) if spec.max_reloads is None else spec.max_reloads) if spec else 0
    made = sum(isinstance(item, Reload) for item in items)
    return vehicle.reloads if made < most else ()


def _named(problem: Problem) -> Iterator[str]:
    """The vehicles that the request names."""
    for order in problem.orders:
        yield from map(str, (*order.spec.allowed_vehicles, *order.spec.forbidden_vehicles))
        yield from (str(wish.vehicle) for wish in order.spec.preferred_vehicles)
    yield from (str(relation.vehicle) for relation in problem.request.relations)
    yield from (str(vehicle) for vehicle, _ in problem.baseline.values())
