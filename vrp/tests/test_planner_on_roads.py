"""Plans on the town's real roads."""

import numpy as np
import pytest

from vrp import planner
from vrp.domain import limits, polyline
from vrp.errors import Invalid
from vrp.roads import Atlas, regions
from vrp.roads.base import RoadsFailed, RoadsStopped
from vrp.roads.embedded import Embedded
from vrp.tests.roads import town
from vrp.tests.roads.asking import Counting, document, points, scattered


@pytest.fixture
def here(town_data):
    return Atlas(town_data)


def solve(asked, here, **options):
    return planner.solve(asked, time_limit=options.pop("time_limit", 0.5), atlas=here, **options)


def check(asked, here):
    """The plan that serves all jobs in their order with the first vehicle: no engine has to be started."""
    first, *others = asked["vehicles"]
    steps = [{"type": "job", "id": job["id"]} for job in asked["jobs"]]
    options = asked.get("options", {}) | {"mode": "check"}
    return planner.solve(
        asked | {"vehicles": [first | {"steps": steps}, *others], "options": options}, atlas=here
    )


def places_of(route):
    return points(*(step["location"] for step in route["steps"]))


def reasons(plan):
    return {row["id"]: row["reasons"][0]["code"] for row in plan["unassigned"]}


def test_a_plan_says_which_roads_it_was_made_on(here):
    plan = check(document(town.corner(3, 3)), here)

    assert (plan["status"], plan["estimated"]) == ("feasible", False)
    assert plan["roads"] == {
        "source": "roads",
        "dataset": f"town-{here.regions[0].stamp}",
        "notes": [],
        "attribution": "© OpenStreetMap contributors",
    }


def test_a_routes_time_and_length_are_those_of_osrms_route(here):
    plan = check(document(*map(tuple, scattered(12).tolist())), here)

    (route,) = plan["routes"]
    shape = Embedded(here.regions[0]).route(places_of(route), "car")
    assert route["travel_time"] == sum(shape.durations)
    assert route["distance"] == sum(shape.distances)


def test_a_routes_shape_begins_at_the_depot_and_passes_its_stops(here):
    plan = check(document(town.corner(3, 3), town.corner(6, 1)), here)

    (route,) = plan["routes"]
    line = polyline.decode(route["geometry"])
    assert line[0].tolist() == line[-1].tolist() == pytest.approx(list(town.corner(0, 0)))
    for place in places_of(route):
        assert np.abs(line - place).sum(axis=1).min() < 2e-5


def test_a_plan_without_geometry_asks_for_no_route(town_data):
    roads = Counting(Embedded(regions.get(town_data, "town")))
    asked = document(town.corner(3, 3), options={"geometry": False})

    plan = check(asked, Atlas(None, {"osrm": roads}))

    assert plan["routes"][0]["geometry"] is None
    assert roads.routes == 0
    assert not plan["estimated"]


def test_a_plan_keeps_its_times_where_the_shape_cannot_be_had(town_data):
    class Shapeless(Counting):
        def route(self, points, profile):
            raise RoadsFailed("OSRM has no routes today.")

    roads = Shapeless(Embedded(regions.get(town_data, "town")))

    plan = check(document(town.corner(3, 3)), Atlas(None, {"osrm": roads}))

    assert (plan["estimated"], plan["routes"][0]["geometry"]) == (False, None)
    assert [note["msg"] for note in plan["roads"]["notes"]] == [
        "Some routes have no road shape: OSRM has no routes today."
    ]


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
def test_a_stop_on_the_island_is_left_out_as_unreachable(here, engine):
    plan = solve(
        document(town.corner(3, 3), town.island(0, 3), town.corner(5, 5)), here, engine=engine, time_limit=1
    )

    assert (plan["status"], plan["verification"]["ok"]) == ("partial", True)
    assert reasons(plan) == {2: "UNREACHABLE"}
    assert len(plan["routes"][0]["steps"]) == 4
    assert plan["summary"]["distance"] < 10_000


def test_an_engine_that_does_not_model_unreachable_pairs_never_sees_them(here):
    with pytest.raises(Invalid, match="vroom cannot do this request: it does not model unreachable pairs"):
        solve(document(town.corner(3, 3), town.island(0, 3)), here, engine="vroom")


def test_an_unreachable_stop_is_told_with_the_pair_that_has_no_way(here):
    plan = solve(document(town.corner(3, 3), town.island(0, 3)), here)

    (left_out,) = plan["unassigned"]
    assert left_out["reasons"][0]["code"] == "UNREACHABLE"
    assert "start" in left_out["reasons"][0]["message"]


@pytest.mark.parametrize("engine", ["pyvrp", "ortools"])
def test_a_shipment_from_the_island_to_town_is_left_out(here, engine):
    shipment = {
        "id": "S",
        "pickup": {"location": list(town.island(0, 3))},
        "delivery": {"location": list(town.corner(3, 3))},
    }

    plan = solve(document(town.corner(4, 4), shipments=[shipment]), here, engine=engine, time_limit=1)

    assert reasons(plan) == {"S": "UNREACHABLE"}
    assert plan["verification"]["ok"]


def test_each_island_is_served_by_its_own_vehicle(here):
    vehicles = [
        {"id": "town", "start": list(town.corner(0, 0)), "end": list(town.corner(0, 0))},
        {"id": "island", "start": list(town.island(0, 0)), "end": list(town.island(0, 0))},
    ]
    jobs = (town.corner(3, 3), town.island(0, 3), town.corner(5, 5), town.island(1, 6))

    plan = solve(document(*jobs, vehicles=vehicles), here, time_limit=1)

    served = {
        route["vehicle"]: {step["id"] for step in route["steps"] if step["id"]} for route in plan["routes"]
    }
    assert served == {"town": {1, 3}, "island": {2, 4}}
    assert plan["status"] == "feasible"


