"""A large problem cut into smaller ones that can be searched apart: routes that lie near each other, with their stops.

What is linked (by a relation, or as alternatives) is never cut apart, so the parts' plans make a legal plan together;
all a part is good at, the whole is. Ids are those of the whole. Nothing here searches.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby, pairwise

import numpy as np

from vrp.domain.plan import Plan, Route
from vrp.domain.problem import Order, Place, Places, Problem, Task, Vehicle, build
from vrp.domain.request import Location, Matrix, Relation, Request, Shipment, Stop
from vrp.domain.request import Vehicle as VehicleSpec
from vrp.domain.travel import Travel
from vrp.errors import Place as Path


@dataclass(frozen=True)
class Part:
    """A problem of its own: some routes of a plan (`start`), their stops, their vehicles and some that are not used.

    Places are numbered anew, `location_index` counts those. `vehicles` are the ids of the whole, in the order of the
    part's vehicles: the request has those of a `count` together, and other ids for them.
    """

    request: Request
    vehicles: tuple[str | int, ...]
    travels: Mapping[str, Travel]
    start: Plan

    @cached_property
    def problem(self) -> Problem:
        matrices = {
            name: Matrix.model_construct(durations=travel.durations, distances=None, costs=travel.costs)
            for name, travel in self.travels.items()
            if travel.costs is not None
        }  # a request says that it has costs of its own by these
        request = self.request.model_copy(update={"matrices": matrices})
        problem = build(request, _places(request), self.travels)
        named = zip(problem.vehicles, self.vehicles, strict=True)
        vehicles = tuple(replace(vehicle, id=name) for vehicle, name in named)
        return replace(problem, vehicles=vehicles, start=self.start)


def is_divisible(problem: Problem) -> bool:
    """This will tell whether parts of a problem can be searched apart: not where something is fixed, or where the money
    of one route depends on the others."""
    objective = problem.request.objective
    is_fixed = problem.has_locks or problem.request.freeze is not None
    return not is_fixed and objective.stability is None and objective.balance is None


def cut(problem: Problem, plan: Plan, number: int, seed: int) -> list[Part]:
    """This will cut a problem into up to so many parts of about the same number of stops, along the routes of a plan;
    another seed cuts elsewhere."""
    chance = random.Random(seed)
    groups = _groups(problem, plan, _points(problem, chance))
    split = _split(groups, min(number, len(groups)), chance.uniform(0, math.pi))
    used = {str(route.vehicle) for route in plan.routes}
    spare = [vehicle for vehicle in problem.vehicles if str(vehicle.id) not in used]
    return [_part(problem, some, spare[k :: len(split)]) for k, some in enumerate(split)]


def merged(plan: Plan, part: Part, found: Plan) -> Plan:
    """This will return a plan with what was found for one of its parts in place of that part's routes."""
    theirs = {str(name) for name in part.vehicles}
    kept = (route for route in plan.routes if str(route.vehicle) not in theirs)
    return Plan((*kept, *found.routes))


# Where to cut ----------------------------------------------------------------------------------------------


@dataclass
class _Group:
    """Routes and orders that stay together, and the middle of their stops."""

    routes: list[Route] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    middle: tuple[float, float] = (0, 0)

    @property
    def size(self) -> int:
        return sum(len(order.tasks) for order in self.orders)


def _groups(problem: Problem, plan: Plan, points: np.ndarray) -> list[_Group]:
    count = len(problem.orders)
    linked = _Links(count + len(plan.routes))
    for number, route in enumerate(plan.routes):
        for step in route.steps:
            task = problem.task_by_name.get((step.type, str(step.id)))
            if task:
                linked.join(count + number, task.order)
    for order in problem.orders:
        linked.join(order.index, order.group[0])
    for relation in problem.request.relations:
        for one, other in pairwise(problem.orders_by_name[str(name)].index for name in relation.ids):
            linked.join(one, other)
    groups: dict[int, _Group] = {}
    for order in problem.orders:
        groups.setdefault(linked.root(order.index), _Group()).orders.append(order)
    for number, route in enumerate(plan.routes):
        groups.setdefault(linked.root(count + number), _Group()).routes.append(route)
    for group in groups.values():
        places = [task.place for order in group.orders for task in order.tasks]
        if places:
            group.middle = tuple(points[places].mean(axis=0))
    return _with_routes(list(groups.values()))


def _with_routes(groups: list[_Group]) -> list[_Group]:
    """What is in no route joins the routes next to it: each part has a vehicle."""
    some = [group for group in groups if group.routes]
    if not some:
        return [_Group(orders=[order for group in groups for order in group.orders])]
    middles = np.array([group.middle for group in some])
    for group in groups:
        if not group.routes:
            apart = ((middles - group.middle) ** 2).sum(axis=1)
            some[int(apart.argmin())].orders += group.orders
    return some


