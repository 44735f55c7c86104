"""The one judge of plans. Every published time, load, distance, cost and violation comes from here.

It takes nothing from a plan but names and their order, and shares no code with any engine.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vrp.domain import objective, rules
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Item, Order, Problem, Reload, Task, Vehicle
from vrp.domain.rules import Violation
from vrp.domain.schedule import TimedRoute, Visit, soft_costs, timed
from vrp.errors import Fault, Invalid


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A judged plan: timed routes, what they break, what is left out, what it costs (by request path)."""

    problem: Problem
    routes: tuple[TimedRoute, ...]
    violations: tuple[Violation, ...]
    left_out: tuple[Order, ...]
    breakdown: dict[str, float]
    claimed_cost: float | None = None

    @property
    def cost(self) -> float:
        return tidied(sum(self.breakdown.values()))

    @cached_property
    def missing(self) -> tuple[Order, ...]:
        """What is left out though it has no penalty, so ought to be served."""
        return tuple(order for order in self.left_out if order.penalty is None)

    @property
    def is_feasible(self) -> bool:
        return not self.violations

    @property
    def status(self) -> str:
        if self.violations:
            return "infeasible"
        if self.missing:
            return "partial"
        is_soft = any(path.endswith("/soft") for path in self.breakdown)
        return "feasible_with_soft_violations" if is_soft else "feasible"

    @property
    def rank(self) -> tuple[int, int, int, float, float]:
        """Smaller is better: broken rules, then what is left out by priority and number, then what the objective's
        preset puts first, then cost."""
        by_priority = sum(order.priority for order in self.missing)
        aim = objective.aim(self.problem, self.routes)
        return len(self.violations), by_priority, len(self.missing), aim, self.cost


def evaluate(problem: Problem, plan: Plan, heed: Callable[[], None] = lambda: None) -> Evaluation:
    """This will judge a plan. Raises `Invalid` when it names a vehicle, stop or break that does not exist.

    `heed` is called before each route and each rule: what it raises ends the judging of a large plan.
    """
    routes = []
    for vehicle, steps in resolved(problem, plan):
        heed()
        if _is_used(steps):
            routes.append(_priced(problem, timed(problem, vehicle, steps)))
    return judge(problem, routes, plan.claimed_cost, heed)


def judge(
    problem: Problem,
    routes: Sequence[TimedRoute],
    claimed_cost: float | None = None,
    heed: Callable[[], None] = lambda: None,
) -> Evaluation:
    """This will judge a plan whose routes were timed and priced by `evaluate` or `route_with`."""
    served = {task.order for route in routes for _, _, task in route.tasks}
    left_out = tuple(order for order in problem.demands if not any(index in served for index in order.group))
    breakdown: defaultdict[str, float] = defaultdict(float)
    for route in routes:
        for path, amount in route.breakdown.items():
            breakdown[path] += amount
    for order in left_out:
        if order.penalty is not None:
            breakdown[f"/{order.path[0]}/penalty"] += order.penalty
    for path, amount in objective.terms(problem, routes):
        breakdown[path] += amount
    tidy = {path: tidied(amount) for path, amount in breakdown.items()}
    violations = tuple(rules.check(problem, routes, heed))
    return Evaluation(problem, tuple(routes), violations, left_out, tidy, claimed_cost)


def route_with(problem: Problem, vehicle: Vehicle, steps: Sequence[Item]) -> "Trial":
    """This will judge one route of `vehicle` by itself: its violations and its cost."""
    route = _priced(problem, timed(problem, vehicle, steps))
    return Trial(route, rules.check_part(problem, [route]), sum(route.breakdown.values()))


@dataclass(frozen=True, eq=False)
class Trial:
    """One route judged by itself."""

    route: TimedRoute
    violations: list[Violation]
    cost: float


def _priced(problem: Problem, route: TimedRoute) -> TimedRoute:
    for path, amount in _route_costs(problem, route):
        route.breakdown[path] = route.breakdown.get(path, 0) + amount
    return route


