"""When everything on a route happens, recomputed from names and matrices alone.

A route ends as early as it can and, among the schedules that do, starts as late as it can. Where waiting, duration
or a limit on them counts, later starts that slip into another time window are weighed as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vrp.domain import request as requests
from vrp.domain.problem import FAR_FUTURE, NO_WAY, Load, Problem, Task, Vehicle, Window

_MOST_STARTS = 200  # other starting times weighed for one route


@dataclass(slots=True)
class Visit:
    """A step with its times. `travel_time` and `distance` are those since the previous step."""

    type: str
    place: int | None
    task: Task | None = None
    pause: requests.Break | None = None
    windows: tuple[Window, ...] = ()
    setup: int = 0
    service: int = 0
    leg: int = (
        0  # seconds of travel between the places before and after (breaks share the leg they interrupt)
    )
    leg_distance: int = 0
    opens_leg: bool = True
    no_way: bool = False
    travel_time: int = 0
    distance: int = 0
    arrival: int = 0
    waiting_time: int = 0
    service_start: int = 0
    departure: int = 0
    latest: int = FAR_FUTURE  # end of the window that was used
    late: int = 0  # seconds after that end
    slack: int = FAR_FUTURE
    load: Load = ()

    @property
    def id(self) -> str | int | None:
        return self.task.id if self.task else self.pause.id if self.pause else None


@dataclass(slots=True)
class TimedRoute:
    """A vehicle's visits with times and loads; start and end are among them where the vehicle has them."""

    vehicle: Vehicle
    visits: list[Visit]
    load_start: Load = ()
    breakdown: dict[str, float] = field(default_factory=dict)

    @property
    def tasks(self) -> Iterator[tuple[int, Visit, Task]]:
        """The visits that serve something: position, visit, what is served."""
        return ((k, visit, visit.task) for k, visit in enumerate(self.visits) if visit.task)

    @property
    def start_time(self) -> int:
        first = self.visits[0]
        return first.departure if first.type == "start" else first.arrival

    @property
    def end_time(self) -> int:
        return self.visits[-1].departure

    @property
    def duration(self) -> int:
        return self.end_time - self.start_time

    def total(self, name: str) -> int:
        """The sum of a visit's number over the route, breaks' service left out of `service`."""
        if name == "service":
            return sum(visit.service for visit in self.visits if not visit.pause)
        if name == "break_time":
            return sum(visit.service for visit in self.visits if visit.pause)
        return sum(getattr(visit, name) for visit in self.visits)


def timed(problem: Problem, vehicle: Vehicle, steps: Sequence[Task | requests.Break]) -> TimedRoute:
    """This will give the steps of a vehicle their times and loads."""
    visits = _visits(vehicle, steps)
    earliest = vehicle.window[0]
    latest = vehicle.window[1] if vehicle.spec.start_latest is None else vehicle.spec.start_latest
    start = _best_start(vehicle, visits, earliest, max(earliest, latest))
    _run(visits, start)
    end = visits[-1]
    end.latest = min(end.latest, vehicle.window[1]) if end.type == "end" else end.latest
    _slacks(visits, max(0, vehicle.window[1] - end.departure))
    route = TimedRoute(vehicle, visits)
    _load(problem, route)
    return route


def _visits(vehicle: Vehicle, steps: Sequence[Task | requests.Break]) -> list[Visit]:
    visits: list[Visit] = []
    if vehicle.start is not None:
        visits.append(Visit("start", vehicle.start))
    here = vehicle.start
    for step in steps:
        if isinstance(step, requests.Break):
            windows = tuple((window.start, window.end) for window in step.time_windows)
            visits.append(Visit("break", None, pause=step, windows=windows, service=step.service))
            continue
        setup = 0 if step.place == here else step.setup(vehicle)
        visits.append(
            Visit(
                step.kind, step.place, step, windows=step.windows, setup=setup, service=step.service(vehicle)
            )
        )
        here = step.place
    if vehicle.end is not None:
        visits.append(Visit("end", vehicle.end))
    _legs(vehicle, visits)
    return visits


