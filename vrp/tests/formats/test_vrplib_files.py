"""VRPLIB files: what each section becomes, and what is said of broken ones."""

import contextlib
import pathlib
import pickle

import numpy as np
import pytest

from vrp import formats, planner
from vrp.domain import limits
from vrp.domain import request as requests
from vrp.domain.digest import digest
from vrp.domain.travel import Plane
from vrp.errors import Invalid, TooLarge
from vrp.formats import vrplib_files

TEN = (pathlib.Path(__file__).parent / "data" / "ten.vrp").read_bytes()
FOUR = """NAME : four
DIMENSION : 4
CAPACITY : 10
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 6 8
4 0 10
DEMAND_SECTION
1 0
2 5
3 6
4 7
"""


def four(*more: str) -> dict:
    return vrplib_files.read((FOUR + "\n".join(more) + "\nEOF\n").encode())


def faults(data: bytes | str, **options) -> list[str]:
    with pytest.raises(Invalid) as caught:
        vrplib_files.read(data.encode() if isinstance(data, str) else data, **options)
    return [str(fault) for fault in caught.value.faults]


def test_a_plain_file_becomes_a_request_with_the_numbers_of_its_nodes():
    document = vrplib_files.read(TEN)

    request = requests.read(document)

    assert [job.id for job in request.jobs] == list(range(2, 12))
    assert request.jobs[0].delivery == (16,)
    assert (request.vehicles[0].count, request.vehicles[0].capacity) == (10, (50,))
    assert request.vehicles[0].costs.per_km == 1000
    assert request.vehicles[0].costs.per_hour == 0


@pytest.mark.parametrize(("round_func", "distance"), [("round", 5), ("dimacs", 50), ("exact", 5000)])
def test_every_quantity_is_scaled(round_func, distance):
    document = vrplib_files.read(FOUR.encode(), round_func)

    assert document["matrices"]["car"]["distances"][0, 1] == distance
    assert document["jobs"][0]["delivery"] == [distance]
    assert document["vehicles"][0]["capacity"] == [2 * distance]


def test_time_windows_and_service_times_are_those_of_the_stops_and_the_depots():
    document = four("TIME_WINDOW_SECTION", "1 0 90", "2 1 9", "3 2 8", "4 3 7", "SERVICE_TIME : 4")

    assert document["vehicles"][0]["time_window"] == [0, 90]
    assert document["jobs"][0]["time_windows"] == [[1, 9]]
    assert [job["service"] for job in document["jobs"]] == [4, 4, 4]


def test_a_prize_is_a_penalty_and_a_stop_without_one_must_be_served():
    document = four("PRIZE_SECTION", "1 0", "2 30", "3 0", "4 5")

    assert [job.get("penalty") for job in document["jobs"]] == [30, None, 5]


def test_goods_are_released_when_the_file_says():
    document = four("RELEASE_TIME_SECTION", "1 0", "2 30", "3 0", "4 5")

    assert [job.get("release_time") for job in document["jobs"]] == [30, None, 5]


def test_backhauls_come_after_linehauls():
    document = vrplib_files.read(
        FOUR.replace("NAME : four", "TYPE: VRPB").replace("4 7", "4 0").encode()
        + b"BACKHAUL_SECTION\n1 0\n2 0\n3 0\n4 7\nEOF"
    )

    matrix = document["matrices"]["car"]["durations"]
    assert document["jobs"][2]["pickup"] == [7]
    assert np.argwhere(matrix < 0).tolist() == [[0, 3], [3, 1], [3, 2]]


def test_vehicles_that_are_alike_are_one_with_a_count_and_remember_their_numbers():
    document = four(
        *("VEHICLES : 4", "VEHICLES_FIXED_COST_SECTION", "1 9", "2 8", "3 9", "4 9"),
        *("VEHICLES_UNIT_DISTANCE_COST_SECTION", "1 1.5", "2 2", "3 1.5", "4 1.5"),
    )

    first, second = document["vehicles"]
    assert (first["count"], first["costs"]) == (3, {"per_hour": 0, "per_km": 1500.0, "fixed": 9})
    assert first["meta"]["numbers"] == [[1, 1], [3, 4]]
    assert second["meta"]["numbers"] == [[2, 2]]


def test_no_more_vehicles_are_kept_than_there_are_customers():
    document = four("VEHICLES : 90000")

    assert document["vehicles"][0]["count"] == 3


