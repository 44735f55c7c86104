"""A problem without the rules that an engine does not model: its plan is a beginning for one that models them."""

from collections.abc import Callable
from typing import Any

from vrp.domain import problem as problems
from vrp.domain.features import Feature
from vrp.domain.problem import Problem
from vrp.domain.request import Costs, Job, Objective, Request, Shipment, Vehicle

_Off = Callable[[Any], dict[str, Any]]

_OF_VEHICLES: dict[Feature, _Off] = {
    Feature.BREAKS: lambda vehicle: {"breaks": (), "time_window": _without_breaks(vehicle)},
    Feature.DRIVE_BREAK: lambda vehicle: {"drive_break": None},
    Feature.MIN_TASKS: lambda vehicle: {"min_tasks": None},
    Feature.MAX_TASKS: lambda vehicle: {"max_tasks": None},
    Feature.MAX_WAIT: lambda vehicle: {"max_wait": None},
    Feature.MAX_DISTANCE: lambda vehicle: {"max_distance": None},
    Feature.MAX_TRAVEL_TIME: lambda vehicle: {"max_travel_time": None},
    Feature.OVERTIME: lambda vehicle: {"overtime": None, "max_duration": _longest(vehicle)},
    Feature.RELOAD: lambda vehicle: {"reload": None},
    Feature.LOADING_POLICY: lambda vehicle: {"loading_policy": "any"},
    Feature.GIVEN_STEPS: lambda vehicle: {"steps": ()},
    Feature.LOCKS: lambda vehicle: {"steps": ()},
    Feature.WAIT_COST: lambda vehicle: {"costs": _costs(vehicle, per_wait_hour=0)},
    Feature.TASK_COST: lambda vehicle: {"costs": _costs(vehicle, per_task_hour=0)},
    Feature.FIXED_COST: lambda vehicle: {"costs": _costs(vehicle, fixed=max(0, vehicle.costs.fixed))},
    Feature.SOFT_TIME_WINDOWS: lambda vehicle: {"time_window": _hard(vehicle.time_window)},
}
_OF_JOBS: dict[Feature, _Off] = {
    Feature.SOFT_TIME_WINDOWS: lambda job: {"time_windows": tuple(map(_hard, job.time_windows))},
    Feature.ALTERNATIVES: lambda job: {"alternatives_group": None},
    Feature.RELEASE_TIME: lambda job: {"release_time": None},
    Feature.PREFERRED_VEHICLES: lambda job: {"preferred_vehicles": ()},
    Feature.INCOMPATIBILITIES: lambda job: {"compatibility_class": None},
    Feature.SEVERAL_TIME_WINDOWS: lambda job: {"time_windows": job.time_windows[:1]},
    Feature.SETUP: lambda job: {"setup": 0, "setup_per_type": {}, "service": job.setup + job.service},
}
_OF_STOPS: dict[Feature, _Off] = {
    feature: _OF_JOBS[feature]
    for feature in (
        Feature.SOFT_TIME_WINDOWS,
        Feature.RELEASE_TIME,
        Feature.SEVERAL_TIME_WINDOWS,
        Feature.SETUP,
    )
}
_OF_REQUESTS: dict[Feature, dict[str, Any]] = {
    Feature.RELATIONS: {"relations": ()},
    Feature.INCOMPATIBILITIES: {"incompatibilities": ()},
    Feature.FREEZE: {"freeze": None},
    Feature.OBJECTIVE_PRESET: {"objective": Objective()},
    Feature.BALANCE: {"objective": Objective()},
    Feature.COMPACTNESS: {"objective": Objective()},
    Feature.STABILITY: {"objective": Objective()},
}


def without(problem: Problem, features: frozenset[str]) -> Problem:
    """This will return the problem with these features off, as far as they can be; ids stay as they are."""
    request = problem.request
    jobs = _first_of_groups(request) if Feature.ALTERNATIVES in features else request.jobs
    relaxed = request.model_copy(
        update={
            "jobs": tuple(_off(job, _OF_JOBS, features) for job in jobs),
            "shipments": tuple(_shipment(shipment, features) for shipment in request.shipments),
            "vehicles": tuple(_off(vehicle, _OF_VEHICLES, features) for vehicle in request.vehicles),
        }
    )
    for feature, update in _OF_REQUESTS.items():
        if feature in features:
            relaxed = relaxed.model_copy(update=update)
    return problems.build(relaxed, problems.places_of(relaxed), problem.travels)


def _off(row: Any, table: dict[Feature, _Off], features: frozenset[str]) -> Any:
    for feature, off in table.items():
        if feature in features:
            row = row.model_copy(update=off(row))
    return row


def _shipment(shipment: Shipment, features: frozenset[str]) -> Shipment:
    ends = {
        "pickup": _off(shipment.pickup, _OF_STOPS, features),
        "delivery": _off(shipment.delivery, _OF_STOPS, features),
    }
    if Feature.MAX_RIDE_TIME in features:
        ends["max_ride_time"] = None
    return shipment.model_copy(update=ends)


def _first_of_groups(request: Request) -> tuple[Job, ...]:
    seen: set[str] = set()
    kept = []
    for job in request.jobs:
        group = job.alternatives_group
        if group is None or str(group) not in seen:
            kept.append(job)
        seen.add(str(group))
    return tuple(kept)


def _hard(window: Any) -> Any:
    return window.model_copy(update={"soft": None}) if window else None


def _without_breaks(vehicle: Vehicle) -> Any:
    """A shift shorter by what its breaks take."""
    window = vehicle.time_window
    if window is None:
        return None
    taken = sum(pause.service for pause in vehicle.breaks if pause.required)
    return window.model_copy(update={"end": max(window.start, window.end - taken)})


def _longest(vehicle: Vehicle) -> int | None:
    most = vehicle.overtime.after + vehicle.overtime.max if vehicle.overtime else None
    limits = [limit for limit in (most, vehicle.max_duration) if limit is not None]
    return min(limits, default=None)


def _costs(vehicle: Vehicle, **changed: float) -> Costs:
    return vehicle.costs.model_copy(update=changed)
