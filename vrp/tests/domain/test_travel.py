"""Travel between places: estimates by distance, tables that hold some pairs only, and sums beyond 32 bits."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from vrp.domain import limits, travel
from vrp.domain.evaluator import evaluate, uses_estimates
from vrp.domain.features import Feature
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Place, Places, Problem
from vrp.domain.travel import NO_WAY, Computed, Estimate, Plane, Sparse, Travel, estimated, great_circles
from vrp.roads import straight_line
from vrp.tests.problems import build, job, line, request, vehicle

TOWN = Estimate((0.0,), (1.4,), (10.0,))
REGION = Estimate((500.0, 2_000.0, 10_000.0), (1.6, 1.4, 1.25), (5.0, 9.0, 20.0))
NEARLY = 2**31 - 1


def points(number: int, seed: int = 1) -> np.ndarray:
    pick = np.random.default_rng(seed)
    return np.stack([16 + pick.random(number), 48 + pick.random(number)], axis=1)


def some_pairs(number: int, pairs: int = 300) -> dict[str, np.ndarray]:
    """Travel that is known between some places, nowhere what the estimate says, and for a few pairs none."""
    pick = np.random.default_rng(2)
    seconds = pick.integers(1, 10_000, pairs)
    seconds[:20] = NO_WAY
    return {
        "rows": pick.integers(0, number, pairs),
        "columns": pick.integers(0, number, pairs),
        "durations": seconds,
        "distances": np.where(seconds == NO_WAY, NO_WAY, seconds * 7),
    }


def sparse(number: int = 40, estimate: Estimate = REGION) -> Travel:
    return Travel.sparse(points(number), **some_pairs(number), estimate=estimate)


def one_pair(seconds: int, metres: int) -> Travel:
    """Three places, of which travel from the second to the third is known."""
    row, column, duration, distance = (np.array([number]) for number in (1, 2, seconds, metres))
    return Travel.sparse(points(3), row, column, duration, distance, TOWN)


def one_by_one(table: Computed) -> np.ndarray:
    size = range(len(table))
    return np.array([[table.item(row, column) for column in size] for row in size])


# Estimates


@pytest.mark.parametrize(
    "estimate",
    [
        TOWN,
        REGION,
        Estimate((0.0, 100.0, 200.0), (3.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
        Estimate((0.0, 100.0, 200.0), (1.0, 1.0, 1.0), (1.0, 50.0, 2.0)),
    ],
    ids=["always alike", "a region", "long detours near by", "slow near by"],
)
def test_what_is_farther_is_never_nearer_or_sooner(estimate: Estimate) -> None:
    circle = np.geomspace(1, 2e7, 20_000)

    metres = estimate.metres(circle)

    assert (np.diff(metres) >= 0).all()
    assert (np.diff(estimate.seconds(metres)) >= 0).all()


def test_in_the_middle_of_a_bin_its_own_figures_hold() -> None:
    metres = REGION.metres(np.array([1_250.0, 6_000.0]))

    assert metres.tolist() == [1_250 * 1.6, 6_000 * 1.4]
    assert REGION.seconds(metres).tolist() == [400, round(6_000 * 1.4 / 9)]


def test_beyond_the_last_bin_its_figures_go_on() -> None:
    assert REGION.metres(np.array([1e7]))[0] == pytest.approx(1e7 * 1.25, rel=1e-6)


def test_great_circles_are_exact_near_and_far() -> None:
    apart = great_circles(np.array([[0, 0]]), np.array([[0, 1e-5], [90, 0], [180, 0]]))

    quarter = travel.EARTH_RADIUS * np.pi / 2
    assert apart[0] == pytest.approx([quarter / 9e6, quarter, 2 * quarter])


def test_straight_lines_take_figures_that_were_fitted_to_a_region() -> None:
    at = points(3)
    places = Places(tuple(Place(k, (x, y)) for k, (x, y) in enumerate(at.tolist())), {})

    fitted = straight_line.travel(places, "car", REGION)

    assert np.array_equal(fitted.distances, REGION.metres(great_circles(at, at)))
    assert fitted.estimated


def test_more_places_than_a_whole_table_has_rows_are_estimated_without_one(monkeypatch: Any) -> None:
    whole = estimated(points(30), REGION)
    monkeypatch.setattr(limits, "MAX_ROWS", 29)

    each = estimated(points(30), REGION)

    assert isinstance(each.durations, Sparse)
    assert np.array_equal(np.asarray(each.durations), whole.durations)
    assert np.array_equal(np.asarray(each.distances), whole.distances)


# Sparse tables


def test_what_is_held_is_exact_and_all_else_estimated() -> None:
    pairs, each = some_pairs(40), sparse()
    guess = estimated(points(40), REGION)
    expected = {"durations": np.array(guess.durations), "distances": np.array(guess.distances)}
    for name, table in expected.items():
        for row, column, value in zip(pairs["rows"], pairs["columns"], pairs[name], strict=True):
            table[row, column] = value

    assert np.array_equal(one_by_one(each.durations), expected["durations"])
    assert np.array_equal(one_by_one(each.distances), expected["distances"])


def test_of_a_pair_named_twice_the_last_counts() -> None:
    twice = Sparse.of(
        points(3), np.array([0, 1, 0]), np.array([2, 0, 2]), np.array([5, 6, 7]), TOWN, is_time=True
    )

    assert (twice.item(0, 2), twice.item(1, 0)) == (7, 6)


INDEXES = [
    (slice(None), slice(None)),
    3,
    (3, slice(None)),
    (slice(None), 4),
    (slice(2, 9), slice(None, None, 3)),
    (np.array([1, 5, 5, -1]), np.array([2, 2, 6, 0])),
    (7, np.array([3, 1, -2])),
    np.ix_([4, 2, 2, -1], [0, 39, 4]),
    ([1, 2], slice(0, 4)),
]


@pytest.mark.parametrize("where", INDEXES, ids=str)
@pytest.mark.parametrize("name", ["durations", "distances"])
def test_it_reads_like_an_array(where: Any, name: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(travel, "_CELLS", 100)  # so that tables are made in several blocks
    table = getattr(sparse(), name)

    found, expected = table[where], one_by_one(table)[where]

    assert np.array_equal(found, expected)
    assert found.dtype == np.int32


def test_it_has_the_shape_of_an_array() -> None:
    table = sparse().durations

    assert (len(table), table.shape, table.dtype) == (40, (40, 40), np.int32)
    assert table[3, 4] == table.item(3, 4)


def test_a_row_that_is_not_there_is_an_error() -> None:
    with pytest.raises(IndexError):
        sparse().durations[40, np.array([0])]


@pytest.mark.parametrize("seed", range(5))
def test_bounds_hold_for_every_value(seed: int) -> None:
    pick = np.random.default_rng(seed)
    everywhere = np.stack([pick.uniform(-180, 180, 50), pick.uniform(-90, 90, 50)], axis=1)

    for at in (everywhere, points(50, seed)):
        table = Travel.sparse(at, **some_pairs(50), estimate=REGION).durations
        all_of_it = np.asarray(table)
        assert table.min() == all_of_it.min()
        assert all_of_it.max() <= table.max() <= 2.1 * all_of_it.max() + 100
        assert (all_of_it.max(axis=0) <= table.max(axis=0)).all()
        assert (all_of_it.max(axis=1) <= table.max(axis=1)).all()


def test_it_goes_to_another_process_with_what_it_holds_only() -> None:
    before = sparse()
    expected = one_by_one(before.durations)

    after = pickle.loads(pickle.dumps(before))

    assert np.array_equal(one_by_one(after.durations), expected)


def test_memory_grows_with_the_pairs() -> None:
    number, pairs = 10_000, 200_000
    large = Travel.sparse(points(number), **some_pairs(number, pairs), estimate=REGION)

    assert len(pickle.dumps(large)) < 24 * (number + pairs) + 10_000


# Straight lines in a plane


def corners(number: int = 40) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 1_000, (number, 2)).astype(float)


PLANES = {
    "nearest": Plane(corners()),
    "tenths, down": Plane(corners() / 7, 10.0, "down"),
    "up, in tenths": Plane(corners() / 7, 1.0, "up", after=10),
    "slower": Plane(corners(), factor=0.3),
}


def test_straight_lines_are_rounded_as_asked() -> None:
    at = np.array([[0.0, 0.0], [1.0, 1.0], [2.5, 0.0], [3.5, 0.0]])

    assert Plane(at)[0].tolist() == [0, 1, 2, 4]  # halves to the even one, as numpy does
    assert Plane(at, 10.0, "down")[0].tolist() == [0, 14, 25, 35]
    assert Plane(at, 1.0, "up", after=10)[0].tolist() == [0, 20, 30, 40]


@pytest.mark.parametrize("where", INDEXES, ids=str)
@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
def test_straight_lines_read_like_an_array(where: Any, plane: Plane, monkeypatch: Any) -> None:
    monkeypatch.setattr(travel, "_CELLS", 100)

    found, expected = plane[where], one_by_one(plane)[where]

    assert np.array_equal(found, expected)
    assert found.dtype == np.int32


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
def test_no_straight_line_is_beyond_its_bounds(plane: Plane) -> None:
    lines = one_by_one(plane)

    assert plane.min() <= lines.min()
    assert (lines.max(axis=0) <= plane.max(axis=0)).all()
    assert lines.max() <= plane.max() <= 2.1 * lines.max() + 100


@pytest.mark.parametrize("plane", PLANES.values(), ids=PLANES)
def test_straight_lines_are_made_again_of_what_they_tell(plane: Plane) -> None:
    assert np.array_equal(np.asarray(Plane.of(plane.as_dict())), np.asarray(plane))


def test_another_speed_scales_straight_lines_as_it_scales_a_table() -> None:
    plane = PLANES["nearest"]
    whole = Travel(np.asarray(plane), np.asarray(plane))

    assert np.array_equal(one_by_one(plane.at_speed(0.75)), whole.at_speed(0.75).durations)


def test_straight_lines_are_no_estimate() -> None:
    plane = PLANES["nearest"]

    assert Travel(plane, plane).is_known(1, 2)


# Speed


@pytest.mark.parametrize("factor", [0.3, 0.75, 2.0])
def test_another_speed_scales_what_is_held_and_what_is_estimated_alike(factor: float) -> None:
    each = sparse()
    whole = Travel(np.asarray(each.durations), np.asarray(each.distances))

    scaled = each.at_speed(factor)

    assert np.array_equal(one_by_one(scaled.durations), whole.at_speed(factor).durations)
    assert np.array_equal(np.asarray(scaled.durations), whole.at_speed(factor).durations)
    assert scaled.distances is each.distances


def test_seconds_that_fit_stay_in_32_bits() -> None:
    roads = Travel(np.array([[0, 1_000], [NO_WAY, 0]], dtype=np.int32), np.zeros((2, 2), dtype=np.int32))

    slow = roads.at_speed(0.1)

    assert slow.durations.tolist() == [[0, 10_000], [NO_WAY, 0]]
    assert slow.durations.dtype == np.int32


def test_seconds_that_do_not_fit_get_64_bits() -> None:
    table = np.array([[0, NEARLY], [NO_WAY, 0]], dtype=np.int32)

    whole, each = Travel(table, table).at_speed(0.5), one_pair(NEARLY, 1).at_speed(0.5)

    assert whole.durations.tolist() == [[0, 2 * NEARLY], [NO_WAY, 0]]
    assert each.durations.item(1, 2) == each.durations[[1], [2]] == 2 * NEARLY
    assert np.array(each.durations)[1, 2] == 2 * NEARLY


# What is known


def on_line(travels: Travel) -> Problem:
    """Two stops on a line, in this order, with other travel between them."""
    problem = build(request([vehicle()], [job(1, 1), job(2, 2)], (0, 100, 200)))
    return replace(problem, vehicles=tuple(replace(each, travel=travels) for each in problem.vehicles))


def judged(travels: Travel) -> Any:
    return evaluate(on_line(travels), Plan((Route("van", (Step("job", 1), Step("job", 2))),)))


def held(*pairs: tuple[int, int]) -> Travel:
    rows, columns = np.array(pairs).T
    return Travel.sparse(points(3), rows, columns, np.full(len(rows), 7), np.full(len(rows), 70), TOWN)


@pytest.mark.parametrize(
    ("travels", "is_estimated"),
    [
        (Travel(np.ones((3, 3), dtype=np.int32), np.ones((3, 3), dtype=np.int32)), False),
        (estimated(points(3), TOWN), True),
        (held((0, 1), (1, 2), (2, 0)), False),
        (held((0, 1), (1, 2), (0, 2)), True),
    ],
    ids=["a whole table", "straight lines", "all legs held", "one leg not held"],
)
def test_a_plan_rests_on_estimates_if_any_of_its_legs_does(travels: Travel, is_estimated: bool) -> None:
    assert uses_estimates(judged(travels)) is is_estimated


def test_to_stay_is_no_estimate_among_roads() -> None:
    assert held((0, 1)).is_known(2, 2)
    assert not estimated(points(3), TOWN).is_known(2, 2)


def test_a_plan_is_timed_by_what_is_held() -> None:
    summary = judged(held((0, 1), (1, 2), (2, 0))).routes[0]

    assert (summary.total("travel_time"), summary.total("distance")) == (21, 210)


def test_no_way_that_is_held_breaks_the_plan() -> None:
    closed = one_pair(NO_WAY, NO_WAY)

    assert [violation.cause for violation in judged(closed).violations] == ["unreachable"]


def test_gaps_of_roads_are_a_feature_like_those_of_given_matrices() -> None:
    problem = on_line(held((0, 1)))
    gap = one_pair(9, NO_WAY)

    assert Feature.NO_WAY not in problem.features
    assert Feature.NO_WAY in replace(problem, travels={"car": gap}).features


# Sums beyond 32 bits


def test_legs_of_32_bits_add_up_beyond_them() -> None:
    longest = np.full((3, 3), NEARLY, dtype=np.int32)

    route = judged(Travel(longest, longest)).routes[0]

    assert route.total("travel_time") == route.total("distance") == 3 * NEARLY


def test_compactness_adds_up_beyond_32_bits() -> None:
    document = request([vehicle()], [job(1, 1), job(2, 2), job(3, 3)], (0, 1, 2, 3)) | {
        "objective": {"compactness": 3600}
    }
    longest = np.full((4, 4), NEARLY, dtype=np.int32)
    problem = build(document)
    far = tuple(replace(each, travel=Travel(longest, longest)) for each in problem.vehicles)

    found = evaluate(
        replace(problem, vehicles=far), Plan((Route("van", tuple(Step("job", k) for k in (1, 2, 3))),))
    )

    assert found.breakdown["/objective/compactness"] == 3 * NEARLY


def test_given_matrices_keep_the_values_of_benchmarks() -> None:
    matrices = line(0, 10**10)

    problem = build({"vehicles": [vehicle()], "jobs": [job(1, 1)], "matrices": matrices})

    assert problem.vehicles[0].travel.distances.item(0, 1) == 10**11
