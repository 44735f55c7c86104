"""What a request can ask of an engine, and the detectors that see what it does ask. One row a feature."""

from collections.abc import Callable, Iterator
from enum import StrEnum

from vrp.domain.request import Job, Request, Shipment, Stop, TimeWindow


class Feature(StrEnum):
    """The parts of a request that an engine must model, or refuse. Values are shown to people."""

    CAPACITY = "capacity"
    DELIVERY = "delivery"
    PICKUP = "pickup"
    SHIPMENTS = "shipments"
    TIME_WINDOWS = "time_windows"
    SEVERAL_TIME_WINDOWS = "several time_windows"
    SOFT_TIME_WINDOWS = "soft time_windows"
    RELEASE_TIME = "release_time"
    SETUP = "setup"
    SERVICE = "service"
    SERVICE_PER_TYPE = "service_per_type"
    SKILLS = "skills"
    SKILLS_ANY = "skills_any"
    SKILLS_NONE = "skills_none"
    VEHICLE_CHOICE = "allowed_vehicles"
    PREFERRED_VEHICLES = "preferred_vehicles"
    PRIORITY = "priority"
    PENALTY = "penalty"
    ALTERNATIVES = "alternatives_group"
    INCOMPATIBILITIES = "incompatibilities"
    MAX_RIDE_TIME = "max_ride_time"
    RELATIONS = "relations"
    SHIFT = "vehicle time_window"
    START_LATEST = "start_latest"
    OPEN_START = "open start"
    OPEN_END = "open end"
    SEVERAL_DEPOTS = "several depots"
    MIXED_FLEET = "mixed fleet"
    PROFILES = "profiles"
    SPEED_FACTOR = "speed_factor"
    NO_WAY = "unreachable pairs"
    COST_MATRIX = "matrices costs"
    FIXED_COST = "costs fixed"
    DISTANCE_COST = "costs per_km"
    TASK_COST = "costs per_task_hour"
    WAIT_COST = "costs per_wait_hour"
    DURATION_COST = "costs per_duration_hour"
    BREAKS = "breaks"
    BREAK_MAX_LOAD = "breaks max_load"
    OPTIONAL_BREAKS = "optional breaks"
    DRIVE_BREAK = "drive_break"
    MAX_TASKS = "max_tasks"
    MIN_TASKS = "min_tasks"
    MAX_DISTANCE = "max_distance"
    MAX_DURATION = "max_duration"
    MAX_TRAVEL_TIME = "max_travel_time"
    MAX_WAIT = "max_wait"
    OVERTIME = "overtime"
    RELOAD = "reload"
    LOADING_POLICY = "loading_policy"
    INITIAL_LOAD = "initial_load"
    GIVEN_STEPS = "steps"
    LOCKS = "locked steps"
    FREEZE = "freeze"
    OBJECTIVE_PRESET = "objective preset"
    BALANCE = "objective balance"
    COMPACTNESS = "objective compactness"
    STABILITY = "objective stability"


def used_by(request: Request) -> frozenset[Feature]:
    """This will return the features a request uses."""
    return frozenset(feature for feature, uses in DETECTORS.items() if uses(request))


def _stops(request: Request) -> Iterator[Stop]:
    yield from request.jobs
    for shipment in request.shipments:
        yield from (shipment.pickup, shipment.delivery)


def _orders(request: Request) -> Iterator[Job | Shipment]:
    yield from request.jobs
    yield from request.shipments


def _windows(request: Request) -> Iterator[TimeWindow]:
    for stop in _stops(request):
        yield from stop.time_windows
    for vehicle in request.vehicles:
        yield from (vehicle.time_window,) if vehicle.time_window else ()
        for pause in vehicle.breaks:
            yield from pause.time_windows


def _stop(test: Callable[[Stop], object]) -> Callable[[Request], bool]:
    return lambda request: any(test(stop) for stop in _stops(request))


def _order(name: str) -> Callable[[Request], bool]:
    return lambda request: any(getattr(order, name) not in (None, (), 0) for order in _orders(request))


def _vehicle(test: Callable[..., object]) -> Callable[[Request], bool]:
    return lambda request: any(test(vehicle) for vehicle in request.vehicles)


def _several(values: Callable[..., object]) -> Callable[[Request], bool]:
    return lambda request: len({values(vehicle) for vehicle in request.vehicles}) > 1


def _fleet_key(vehicle: object) -> tuple[object, ...]:
    names = (
        "type",
        "capacity",
        "costs",
        "skills",
        "time_window",
        "max_duration",
        "max_distance",
        "max_tasks",
    )
    return tuple(str(getattr(vehicle, name)) for name in names)


def _has_no_way(request: Request) -> bool:
    return any(int(matrix.durations.min()) < 0 for matrix in request.matrices.values())