def _is_used(steps: Sequence[Item]) -> bool:
    return any(isinstance(step, Task) for step in steps)


def resolved(problem: Problem, plan: Plan) -> list[tuple[Vehicle, list[Item]]]:
    """This will look up what a plan names. Raises `Invalid` with the place of each name that points nowhere."""
    faults: list[Fault] = []
    found: list[tuple[Vehicle, list[Item]]] = []
    for number, route in enumerate(plan.routes):
        vehicle = problem.vehicle_by_id.get(str(route.vehicle))
        if vehicle is None:
            loc = ("routes", number, "vehicle")
            faults.append(Fault(loc, f"there is no vehicle with the id {route.vehicle!r}", "unknown_id"))
            continue
        found.append((vehicle, list(_steps(problem, vehicle, number, route, faults))))
    if faults:
        raise Invalid(faults)
    return found


def _steps(
    problem: Problem, vehicle: Vehicle, number: int, route: Route, faults: list[Fault]
) -> Iterator[Item]:
    breaks = {str(pause.id): pause for pause in vehicle.spec.breaks}
    for position, step in enumerate(route.steps):
        found: Item | None
        if step.type == "break":
            found = breaks.get(str(step.id))
        elif step.type == "reload":
            found = _reload(problem, vehicle, step)
        else:
            found = problem.task_by_name.get((step.type, str(step.id)))
        if found is None:
            message = f"there is no {step.type} with the id {step.id!r}"
            if step.type == "reload":
                message = f"vehicle {vehicle.id} has no such place to reload"
            faults.append(Fault(("routes", number, "steps", position, "id"), message, "unknown_id"))
        else:
            yield found


def _reload(problem: Problem, vehicle: Vehicle, step: Step) -> Reload | None:
    """By position, else by place, else the only one."""
    spec = vehicle.spec.reload
    if spec is None:
        return None
    by_name = {str(k): reload for k, reload in enumerate(vehicle.reloads)}
    if str(step.id) in by_name:
        return by_name[str(step.id)]
    if step.location is None:
        return vehicle.reloads[0] if len(vehicle.reloads) == 1 and step.id == "" else None
    for reload, location in zip(vehicle.reloads, spec.locations, strict=True):
        if step.location in (location, str(location), problem.places[reload.place].coordinates):
            return reload
    return None


def _route_costs(problem: Problem, route: TimedRoute) -> Iterator[tuple[str, float]]:
    """What a route costs, keyed by the place in the request that says so."""
    yield from (item for item in soft_costs(route.vehicle, route.visits, route.start_time) if item[1])
    yield from objective.route_terms(problem, route)
    if route.vehicle.spec.overtime and route.overtime:
        yield "/vehicles/overtime", route.vehicle.spec.overtime.cost_per_hour * route.overtime / 3600
    costs, travel = route.vehicle.spec.costs, route.vehicle.travel
    travel_time, work = route.total("travel_time"), route.total("service") + route.total("setup")
    terms = {
        "fixed": costs.fixed,
        "per_task_hour": costs.per_task_hour * work / 3600,
        "per_wait_hour": costs.per_wait_hour * route.total("waiting_time") / 3600,
        "per_duration_hour": costs.per_duration_hour * route.duration / 3600,
    }
    if travel.costs is None:
        terms["per_hour"] = costs.per_hour * travel_time / 3600
        terms["per_km"] = costs.per_km * route.total("distance") / 1000
    else:
        arcs = (travel.costs.item(a, b) for a, b in route.legs)
        yield "/matrices/costs", sum(max(0.0, arc) for arc in arcs)
    for name, amount in terms.items():
        if amount:
            yield f"/vehicles/costs/{name}", amount
    names = route.vehicle.names
    wishes: defaultdict[str, float] = defaultdict(float)
    for _, _, task in route.tasks:
        order = problem.orders[task.order]
        if task is order.tasks[0]:
            cost = sum(wish.cost for wish in order.spec.preferred_vehicles if str(wish.vehicle) in names)
            wishes[f"/{order.path[0]}/preferred_vehicles"] += cost
    yield from ((path, amount) for path, amount in wishes.items() if amount)


