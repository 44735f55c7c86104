"""A request with every name resolved and every count expanded: what the evaluator and the engines see.

Places are rows of the matrices. Times are seconds, distances metres, loads whole units in each dimension.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from vrp.domain import request as requests
from vrp.domain.crosschecks import expanded_ids
from vrp.domain.features import Feature, used_by
from vrp.domain.plan import Plan
from vrp.domain.travel import NO_WAY, Travel
from vrp.errors import Fault, Invalid
from vrp.errors import Place as Path

FAR_FUTURE = 2**42  # seconds; later than any clock value a request may hold
TaskKind = Literal["job", "pickup", "delivery"]
_PICKUP: TaskKind = "pickup"
_DELIVERY: TaskKind = "delivery"
Window = tuple[int, int]
Load = tuple[int, ...]
Key = tuple[str, str]  # of a step: its type and its id; of a reload, its number on the route
START: Key = ("start", "")
END: Key = ("end", "")
_Location = tuple[float, float] | str | int | None


@dataclass(frozen=True)  # no slots: there are many, and such objects are pickled ten times as fast
class Place:
    """A row of the matrices; coordinates are `(longitude, latitude)` or None where only an index is known."""

    index: int
    coordinates: tuple[float, float] | None = None
    name: str | int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """All places of a request, and where each of its stops and vehicle ends lies among them (by path)."""

    rows: tuple[Place, ...]
    at: Mapping[Path, int]


@dataclass(frozen=True, eq=False)
class Task:
    """One visit: a job, or one end of a shipment. `delivery` comes from the route's start, `pickup` goes to its
    end; `change` is what a shipment's end adds to (or takes from) the load on board."""

    index: int
    kind: TaskKind
    id: str | int
    path: Path
    order: int
    place: int
    windows: tuple[Window, ...]
    delivery: Load
    pickup: Load
    change: Load
    stop: requests.Stop
    soft: tuple[requests.SoftWindow | None, ...] = ()  # one for each window
    max_ride: int | None = None

    @property
    def key(self) -> "Key":
        return self.kind, str(self.id)

    @property
    def release(self) -> int:
        return self.stop.release_time or 0

    def setup(self, vehicle: "Vehicle") -> int:
        return self.stop.setup_per_type.get(vehicle.spec.type or "", self.stop.setup)

    def service(self, vehicle: "Vehicle") -> int:
        return self.stop.service_per_type.get(vehicle.spec.type or "", self.stop.service)


@dataclass(frozen=True, slots=True)
class Reload:
    """A stop at `place` to unload what was collected and load what the next trip delivers. `position` is that of
    the place among the vehicle's reload locations."""

    position: int
    place: int
    duration: int

    @property
    def id(self) -> int:
        return self.position


Item = Task | requests.Break | Reload  # what a route is made of


@dataclass(frozen=True, slots=True)
class Lock:
    """What is fixed about one given step: work begins no earlier than `after` and no later than `latest`; a reload
    is made at `place`."""

    key: Key
    level: Literal["none", "vehicle", "order", "full"] = "none"
    after: int = 0
    latest: int = FAR_FUTURE
    place: int | None = None


@dataclass(frozen=True, eq=False)
class Order:
    """What is served whole or left out: a job (one task) or a shipment (pickup, delivery).

    `group` are the indexes of the jobs of which one is to be served, this one among them; `penalty` (None: it ought
    to be served) and `priority` are those of the group: the largest.
    """

    index: int
    type: Literal["job", "shipment"]
    id: str | int
    path: Path
    tasks: tuple[Task, ...]
    spec: requests.Job | requests.Shipment
    group: tuple[int, ...]
    penalty: float | None
    priority: int

    @property
    def stands_for_its_group(self) -> bool:
        return self.index == self.group[0]


@dataclass(frozen=True, eq=False)
class Vehicle:
    """One vehicle; those of a `count` are separate here and share their `spec`. `path` is the spec's place.

    `given` are its given steps (by key, their order), `locks` say what is fixed of them, `opens` when it may begin
    what is not, `is_closed` that it does its given steps and nothing else.
    """

    index: int
    id: str | int
    path: Path
    spec: requests.Vehicle
    start: int | None
    end: int | None
    window: Window
    capacity: Load | None
    travel: Travel
    reloads: tuple[Reload, ...] = ()
    given: Mapping[Key, int] = field(default_factory=dict)
    locks: tuple[Lock, ...] = ()
    opens: int = 0
    is_closed: bool = False

    @cached_property
    def names(self) -> frozenset[str]:
        """What a request may call it: its own id, and the one that all of a `count` share."""
        return frozenset({str(self.id), str(self.spec.id)})

    @cached_property
    def lock_by_key(self) -> dict[Key, Lock]:
        return {lock.key: lock for lock in self.locks}

    @cached_property
    def skills(self) -> frozenset[str]:
        return frozenset(str(skill) for skill in self.spec.skills)