DETECTORS: dict[Feature, Callable[[Request], bool]] = {
    Feature.CAPACITY: _vehicle(lambda v: v.capacity),
    Feature.DELIVERY: lambda r: any(any(job.delivery) for job in r.jobs),
    Feature.PICKUP: lambda r: any(any(job.pickup) for job in r.jobs),
    Feature.SHIPMENTS: lambda r: bool(r.shipments),
    Feature.TIME_WINDOWS: _stop(lambda s: s.time_windows),
    Feature.SEVERAL_TIME_WINDOWS: _stop(lambda s: len(s.time_windows) > 1),
    Feature.SOFT_TIME_WINDOWS: lambda r: any(window.soft for window in _windows(r)),
    Feature.RELEASE_TIME: _stop(lambda s: s.release_time),
    Feature.SETUP: _stop(lambda s: s.setup or s.setup_per_type),
    Feature.SERVICE: _stop(lambda s: s.service or s.service_per_type),
    Feature.SERVICE_PER_TYPE: _stop(lambda s: s.service_per_type or s.setup_per_type),
    Feature.SKILLS: _order("skills"),
    Feature.SKILLS_ANY: _order("skills_any"),
    Feature.SKILLS_NONE: _order("skills_none"),
    Feature.VEHICLE_CHOICE: lambda r: any(o.allowed_vehicles or o.forbidden_vehicles for o in _orders(r)),
    Feature.PREFERRED_VEHICLES: _order("preferred_vehicles"),
    Feature.PRIORITY: _order("priority"),
    Feature.PENALTY: lambda r: any(order.penalty is not None for order in _orders(r)),
    Feature.ALTERNATIVES: lambda r: any(job.alternatives_group is not None for job in r.jobs),
    Feature.INCOMPATIBILITIES: lambda r: bool(r.incompatibilities),
    Feature.MAX_RIDE_TIME: lambda r: any(s.max_ride_time is not None for s in r.shipments),
    Feature.RELATIONS: lambda r: bool(r.relations),
    Feature.SHIFT: _vehicle(lambda v: v.time_window),
    Feature.START_LATEST: _vehicle(lambda v: v.start_latest is not None),
    Feature.OPEN_START: _vehicle(lambda v: v.start is None and v.start_index is None),
    Feature.OPEN_END: _vehicle(lambda v: v.end is None and v.end_index is None),
    Feature.SEVERAL_DEPOTS: _several(lambda v: (str(v.start), v.start_index, str(v.end), v.end_index)),
    Feature.MIXED_FLEET: _several(_fleet_key),
    Feature.PROFILES: _several(lambda v: v.profile),
    Feature.SPEED_FACTOR: _vehicle(lambda v: v.speed_factor != 1),
    Feature.NO_WAY: _has_no_way,
    Feature.COST_MATRIX: lambda r: any(matrix.costs is not None for matrix in r.matrices.values()),
    Feature.FIXED_COST: _vehicle(lambda v: v.costs.fixed),
    Feature.DISTANCE_COST: _vehicle(lambda v: v.costs.per_km),
    Feature.TASK_COST: _vehicle(lambda v: v.costs.per_task_hour),
    Feature.WAIT_COST: _vehicle(lambda v: v.costs.per_wait_hour),
    Feature.DURATION_COST: _vehicle(lambda v: v.costs.per_duration_hour),
    Feature.BREAKS: _vehicle(lambda v: v.breaks),
    Feature.BREAK_MAX_LOAD: _vehicle(lambda v: any(b.max_load is not None for b in v.breaks)),
    Feature.OPTIONAL_BREAKS: _vehicle(lambda v: any(not b.required for b in v.breaks)),
    Feature.DRIVE_BREAK: _vehicle(lambda v: v.drive_break),
    Feature.MAX_TASKS: _vehicle(lambda v: v.max_tasks is not None),
    Feature.MIN_TASKS: _vehicle(lambda v: v.min_tasks),
    Feature.MAX_DISTANCE: _vehicle(lambda v: v.max_distance is not None),
    Feature.MAX_DURATION: _vehicle(lambda v: v.max_duration is not None),
    Feature.MAX_TRAVEL_TIME: _vehicle(lambda v: v.max_travel_time is not None),
    Feature.MAX_WAIT: _vehicle(lambda v: v.max_wait is not None),
    Feature.OVERTIME: _vehicle(lambda v: v.overtime),
    Feature.RELOAD: _vehicle(lambda v: v.reload),
    Feature.LOADING_POLICY: _vehicle(lambda v: v.loading_policy != "any"),
    Feature.INITIAL_LOAD: _vehicle(lambda v: any(v.initial_load)),
    Feature.GIVEN_STEPS: _vehicle(lambda v: v.steps),
    Feature.LOCKS: _vehicle(
        lambda v: any(
            s.locked != "none"
            or s.service_at is not None
            or s.service_after is not None
            or s.service_before is not None
            for s in v.steps
        )
    ),
    Feature.FREEZE: lambda r: (
        r.freeze is not None and (r.freeze.until is not None or bool(r.freeze.vehicles))
    ),
    Feature.OBJECTIVE_PRESET: lambda r: r.objective.preset != "cost",
    Feature.BALANCE: lambda r: r.objective.balance is not None and r.objective.balance.weight > 0,
    Feature.COMPACTNESS: lambda r: r.objective.compactness > 0,
    Feature.STABILITY: lambda r: (
        r.objective.stability is not None
        and r.objective.stability.cost_per_moved_stop + r.objective.stability.cost_per_minute_eta_shift > 0
    ),
}