def test_several_depots_are_the_first_nodes():
    document = four("VEHICLES : 2", "VEHICLES_DEPOT_SECTION", "1 1", "2 2", "DEPOT_SECTION", "1", "2", "-1")

    assert [job["id"] for job in document["jobs"]] == [3, 4]
    assert [vehicle["start_index"] for vehicle in document["vehicles"]] == [0, 1]


def test_reload_depots_become_places_with_a_name():
    document = four(
        *("VEHICLES : 1", "VEHICLES_RELOAD_DEPOT_SECTION", "1 1", "VEHICLES_MAX_RELOADS_SECTION", "1 2")
    )

    assert requests.read(document).vehicles[0].reload.max_reloads == 2
    assert document["vehicles"][0]["reload"]["locations"] == [1]


@pytest.mark.parametrize("name", ["VEHICLES_MAX_DURATION", "VEHICLES_MAX_DISTANCE", "DISTANCE"])
def test_limits_of_a_route_are_kept(name):
    vehicle = four(f"{name} : 77")["vehicles"][0]

    assert vehicle["max_distance" if name.endswith("X_DISTANCE") else "max_duration"] == 77


def test_allowed_clients_become_the_shorter_list_of_vehicles():
    document = four(
        *("VEHICLES : 3", "VEHICLES_ALLOWED_CLIENTS_SECTION", "1 2 3 4", "2 2 3", "3 2"),
    )

    two, three, four_ = document["jobs"]
    assert "allowed_vehicles" not in two
    assert "forbidden_vehicles" not in two
    assert three["forbidden_vehicles"] == [3]
    assert four_["allowed_vehicles"] == [1]


def test_of_a_group_one_is_visited_and_a_group_of_one_says_nothing():
    document = four("MUTUALLY_EXCLUSIVE_GROUP_SECTION", "1 2 3", "2 4")

    assert [job.get("alternatives_group") for job in document["jobs"]] == [1, 1, None]


