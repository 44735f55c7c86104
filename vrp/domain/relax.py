"""The smallest single change of a request that lets an order in: each value that could give way is tried by itself.

A value is first loosened as far as it goes; where the order then fits, the least that is needed is found by halving,
every step tried by the evaluator at every place on the routes as they are.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from vrp.domain import clock, words
from vrp.domain.evaluator import route_with
from vrp.domain.insertion import Board, Insertion, Way, may_serve
from vrp.domain.pointers import Document, Pointers
from vrp.domain.problem import Order, Task, Vehicle

Tasks = Mapping[int, Task]
_WEEK = 7 * 24 * 3600
_TIME = frozenset({"delay", "max_duration", "overtime", "max_wait", "max_ride", "release"})
# How much a planner minds, so that changes of different kinds can be put in an order: half an hour counts 1, as do
# 20 % of a limit; what cannot be measured counts as here.
_EFFORT = {"penalty": 0.5, "vehicle_choice": 1.5, "skills": 2.0, "drop": 2.5, "vehicles": 3.0}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the request value `need` (a JSON pointer) by `by`, what then serving the order costs and where.
    `patch` is the change as a JSON Patch of the request."""

    kind: str
    message: str
    need: str
    by: float | None
    vehicle: str | int
    position: int
    extra_cost: float
    patch: list[Document]
    effort: float

    def as_dict(self) -> dict[str, Any]:
        names = ("kind", "message", "need", "by", "vehicle", "position", "extra_cost", "patch")
        return {name: getattr(self, name) for name in names} | {"extra_cost": round(self.extra_cost, 6)}


@dataclass(frozen=True, slots=True)
class _Knob:
    """A value that could give way, at most by `most`; `turned` gives the vehicle and tasks as they then are."""

    kind: str
    place: tuple[Any, ...]
    value: int
    most: int
    sign: int
    causes: frozenset[str]
    turned: Callable[[int], tuple[Vehicle, Tasks]]
    says: Callable[[int], str]


def changes(
    board: Board, order: Order, vehicles: list[Vehicle], pointers: Pointers, deadline: float = math.inf
) -> list[Change]:
    """This will list, for each value of the request that could let the order onto one of the vehicles, the least
    change that does. The scan ends at `deadline` (time.monotonic) with what it has found."""
    found: dict[str, Change] = {}
    for number, vehicle in enumerate(vehicles):
        if number and time.monotonic() > deadline:
            break
        ways = board.ways(order, vehicle)
        tried = [(way, board.try_(order, way)) for way in _until(deadline, ways)]
        if any(insertion.is_legal for _, insertion in tried):
            continue
        for knob in _knobs(board, order, vehicle, tried):
            pointer = pointers.to(*knob.place)
            change = _least(board, order, knob, tried, found.get(pointer), pointers, deadline)
            if change:
                found[pointer] = change
    if time.monotonic() < deadline:
        found |= {change.need: change for change in _one_more_vehicle(board, order, pointers)}
    for vehicle in vehicles:
        for change in _without_another(board, order, vehicle, pointers, deadline):
            found[change.need] = _better(found.get(change.need), change)
    return list(found.values())


def penalty(order: Order, cheapest: Insertion, pointers: Pointers) -> Change:
    """This will say how much dearer leaving the order out would have to be for it to be served."""
    assert order.penalty is not None
    by = math.floor(round((cheapest.extra_cost - order.penalty) * 100, 4) + 1) / 100
    pointer = pointers.to(*order.path, "penalty")
    price = round(order.penalty + by, 2)
    message = f"Let leaving out {order.id} cost {price:g} instead of {order.penalty:g}."
    patch = pointers.replace(pointer, price)
    return Change(
        "penalty",
        message,
        pointer,
        by,
        cheapest.vehicle.id,
        cheapest.way.position,
        cheapest.extra_cost,
        patch,
        _EFFORT["penalty"],
    )


def _until(deadline: float, ways: list[Way]) -> Iterator[Way]:
    for number, way in enumerate(ways):
        if number and time.monotonic() > deadline:
            return
        yield way


