"""The evaluator against PyVRP's `Route` and `Solution`: two judges, one verdict.

What PyVRP means in another way is kept out of the random requests and has a test of its own at the end of this file;
`vrp/docs/constraints.md` tells users of it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import pyvrp

from vrp.domain.evaluator import Evaluation
from vrp.domain.schedule import TimedRoute
from vrp.tests.domain.pyvrp_requests import PyVrpDraw, Theirs
from vrp.tests.domain.random_requests import judged
from vrp.tests.problems import Document, job, request, vehicle

# What PyVRP knows only as time warp: seconds that would have to be taken back.
OUT_OF_TIME = {"delay", "release", "max_duration", "overtime"}
# Plans that have these PyVRP refuses to make a route or a solution of.
NO_SOLUTION = {"precedence", "max_reloads", "alternatives"}
CAUSES = OUT_OF_TIME | NO_SOLUTION | {"load", "max_distance"}


def differences(draw: PyVrpDraw) -> Iterator[str]:
    ours, theirs = draw.judged(), Theirs(draw.document)
    causes = {violation.cause for violation in ours.violations}
    try:
        routes = [theirs.route(name, steps) for name, steps in draw.routes.items() if _serves(steps)]
        solution = pyvrp.Solution(theirs.data, routes)
    except (ValueError, RuntimeError) as error:
        yield from _differ(f"refused ({error})", bool(causes & NO_SOLUTION), True)
        return
    yield from _differ("refused", causes & NO_SOLUTION, set())
    for number, (route, their) in enumerate(zip(ours.routes, routes, strict=True)):
        yield from (f"vehicle {route.vehicle.id}: {text}" for text in _route(ours, number, route, their))
    yield from _differ("complete", not ours.missing, solution.is_complete())
    yield from _differ("feasible", ours.status == "feasible", solution.is_feasible())
    yield from _differ("penalties", _part(ours.breakdown, "penalty"), solution.uncollected_prizes())
    yield from _differ("fixed costs", _part(ours.breakdown, "fixed"), solution.fixed_vehicle_cost())
    if not causes & OUT_OF_TIME:
        cost = solution.distance_cost() + solution.duration_cost() + solution.fixed_vehicle_cost()
        yield from _differ("cost", ours.cost, cost + solution.uncollected_prizes())


def _route(ours: Evaluation, number: int, route: TimedRoute, their: pyvrp.Route) -> Iterator[str]:
    causes = {violation.cause for violation in ours.violations if violation.route == number}
    yield from _differ("out of time", bool(causes & OUT_OF_TIME), their.has_time_warp())
    yield from _differ("overloaded", "load" in causes, their.has_excess_load())
    yield from _differ("too far", "max_distance" in causes, their.has_excess_distance())
    yield from _differ("overload", _overload(route), their.excess_load())
    yield from _differ("distance", route.total("distance"), their.distance())
    yield from _differ("travel time", route.total("travel_time"), their.travel_duration())
    yield from _differ("work", route.total("service"), their.service_duration())
    yield from _differ("cost of the way", _part(route.breakdown, "per_km"), their.distance_cost())
    if causes & OUT_OF_TIME - {"max_duration", "overtime"}:
        return  # they go back in time
    yield from _differ("duration", route.duration, their.duration())
    yield from _differ("waiting", route.total("waiting_time"), their.wait_duration())
    yield from _differ("cost of time", _part(route.breakdown, "hour", "overtime"), their.duration_cost())
    if route.vehicle.spec.overtime:
        yield from _differ("overtime", route.overtime, their.overtime())
    moments = [(visit.service_start, visit.departure) for visit in route.visits]
    yield from _differ("moments", moments, [(a.start_time, a.end_time) for a in their.schedule()])


def _overload(route: TimedRoute) -> list[int]:
    """In each dimension the most that is on board too much, summed over the trips."""
    capacity = np.array(route.vehicle.capacity or ())
    trips = [[route.load_start]]
    for visit in route.visits:
        if visit.reload:
            trips.append([])
        trips[-1].append(visit.load)
    return sum(np.maximum(0, np.max(trip, axis=0) - capacity) for trip in trips).tolist()


def _part(breakdown: dict[str, float], *names: str) -> float:
    return round(sum(money for path, money in breakdown.items() if path.endswith(names)), 6)


def _serves(steps: list[Any]) -> bool:
    return any(step["type"] != "reload" for step in steps)


def _differ(what: str, ours: Any, theirs: Any) -> Iterator[str]:
    if ours != theirs:
        yield f"{what}: we say {ours}, PyVRP {theirs}"


def disagreements(draws: list[PyVrpDraw]) -> list[str]:
    return [f"seed {seed}: {text}" for seed, draw in enumerate(draws) for text in differences(draw)]


def test_pyvrp_and_the_evaluator_agree_on_a_hundred_plans() -> None:
    assert disagreements([PyVrpDraw(seed) for seed in range(100)]) == []


@pytest.mark.evidence
def test_pyvrp_and_the_evaluator_agree_on_two_thousand_plans_good_and_bad() -> None:
    draws = [PyVrpDraw(seed) for seed in range(2000)]

    assert disagreements(draws) == []
    judgements = [draw.judged() for draw in draws]
    assert sum(judgement.is_feasible for judgement in judgements) > 400
    assert {violation.cause for judgement in judgements for violation in judgement.violations} == CAUSES


# --- where PyVRP means something else: named in vrp/docs/constraints.md -----------------------------------------


_FREE = {"fixed": 0, "per_hour": 0, "per_km": 0, "per_duration_hour": 0}
_HOME = {"locations": ["place 0"]}


def one_van(jobs: list[Document], shipments: list[Document] | None = None, **more: Any) -> Document:
    plain = {"profile": "car", "capacity": [9], "time_window": [0, 1000], "costs": _FREE}
    document = request([vehicle(1, **(plain | more))], jobs, shipments=shipments or [])
    document["matrices"]["bike"] = document["matrices"]["car"]
    return document | {"locations": [{"id": "place 0", "matrix_index": 0}]}


def both(document: Document, steps: str) -> tuple[Evaluation, pyvrp.Route]:
    """What the two make of a van that makes these steps: `"job:1 reload:0"`."""
    names = [word.partition(":") for word in steps.split()]
    made = [{"type": kind, "id": int(name)} for kind, _, name in names]
    return judged(document, {1: made}), Theirs(document).route(1, made)


def carried(pickup: Document, delivery: Document) -> Document:
    """Shipment 1, from place 1 to place 2."""
    ends = {"pickup": {"location_index": 1} | pickup, "delivery": {"location_index": 2} | delivery}
    return {end: {"id": 1} | stop for end, stop in ends.items()}


def causes(ours: Evaluation) -> list[tuple[str, int | None]]:
    return [(violation.cause, violation.amount) for violation in ours.violations]


def test_pyvrp_begins_to_load_when_goods_are_ready_we_leave_then() -> None:
    document = one_van([job(1, 1), job(2, 2, release_time=50)], reload=_HOME | {"duration": 7})

    ours, theirs = both(document, "job:1 reload:0 job:2")

    assert [visit.departure for visit in ours.routes[0].visits if visit.reload] == [50]
    assert [step.end_time for step in theirs.schedule() if step.idx == 4] == [57]


def test_pyvrp_unloads_the_first_load_when_it_reloads_we_keep_it() -> None:
    document = one_van([job(1, 1), job(2, 2, delivery=[8])], reload=_HOME, initial_load=[2])

    ours, theirs = both(document, "job:1 reload:0 job:2")

    assert causes(ours) == [("load", 1)]
    assert theirs.is_feasible()


def test_pyvrp_serves_a_shipment_in_one_trip_we_carry_it_across_a_reload() -> None:
    document = one_van([], [carried({}, {})], reload=_HOME)
    steps = [{"type": kind, "id": name} for kind, name in (("pickup", 1), ("reload", 0), ("delivery", 1))]

    assert judged(document, {1: steps}).is_feasible
    with pytest.raises(ValueError, match="fully serviced in the same trip"):
        Theirs(document).route(1, steps)


def test_pyvrp_goes_back_in_time_we_stay_late() -> None:
    document = one_van([job(1, 2, time_windows=[[0, 15]]), job(2, 3, time_windows=[[0, 28]])])

    ours, theirs = both(document, "job:1 job:2")

    assert causes(ours) == [("delay", 5), ("delay", 2)]
    assert theirs.time_warp() == 5


def test_pyvrp_misses_the_prize_of_each_alternative_we_one_of_their_group() -> None:
    either = {"alternatives_group": "either", "penalty": 100}
    document = one_van([job(1, 1, **either), job(2, 2, **either)])

    assert judged(document, {}).cost == 100
    assert pyvrp.Solution(Theirs(document).data, []).uncollected_prizes() == 200


def test_pyvrp_makes_no_solution_of_what_is_served_twice_we_say_where() -> None:
    document = one_van([job(1, 1)])

    ours, theirs = both(document, "job:1 job:1")

    assert [(violation.cause, violation.step) for violation in ours.violations] == [("duplicate", 2)]
    with pytest.raises(RuntimeError, match="visited more than once"):
        pyvrp.Solution(Theirs(document).data, [theirs])


@pytest.mark.parametrize(
    ("document", "steps", "expected"),
    [
        pytest.param(
            one_van([job(1, 1)], initial_load=[10]), ["job"], {"load"}, id="more on board than fits"
        ),
        pytest.param(one_van([job(1, 1)], start_latest=2000), ["job"], set(), id="a start after the shift"),
        pytest.param(
            one_van([job(1, 1, release_time=30, time_windows=[[0, 20]])], start_latest=1000),
            ["job"],
            {"delay"},
            id="goods that are ready too late",
        ),
        pytest.param(
            one_van([], [carried({"time_windows": [[50, 60]]}, {"time_windows": [[0, 40]]})]),
            ["pickup", "delivery"],
            {"delay"},
            id="a delivery that closes before its pickup opens",
        ),
    ],
)
def test_pyvrp_refuses_data_whose_plans_we_judge(
    document: Document, steps: list[str], expected: set[str]
) -> None:
    ours = judged(document, {1: [{"type": kind, "id": 1} for kind in steps]})

    assert {violation.cause for violation in ours.violations} == expected
    with pytest.raises(ValueError, match=r"must be|exceeds"):
        Theirs(document)
