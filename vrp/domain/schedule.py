"""When everything on a route happens, recomputed from names and matrices alone.

A route ends as early as it can and, among the schedules that do, starts as late as it can. Limits on waiting, riding
and duration make the vehicle wait earlier where that keeps them (the smallest solution of the difference constraints,
as in Firat & Woeginger, "Analysis of the dial-a-ride problem of Hunsaker and Savelsbergh"). Where time costs money,
other starts are weighed as well, and with soft windows the cheapest times (`vrp.domain.soft_times`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from vrp.domain import request as requests
from vrp.domain import soft_times
from vrp.domain.plan import REST
from vrp.domain.problem import (
    FAR_FUTURE,
    START,
    Item,
    Key,
    Load,
    Problem,
    Reload,
    Task,
    Vehicle,
    Window,
)
from vrp.domain.travel import NO_WAY

_MOST_STARTS = 200  # other starting times weighed for one route
_SHARES = 4096  # of the way to the cheapest times; a limit is approached this closely
_MOST_RESTS = 100  # on one leg; where more were needed there is no way


@dataclass(slots=True)
class Visit:
    """A step with its times. `travel_time` and `distance` are those since the previous step."""

    type: str
    place: int | None
    task: Task | None = None
    pause: requests.Break | None = None
    reload: Reload | None = None
    windows: tuple[Window, ...] = ()
    soft: tuple[requests.SoftWindow | None, ...] = ()
    setup: int = 0
    service: int = 0
    floor: int = 0  # work begins no earlier, whatever the windows say
    due: int = FAR_FUTURE  # nor is it to begin later
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
    rests: int = 0  # that the driving time asks for on the way here
    first_rest: int = 0  # seconds of driving on this leg before the first of them
    slack: int = FAR_FUTURE
    load: Load = ()

    @property
    def id(self) -> str | int | None:
        if self.task:
            return self.task.id
        if self.pause:
            return self.pause.id
        return self.reload.id if self.reload else REST if self.type == "break" else None

    @property
    def key(self) -> Key:
        return self.type, str(self.id) if self.id is not None else ""

    @property
    def is_pause(self) -> bool:
        return self.type == "break"

    @property
    def softness(self) -> requests.SoftWindow | None:
        """The soft part of the window in which work begins."""
        for (_, closes), soft in zip(self.windows, self.soft, strict=True):
            if self.service_start <= closes:
                return soft
        return self.soft[-1] if self.soft else None


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
    def items(self) -> tuple[Item, ...]:
        """What the route is made of: tasks, breaks of the vehicle and reloads, in order."""
        found = (visit.task or visit.pause or visit.reload for visit in self.visits)
        return tuple(item for item in found if item is not None)

    @property
    def legs(self) -> Iterator[tuple[int, int]]:
        """The ways it takes, from place to place."""
        return pairwise(visit.place for visit in self.visits if visit.place is not None)

    @property
    def trips(self) -> Iterator[tuple[Visit | None, list[tuple[int, Visit, Task]]]]:
        """The tasks between one reload and the next, with the visit that began the trip (None: the open start)."""
        first = self.visits[0]
        begins, tasks = first if first.type == "start" else None, []
        for k, visit in enumerate(self.visits):
            if visit.task:
                tasks.append((k, visit, visit.task))
            elif visit.reload:
                yield begins, tasks
                begins, tasks = visit, []
        yield begins, tasks

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

    @property
    def overtime(self) -> int:
        allowed = self.vehicle.spec.overtime
        return max(0, self.duration - allowed.after) if allowed else 0

    def total(self, name: str) -> int:
        """The sum of a visit's number over the route, breaks' service left out of `service`."""
        if name == "service":
            return sum(visit.service for visit in self.visits if not visit.is_pause)
        if name == "break_time":
            return sum(visit.service for visit in self.visits if visit.is_pause)
        return sum(map(attrgetter(name), self.visits))


def timed(problem: Problem, vehicle: Vehicle, steps: Sequence[Item]) -> TimedRoute:
    """This will give the steps of a vehicle their times and loads."""
    visits = _visits(vehicle, steps)
    timing = _Timing(vehicle, visits)
    timing.settle()
    end = visits[-1]
    end.latest = min(end.latest, vehicle.window[1]) if end.type == "end" else end.latest
    timing.slacks(max(0, vehicle.window[1] - end.departure))
    if vehicle.spec.drive_break:
        visits = _with_rests(visits, vehicle.spec.drive_break)
    route = TimedRoute(vehicle, visits)
    _load(problem, route)
    return route


# What there is to do ---------------------------------------------------------------------------------------


def _visits(vehicle: Vehicle, steps: Sequence[Item]) -> list[Visit]:
    visits: list[Visit] = []
    if vehicle.start is not None:
        visits.append(Visit("start", vehicle.start))
    here = vehicle.start
    for step in steps:
        if isinstance(step, Task):
            setup = 0 if step.place == here else step.setup(vehicle)
            floor = 0 if step.kind == "job" else step.release
            visit = Visit(step.kind, step.place, step, None, None, step.windows, step.soft, setup)
            visit.service, visit.floor = step.service(vehicle), floor
            here = step.place
        elif isinstance(step, Reload):
            visit = Visit("reload", step.place, reload=step, service=step.duration)
            here = step.place
        else:
            windows = tuple((window.start, window.end) for window in step.time_windows)
            soft = tuple(window.soft for window in step.time_windows)
            visit = Visit("break", None, None, step, None, windows, soft, service=step.service)
        visits.append(visit)
    if vehicle.end is not None:
        visits.append(Visit("end", vehicle.end))
    _legs(vehicle, visits)
    if vehicle.locks or vehicle.opens:
        _fix(vehicle, visits)
    return visits


def _legs(vehicle: Vehicle, visits: list[Visit]) -> None:
    """Give every visit the leg it ends, or in the case of a break interrupts."""
    here: int | None = None
    first = 0  # of the visits on the leg being made
    rest = vehicle.spec.drive_break
    for k, visit in enumerate(visits):
        if visit.place is None:
            continue
        if here is not None:
            seconds = vehicle.travel.durations.item(here, visit.place)
            metres = vehicle.travel.distances.item(here, visit.place)
            visit.no_way = seconds == NO_WAY or metres == NO_WAY
            if rest and seconds > _MOST_RESTS * rest.max_driving:
                visit.no_way, seconds = True, 0
            for on_leg in visits[first : k + 1]:
                on_leg.leg, on_leg.leg_distance = max(0, seconds), max(0, metres)
        for on_leg in visits[first + 1 : k + 1]:
            on_leg.opens_leg = False
        here, first = visit.place, k + 1
    for on_leg in visits[first + 1 :]:
        on_leg.opens_leg = False


def _fix(vehicle: Vehicle, visits: list[Visit]) -> None:
    """What given steps and a freeze say about times: bounds on when work begins."""
    reloads = 0
    for visit in visits:
        key = visit.key
        if visit.reload:
            key, reloads = ("reload", str(reloads)), reloads + 1
        lock = vehicle.lock_by_key.get(key)
        if lock:
            visit.floor, visit.due = max(visit.floor, lock.after), lock.latest
        elif visit.type not in ("start", "end"):
            visit.floor = max(visit.floor, vehicle.opens)


# When it is done -------------------------------------------------------------------------------------------


class _Timing:
    """The search for the times of one route; it leaves them in the visits."""

    def __init__(self, vehicle: Vehicle, visits: list[Visit]) -> None:
        self.vehicle, self.visits = vehicle, visits
        self.spec = spec = vehicle.spec
        self.rest = spec.drive_break
        self.release = self._release_trips()
        opens, closes = vehicle.window
        latest = closes if spec.start_latest is None else spec.start_latest
        pinned = vehicle.lock_by_key.get(START)
        opens = max(opens, pinned.after if pinned else vehicle.opens)
        latest = min(latest, pinned.latest) if pinned else latest
        self.latest = max(opens, latest)
        self.earliest = min(max(opens, self.release), self.latest)
        self.max_duration = spec.max_duration
        if spec.overtime:
            most = spec.overtime.after + spec.overtime.max
            self.max_duration = most if spec.max_duration is None else min(most, spec.max_duration)
        self.has_rides = any(visit.task and visit.task.max_ride is not None for visit in visits)
        soft_shift = spec.time_window is not None and spec.time_window.soft is not None
        self.is_soft = soft_shift or any(soft for visit in visits for soft in visit.soft)

    def _release_trips(self) -> int:
        """Trips leave no earlier than the goods they carry are ready; returns that moment for the first of them."""
        first = ready = 0
        for visit in reversed(self.visits):
            if visit.task and visit.type == "job":
                ready = max(ready, visit.task.release)
            elif visit.reload:
                visit.floor = max(visit.floor, ready - visit.service)
                ready = 0
            first = ready
        return first

    def settle(self) -> None:
        start = self._best_start()
        self._run(start)
        floors = [visit.floor for visit in self.visits] if self.is_soft or self._is_limited() else []
        if self._is_limited() and not self._keep_limits(start):
            self._restore(floors)
            if start == self.earliest or not self._keep_limits(self.earliest):
                self._restore(floors)
                self._run(start)
        if self.is_soft:
            self._soften(floors)

    def _is_limited(self) -> bool:
        return self.max_duration is not None or self.spec.max_wait is not None or self.has_rides

    def _restore(self, floors: list[int]) -> None:
        for visit, floor in zip(self.visits, floors, strict=True):
            visit.floor = floor

    # From one visit to the next

    def _run(self, start: int) -> None:
        """Forward in time from `start`: work begins at the first moment a window allows, late if none does."""
        if self.rest:
            self._run_with_rests(start, self.rest)
            return
        now, left, metres_left = start, 0, 0
        for visit in self.visits:
            if visit.opens_leg:
                left, metres_left = visit.leg, visit.leg_distance
            if visit.pause:
                begin = _begin(visit, now)
                driven = min(left, begin - now)
                metres = metres_left * driven // left if left else 0
            else:
                driven, metres = left, metres_left
                begin = _begin(visit, now + driven)
            left, metres_left = left - driven, metres_left - metres
            visit.travel_time, visit.distance = driven, metres
            visit.arrival = now + driven
            visit.service_start = begin
            visit.waiting_time = begin - visit.arrival
            now = visit.departure = begin + visit.setup + visit.service

    def _run_with_rests(self, start: int, rest: requests.DriveBreak) -> None:
        """The same, with a rest whenever so much was driven; on the way to a break the vehicle waits for that."""
        now, left, metres_left, driving = start, 0, 0, 0
        for visit in self.visits:
            if visit.opens_leg:
                left, metres_left = visit.leg, visit.leg_distance
            visit.rests = 0
            if visit.pause:
                begin = _begin(visit, now)
                driven = min(left, begin - now, rest.max_driving - driving)
                metres = metres_left * driven // left if left else 0
                driving += driven
            else:
                driven, metres = left, metres_left
                visit.first_rest = rest.max_driving - driving
                visit.rests = max(0, -(-(driving + left) // rest.max_driving) - 1) if left else 0
                driving += left - visit.rests * rest.max_driving
                begin = _begin(visit, now + driven + visit.rests * rest.duration)
            left, metres_left = left - driven, metres_left - metres
            visit.travel_time, visit.distance = driven, metres
            visit.arrival = now + driven + visit.rests * rest.duration
            visit.service_start = begin
            visit.waiting_time = begin - visit.arrival
            if visit.waiting_time >= rest.duration or (visit.pause and visit.service >= rest.duration):
                driving = 0
            now = visit.departure = begin + visit.setup + visit.service

    def slacks(self, at_the_end: int) -> int:
        """Backward: how much later each visit may be reached without lateness after it; returns that of the start."""
        slack = at_the_end
        for visit in reversed(self.visits):
            room = max(0, visit.latest - visit.service_start)
            if visit.pause:
                room += visit.travel_time  # what was driven before the break can be driven after it
            slack = self._spare(visit) + min(room, slack)
            visit.slack = slack
        return slack

    def _spare(self, visit: Visit) -> int:
        """Waiting that could be given up: not what also is a rest from driving."""
        if self.rest and visit.waiting_time >= self.rest.duration:
            return visit.waiting_time - self.rest.duration
        return visit.waiting_time

    # The start

    def _best_start(self) -> int:
        earliest, latest = self.earliest, self.latest
        self._run(earliest)
        end = self.visits[-1].departure
        start = min(earliest + self.slacks(0), latest)
        if self.rest and start > earliest:
            late = sum(visit.late for visit in self.visits)
            self._run(start)
            if self.visits[-1].departure > end or sum(visit.late for visit in self.visits) > late:
                start = earliest
        if not self._has_choices():
            return start
        best = (self._badness(start), -start)
        for _ in range(_MOST_STARTS):
            self._run(start + 1)
            if start + 1 > latest or any(visit.late for visit in self.visits):
                break
            if self.visits[-1].departure > end and not self._time_costs():
                break
            start = min(start + 1 + self.slacks(0), latest)
            best = min(best, (self._badness(start), -start))
        return -best[1]

    def _has_choices(self) -> bool:
        """Whether a later start may lead into other windows."""
        return any(len(visit.windows) > 1 for visit in self.visits)

    def _time_costs(self) -> bool:
        costs = self.spec.costs
        return costs.per_wait_hour > 0 or costs.per_duration_hour > 0 or self.spec.overtime is not None

    def _badness(self, start: int) -> tuple[float, float, int]:
        """What is minimised over starting times: broken limits, then what time costs, then the end."""
        self._run(start)
        return self._weighed(start)

    def _weighed(self, start: int) -> tuple[float, float, int]:
        spec, end = self.spec, self.visits[-1].departure
        duration, waiting = end - start, sum(visit.waiting_time for visit in self.visits)
        broken = sum(visit.late for visit in self.visits) + max(0, end - self.vehicle.window[1])
        if self.max_duration is not None:
            broken += max(0, duration - self.max_duration)
        if spec.max_wait is not None:
            broken += sum(max(0, visit.waiting_time - spec.max_wait) for visit in self.visits)
        if self.has_rides:
            broken += sum(excess for _, excess in _long_rides(self.visits))
        money = spec.costs.per_wait_hour * waiting + spec.costs.per_duration_hour * duration
        if spec.overtime:
            money += spec.overtime.cost_per_hour * max(0, duration - spec.overtime.after)
        if self.is_soft:
            money += 3600 * sum(cost for _, cost in soft_costs(self.vehicle, self.visits, start))
        return broken, round(money, 3), end

    # Limits that ask to wait earlier

    def _keep_limits(self, start: int) -> bool:
        """Raise the beginnings of work, by no more than needed, until all limits are kept; False if they cannot."""
        for _ in range(20 + 8 * len(self.visits)):
            self._run(start)
            if any(visit.late for visit in self.visits) or self.visits[-1].departure > self.vehicle.window[1]:
                return False
            first, *raised = self._raised(start)
            for visit, by in zip(self.visits, raised, strict=True):
                if by:
                    visit.floor = visit.service_start + by
            start += first
            if start > self.latest:
                return False
            if not first and not any(raised):
                return True
        return False

    def _raised(self, start: int) -> list[int]:
        """By how much the route has to start later, and the work of each visit to begin later, at the least."""
        by = [0] * (len(self.visits) + 1)
        if self.spec.max_wait is not None:
            for k in range(len(self.visits) - 1, -1, -1):
                by[k] = max(0, self.visits[k].waiting_time + by[k + 1] - self.spec.max_wait)
        for pickup, excess in _long_rides(self.visits) if self.has_rides else ():
            by[pickup + 1] = max(by[pickup + 1], excess)
        if self.max_duration is not None:
            by[0] = max(by[0], self.visits[-1].departure - start - self.max_duration)
        if self.visits[0].type == "start":
            by[:2] = [max(by[:2]), 0]
        return by

    # Soft windows

    def _soften(self, floors: list[int]) -> None:
        """Take the cheapest times; where a limit forbids those, go towards them as far as it allows."""
        plain = self._times()
        best = self._weighed(plain[0]), -plain[0]
        is_paid = any(cost for _, cost in soft_costs(self.vehicle, self.visits, plain[0]))
        if not is_paid and not self._has_choices():
            return
        found = soft_times.cheapest(self.vehicle, self.visits, self.earliest, self.latest, self.max_duration)
        if found is None:
            return
        begin, wanted = found
        self._go([begin, *map(max, floors, wanted)])
        cheapest = self._times()
        if self._weighed(cheapest[0])[0] > best[0][0] and not self._keep_limits(begin):
            low, high = 0, _SHARES
            while high - low > 1:
                share = (low + high) // 2
                self._go([a + (b - a) * share // _SHARES for a, b in zip(plain, cheapest, strict=True)])
                low, high = (
                    (share, high) if self._weighed(self._times()[0])[0] <= best[0][0] else (low, share)
                )
            self._go([a + (b - a) * low // _SHARES for a, b in zip(plain, cheapest, strict=True)])
        if (self._weighed(self._times()[0]), -self._times()[0]) >= best:
            self._go(plain)

    def _times(self) -> list[int]:
        """When the route starts, and when the work of each visit begins; the end comes when it comes."""
        first = self.visits[0]
        start = first.departure if first.type == "start" else first.arrival
        begun = (visit.floor if visit.type == "end" else visit.service_start for visit in self.visits)
        return [start, *begun]

    def _go(self, times: list[int]) -> None:
        """Start then, and begin no work before its time."""
        self._restore(times[1:])
        self._run(times[0])


def _begin(visit: Visit, now: int) -> int:
    """When work begins if one is there at `now`; notes the end of the window used, and how late that is."""
    now = max(now, visit.floor)
    for opens, closes in visit.windows:
        if now <= closes:
            begin = max(now, opens)
            break
    else:
        begin, closes = now, visit.windows[-1][1] if visit.windows else FAR_FUTURE
    visit.latest = min(closes, visit.due)
    visit.late = max(0, begin - visit.latest)
    return begin


def _long_rides(visits: list[Visit]) -> Iterator[tuple[int, int]]:
    """Shipments that are on board too long: where they were picked up, and by how many seconds."""
    left: dict[int, int] = {}
    for k, visit in enumerate(visits):
        if visit.type == "pickup" and visit.task:
            left[visit.task.order] = k
        elif visit.type == "delivery" and visit.task and visit.task.order in left:
            most = visit.task.max_ride
            pickup = left[visit.task.order]
            if most is not None and visit.arrival - visits[pickup].departure > most:
                yield pickup, visit.arrival - visits[pickup].departure - most


def soft_costs(vehicle: Vehicle, visits: Sequence[Visit], start: int) -> Iterator[tuple[str, float]]:
    """This will yield what beginning too early or too late costs, with the place in the request that says so."""
    for visit in visits:
        if visit.soft and (soft := visit.softness):
            key = "vehicles/breaks" if visit.pause else "jobs" if visit.type == "job" else "shipments"
            cost = soft_times.cost(soft, visit.service_start, visit.service_start)
            yield f"/{key}/time_windows/soft", cost
    if vehicle.spec.time_window and (soft := vehicle.spec.time_window.soft):
        yield "/vehicles/time_window/soft", soft_times.cost(soft, start, visits[-1].departure)


def _with_rests(visits: list[Visit], rest_after: requests.DriveBreak) -> list[Visit]:
    """The rests from driving as visits of their own."""
    found: list[Visit] = []
    for visit in visits:
        now = visit.arrival - visit.travel_time - visit.rests * rest_after.duration
        driven, metres, whole = 0, 0, visit.travel_time
        for number in range(visit.rests):
            upto = visit.first_rest + number * rest_after.max_driving
            seconds = upto - driven
            far = visit.distance * upto // whole if whole else 0
            now += seconds
            rest = Visit("break", None, service=rest_after.duration)
            rest.travel_time, rest.distance = seconds, far - metres
            rest.arrival = rest.service_start = now
            rest.slack = visit.slack
            now = rest.departure = now + rest_after.duration
            driven, metres = upto, far
            found.append(rest)
        visit.travel_time, visit.distance = whole - driven, visit.distance - metres
        found.append(visit)
    return found


# What is on board ------------------------------------------------------------------------------------------


def _load(problem: Problem, route: TimedRoute) -> None:
    """Deliveries are on board from the start of their trip, pickups to its end, a shipment between its two stops."""
    load = [0] * problem.dimensions
    for dimension, amount in enumerate(route.vehicle.spec.initial_load):
        load[dimension] += amount
    collected = [0] * problem.dimensions
    trips = route.trips
    _take_on(load, next(trips)[1])
    route.load_start = tuple(load)
    for visit in route.visits:
        if visit.task:
            task = visit.task
            for dimension in range(problem.dimensions):
                load[dimension] += task.pickup[dimension] - task.delivery[dimension] + task.change[dimension]
                collected[dimension] += task.pickup[dimension]
        elif visit.reload:
            load = [amount - taken for amount, taken in zip(load, collected, strict=True)]
            collected = [0] * problem.dimensions
            _take_on(load, next(trips)[1])
        visit.load = tuple(load)


def _take_on(load: list[int], tasks: list[tuple[int, Visit, Task]]) -> None:
    for _, _, task in tasks:
        for dimension, amount in enumerate(task.delivery):
            load[dimension] += amount
