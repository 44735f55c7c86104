"""What holds for every plan of every request, good and bad ones, whatever features they mix."""

import json
from copy import deepcopy
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from vrp.domain import evaluator, given
from vrp.domain import plan as plans
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import NO_WAY, Problem
from vrp.tests.engines.mixed import mixed_request
from vrp.tests.problems import build

seeds = st.integers(0, 2**32)
many = settings(max_examples=150, deadline=None)


def case(seed: int) -> tuple[dict, Problem, Plan]:
    """A request that mixes features, and a plan for it that somebody might have made without looking at the rules."""
    rng = Random(seed)
    document = mixed_request(rng)
    problem = fixed(document)
    routes: dict[int, list[Step]] = {vehicle.index: [] for vehicle in problem.vehicles}
    for order in problem.orders:
        steps = routes[rng.randrange(len(routes))]
        if rng.random() < 0.7:
            places = sorted(rng.randint(0, len(steps)) for _ in order.tasks)
            for place, task in reversed(list(zip(places, order.tasks, strict=True))):
                steps.insert(place, Step(task.kind, task.id))
    for vehicle in problem.vehicles:
        steps = routes[vehicle.index]
        for pause in vehicle.spec.breaks:
            steps.insert(rng.randint(0, len(steps)), Step("break", pause.id))
        if vehicle.reloads and rng.random() < 0.5:
            steps.insert(rng.randint(0, len(steps)), Step("reload", rng.randrange(len(vehicle.reloads))))
    named = (Route(vehicle.id, tuple(routes[vehicle.index])) for vehicle in problem.vehicles)
    return document, problem, Plan(tuple(named))


def fixed(document: dict) -> Problem:
    return given.fixed(build(document))


def of_the_whole(judged: evaluator.Evaluation) -> float:
    """What no single route costs."""
    ends = ("/penalty", "/balance", "/stability")
    return sum(cost for path, cost in judged.breakdown.items() if path.endswith(ends))


@many
@drawn(seeds)
def test_each_step_follows_from_the_one_before(seed):
    _, problem, plan = case(seed)

    for route in evaluator.evaluate(problem, plan).routes:
        for before, visit in pairwise(route.visits):
            assert visit.arrival == before.departure + visit.travel_time
        for visit in route.visits:
            assert visit.waiting_time >= 0
            assert visit.service_start == visit.arrival + visit.waiting_time
            assert visit.departure == visit.service_start + visit.setup + visit.service


@many
@drawn(seeds)
def test_a_route_is_as_long_as_its_parts(seed):
    _, problem, plan = case(seed)

    for route in evaluator.payload(evaluator.evaluate(problem, plan))["routes"]:
        parts = ("travel_time", "waiting_time", "setup", "service", "break_time")
        assert (
            route["duration"] == route["end_time"] - route["start_time"] == sum(route[part] for part in parts)
        )


@many
@drawn(seeds)
def test_travel_is_what_the_matrix_says_however_breaks_and_rests_divide_it(seed):
    _, problem, plan = case(seed)

    for route in evaluator.evaluate(problem, plan).routes:
        places = [visit.place for visit in route.visits if visit.place is not None]
        travel = route.vehicle.travel
        for name, table in (("travel_time", travel.durations), ("distance", travel.distances)):
            legs = [int(table[a, b]) for a, b in pairwise(places)]
            assert route.total(name) == sum(leg for leg in legs if leg != NO_WAY)
            assert all(getattr(visit, name) >= 0 for visit in route.visits)


@many
@drawn(seeds)
def test_the_breakdown_adds_up_to_the_cost(seed):
    _, problem, plan = case(seed)

    judged = evaluator.evaluate(problem, plan)

    whole = sum(
        cost
        for path, cost in judged.breakdown.items()
        if path.endswith(("/penalty", "/balance", "/stability"))
    )
    assert judged.cost == pytest.approx(sum(judged.breakdown.values()), abs=1e-5)
    assert judged.cost == pytest.approx(
        sum(sum(r.breakdown.values()) for r in judged.routes) + whole, abs=1e-5
    )