def test_a_vehicle_that_cannot_get_home_is_not_sent_out(here):
    vehicles = [{"id": "van", "start": list(town.corner(0, 0)), "end": list(town.island(0, 0))}]

    plan = solve(document(town.corner(3, 3), vehicles=vehicles), here)

    assert plan["status"] == "infeasible"
    assert reasons(plan) == {1: "UNREACHABLE"}


def test_an_island_among_thousands_of_places_is_left_out_too(here, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 20)
    jobs = [*map(tuple, scattered(25).tolist()), town.island(0, 3)]

    plan = solve(document(*jobs), here, time_limit=1)

    assert reasons(plan) == {26: "UNREACHABLE"}
    assert plan["verification"]["ok"]


def test_a_plan_that_drives_an_estimated_way_says_so(here, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 20)
    monkeypatch.setattr("vrp.roads.nearest.NEIGHBOURS", 2)
    monkeypatch.setattr("vrp.roads.nearest._LEAF", 2)
    far_apart = [town.corner(row, column) for row in range(0, 8, 7) for column in range(8)]
    order = [1, 16, 2, 15, 3, 14, 4, 13, 5, 12, 6, 11, 7, 10, 8, 9]
    steps = [{"type": "job", "id": number} for number in order]
    depot = list(town.corner(0, 0))
    asked = document(
        *far_apart,
        *map(tuple, scattered(10).tolist()),
        vehicles=[{"id": "van", "start": depot, "end": depot, "steps": steps}],
        options={"mode": "check"},
    )

    assert solve(asked, here)["estimated"]


@pytest.mark.parametrize(
    ("source", "is_estimated"), [(None, False), ("roads", False), ("osrm", False), ("straight_line", True)]
)
def test_the_source_of_travel_is_chosen_by_the_request(here, source, is_estimated):
    servers = {"osrm": Counting(Embedded(here.regions[0]), name="osrm")} if source == "osrm" else {}

    plan = check(document(town.corner(3, 3), options={"matrix_source": source}), Atlas(here.data, servers))

    assert plan["estimated"] is is_estimated
    assert plan["roads"]["source"] == (source or "roads")
    assert (plan["routes"][0]["geometry"] is None) is is_estimated


def test_matrices_given_have_no_shape_and_are_no_estimate(here):
    asked = {
        "vehicles": [{"id": "van", "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 7], [8, 0]], "distances": [[0, 7], [8, 0]]}},
    }

    plan = check(asked, here)

    assert (plan["roads"]["source"], plan["estimated"], plan["routes"][0]["geometry"]) == (
        "inline",
        False,
        None,
    )


@pytest.mark.parametrize("source", ["inline", "valhalla", "http://127.0.0.1:5000", "ROADS"])
def test_a_source_that_cannot_be_is_refused(here, source):
    with pytest.raises(Invalid, match=r"options/matrix_source|matrices"):
        check(document(town.corner(3, 3), options={"matrix_source": source}), here)


def test_without_osrm_a_plan_is_estimated_and_says_why(here, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    plan = check(document(town.corner(3, 3)), here)

    assert (plan["status"], plan["estimated"], plan["routes"][0]["geometry"]) == ("feasible", True, None)
    assert "OSRM is not installed here" in plan["roads"]["notes"][0]["msg"]


def test_without_osrm_roads_asked_for_by_name_are_an_error_that_says_what_to_do(here, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    with pytest.raises(RoadsFailed, match=r"fetch\.py"):
        check(document(town.corner(3, 3), options={"matrix_source": "roads"}), here)


def test_notes_about_places_are_in_the_plan(here):
    east = town.corner(3, town.SIZE - 1)

    plan = check(document(town.corner(3, 3), town.corner(2, 2), (east[0] + 0.01, east[1])), here)

    (note,) = plan["roads"]["notes"]
    assert note["loc"] == ["jobs", 2, "location"]
    assert "ob 3 lies 71" in note["msg"]


def test_a_faster_vehicle_takes_less_time_on_the_same_roads(here):
    jobs = [town.corner(3, 3), town.corner(6, 6)]
    depot = list(town.corner(0, 0))

    slow, fast = (
        check(document(*jobs, vehicles=[{"id": "v", "start": depot, "speed_factor": factor}]), here)
        for factor in (1, 2)
    )

    assert fast["summary"]["distance"] == slow["summary"]["distance"]
    assert fast["summary"]["travel_time"] == pytest.approx(slow["summary"]["travel_time"] / 2, abs=2)


def test_progress_of_the_roads_is_reported_before_plans_are(here):
    told = []

    solve(document(town.corner(3, 3)), here, report=told.append)

    assert told[0] == {"roads": 0}
    assert {"roads": 1} in told
    assert "cost" in told[-1]


def test_a_stop_while_roads_are_measured_ends_it(here):
    with pytest.raises(RoadsStopped):
        solve(document(town.corner(3, 3)), here, should_stop=lambda: True)


def test_places_for_one_more_job_are_found_on_the_roads(here):
    asked = document(town.corner(3, 3), town.corner(6, 6))
    plan = check(asked, here)

    new = {"id": "new", "location": list(town.corner(4, 4))}
    (best, *_) = planner.insertions(asked, plan, {"job": new}, atlas=here)

    assert best["violations"] == []
    assert best["extra_cost"] >= 0


def test_a_job_on_the_island_has_no_place_without_a_violation(here):
    asked = document(town.corner(3, 3))
    plan = check(asked, here)

    new = {"id": "new", "location": list(town.island(0, 4))}
    (best, *_) = planner.insertions(asked, plan, {"job": new}, atlas=here)

    assert "unreachable" in [violation["cause"] for violation in best["violations"]]
