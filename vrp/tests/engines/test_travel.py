"""Every engine on travel as roads hand it over: in 32 bits, as a sparse table, near the end of what fits."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vrp import engines
from vrp.domain import given, limits, problem, request
from vrp.domain.problem import Problem
from vrp.domain.travel import NO_WAY, Estimate, Travel, estimated
from vrp.tests import problems
from vrp.tests.engines.solving import solve
from vrp.tests.problems import Case, job, vehicle

ANYHOW = Estimate((0.0,), (1.0,), (1.0,))
METRES = 2_000_000_000  # two of them are more than 32 bits hold


def made_sparse(whole: Travel) -> Travel:
    """The same travel, every pair of it held one by one."""
    size = len(whole.durations)
    rows, columns = (index.reshape(-1) for index in np.indices((size, size)))
    durations, distances = (table[rows, columns] for table in (whole.durations, whole.distances))
    each = Travel.sparse(np.zeros((size, 2)), rows, columns, durations, distances, ANYHOW)
    return replace(whole, durations=each.durations, distances=each.distances)


def sparse(document: Any) -> Problem:
    asked = request.read(document)
    travels = {name: made_sparse(whole) for name, whole in problem.inline_travel(asked).items()}
    return given.fixed(problem.build(asked, problem.places_of(asked), travels))


# A few of them every time; all of them are slow.
CASES = [
    case if k % 8 == 0 else pytest.param(case, marks=pytest.mark.evidence)
    for k, case in enumerate(problems.ALL)
]


@pytest.mark.parametrize("engine", engines.installed())
@pytest.mark.parametrize("case", CASES, ids=str)
def test_engine_plans_on_a_sparse_table_as_on_a_whole_one(engine: str, case: Case) -> None:
    if lacks := engines.missing(engine, case.problem):
        pytest.skip(f"{engine} does not model {', '.join(lacks)}")

    judged = solve(engine, sparse(case.request), patience=0.1)

    assert judged.violations == ()
    assert sorted(order.id for order in judged.left_out) == sorted(case.left_out)
    assert judged.cost == case.cost


def far_apart(seconds: int, metres: int, **costs: float) -> Problem:
    """Two stops and no way from the second to the first; whole tables of 32 bits."""
    document = problems.request([vehicle(costs=costs)], [job(1, 1), job(2, 2)], (0, 1, 2))
    asked = request.read(document)
    tables = (np.full((3, 3), far, dtype=np.int32) for far in (seconds, metres))
    roads = Travel(*tables)
    for table in (roads.durations, roads.distances):
        np.fill_diagonal(table, 0)
        table[2, 1] = NO_WAY
    return problem.build(asked, problem.places_of(asked), {"car": roads})


@pytest.mark.parametrize("engine", ["pyvrp", "ortools", "sisr"])
@pytest.mark.parametrize(
    ("seconds", "metres", "costs"),
    [
        (10, METRES, {"per_hour": 0, "per_km": 1}),
        (10, METRES, {"per_hour": 3600, "per_km": 1}),
        (METRES, 10, {"per_hour": 3600}),
    ],
    ids=["far", "far and priced by both", "long"],
)
def test_nothing_overflows_where_single_legs_just_fit(
    engine: str, seconds: int, metres: int, costs: dict[str, float]
) -> None:
    judged = solve(engine, far_apart(seconds, metres, **costs), patience=0.1)

    per_leg = costs["per_hour"] * seconds / 3600 + costs.get("per_km", 0) * metres / 1000
    assert [visit.id for visit in judged.routes[0].visits if visit.task] == [1, 2]
    assert judged.cost == pytest.approx(3 * per_leg)
    assert judged.claimed_cost in (None, pytest.approx(judged.cost))


def test_vroom_is_given_distances_in_its_own_32_bits() -> None:
    apart = np.array([[0, METRES], [METRES, 0]], dtype=np.int32)
    document = problems.request([vehicle()], [job(1, 1)], (0, 1))
    asked = request.read(document)
    far = problem.build(asked, problem.places_of(asked), {"car": Travel(apart // 10**6, apart)})

    assert solve("vroom", far, patience=0.1).cost == 2 * METRES // 10**6


def test_gaps_of_roads_keep_engines_away_that_know_no_gaps() -> None:
    assert "unreachable pairs" in engines.missing("vroom", far_apart(10, 10))


def many_places(number: int) -> Problem:
    """A stop at each place; no pair of them held."""
    at = [[16 + k / 10**5, 48.0] for k in range(number)]
    jobs = [{"id": k, "location": place} for k, place in enumerate(at)]
    asked = request.read({"jobs": jobs, "vehicles": [{"id": "van", "start": at[0]}]})
    return problem.build(asked, problem.places_of(asked), {"car": estimated(np.array(at), ANYHOW)})


@pytest.mark.parametrize(
    ("places", "able", "chosen"),
    [
        (6_000, ["sisr", "pyvrp", "vroom", "ortools"], "sisr"),
        (9_000, ["sisr", "pyvrp", "vroom"], "sisr"),
        (10_000, ["sisr", "pyvrp"], "sisr"),
        (15_000, ["sisr"], "sisr"),
        (limits.MAX_STOPS, ["sisr"], "sisr"),
    ],
)
def test_engines_are_kept_from_tables_they_have_no_memory_for(
    places: int, able: list[str], chosen: str
) -> None:
    large = many_places(places)

    assert [name for name in engines.ENGINES if not engines.missing(name, large)] == able
    assert engines.choose(large) == chosen


def test_what_is_too_large_is_said_in_gigabytes() -> None:
    with pytest.raises(engines.EngineCannot, match=r"its tables of 10,002 rows would take 7\.5 GB of memory"):
        engines.choose(many_places(10_000), "ortools")