@many
@drawn(seeds)
def test_the_load_is_what_has_come_on_board_and_not_left(seed):
    _, problem, plan = case(seed)

    for route in evaluator.evaluate(problem, plan).routes:
        trip, on_board, collected = 0, {}, {}
        trips = list(route.trips)
        for position, visit in enumerate(route.visits):
            if visit.reload:
                trip, collected = trip + 1, {}
            task = visit.task
            if task and visit.type == "job":
                collected[position] = task.pickup
            elif task:
                on_board[position] = task.change
            to_come = [t.delivery for k, _, t in trips[trip][1] if k > position]
            initial = route.vehicle.spec.initial_load or (0,) * problem.dimensions
            parts = [initial, *to_come, *collected.values(), *on_board.values()]
            assert visit.load == tuple(map(sum, zip(*parts, strict=True))) if problem.dimensions else True


@many
@drawn(seeds)
def test_numbers_out_of_bounds_are_violations_and_violations_are_out_of_bounds(seed):
    _, problem, plan = case(seed)
    shown = evaluator.payload(evaluator.evaluate(problem, plan))
    specs = {str(vehicle.id): vehicle.spec for vehicle in problem.vehicles}

    for route in shown["routes"]:
        spec = specs[str(route["vehicle"])]
        causes = {violation["cause"] for violation in route["violations"]}
        causes |= {violation["cause"] for step in route["steps"] for violation in step["violations"]}
        tasks = sum(step["type"] in ("job", "pickup", "delivery") for step in route["steps"])
        limits = {
            "max_duration": (route["duration"], spec.max_duration),
            "max_travel_time": (route["travel_time"], spec.max_travel_time),
            "max_distance": (route["distance"], spec.max_distance),
            "max_tasks": (tasks, spec.max_tasks),
            "min_tasks": (-tasks, None if spec.min_tasks is None else -spec.min_tasks),
            "max_wait": (max(step["waiting_time"] for step in route["steps"]), spec.max_wait),
            "overtime": (route["duration"], spec.overtime and spec.overtime.after + spec.overtime.max),
            "load": (route["load_max"], spec.capacity or None),
        }
        for cause, (amount, most) in limits.items():
            if cause == "load":
                broken = most is not None and any(a > b for a, b in zip(amount, most, strict=True))
            else:
                broken = most is not None and amount > most
            assert broken == (cause in causes), (cause, amount, most)


@many
@drawn(seeds)
def test_routes_judged_one_by_one_and_put_together_are_the_plan(seed):
    _, problem, plan = case(seed)
    whole = evaluator.evaluate(problem, plan)

    trials = [
        evaluator.route_with(problem, vehicle, items)
        for vehicle, items in evaluator.resolved(problem, plan)
        if any(hasattr(item, "kind") for item in items)
    ]
    together = evaluator.judge(problem, [trial.route for trial in trials])

    assert evaluator.payload(together) == evaluator.payload(whole)
    alone = {violation.cause for trial in trials for violation in trial.violations}
    assert alone <= {violation.cause for violation in whole.violations}
    assert whole.cost == pytest.approx(sum(trial.cost for trial in trials) + of_the_whole(whole), abs=1e-5)


@many
@drawn(seeds)
def test_a_published_plan_that_is_read_again_is_judged_the_same(seed):
    _, problem, plan = case(seed)
    first = evaluator.payload(evaluator.evaluate(problem, plan))

    stored = json.loads(json.dumps(first))
    again = evaluator.payload(evaluator.evaluate(problem, plans.read(stored)))

    assert again == first


@many
@drawn(seeds)
def test_a_published_plan_given_as_steps_is_judged_the_same(seed):
    document, problem, plan = case(seed)
    if any(row.get("steps") or row.get("count", 1) > 1 for row in document["vehicles"]):
        return
    if document.get("freeze") or document.get("objective", {}).get("stability"):
        return
    first = evaluator.payload(evaluator.evaluate(problem, plan))
    if any(violation["cause"] == "duplicate" for violation in first["verification"]["violations"]):
        return

    document = deepcopy(document)
    for route in first["routes"]:
        row = next(row for row in document["vehicles"] if row["id"] == route["vehicle"])
        row["steps"] = [
            {key: step[key] for key in ("type", "id") if step[key] is not None} for step in route["steps"]
        ]
    again = fixed(document)

    assert evaluator.payload(evaluator.evaluate(again, given.routes_of(again))) == first