@dataclass(frozen=True, eq=False)
class Problem:
    """The whole problem. `orders[k].tasks` are members of `tasks`; indexes are positions in these tuples.

    `baseline` are the vehicle (its id) and the beginning of work of each task in the plan to stay close to. `start` is
    a plan to begin the search with, instead of the request's own steps.
    """

    request: requests.Request
    places: tuple[Place, ...]
    orders: tuple[Order, ...]
    tasks: tuple[Task, ...]
    vehicles: tuple[Vehicle, ...]
    dimensions: int
    travels: Mapping[str, Travel] = field(default_factory=dict)
    baseline: Mapping[int, tuple[str | int, int]] = field(default_factory=dict)
    start: Plan | None = None

    @cached_property
    def vehicle_by_id(self) -> dict[str, Vehicle]:
        return {str(vehicle.id): vehicle for vehicle in self.vehicles}

    @cached_property
    def task_by_name(self) -> dict[tuple[str, str], Task]:
        return {task.key: task for task in self.tasks}

    @cached_property
    def features(self) -> frozenset[Feature]:
        gaps = any(travel.has_no_way for travel in self.travels.values())
        return used_by(self.request) | ({Feature.NO_WAY} if gaps else set())

    @cached_property
    def has_locks(self) -> bool:
        return any(vehicle.locks or vehicle.is_closed for vehicle in self.vehicles)

    @cached_property
    def locked_to(self) -> dict[Key, int]:
        """The vehicle (its index) that each locked task is to stay on."""
        return {
            lock.key: vehicle.index
            for vehicle in self.vehicles
            for lock in vehicle.locks
            if lock.level != "none" and lock.key in self.task_by_name
        }

    @cached_property
    def orders_by_name(self) -> dict[str, Order]:
        return {str(order.id): order for order in self.orders}

    @cached_property
    def demands(self) -> tuple[Order, ...]:
        """What is to be served, a group of alternatives once."""
        return tuple(order for order in self.orders if order.stands_for_its_group)


def places_of(request: requests.Request) -> Places:
    """This will number the places of a request: matrix rows where matrices are given, else distinct coordinates."""
    named = {str(row.id): row for row in request.locations}
    by_index = {row.matrix_index: row for row in request.locations if row.matrix_index is not None}
    size = len(next(iter(request.matrices.values())).durations) if request.matrices else None
    rows: dict[object, Place] = {}
    if size is not None:
        rows = {index: Place(index, row.coordinates, row.id) for index, row in by_index.items()}
    at: dict[Path, int] = {}
    for path, location, index in _used(request):
        row = named[str(location)] if isinstance(location, str | int) else None
        if size is None:
            row = by_index[index] if location is None and index is not None else row
            coordinates = row.coordinates if row else location
            made = rows.setdefault(coordinates, Place(len(rows), _pair(coordinates), row.id if row else None))
        else:
            index = row.matrix_index if row and index is None else index
            coordinates = row.coordinates if row else location
            made = rows.setdefault(index, Place(int(index or 0), _pair(coordinates), row.id if row else None))
        at[path] = made.index
    if size is None:
        return Places(tuple(rows.values()), at)
    return Places(tuple(rows.get(index, Place(index)) for index in range(size)), at)


def _used(request: requests.Request) -> Iterator[tuple[Path, _Location, int | None]]:
    """Every place the request uses: its path, what stands there as a location, its matrix index if that is given."""
    found: list[tuple[Path, _Location, int | None]] = []
    for i, job in enumerate(request.jobs):
        found.append((("jobs", i), job.location, job.location_index))
    for i, shipment in enumerate(request.shipments):
        for end, stop in (("pickup", shipment.pickup), ("delivery", shipment.delivery)):
            found.append((("shipments", i, end), stop.location, stop.location_index))
    for i, vehicle in enumerate(request.vehicles):
        found.append((("vehicles", i, "start"), vehicle.start, vehicle.start_index))
        found.append((("vehicles", i, "end"), vehicle.end, vehicle.end_index))
        for k, target in enumerate(vehicle.reload.locations if vehicle.reload else ()):
            found.append((("vehicles", i, "reload", "locations", k), target, None))
    return (item for item in found if item[1] is not None or item[2] is not None)


def _pair(location: _Location) -> tuple[float, float] | None:
    return location if isinstance(location, tuple) else None


def inline_travel(request: requests.Request) -> dict[str, Travel]:
    """This will return the matrices that came with the request, by profile."""
    travels = {}
    for profile, matrix in request.matrices.items():
        distances = matrix.distances
        if distances is None:
            distances = np.where(np.asarray(matrix.durations) == NO_WAY, np.int32(NO_WAY), np.int32(0))
        known = matrix.distances is not None
        travels[profile] = Travel(matrix.durations, distances, matrix.costs, distances_known=known)
    return travels