def _legs(vehicle: Vehicle, visits: list[Visit]) -> None:
    """Give every visit the leg it ends, or in the case of a break interrupts."""
    here: int | None = None
    first = 0  # of the visits on the leg being made
    for k, visit in enumerate(visits):
        if visit.place is None:
            continue
        if here is not None:
            seconds = vehicle.travel.durations.item(here, visit.place)
            metres = vehicle.travel.distances.item(here, visit.place)
            visit.no_way = seconds == NO_WAY or metres == NO_WAY
            for on_leg in visits[first : k + 1]:
                on_leg.leg, on_leg.leg_distance = max(0, seconds), max(0, metres)
        for on_leg in visits[first + 1 : k + 1]:
            on_leg.opens_leg = False
        here, first = visit.place, k + 1
    for on_leg in visits[first + 1 :]:
        on_leg.opens_leg = False


def _run(visits: list[Visit], start: int) -> None:
    """Forward in time from `start`: work begins at the first moment a window allows, late if none does."""
    now, left, metres_left = start, 0, 0
    for visit in visits:
        if visit.opens_leg:
            left, metres_left = visit.leg, visit.leg_distance
        if visit.pause:
            begin, visit.latest, visit.late = _first_moment(visit.windows, now)
            driven = min(left, begin - now)
            metres = metres_left * driven // left if left else 0
        else:
            driven, metres = left, metres_left
            begin, visit.latest, visit.late = _first_moment(visit.windows, now + driven)
        left, metres_left = left - driven, metres_left - metres
        visit.travel_time, visit.distance = driven, metres
        visit.arrival = now + driven
        visit.service_start = begin
        visit.waiting_time = begin - visit.arrival
        now = visit.departure = begin + visit.setup + visit.service


def _first_moment(windows: tuple[Window, ...], now: int) -> tuple[int, int, int]:
    """When work begins if one is there at `now`, the end of the window used, and how late that is."""
    if not windows:
        return now, FAR_FUTURE, 0
    for opens, closes in windows:
        if now <= closes:
            return max(now, opens), closes, 0
    return now, windows[-1][1], now - windows[-1][1]


def _slacks(visits: list[Visit], at_the_end: int) -> int:
    """Backward: how much later each visit may be reached without lateness after it; returns that of the start."""
    slack = at_the_end
    for visit in reversed(visits):
        room = max(0, visit.latest - visit.service_start)
        if visit.pause:
            room += visit.travel_time  # what was driven before the break can be driven after it
        slack = visit.waiting_time + min(room, slack)
        visit.slack = slack
    return slack


def _best_start(vehicle: Vehicle, visits: list[Visit], earliest: int, latest: int) -> int:
    _run(visits, earliest)
    start = min(earliest + _slacks(visits, 0), latest)
    if not _time_counts(vehicle) or all(len(visit.windows) < 2 for visit in visits):
        return start
    best = (_badness(vehicle, visits, start), start)
    for _ in range(_MOST_STARTS):
        _run(visits, start + 1)
        if start + 1 > latest or any(visit.late for visit in visits):
            break
        start = min(start + 1 + _slacks(visits, 0), latest)
        best = min(best, (_badness(vehicle, visits, start), start))
    return best[1]


def _time_counts(vehicle: Vehicle) -> bool:
    spec = vehicle.spec
    limited = spec.max_duration is not None or spec.max_wait is not None
    return limited or spec.costs.per_wait_hour > 0 or spec.costs.per_duration_hour > 0


def _badness(vehicle: Vehicle, visits: list[Visit], start: int) -> tuple[float, float, int]:
    """What is minimised over starting times: broken limits, then what time costs, then the end."""
    _run(visits, start)
    spec, end = vehicle.spec, visits[-1].departure
    duration, waiting = end - start, sum(visit.waiting_time for visit in visits)
    broken = sum(visit.late for visit in visits) + max(0, end - vehicle.window[1])
    if spec.max_duration is not None:
        broken += max(0, duration - spec.max_duration)
    if spec.max_wait is not None:
        broken += sum(max(0, visit.waiting_time - spec.max_wait) for visit in visits)
    return broken, spec.costs.per_wait_hour * waiting + spec.costs.per_duration_hour * duration, end


def _load(problem: Problem, route: TimedRoute) -> None:
    """Deliveries are on board from the start, pickups to the end, a shipment between its own two stops."""
    load = [0] * problem.dimensions
    for dimension, amount in enumerate(route.vehicle.spec.initial_load):
        load[dimension] += amount
    for _, _, task in route.tasks:
        for dimension, amount in enumerate(task.delivery):
            load[dimension] += amount
    route.load_start = tuple(load)
    for visit in route.visits:
        if visit.task:
            task = visit.task
            for dimension in range(problem.dimensions):
                load[dimension] += task.pickup[dimension] - task.delivery[dimension] + task.change[dimension]
        visit.load = tuple(load)
