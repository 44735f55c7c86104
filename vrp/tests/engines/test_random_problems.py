"""No engine and the evaluator ever disagree: random small requests that mix whatever the engines model."""

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from vrp import engines
from vrp.tests.engines.solving import solve
from vrp.tests.problems import Document, build

PLACES = 4

small = st.integers(0, 3)
place = st.integers(0, PLACES - 1)
seconds = st.integers(0, 60)


def maybe(strategy: st.SearchStrategy[Any], nothing: Any = None) -> st.SearchStrategy[Any]:
    """Mostly nothing: a request that uses every feature at once has no plan to be wrong about."""
    return st.one_of(st.just(nothing), st.just(nothing), strategy)


def without_nothing(**keys: Any) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries(keys).map(
        lambda made: {k: v for k, v in made.items() if v not in (None, [], {})}
    )


@st.composite
def windows(draw: st.DrawFn) -> list[list[int]]:
    """One to three windows in order, with room between them."""
    made, now = [], 0
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 80), seconds), min_size=1, max_size=3)):
        made.append([now + gap, now + gap + length])
        now += gap + length
    return made


loads = st.lists(small, min_size=2, max_size=2)
per_type = st.dictionaries(st.sampled_from(["big", "small"]), seconds, max_size=2)
skills = st.lists(st.sampled_from(["cold", "lift"]), unique=True, max_size=2)
vehicles_named = st.lists(st.sampled_from(["a", "b"]), unique=True, max_size=1)
stop = {
    "location_index": place,
    "setup": maybe(seconds),
    "service": maybe(seconds),
    "service_per_type": maybe(per_type),
    "setup_per_type": maybe(per_type),
    "time_windows": maybe(windows()),
    "release_time": maybe(st.integers(1, 120)),
}
order = {
    "skills": maybe(skills),
    "skills_any": maybe(skills),
    "skills_none": maybe(skills),
    "allowed_vehicles": maybe(vehicles_named),
    "forbidden_vehicles": maybe(vehicles_named),
    "priority": maybe(st.integers(0, 9)),
    "penalty": maybe(st.integers(0, 200)),
    "preferred_vehicles": maybe(
        st.tuples(st.sampled_from(["a", "b"]), st.integers(-50, 50)).map(
            lambda w: [{"vehicle": w[0], "cost": w[1]}]
        )
    ),
}
jobs = without_nothing(
    **stop,
    **order,
    delivery=maybe(loads),
    pickup=maybe(loads),
    alternatives_group=maybe(st.sampled_from(["either", "or"])),
)
shipments = without_nothing(
    **order, amount=maybe(loads), pickup=without_nothing(**stop), delivery=without_nothing(**stop)
)
costs = without_nothing(
    fixed=maybe(st.integers(0, 100)),
    per_hour=maybe(st.sampled_from([0, 36, 3600, 25])),
    per_km=maybe(st.sampled_from([0, 100, 33.3])),
    per_task_hour=maybe(st.sampled_from([360, 1000])),
    per_wait_hour=maybe(st.sampled_from([360, 1000])),
    per_duration_hour=maybe(st.sampled_from([360, 1000])),
)
breaks = without_nothing(
    service=seconds,
    time_windows=maybe(windows()),
    max_load=maybe(loads),
    required=st.sampled_from([None, None, False]),
)


overtimes = without_nothing(
    after=st.integers(0, 200),
    max=st.integers(0, 200),
    cost_per_hour=maybe(st.sampled_from([360, 3600, 1000])),
)
reloads = without_nothing(
    locations=st.lists(st.sampled_from(["P0", "P0", "P1", "P2"]), min_size=1, max_size=2),
    max_reloads=maybe(st.integers(0, 3)),
    duration=maybe(st.integers(0, 30)),
)


@st.composite
def vehicles(draw: st.DrawFn) -> Document:
    start, end = draw(st.sampled_from([(0, 0), (0, 0), (0, 0), (0, 1), (2, 2), (None, 0), (0, None)]))
    made = draw(
        without_nothing(
            type=maybe(st.sampled_from(["big", "small"])),
            capacity=maybe(st.lists(st.integers(0, 6), min_size=2, max_size=2)),
            initial_load=maybe(loads),
            time_window=maybe(st.tuples(seconds, st.integers(60, 400)).map(list)),
            start_latest=maybe(st.integers(60, 100)),
            skills=maybe(skills),
            speed_factor=maybe(st.sampled_from([0.5, 1.37])),
            profile=maybe(st.just("bike")),
            max_tasks=maybe(small),
            max_distance=maybe(st.integers(0, 3000)),
            max_duration=maybe(st.integers(0, 300)),
            max_travel_time=maybe(st.integers(0, 200)),
            overtime=maybe(overtimes),
            reload=maybe(reloads),
            costs=maybe(costs),
            breaks=maybe(st.lists(breaks, max_size=2)),
        )
    )
    ends = {"start_index": start, "end_index": end}
    if "breaks" in made:
        made["breaks"] = [pause | {"id": number} for number, pause in enumerate(made["breaks"])]
    return made | {key: value for key, value in ends.items() if value is not None}