def uses_estimates(evaluation: Evaluation) -> bool:
    """This will tell whether times and distances of the plan rest on an estimate, on any leg of any route."""
    return any(not route.vehicle.travel.is_known(*leg) for route in evaluation.routes for leg in route.legs)


def payload(evaluation: Evaluation) -> dict[str, Any]:
    """This will write the judged plan in the contract's shape (without engine, capabilities and digest)."""
    problem, routes = evaluation.problem, evaluation.routes
    broken: defaultdict[tuple[int | None, int | None], list[dict[str, object]]] = defaultdict(list)
    for violation in evaluation.violations:
        broken[violation.route, violation.step].append(violation.as_dict())
    known = all(route.vehicle.travel.distances_known for route in routes)
    totals = {
        name: sum(route.total(name) for route in routes)
        for name in ("travel_time", "setup", "service", "waiting_time", "break_time")
    }
    return {
        "status": evaluation.status,
        "summary": {
            "cost": evaluation.cost,
            "vehicles_used": len(routes),
            "assigned": len(problem.demands) - len(evaluation.left_out),
            "unassigned": len(evaluation.left_out),
            "distance": sum(route.total("distance") for route in routes) if known else None,
            **totals,
            "duration": sum(route.duration for route in routes),
            "overtime": sum(route.overtime for route in routes),
            "lateness": sum(objective.lateness(route) for route in routes),
        },
        "cost_breakdown": evaluation.breakdown,
        "routes": [_route_payload(problem, number, route, broken) for number, route in enumerate(routes)],
        "unassigned": [
            {"type": order.type, "id": order.id, "penalty": order.penalty, "reasons": []}
            for order in evaluation.left_out
        ],
        "verification": {
            "ok": evaluation.is_feasible,
            "checked": list(rules.RULES),
            "violations": [
                violation.as_dict() | {"route": violation.route, "step": violation.step}
                for violation in evaluation.violations
            ],
            "cost_difference": None
            if evaluation.claimed_cost is None
            else tidied(evaluation.claimed_cost - evaluation.cost),
        },
        "units": problem.request.units.model_dump(),
    }


def _route_payload(problem: Problem, number: int, route: TimedRoute, broken: Any) -> dict[str, Any]:
    known = route.vehicle.travel.distances_known
    loads = [route.load_start, *(visit.load for visit in route.visits)]
    return {
        "vehicle": route.vehicle.id,
        "start_time": route.start_time,
        "end_time": route.end_time,
        "cost": tidied(sum(route.breakdown.values())),
        "distance": route.total("distance") if known else None,
        "travel_time": route.total("travel_time"),
        "service": route.total("service"),
        "setup": route.total("setup"),
        "waiting_time": route.total("waiting_time"),
        "break_time": route.total("break_time"),
        "duration": route.duration,
        "load_max": [max(column) for column in zip(*loads, strict=True)],
        "geometry": None,
        "violations": broken[number, None],
        "steps": [
            _step_payload(problem, visit, known, broken[number, step])
            for step, visit in enumerate(route.visits)
        ],
    }


def _step_payload(problem: Problem, visit: Visit, distance_known: bool, broken: Any) -> dict[str, Any]:
    place = problem.places[visit.place] if visit.place is not None else None
    return {
        "type": visit.type,
        "id": visit.id,
        "location": list(place.coordinates) if place and place.coordinates else None,
        "arrival": visit.arrival,
        "waiting_time": visit.waiting_time,
        "service_start": visit.service_start,
        "setup": visit.setup,
        "service": visit.service,
        "departure": visit.departure,
        "travel_time": visit.travel_time,
        "distance": visit.distance if distance_known else None,
        "load": list(visit.load),
        "slack": visit.slack if visit.slack < 2**41 else None,
        "marginal_cost": None,
        "violations": broken,
    }


def tidied(amount: float) -> float | int:
    """Money to a millionth; whole amounts as whole numbers."""
    rounded = round(amount, 6)
    return int(rounded) if rounded == int(rounded) else rounded
