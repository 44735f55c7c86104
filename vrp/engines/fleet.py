"""Who may serve what, and which vehicles are alike: the parts of a problem every engine has to be told by set."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, permutations

import numpy as np

from vrp.domain.problem import FAR_FUTURE, Load, Order, Problem, Reload, Task, Vehicle, Window
from vrp.domain.request import Break

_MOST_ORDERS = 1_000  # of a vehicle's breaks that are tried
# What no engine looks at when it asks whether two vehicles are alike.
_NAMES = {"id", "count", "description", "meta", "steps", "skills"}


@dataclass(frozen=True, eq=False)
class Kind:
    """Vehicles that are alike in all an engine looks at. `serves[k]` tells whether they may serve task k."""

    vehicles: tuple[Vehicle, ...]
    capacity: Load
    serves: np.ndarray
    wishes: dict[int, float]  # money added for serving an order, by the order's index

    @property
    def sample(self) -> Vehicle:
        return self.vehicles[0]

    @property
    def reloads(self) -> tuple[Reload, ...]:
        """Where it may reload, if it may at all."""
        spec = self.sample.spec.reload
        return self.sample.reloads if spec and spec.max_reloads != 0 else ()

    @cached_property
    def breaks(self) -> list[Break] | None:
        """The breaks to plan, in an order in which they can be taken; None where there is no such order.

        One that is not required is never taken: it could only cost time.
        """
        required = [pause for pause in self.sample.spec.breaks if pause.required]
        if any(min(self.load_in(pause) or (0,)) < 0 for pause in required):
            return None
        by_end = sorted(
            required, key=lambda pause: pause.time_windows[-1].end if pause.time_windows else FAR_FUTURE
        )
        orders = islice(permutations(by_end), _MOST_ORDERS)
        return next((list(order) for order in orders if self._can_take(order)), None)

    def starts_of(self, pause: Break) -> list[Window]:
        """This will return when a break may begin so that it ends inside the shift."""
        opens, closes = self.sample.window
        windows = [(window.start, window.end) for window in pause.time_windows] or [(opens, closes)]
        cut = [(max(start, opens), min(end, closes - pause.service)) for start, end in windows]
        return [(start, end) for start, end in cut if start <= end]

    def load_in(self, pause: Break) -> Load | None:
        """This will return what may be on board in a break, beside the initial load; None where anything may."""
        if pause.max_load is None:
            return None
        given = pause.max_load[: len(self.capacity)] + self.capacity[len(pause.max_load) :]
        initial = self.sample.spec.initial_load or (0,) * len(given)
        return tuple(most - amount for most, amount in zip(given, initial, strict=True))

    def _can_take(self, breaks: Iterable[Break]) -> bool:
        now = self.sample.window[0]
        for pause in breaks:
            begin = next((max(now, start) for start, end in self.starts_of(pause) if now <= end), None)
            if begin is None:
                return False
            now = begin + pause.service
        return True


def kinds(problem: Problem) -> list[Kind]:
    """This will group the vehicles that can do anything at all into kinds, most of them needed at once."""
    may_serve = _servable(problem)
    most = () if all(vehicle.capacity for vehicle in problem.vehicles) else _most_load(problem)
    grouped: dict[tuple[object, ...], list[Vehicle]] = {}
    written: dict[int, str] = {}
    wishing = [order for order in problem.orders if order.spec.preferred_vehicles]
    wishes_of = [tuple(_wishes(wishing, vehicle)) if wishing else () for vehicle in problem.vehicles]
    for vehicle in problem.vehicles:
        spec = vehicle.spec
        if id(spec) not in written:
            written[id(spec)] = spec.model_dump_json(exclude=_NAMES)
        key = (written[id(spec)], vehicle.start, vehicle.end, id(vehicle.travel))
        grouped.setdefault((*key, may_serve(vehicle), wishes_of[vehicle.index]), []).append(vehicle)
    made = []
    for vehicles in grouped.values():
        capacity = room(vehicles[0], most)
        first, latest = vehicles[0].index, vehicles[0].spec.start_latest
        can_start = latest is None or latest >= vehicles[0].window[0]
        if can_start and min(capacity, default=0) >= 0:  # else its initial load alone is too much for it
            given_first = sorted(vehicles, key=lambda vehicle: not vehicle.spec.steps)
            alike = tuple(given_first[: max(1, len(problem.orders))])
            serves = np.frombuffer(may_serve(vehicles[0]), dtype=bool)
            made.append(Kind(alike, capacity, serves, dict(wishes_of[first])))
    return made


def room(vehicle: Vehicle, unlimited: Load) -> Load:
    """This will return what a vehicle can take beside its initial load; `unlimited` where it has no capacity."""
    capacity = vehicle.capacity or unlimited
    initial = vehicle.spec.initial_load or (0,) * len(capacity)
    return tuple(most - amount for most, amount in zip(capacity, initial, strict=True))


def hopeless(problem: Problem, fleet: list[Kind]) -> set[int]:
    """This will return the indexes of the orders that no vehicle may serve or has room for, or whose windows close
    before one could begin."""
    needs = np.array([_needs(order) for order in problem.orders], dtype=np.int64)
    needs = needs.reshape(len(problem.orders), problem.dimensions)
    first_task = [order.tasks[0].index for order in problem.orders]
    possible = np.zeros(len(problem.orders), dtype=bool)
    for kind in fleet:
        fits = (needs <= np.array(kind.capacity, dtype=np.int64)).all(axis=1)
        possible |= kind.serves[first_task] & fits
    return {order.index for order in problem.orders if not possible[order.index] or not _is_open(order)}


def _is_open(order: Order) -> bool:
    """Whether each stop has a window after its goods are ready, and the last one closes after the first has opened."""
    if not any(task.windows for task in order.tasks):
        return True
    windows = [openings(task) for task in order.tasks]
    return all(windows) and windows[0][0][0] <= windows[-1][-1][1]


def openings(task: Task) -> list[Window]:
    """This will return when work at a task may begin: its windows, from the moment its goods are ready.

    A job's work can begin no earlier either, for the trip that carries it leaves no earlier.
    """
    windows = task.windows or ((0, FAR_FUTURE),)
    return [(max(start, task.release), end) for start, end in windows if end >= task.release]


def _needs(order: Order) -> Load:
    """The room an order takes at least, in each dimension."""
    first = order.tasks[0]
    return tuple(max(parts) for parts in zip(first.delivery, first.pickup, first.change, strict=True))


def _most_load(problem: Problem) -> Load:
    """More than any vehicle will ever carry."""
    needs = [_needs(order) for order in problem.orders]
    initial = [vehicle.spec.initial_load for vehicle in problem.vehicles if vehicle.spec.initial_load]
    # twice: what is delivered and what is picked up may be on board together
    return tuple(
        2 * sum(need[k] for need in needs) + max((load[k] for load in initial), default=0)
        for k in range(problem.dimensions)
    )


def _servable(problem: Problem) -> Callable[[Vehicle], bytes]:
    """Which tasks (a byte each) skills, choice of vehicles, relations and locks let a vehicle serve.

    There are few sorts of orders and of vehicles, and a table of all of them would be as large as both multiplied.
    """
    rows: dict[tuple[object, ...], np.ndarray] = {}
    sorts: dict[tuple[object, ...], int] = {}
    sort_of = np.empty(len(problem.orders), dtype=np.int64)
    belongs = _belongs(problem)
    for order in problem.orders:
        spec, own = order.spec, belongs.get(order.index, ())
        choice = (spec.allowed_vehicles, spec.forbidden_vehicles, own)
        key = (spec.skills, spec.skills_any, spec.skills_none, *choice)
        if key not in rows and not any(key):
            rows[key] = np.ones(len(problem.vehicles), dtype=bool)
        elif key not in rows:
            needs, any_of, barred, allowed, forbidden, related = (frozenset(map(str, part)) for part in key)
            rows[key] = np.array(
                [
                    needs <= has
                    and (not any_of or bool(any_of & has))
                    and not barred & has
                    and (not allowed or bool(allowed & called))
                    and not forbidden & called
                    and related <= called
                    for has, called in ((vehicle.skills, vehicle.names) for vehicle in problem.vehicles)
                ]
            )
        sort_of[order.index] = sorts.setdefault(key, len(sorts))
    by_sort = np.array(list(rows.values()), dtype=bool).reshape(len(rows), len(problem.vehicles))
    order_of = [task.order for task in problem.tasks]
    sort_of_task = sort_of[order_of]
    known: dict[bytes, bytes] = {}

    def may_serve(vehicle: Vehicle) -> bytes:
        sorts_served = by_sort[:, vehicle.index]
        if vehicle.is_closed:
            given = [all(task.key in vehicle.given for task in order.tasks) for order in problem.orders]
            return (sorts_served[sort_of_task] & np.array(given, dtype=bool)[order_of]).tobytes()
        name = sorts_served.tobytes()
        if name not in known:
            known[name] = sorts_served[sort_of_task].tobytes()
        return known[name]

    return may_serve


def _belongs(problem: Problem) -> dict[int, tuple[str | int, ...]]:
    """The vehicles that relations and locks want an order on, by its index."""
    found: dict[int, tuple[str | int, ...]] = {}
    for key, vehicle in problem.locked_to.items():
        found[problem.task_by_name[key].order] = (problem.vehicles[vehicle].id,)
    for relation in problem.request.relations:
        if relation.vehicle is not None:
            for name in relation.ids:
                order = problem.orders_by_name[str(name)].index
                found[order] = (*found.get(order, ()), relation.vehicle)
    return found


def _wishes(wishing: Iterable[Order], vehicle: Vehicle) -> Iterator[tuple[int, float]]:
    names = {str(vehicle.id), str(vehicle.spec.id)}
    for order in wishing:
        if cost := sum(wish.cost for wish in order.spec.preferred_vehicles if str(wish.vehicle) in names):
            yield order.index, cost