def _better(one: Change | None, other: Change) -> Change:
    return one if one and one.extra_cost <= other.extra_cost else other


def _least(
    board: Board,
    order: Order,
    knob: _Knob,
    tried: list[tuple[Way, Insertion]],
    best: Change | None,
    pointers: Pointers,
    deadline: float,
) -> Change | None:
    """The least turn of a knob that lets the order in somewhere on this vehicle, if it is less than the best."""
    most = min(knob.most, int(best.by or 0)) if best else knob.most
    open_to = [way for way, insertion in tried if {v.cause for v in insertion.violations} <= knob.causes]
    fitting, by = [], most
    for number, way in enumerate(open_to):
        if most < 1 or (number and time.monotonic() > deadline):
            break
        if not _fits(board, order, way, knob, by):
            continue
        fitting.append(way)
        low = 0  # never enough
        while by - low > 1:
            middle = (low + by) // 2
            if _fits(board, order, way, knob, middle):
                by = middle
            else:
                low = middle
    legal = [insertion for way in fitting if (insertion := _fits(board, order, way, knob, by))]
    if not legal:
        return None
    cheapest = min(legal, key=lambda insertion: insertion.extra_cost)
    if best and by == best.by and cheapest.extra_cost >= best.extra_cost:
        return None
    pointer = pointers.to(*knob.place)
    return Change(
        knob.kind,
        knob.says(by),
        pointer,
        by,
        cheapest.vehicle.id,
        cheapest.way.position,
        cheapest.extra_cost,
        pointers.replace(pointer, knob.value + knob.sign * by),
        _effort(knob, by),
    )


def _effort(knob: _Knob, by: int) -> float:
    if knob.kind in ("time_window", "shift", "start_latest", "max_duration", "overtime", "release_time"):
        return by / 1800
    return 5 * by / max(1, knob.value)


def _fits(board: Board, order: Order, way: Way, knob: _Knob, by: int) -> Insertion | None:
    """The order put in on this way with the knob turned, if that is legal."""
    return _legal(board, order, way, *knob.turned(by))


def _legal(board: Board, order: Order, way: Way, vehicle: Vehicle, tasks: Tasks) -> Insertion | None:
    first = tuple(_turned(item, tasks) for item in way.first)
    second = tuple(_turned(item, tasks) for item in way.second)
    route = tuple(_turned(item, tasks) for item in way.route)
    turned = replace(way, vehicle=vehicle, route=route, first=first, second=second)
    insertion = board.try_(order, turned)
    return insertion if insertion.is_legal else None


def _turned(item: Any, tasks: Tasks) -> Any:
    return tasks.get(item.index, item) if isinstance(item, Task) else item


# What could give way ---------------------------------------------------------------------------------------


def _knobs(
    board: Board, order: Order, vehicle: Vehicle, tried: list[tuple[Way, Insertion]]
) -> Iterator[_Knob]:
    """The values that could let the order onto this vehicle, judged by what its ways break."""
    causes = {frozenset(v.cause for v in insertion.violations) for _, insertion in tried}
    if any(found <= _TIME for found in causes):
        for task in order.tasks:
            yield from _windows(vehicle, task)
            if task.release:
                yield _release(vehicle, task)
        if order.tasks[-1].max_ride is not None:
            yield _ride(order, vehicle)
        yield from _windows_of_others(vehicle, tried)
        yield from _shift(vehicle)
    if any(found == {"load"} for found in causes):
        yield from _capacity(vehicle)
    seen = {cause for found in causes for cause in found}
    if vehicle.spec.min_tasks and {"min_tasks"} in causes:
        yield _fewest(vehicle, vehicle.spec.min_tasks)
    for name in ("max_tasks", "max_distance", "max_travel_time", "max_duration", "max_wait"):
        value = getattr(vehicle.spec, name)
        if value is not None and name in seen:
            yield _limit(vehicle, name, value)
    if vehicle.spec.overtime and "overtime" in seen:
        yield _overtime(vehicle)