class _Links:
    """Which things belong together, directly or by way of others."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)


def _points(problem: Problem, chance: random.Random) -> np.ndarray:
    """Where places lie in a plane; where nobody knows, how long it takes there from two of them."""
    coordinates = [place.coordinates for place in problem.places]
    if all(pair is not None for pair in coordinates):
        points = np.array(coordinates, dtype=np.float64)
        return points * (math.cos(math.radians(points[:, 1].mean())), 1)
    durations = problem.vehicles[0].travel.durations
    return np.stack([durations[chance.randrange(len(coordinates)), :] for _ in range(2)], axis=1)


def _split(groups: list[_Group], number: int, angle: float) -> list[list[_Group]]:
    """Halve along a line, and the halves across it."""
    if number < 2:
        return [groups]
    x, y = math.cos(angle), math.sin(angle)
    groups = sorted(groups, key=lambda group: x * group.middle[0] + y * group.middle[1])
    fewer = number // 2
    sizes = np.cumsum([group.size for group in groups])
    share = sizes / max(1, sizes[-1])
    at = int(np.searchsorted(share, fewer / number)) + 1
    at = min(max(at, fewer), len(groups) - (number - fewer))  # no part is empty
    angle += math.pi / 2
    return _split(groups[:at], fewer, angle) + _split(groups[at:], number - fewer, angle)


# What a part is --------------------------------------------------------------------------------------------


def _part(problem: Problem, groups: Iterable[_Group], spare: Sequence[Vehicle]) -> Part:
    routes = [route for group in groups for route in group.routes]
    orders = sorted((order for group in groups for order in group.orders), key=lambda order: order.index)
    mine = [problem.vehicle_by_id[str(route.vehicle)] for route in routes]
    vehicles = sorted((*mine, *spare), key=lambda vehicle: vehicle.index)
    used = {task.place for order in orders for task in order.tasks}
    for vehicle in vehicles:
        used |= {reload.place for reload in vehicle.reloads}
        used |= {end for end in (vehicle.start, vehicle.end) if end is not None}
    places = sorted(used)
    row = {place: number for number, place in enumerate(places)}
    request = problem.request.model_copy(
        update={
            "jobs": tuple(_job(order, row) for order in orders if order.type == "job"),
            "shipments": tuple(_shipment(order, row) for order in orders if order.type == "shipment"),
            "vehicles": tuple(
                _vehicle(list(alike), row) for _, alike in groupby(vehicles, lambda vehicle: vehicle.path)
            ),
            "locations": tuple(
                Location(
                    id=row[place], coordinates=problem.places[place].coordinates, matrix_index=row[place]
                )
                for place in places
            ),
            "matrices": {},
            "relations": tuple(_relations(problem.request.relations, orders)),
        }
    )
    where = np.array(places, dtype=np.int64)
    profiles = {vehicle.spec.profile for vehicle in vehicles}
    travels = {name: problem.travels[name].among(where) for name in sorted(profiles)}
    return Part(request, tuple(vehicle.id for vehicle in vehicles), travels, Plan(tuple(routes)))


def _job(order: Order, row: Mapping[int, int]) -> Stop:
    return _stop(order.spec, order.tasks[0], row)  # type: ignore[arg-type]


def _shipment(order: Order, row: Mapping[int, int]) -> Shipment:
    assert isinstance(order.spec, Shipment)
    up, down = order.tasks
    ends = {"pickup": _stop(order.spec.pickup, up, row), "delivery": _stop(order.spec.delivery, down, row)}
    return order.spec.model_copy(update=ends)


def _stop(stop: Stop, task: Task, row: Mapping[int, int]) -> Stop:
    return stop.model_copy(update={"location": None, "location_index": row[task.place]})


def _vehicle(alike: Sequence[Vehicle], row: Mapping[int, int]) -> VehicleSpec:
    vehicle, spec = alike[0], alike[0].spec
    update: dict[str, object] = {"count": len(alike), "steps": (), "start": None, "end": None}
    update["start_index"] = None if vehicle.start is None else row[vehicle.start]
    update["end_index"] = None if vehicle.end is None else row[vehicle.end]
    if spec.reload:
        locations = tuple(row[reload.place] for reload in vehicle.reloads)
        update["reload"] = spec.reload.model_copy(update={"locations": locations})
    return spec.model_copy(update=update)


def _relations(relations: Iterable[Relation], orders: Iterable[Order]) -> Iterable[Relation]:
    """They are about orders of one part."""
    names = {str(order.id) for order in orders}
    return (relation for relation in relations if str(relation.ids[0]) in names)


def _places(request: Request) -> Places:
    """The places of a part's request, which numbers them itself."""
    at: dict[Path, int | None] = {("jobs", i): job.location_index for i, job in enumerate(request.jobs)}
    for i, shipment in enumerate(request.shipments):
        at["shipments", i, "pickup"] = shipment.pickup.location_index
        at["shipments", i, "delivery"] = shipment.delivery.location_index
    for i, vehicle in enumerate(request.vehicles):
        at["vehicles", i, "start"], at["vehicles", i, "end"] = vehicle.start_index, vehicle.end_index
        for k, location in enumerate(vehicle.reload.locations if vehicle.reload else ()):
            at["vehicles", i, "reload", "locations", k] = int(str(location))
    rows = tuple(Place(k, location.coordinates, location.id) for k, location in enumerate(request.locations))
    return Places(rows, {path: index for path, index in at.items() if index is not None})