# A relaxed limit


def relaxed(document: dict, rng: Random) -> tuple[dict, str] | None:
    """The same request with one limit made wider."""
    document, ways = deepcopy(document), []
    more = rng.choice([1, 5, 50])

    def widen(row: dict, key: str, to: object) -> None:
        ways.append((row, key, to))

    for vehicle in document["vehicles"]:
        for key in (
            "max_duration",
            "max_travel_time",
            "max_distance",
            "max_tasks",
            "max_wait",
            "start_latest",
        ):
            if vehicle.get(key) is not None:
                widen(vehicle, key, vehicle[key] + more)
        if vehicle.get("min_tasks"):
            widen(vehicle, "min_tasks", max(0, vehicle["min_tasks"] - more))
        if vehicle.get("capacity"):
            widen(vehicle, "capacity", [amount + more for amount in vehicle["capacity"]])
        if vehicle.get("overtime"):
            widen(vehicle["overtime"], "max", vehicle["overtime"]["max"] + more)
        if (vehicle.get("reload") or {}).get("max_reloads") is not None:
            widen(vehicle["reload"], "max_reloads", vehicle["reload"]["max_reloads"] + more)
        if isinstance(vehicle.get("time_window"), list):
            opens, closes = vehicle["time_window"]
            widen(vehicle, "time_window", [max(0, opens - more), closes])
            widen(vehicle, "time_window", [opens, closes + more])
        for pause in vehicle.get("breaks", ()):
            if pause.get("max_load"):
                widen(pause, "max_load", [amount + more for amount in pause["max_load"]])
            _widen_windows(pause, more, widen)
        if vehicle.get("loading_policy", "any") != "any":
            widen(vehicle, "loading_policy", "any")
    for shipment in document.get("shipments", ()):
        if shipment.get("max_ride_time") is not None:
            widen(shipment, "max_ride_time", shipment["max_ride_time"] + more)
    ends = [row[end] for row in document.get("shipments", ()) for end in ("pickup", "delivery")]
    for stop in (*document.get("jobs", ()), *ends):
        _widen_windows(stop, more, widen)
        if stop.get("release_time"):
            widen(stop, "release_time", max(0, stop["release_time"] - more))
    for order in (*document.get("jobs", ()), *document.get("shipments", ())):
        for key in ("skills", "skills_none", "forbidden_vehicles"):
            if order.get(key):
                widen(order, key, order[key][1:])
    for key in ("relations", "incompatibilities"):
        if document.get(key):
            widen(document, key, document[key][1:])
    if not ways:
        return None
    row, key, to = rng.choice(ways)
    row[key] = to
    return document, key


def _widen_windows(stop: dict, more: int, widen) -> None:
    for k, window in enumerate(stop.get("time_windows", ())):
        if isinstance(window, list) and len(stop["time_windows"]) == 1:
            widen(stop["time_windows"], k, [max(0, window[0] - more), window[1]])
            widen(stop["time_windows"], k, [window[0], window[1] + more])


@settings(max_examples=400, deadline=None)
@drawn(seeds)
def test_a_wider_limit_makes_no_legal_plan_illegal(seed):
    document, problem, plan = case(seed)
    wider = relaxed(document, Random(seed))
    if wider is None or not evaluator.evaluate(problem, plan).is_feasible:
        return
    if any(row.get("drive_break") for row in document["vehicles"]):
        return  # a wait that was long enough for a rest may no longer be
    if document.get("freeze") or any(row.get("steps") for row in document["vehicles"]):
        return  # what has begun, and when, may be something else

    judged = evaluator.evaluate(fixed(wider[0]), plan)

    assert [violation.message for violation in judged.violations] == [], wider[1]