def _windows(vehicle: Vehicle, task: Task) -> Iterator[_Knob]:
    for number, (opens, closes) in enumerate(task.windows):
        before = task.windows[number - 1][1] if number else -1
        after = task.windows[number + 1][0] if number + 1 < len(task.windows) else closes + _WEEK + 1
        for sign, edge, most in ((1, 1, after - closes - 1), (-1, 0, opens - before - 1)):
            yield _window(vehicle, task, number, edge, sign, min(most, _WEEK))


def _window(vehicle: Vehicle, task: Task, number: int, edge: int, sign: int, most: int) -> _Knob:
    window = task.windows[number]

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        moved = list(window)
        moved[edge] += sign * by
        windows = (*task.windows[:number], (moved[0], moved[1]), *task.windows[number + 1 :])
        return vehicle, {task.index: replace(task, windows=windows)}

    def says(by: int) -> str:
        when = f"{words.exactly(by)} {'later' if sign > 0 else 'earlier'}"
        bound = "until" if sign > 0 else "from"
        return (
            f"Let {task.kind} {task.id} begin up to {when} ({bound} {clock.show(window[edge] + sign * by)})."
        )

    place = (*task.path, "time_windows", window, ("start", "end")[edge])
    return _Knob("time_window", place, window[edge], most, sign, _TIME, turned, says)


def _windows_of_others(vehicle: Vehicle, tried: list[tuple[Way, Insertion]]) -> Iterator[_Knob]:
    """Ends of windows of stops that alone would be late."""
    seen = set()
    for _, insertion in tried:
        late = [v for v in insertion.violations if v.cause == "delay"]
        if len(insertion.violations) != 1 or not late or late[0].step is None:
            continue
        visit = insertion.trial.route.visits[late[0].step]
        task, number = visit.task, len(visit.windows) - 1
        if task and visit.late and task.windows and task.index not in seen:
            seen.add(task.index)
            if all(item is not task for item in (*insertion.way.first, *insertion.way.second)):
                yield _window(vehicle, task, number, 1, 1, _WEEK)


def _release(vehicle: Vehicle, task: Task) -> _Knob:
    def turned(by: int) -> tuple[Vehicle, Tasks]:
        stop = task.stop.model_copy(update={"release_time": task.release - by})
        return vehicle, {task.index: replace(task, stop=stop)}

    def says(by: int) -> str:
        ready = clock.show(task.release - by)
        return f"Have {task.kind} {task.id} ready {words.exactly(by)} earlier (at {ready})."

    place = (*task.path, "release_time")
    return _Knob("release_time", place, task.release, task.release, -1, _TIME, turned, says)


def _ride(order: Order, vehicle: Vehicle) -> _Knob:
    value = order.tasks[-1].max_ride or 0

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        return vehicle, {task.index: replace(task, max_ride=value + by) for task in order.tasks}

    def says(by: int) -> str:
        return f"Let {order.id} ride {words.exactly(by)} longer (up to {words.exactly(value + by)})."

    return _Knob("max_ride_time", (*order.path, "max_ride_time"), value, _WEEK, 1, _TIME, turned, says)


def _shift(vehicle: Vehicle) -> Iterator[_Knob]:
    window = vehicle.spec.time_window
    if window:
        for edge, sign, most in (("end", 1, _WEEK), ("start", -1, min(window.start, _WEEK))):
            yield _shift_edge(vehicle, edge, sign, most)
    latest = vehicle.spec.start_latest
    if latest is not None:

        def turned(by: int) -> tuple[Vehicle, Tasks]:
            return _respec(vehicle, start_latest=latest + by), {}

        def says(by: int) -> str:
            return (
                f"Let {vehicle.id} start up to {words.exactly(by)} later (until {clock.show(latest + by)})."
            )

        place = (*vehicle.path, "start_latest")
        yield _Knob("start_latest", place, latest, _WEEK, 1, _TIME, turned, says)