def build(request: requests.Request, places: Places, travels: Mapping[str, Travel]) -> Problem:
    """This will resolve a request against its places and the travel between them (by vehicle profile)."""
    dimensions = _dimensions(request)
    orders: list[Order] = []
    tasks: list[Task] = []
    nothing = (0,) * dimensions
    groups = _groups(request)
    for i, job in enumerate(request.jobs):
        path: Path = ("jobs", i)
        loads = (job.delivery or nothing, job.pickup or nothing, nothing)
        tasks.append(_task("job", job.id, path, len(tasks), len(orders), places, loads, job))
        orders.append(Order(i, "job", job.id, path, (tasks[-1],), job, *groups.get(i) or _alone(i, job)))
    for i, shipment in enumerate(request.shipments):
        path, order = ("shipments", i), len(orders)
        amount = shipment.amount or nothing
        up, down = (nothing, nothing, amount), (nothing, nothing, tuple(-part for part in amount))
        first, second = shipment.pickup, shipment.delivery
        for kind, stop, loads in ((_PICKUP, first, up), (_DELIVERY, second, down)):
            name = stop.id if stop.id is not None else shipment.key
            ride = shipment.max_ride_time
            tasks.append(_task(kind, name, (*path, kind), len(tasks), order, places, loads, stop, ride))
        both = (tasks[-2], tasks[-1])
        orders.append(Order(order, "shipment", shipment.key, path, both, shipment, *_alone(order, shipment)))
    vehicles = _vehicles(request, places, travels)
    return Problem(request, places.rows, tuple(orders), tuple(tasks), vehicles, dimensions, dict(travels))


def _alone(index: int, spec: requests.Served) -> tuple[tuple[int, ...], float | None, int]:
    return (index,), spec.penalty, spec.priority


def _groups(request: requests.Request) -> dict[int, tuple[tuple[int, ...], float | None, int]]:
    """Of each job in a group of alternatives: the group, its penalty and its priority."""
    members: dict[str, list[int]] = {}
    for i, job in enumerate(request.jobs):
        if job.alternatives_group is not None:
            members.setdefault(str(job.alternatives_group), []).append(i)
    found: dict[int, tuple[tuple[int, ...], float | None, int]] = {}
    for group in members.values():
        jobs = [request.jobs[i] for i in group]
        penalties = [job.penalty for job in jobs if job.penalty is not None]
        penalty = max(penalties) if len(penalties) == len(jobs) else None
        found |= dict.fromkeys(group, (tuple(group), penalty, max(job.priority for job in jobs)))
    return found


def _task(
    kind: TaskKind,
    name: str | int,
    path: Path,
    index: int,
    order: int,
    places: Places,
    loads: tuple[Load, Load, Load],
    stop: requests.Stop,
    max_ride: int | None = None,
) -> Task:
    windows = tuple((window.start, window.end) for window in stop.time_windows)
    soft = tuple(window.soft for window in stop.time_windows)
    return Task(index, kind, name, path, order, places.at[path], windows, *loads, stop, soft, max_ride)


def _vehicles(
    request: requests.Request, places: Places, travels: Mapping[str, Travel]
) -> tuple[Vehicle, ...]:
    vehicles: list[Vehicle] = []
    at_speed: dict[tuple[str, float], Travel] = {}
    for i, spec in enumerate(request.vehicles):
        path: Path = ("vehicles", i)
        key = (spec.profile, spec.speed_factor)
        if spec.profile not in travels:
            raise Invalid(
                [Fault((*path, "profile"), f"there are no roads for {spec.profile!r}", "unknown_profile")]
            )
        at_speed.setdefault(key, travels[spec.profile].at_speed(spec.speed_factor))
        window = (spec.time_window.start, spec.time_window.end) if spec.time_window else (0, FAR_FUTURE)
        ends = places.at.get((*path, "start")), places.at.get((*path, "end"))
        reloads: tuple[Reload, ...] = ()
        if spec.reload:
            rows = [places.at[*path, "reload", "locations", k] for k in range(len(spec.reload.locations))]
            reloads = tuple(Reload(k, row, spec.reload.duration) for k, row in enumerate(rows))
        alike = (path, spec, *ends, window, spec.capacity or None, at_speed[key], reloads)
        names = expanded_ids({"id": spec.id, "count": spec.count})
        vehicles += [Vehicle(number, name, *alike) for number, name in enumerate(names, len(vehicles))]
    return tuple(vehicles)


def _dimensions(request: requests.Request) -> int:
    lists: list[Load] = [vehicle.capacity for vehicle in request.vehicles]
    lists += [vehicle.initial_load for vehicle in request.vehicles]
    lists += [job.delivery for job in request.jobs] + [job.pickup for job in request.jobs]
    lists += [shipment.amount for shipment in request.shipments]
    return max((len(item) for item in lists), default=0)
