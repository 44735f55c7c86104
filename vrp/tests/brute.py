"""The best plan of a small request, by trying all of them. It believes nothing but the evaluator.

For each vehicle every route is tried: its tasks in all orders, a required break anywhere, up to two reloads
anywhere. Of the routes that serve the same orders only the cheapest can be part of the best plan (where the objective
compares routes with each other: the cheapest of each end, or of each amount compared). These are put together in all
ways, and the whole plan is judged again, the most promising first, so rules across routes are kept too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Vehicle, build, places_of
from vrp.domain.request import Request
from vrp.domain.schedule import TimedRoute

MOST_RELOADS = 2
Rank = tuple[float, ...]


def optimum(problem: Problem) -> Evaluation:
    """The best judged plan; one with violations only where no plan keeps all the rules."""
    return _Search(problem).best()


@dataclass(frozen=True, slots=True)
class _Choice:
    """One route for a vehicle and a set of orders: what it costs by itself, and what is compared among routes: what
    the preset wants small, and the share that is to be balanced."""

    cost: float
    aim: float = 0
    share: float = 0
    route: Route | None = None


# By the orders served (as bits), then by what is compared.
_Table = dict[int, dict[tuple[float, float], _Choice]]


@dataclass(frozen=True, slots=True)
class _Beginning:
    """The first steps of a route. Orders are bits: `begun` are on board; `breaks` are still to be taken."""

    steps: tuple[Step, ...] = ()
    served: int = 0
    begun: int = 0
    breaks: tuple[Step, ...] = ()
    reloads: int = 0

    @property
    def is_whole(self) -> bool:
        return bool(self.served) and not self.begun and not self.breaks


class _Search:
    def __init__(self, problem: Problem, prunes: bool = True) -> None:
        self.problem, self.prunes = problem, prunes
        self.open_ended = _open_ended(problem)
        self.left_out = cache(self._left_out)
        self.preset = problem.request.objective.preset
        balance = problem.request.objective.balance
        self.balance = balance.metric if balance and balance.weight > 0 else None

    def best(self) -> Evaluation:
        best = evaluate(self.problem, Plan())
        for bound, routes in sorted(self._plans(), key=lambda plan: plan[0]):
            if (0, *bound) >= best.rank:
                break
            judged = evaluate(self.problem, Plan(routes))
            if judged.rank < best.rank:
                best = judged
        return best

    # Whole plans

    def _plans(self) -> Iterator[tuple[Rank, tuple[Route, ...]]]:
        """Every plan worth judging, and a rank that its own cannot be better than."""
        tables = list(self._tables())
        for served, choices in _together(tables):
            routes = tuple(choice.route for choice in choices if choice.route)
            priority, number, penalties = self.left_out(served)
            cost = penalties + sum(choice.cost for choice in choices)
            yield (priority, number, self._aim(choices), cost - 1e-6), routes

    def _aim(self, choices: list[_Choice]) -> float:
        """What a preset compares before it compares costs."""
        aims = [choice.aim for choice in choices if choice.route]
        return len(aims) if self.preset == "min_vehicles" else max(aims, default=0)

    def _left_out(self, served: int) -> tuple[float, float, float]:
        """What it means to serve only these orders: any route that does, however bad, tells."""
        orders = [order for order in self.problem.orders if served >> order.index & 1]
        steps = tuple(Step(task.kind, task.id) for order in orders for task in order.tasks)
        judged = evaluate(self.problem, Plan((Route(self.problem.vehicles[0].id, steps),)))
        return judged.rank[1], judged.rank[2], _penalties(judged)

    def _tables(self) -> Iterator[dict[int, list[_Choice]]]:
        made: dict[object, dict[int, list[_Choice]]] = {}
        named = self.problem.request.model_dump_json(exclude={"matrices", "vehicles"})
        for vehicle in self.problem.vehicles:
            differs = bool(vehicle.spec.steps) or f'"{vehicle.id}"' in named
            key = vehicle.index if differs else vehicle.path
            if key not in made:
                made[key] = self._table(vehicle)
            yield {served: [_of(vehicle, each) for each in made[key][served]] for served in made[key]}

    # Routes of one vehicle

    def _table(self, vehicle: Vehicle) -> dict[int, list[_Choice]]:
        """By the set of orders served: the cheapest route for each value that is compared among routes."""
        table: _Table = {0: {(0, 0): _Choice(0)}}
        breaks = tuple(Step("break", pause.id) for pause in vehicle.spec.breaks if pause.required)
        spec = vehicle.spec.reload
        most = 0 if spec is None else MOST_RELOADS if spec.max_reloads is None else spec.max_reloads
        self._grow(vehicle, _Beginning(breaks=breaks, reloads=min(most, MOST_RELOADS)), table)
        return {served: self._worth_having(among) for served, among in table.items()}

    def _grow(self, vehicle: Vehicle, beginning: "_Beginning", table: "_Table") -> None:
        """Keep the route if it is whole, and try everything that may come next."""
        choice = self._choice(Route(vehicle.id, beginning.steps)) if beginning.is_whole else None
        if choice:
            among = table.setdefault(beginning.served, {})
            compared = choice.aim, choice.share
            among[compared] = min(among.get(compared, choice), choice, key=lambda choice: choice.cost)
        elif beginning.steps and not self._may_go_on(vehicle, beginning.steps):
            return
        for longer in self._longer(vehicle, beginning):
            self._grow(vehicle, longer, table)

    def _longer(self, vehicle: Vehicle, beginning: "_Beginning") -> Iterator["_Beginning"]:
        steps, begun = beginning.steps, beginning.begun
        for order in self.problem.orders:
            bit = 1 << order.index
            if begun & bit:
                task, now = order.tasks[1], begun & ~bit
            elif not beginning.served & bit:
                task, now = order.tasks[0], begun | bit if len(order.tasks) > 1 else begun
            else:
                continue
            served = beginning.served | bit
            yield replace(beginning, steps=(*steps, Step(task.kind, task.id)), served=served, begun=now)
        for pause in beginning.breaks:
            left = tuple(other for other in beginning.breaks if other is not pause)
            yield replace(beginning, steps=(*steps, pause), breaks=left)
        if beginning.reloads:
            for position in range(len(vehicle.reloads)):
                longer = (*steps, Step("reload", position))
                yield replace(beginning, steps=longer, reloads=beginning.reloads - 1)

    def _choice(self, route: Route) -> _Choice | None:
        """The route judged alone, unless it breaks something; what other vehicles owe is not its fault."""
        judged = evaluate(self.problem, Plan((route,)))
        if any(broken.route is not None for broken in judged.violations):
            return None
        cost = judged.cost - _penalties(judged) - judged.breakdown.get("/objective/balance", 0)
        return _Choice(cost, judged.rank[3], self._share(judged.routes[0]), route)

    def _share(self, route: TimedRoute) -> float:
        tasks = [task for _, _, task in route.tasks]
        if self.balance is None:
            return 0
        if self.balance == "load":
            amounts = [(*t.delivery[:1], *t.pickup[:1], *t.change[:1]) for t in tasks]
            return sum(max(0, part) for amount in amounts for part in amount)
        if self.balance == "tasks":
            return len(tasks)
        return route.duration if self.balance == "duration" else route.total("distance")

    def _worth_having(self, among: dict[float, _Choice]) -> list[_Choice]:
        """Where less is better both ways, what is more and dearer is of no use; a balance may want more."""
        if self.balance:
            return list(among.values())
        kept: list[_Choice] = []
        for choice in sorted(among.values(), key=lambda choice: choice.aim):
            if not kept or choice.cost < kept[-1].cost:
                kept.append(choice)
        return kept

    def _may_go_on(self, vehicle: Vehicle, steps: tuple[Step, ...]) -> bool:
        """Whether a route that begins so can keep the rules: what is broken by then stays broken."""
        if not self.prunes:
            return True
        judged = evaluate(self.open_ended, Plan((Route(vehicle.id, steps),)))
        return all(broken.cause == "precedence" for broken in judged.violations)


def _together(tables: list[dict[int, list[_Choice]]]) -> Iterator[tuple[int, list[_Choice]]]:
    """Every way to give each vehicle one of its choices so that no order is served twice."""
    if not tables:
        yield 0, []
        return
    for served, choices in _together(tables[:-1]):
        for mine, offered in tables[-1].items():
            if not served & mine:
                for choice in offered:
                    yield served | mine, [*choices, choice]


def _of(vehicle: Vehicle, choice: _Choice) -> _Choice:
    route = Route(vehicle.id, choice.route.steps) if choice.route else None
    return replace(choice, route=route)


def _penalties(judged: Evaluation) -> float:
    return sum(cost for path, cost in judged.breakdown.items() if path.endswith("/penalty"))


def _open_ended(problem: Problem) -> Problem:
    """The same problem without whatever only a whole route, or a whole plan, can keep."""
    request = problem.request
    vehicles = tuple(
        spec.model_copy(
            update={
                "end": None,
                "end_index": None,
                "min_tasks": None,
                "steps": (),
                "breaks": tuple(pause.model_copy(update={"required": False}) for pause in spec.breaks),
            }
        )
        for spec in request.vehicles
    )
    loose: Request = request.model_copy(update={"vehicles": vehicles, "relations": (), "freeze": None})
    return build(loose, places_of(loose), problem.travels)