def _shift_edge(vehicle: Vehicle, edge: str, sign: int, most: int) -> _Knob:
    window = vehicle.spec.time_window
    assert window
    value = getattr(window, edge)

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        moved = window.model_copy(update={edge: value + sign * by})
        changed = _respec(vehicle, time_window=moved)
        return replace(changed, window=(moved.start, moved.end)), {}

    def says(by: int) -> str:
        at = clock.show(value + sign * by)
        if sign > 0:
            return f"Let {vehicle.id} work {words.exactly(by)} longer (until {at})."
        return f"Let {vehicle.id} start {words.exactly(by)} earlier (at {at})."

    return _Knob("shift", (*vehicle.path, "time_window", edge), value, most, sign, _TIME, turned, says)


def _capacity(vehicle: Vehicle) -> Iterator[_Knob]:
    for dimension, value in enumerate(vehicle.capacity or ()):
        yield _room(vehicle, dimension, value)


def _room(vehicle: Vehicle, dimension: int, value: int) -> _Knob:
    capacity = vehicle.capacity or ()

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        return replace(vehicle, capacity=(*capacity[:dimension], value + by, *capacity[dimension + 1 :])), {}

    def says(by: int) -> str:
        which = f" in dimension {dimension}" if len(capacity) > 1 else ""
        return f"Let {vehicle.id} carry {by} more ({value} → {value + by}{which})."

    place = (*vehicle.path, "capacity", dimension)
    return _Knob("capacity", place, value, 10**12, 1, frozenset({"load"}), turned, says)


def _limit(vehicle: Vehicle, name: str, value: int) -> _Knob:
    is_time = name in ("max_duration", "max_wait")
    texts = {
        "max_tasks": lambda by: f"{by} more task{'s' if by > 1 else ''} ({value} → {value + by})",
        "max_distance": lambda by: f"{by / 1000:g} km more (up to {(value + by) / 1000:g} km)",
    }

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        return _respec(vehicle, **{name: value + by}), {}

    def says(by: int) -> str:
        if name in texts:
            return f"Let {vehicle.id} do {texts[name](by)}."
        what = {"max_travel_time": "drive", "max_duration": "be out", "max_wait": "wait"}[name]
        return (
            f"Let {vehicle.id} {what} {words.exactly(by)} longer (up to {words.exactly(value + by)} in all)."
        )

    causes = _TIME if is_time else frozenset({name})
    return _Knob(name, (*vehicle.path, name), value, 10**12, 1, causes, turned, says)


def _fewest(vehicle: Vehicle, value: int) -> _Knob:
    def turned(by: int) -> tuple[Vehicle, Tasks]:
        return _respec(vehicle, min_tasks=value - by), {}

    def says(by: int) -> str:
        return f"Let {vehicle.id} go out for {words.amount('min_tasks', value - by)} (now {value} or more)."

    place, causes = (*vehicle.path, "min_tasks"), frozenset({"min_tasks"})
    return _Knob("min_tasks", place, value, value - 1, -1, causes, turned, says)


def _overtime(vehicle: Vehicle) -> _Knob:
    allowed = vehicle.spec.overtime
    assert allowed

    def turned(by: int) -> tuple[Vehicle, Tasks]:
        return _respec(vehicle, overtime=allowed.model_copy(update={"max": allowed.max + by})), {}

    def says(by: int) -> str:
        upto = words.exactly(allowed.max + by)
        return f"Let {vehicle.id} work {words.exactly(by)} more overtime (up to {upto})."

    return _Knob("overtime", (*vehicle.path, "overtime", "max"), allowed.max, _WEEK, 1, _TIME, turned, says)


def _respec(vehicle: Vehicle, **changed: Any) -> Vehicle:
    return replace(vehicle, spec=vehicle.spec.model_copy(update=changed))


# Other vehicles, other orders ------------------------------------------------------------------------------