def test_pairs_of_pickup_and_delivery_become_shipments():
    document = vrplib_files.read(
        FOUR.split("DEMAND_SECTION")[0]
        .replace("DIMENSION : 4", "DIMENSION : 3")
        .replace("4 0 10\n", "")
        .encode()
        + b"PICKUP_AND_DELIVERY_SECTION\n1 0 0 99 0 0 0\n2 -5 0 90 3 3 0\n3 5 10 80 4 0 2\nEOF"
    )

    (shipment,) = document["shipments"]
    assert (shipment["id"], shipment["amount"]) == (3, [5])
    assert (shipment["pickup"]["service"], shipment["pickup"]["time_windows"]) == (4, [[10, 80]])
    assert shipment["delivery"]["id"] == 2
    assert document["vehicles"][0]["time_window"] == [0, 99]


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("FULL_MATRIX", "0 1 2 1 0 3 2 3 0"),
        ("LOWER_ROW", "1 2 3"),
        ("LOWER_DIAG_ROW", "0 1 0 2 3 0"),
        ("UPPER_ROW", "1 2 3"),
        ("UPPER_DIAG_ROW", "0 1 2 0 3 0"),
    ],
)
def test_distances_may_be_given(form, numbers):
    text = f"DIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: {form}\nEDGE_WEIGHT_SECTION\n{numbers}\n"

    document = vrplib_files.read(text.encode())

    assert document["matrices"]["car"]["distances"].tolist() == [[0, 1, 2], [1, 0, 3], [2, 3, 0]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("2 3 4", "2 3 four"), "line/7: 'four' is not a number up to 100000000"),
        (("2 3 4", "2 3"), "line/7: should hold 3 numbers, not 2"),
        (("2 3 4", "9 3 4"), "line/7: should be number 2, not 9"),
        (("2 3 4\n", ""), "line/5: NODE_COORD has 3 rows; there should be 4"),
        (("2 3 4", "2 3 nan"), "line/7: 'nan' is not a number up to 100000000"),
        (("DIMENSION : 4", "DIMENSION : 0"), "line/2: DIMENSION should be a whole number from 1 up, not 0"),
        (("DIMENSION : 4\n", ""), "DIMENSION: DIMENSION is missing"),
        (
            ("EUC_2D", "GEO"),
            "line/4: EDGE_WEIGHT_TYPE should be one of EUC_2D, FLOOR_2D, CEIL_2D, EXACT_2D"
            " (or EXPLICIT, with them)",
        ),
        (("CAPACITY : 10", "CAPACITY : 10\nCAPACITY : 11"), "line/4: CAPACITY is there already, in line 3"),
        (("CAPACITY", "TRAILERS"), "line/3: TRAILERS is not understood"),
        (("NAME : four", "four"), "line/1: is neither `KEY: value` nor a row of a section"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(change, said):
    assert faults(FOUR.replace(*change)) == [said]


def test_an_unknown_rounding_is_refused():
    assert faults(FOUR, round_func="up") == [
        "round_func: there is no 'up'; choose one of round, dimacs, exact"
    ]


@pytest.mark.parametrize(
    "change", [("DIMENSION : 4", "DIMENSION : 100000000"), ("CAPACITY", "VEHICLES : 9999999\nCAPACITY")]
)
def test_a_huge_file_is_refused_before_it_is_expanded(change):
    with pytest.raises(TooLarge):
        vrplib_files.read(FOUR.replace(*change).encode())


def on_a_grid(places: int, kind: str = "EUC_2D", *more: str) -> bytes:
    """A file of stops a little apart from each other."""
    nodes = [f"{k} {k % 97 * 1.5} {k // 97 * 2.5}" for k in range(1, places + 1)]
    demand = [f"{k} {int(k > 1)}" for k in range(1, places + 1)]
    head = [f"DIMENSION : {places}", "CAPACITY : 50", f"EDGE_WEIGHT_TYPE : {kind}"]
    lines = [*head, *more, "NODE_COORD_SECTION", *nodes, "DEMAND_SECTION", *demand, "EOF", ""]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("round_func", ["round", "dimacs", "exact"])
@pytest.mark.parametrize("kind", ["EUC_2D", "FLOOR_2D", "CEIL_2D", "EXACT_2D"])
def test_lines_between_many_places_are_those_of_a_whole_table(kind, round_func, monkeypatch):
    whole = vrplib_files.read(on_a_grid(300, kind), round_func)["matrices"]["car"]["distances"]
    monkeypatch.setattr(limits, "MAX_ROWS", 299)

    each = vrplib_files.read(on_a_grid(300, kind), round_func)["matrices"]["car"]["distances"]

    assert isinstance(each, Plane)
    assert np.array_equal(np.asarray(each), whole)


def test_a_file_of_many_places_is_read_in_another_process_without_a_table():
    document = formats.read(on_a_grid(12_000), "many.vrp", arrays=True)

    problem = planner.prepare(document)

    travel = problem.vehicles[0].travel
    assert (len(problem.tasks), len(problem.vehicles)) == (11_999, 11_999)
    assert travel.durations is travel.distances
    assert travel.distances.item(0, 94) == 141  # from one end of a row to the other
    assert len(pickle.dumps(problem)) < 1_000 * 12_000


def test_a_table_of_many_places_is_not_written_down():
    with pytest.raises(
        TooLarge, match=f"5001 places without coordinates on a map; the limit is {limits.MAX_ROWS}"
    ):
        formats.read(on_a_grid(5_001), "many.vrp")


def test_a_request_has_a_fingerprint_with_a_table_that_is_computed_too():
    near, far = (formats.read(on_a_grid(places), "many.vrp", arrays=True) for places in (5_001, 5_002))

    assert digest(near) == digest(near) != digest(far)


OWN = ("EDGE_WEIGHT_FORMAT : FULL_MATRIX", "EDGE_WEIGHT_SECTION", "0")


@pytest.mark.parametrize(
    ("more", "most"),
    [((), limits.MAX_PLACES), (("TYPE : VRPB",), limits.MAX_ROWS), (OWN, limits.MAX_ROWS)],
    ids=["too many places", "ways that are closed", "distances of its own"],
)
def test_more_places_than_can_be_planned_are_refused_with_the_limit(more, most):
    with pytest.raises(TooLarge, match=f"{most + 1} places; the limit is {most}"):
        vrplib_files.read(on_a_grid(most + 1, "EUC_2D", *more))


@pytest.mark.parametrize("end", range(0, len(TEN), 7))
def test_a_file_cut_anywhere_is_read_or_refused(end):
    with contextlib.suppress(Invalid):
        requests.read(vrplib_files.read(TEN[:end]))
