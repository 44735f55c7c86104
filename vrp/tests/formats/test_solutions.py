"""Solution files: routes as numbers, and the plan they are."""

import pathlib

import pytest

from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route, Step
from vrp.errors import Invalid
from vrp.formats import lilim, solomon, solutions, vrplib_files

DATA = pathlib.Path(__file__).parent / "data"
VRPLIB = (DATA / "ten.vrp").read_bytes()


def test_routes_are_read_in_order_with_the_empty_ones():
    routes = solutions.read(b"Route #1: 2 1\nRoute #2: \nRoute #3: 3 \nCost 55.5\n")

    assert routes == [[2, 1], [], [3]]


def test_customer_k_of_a_vrplib_solution_is_node_k_plus_1():
    request = requests.read(vrplib_files.read(VRPLIB))

    plan = solutions.plan([[2, 1], [3]], request)

    assert plan == Plan((Route("1#1", (Step("job", 3), Step("job", 2))), Route("1#2", (Step("job", 4),))))


def test_other_solutions_name_the_numbers_of_their_file():
    request = requests.read(solomon.read((DATA / "ten_solomon.txt").read_bytes()))

    assert solutions.plan([[2]], request).routes[0].steps == (Step("job", 2),)


def test_ends_of_shipments_are_told_apart():
    request = requests.read(lilim.read((DATA / "ten_lilim.txt").read_bytes()))

    assert solutions.plan([[1, 2]], request).routes[0].steps == (Step("pickup", 1), Step("delivery", 2))


def test_route_i_is_driven_by_vehicle_i_of_the_file():
    fleet = b"VEHICLES : 3\nVEHICLES_FIXED_COST_SECTION\n1 5\n2 7\n3 5\nDEPOT_SECTION"
    request = requests.read(vrplib_files.read(VRPLIB.replace(b"DEPOT_SECTION", fleet)))

    plan = solutions.plan([[], [1], [2]], request)

    assert [route.vehicle for route in plan.routes] == [2, "1#1"]


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        ([[11]], "there is no customer 11"),
        ([[1]] * 11, "there is no such vehicle|there are only 10 vehicles"),
    ],
)
def test_a_solution_of_another_file_is_refused(routes, said):
    request = requests.read(vrplib_files.read(VRPLIB))

    with pytest.raises(Invalid, match=said):
        solutions.plan(routes, request)


@pytest.mark.parametrize("data", [b"", b"nothing", b"Route #1: one", b"\x00Route #1: 1"])
def test_what_is_no_solution_file_is_refused(data):
    with pytest.raises(Invalid):
        solutions.read(data)