def _one_more_vehicle(board: Board, order: Order, pointers: Pointers) -> Iterator[Change]:
    """One more of the vehicles that are all in use."""
    best: Change | None = None
    spare = {v.path for v in board.problem.vehicles if v.index not in board.trials}
    for vehicle in {v.path: v for v in board.problem.vehicles if v.path not in spare}.values():
        patch, need, name = pointers.one_more(vehicle)
        spec = vehicle.spec.model_copy(update={"id": name}) if name != vehicle.spec.id else vehicle.spec
        another = replace(vehicle, index=-1, id=name, spec=spec, locks=(), is_closed=False)
        if not all(may_serve(board.problem, order, one) for one in (vehicle, another)):
            continue
        insertion = Board(board.problem, board.trials.values()).cheapest(order, another)
        if insertion:
            message = f"Use one more vehicle like {vehicle.spec.id}."
            change = Change(
                "vehicles",
                message,
                need,
                1,
                name,
                insertion.way.position,
                insertion.extra_cost,
                patch,
                _EFFORT["vehicles"],
            )
            best = _better(best, change)
    if best:
        yield best


def _without_another(
    board: Board, order: Order, vehicle: Vehicle, pointers: Pointers, deadline: float
) -> Iterator[Change]:
    """What fits once one other order, no more important than this one, is left out."""
    trial = board.trials.get(vehicle.index)
    if trial is None:
        return
    best: Change | None = None
    for index in dict.fromkeys(task.order for _, _, task in trial.route.tasks):
        other = board.problem.orders[index]
        if time.monotonic() > deadline or other.priority > order.priority or not pointers.may_remove(other):
            continue
        items = tuple(i for i in trial.route.items if not (isinstance(i, Task) and i.order == index))
        rest = Board(board.problem, board.trials.values())
        without = route_with(board.problem, vehicle, items)
        if without.violations:
            continue
        rest.put(without)
        insertion = rest.cheapest(order, vehicle)
        if insertion:
            extra = insertion.extra_cost + (without.cost if rest.items(vehicle) else 0.0) - trial.cost
            best = _better(best, _drop(other, insertion, extra, pointers))
    if best:
        yield best


def _drop(other: Order, insertion: Insertion, extra: float, pointers: Pointers) -> Change:
    pointer = pointers.to(*other.path)
    message = f"Leave out {other.id}."
    return Change(
        "drop",
        message,
        pointer,
        None,
        insertion.vehicle.id,
        insertion.way.position,
        extra,
        pointers.remove(pointer),
        _EFFORT["drop"],
    )


def to_be_allowed(board: Board, order: Order, vehicle: Vehicle, pointers: Pointers) -> Change | None:
    """This will say what skills or permission a vehicle would need, if that alone lets the order in."""
    problem = board.problem
    lacks = sorted({str(s) for s in order.spec.skills} - vehicle.skills)
    wants = {str(s) for s in order.spec.skills_any}
    if wants and not wants & vehicle.skills and not wants & set(lacks):
        lacks.append(min(wants))
    if {str(s) for s in order.spec.skills_none} & vehicle.skills:
        return None
    allowed = [str(v) for v in order.spec.allowed_vehicles]
    is_barred = bool(vehicle.names & {str(v) for v in order.spec.forbidden_vehicles}) or (
        bool(allowed) and vehicle.names.isdisjoint(allowed)
    )
    if bool(lacks) == is_barred:  # neither, or two changes at once
        return None
    if lacks:
        kind, message = "skills", f"Give {vehicle.spec.id} what {order.id} needs: {', '.join(lacks)}."
        patch = pointers.give_skills(vehicle, lacks)
        need = pointers.to(*vehicle.path, "skills")
        skilled, spec = _respec(vehicle, skills=(*vehicle.spec.skills, *lacks)), order.spec
    else:
        kind, message = "vehicle_choice", f"Let {vehicle.spec.id} serve {order.id}."
        patch, need = pointers.allow(order, vehicle)
        skilled = vehicle
        spec = order.spec.model_copy(update={"allowed_vehicles": (), "forbidden_vehicles": ()})
    orders = tuple(replace(o, spec=spec) if o.index == order.index else o for o in problem.orders)
    changed = Board(replace(problem, orders=orders), board.trials.values())
    insertion = changed.cheapest(orders[order.index], skilled)
    if insertion is None:
        return None
    return Change(
        kind,
        message,
        need,
        None,
        vehicle.id,
        insertion.way.position,
        insertion.extra_cost,
        patch,
        _EFFORT[kind],
    )