@st.composite
def matrices(draw: st.DrawFn, has_closed: bool) -> Document:
    row = st.lists(st.integers(1, 60), min_size=PLACES, max_size=PLACES)
    table = st.lists(row, min_size=PLACES, max_size=PLACES)
    closed = draw(maybe(st.lists(st.tuples(place, place), max_size=3), [])) if has_closed else []
    made = {}
    for profile in ("car", "bike"):
        matrix: dict[str, list[list[int | None]]] = {"durations": draw(table), "distances": draw(table)}
        for cells in matrix.values():
            for k in range(PLACES):
                cells[k][k] = 0
            for start, end in closed:
                if start != end:
                    cells[start][end] = None
        made[profile] = matrix
    return made


@st.composite
def steps(draw: st.DrawFn, document: Document) -> list[list[Document]]:
    """Routes to begin with, for both vehicles: each order on one of them or on none, where not given twice."""
    given: list[list[Document]] = [[], []]
    for key, kinds in (("jobs", ["job"]), ("shipments", ["pickup", "delivery"])):
        for item in document[key]:
            route = draw(st.sampled_from([given[0], given[1], []]))
            for kind in kinds:
                route.insert(draw(st.integers(0, len(route))), {"type": kind, "id": item["id"]})
    for route, vehicle in zip(given, document["vehicles"], strict=True):
        for _ in range(draw(st.integers(0, 2)) if "reload" in vehicle else 0):
            route.insert(draw(st.integers(0, len(route))), {"type": "reload", "id": 0})
    return given


# What is taken out of a request for the sake of an engine that does not model it.
WITHOUT = {
    "pyvrp": {"breaks", "per_wait_hour"},
    "vroom": {
        "penalty",
        "preferred_vehicles",
        "start_latest",
        "max_duration",
        "per_task_hour",
        "per_wait_hour",
        "per_duration_hour",
        "release_time",
        "alternatives_group",
        "overtime",
        "reload",
    },
    "ortools": {"max_load", "reload"},
}

# What PyVRP models only where little else is asked for: without it two times in three.
SELDOM = {"max_distance", "max_travel_time", "max_tasks", "setup", "setup_per_type"}


def cut(value: Any, keys: set[str]) -> Any:
    """The document without these keys, at any depth."""
    if isinstance(value, dict):
        return {key: cut(item, keys) for key, item in value.items() if key not in keys}
    return [cut(item, keys) for item in value] if isinstance(value, list) else value


@st.composite
def requests(draw: st.DrawFn, engine: str) -> Document:
    first, second = draw(vehicles()), draw(vehicles())
    document = {
        "vehicles": [first | {"id": "a"}, second | {"id": "b"}],
        "jobs": [job | {"id": k} for k, job in enumerate(draw(st.lists(jobs, min_size=2, max_size=5)))],
        "shipments": [
            job | {"id": k} for k, job in enumerate(draw(maybe(st.lists(shipments, max_size=2), [])))
        ],
    }
    seldom = draw(maybe(st.just(set()), SELDOM)) if engine == "pyvrp" else set()
    document = cut(document, WITHOUT.get(engine, set()) | seldom)
    if draw(st.booleans()):
        for vehicle, given in zip(document["vehicles"], draw(steps(document)), strict=True):
            vehicle["steps"] = given
    locations = [{"id": f"P{number}", "matrix_index": number} for number in range(PLACES)]
    return document | {"locations": locations, "matrices": draw(matrices(has_closed=engine != "vroom"))}


def agree(engine: str, document: Document) -> None:
    problem = build(document)
    assume(not engines.missing(engine, problem))

    judged = solve(engine, problem, patience=0.02)  # only legality is asked for

    assert judged.violations == ()
    # A second of duration at 360 an hour is 0.1, and 45.2 - 45.1 is a little more than that.
    assert judged.claimed_cost in (None, pytest.approx(judged.cost, rel=1e-4, abs=0.1 + 1e-9))


relaxed = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.mark.parametrize("engine", engines.installed())
@settings(max_examples=15, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_random_problems(engine: str, data: st.DataObject) -> None:
    agree(engine, data.draw(requests(engine)))


@pytest.mark.evidence
@pytest.mark.parametrize("engine", engines.installed())
@settings(max_examples=500, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_five_hundred_random_problems(engine: str, data: st.DataObject) -> None:
    agree(engine, data.draw(requests(engine)))
