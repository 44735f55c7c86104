import pytest

from vrp.domain import evaluator
from vrp.domain.plan import Plan, Route, Step
from vrp.errors import Invalid
from vrp.tests.domain.build import causes, document, job, judge, plan, problem, shipment, terms, van


def payload(doc, **routes):
    return evaluator.payload(judge(doc, **routes))


def steps(doc, **routes):
    return payload(doc, **routes)["routes"][0]["steps"]


def test_times_follow_the_matrix_and_the_service():
    doc = document([job(1, service=30), job(2, service=10)])

    times = [(step["arrival"], step["departure"]) for step in steps(doc, V="J1 J2")]

    assert times == [(0, 0), (100, 130), (230, 240), (440, 440)]


def test_cost_without_costs_is_the_travel_time():
    judged = judge(document([job(1, service=30), job(3)]), V="J1 J3")

    assert judged.cost == 600
    assert judged.breakdown == {"/vehicles/costs/per_hour": 600}


def test_every_cost_term_is_keyed_by_its_place_and_they_add_up():
    costs = {
        "fixed": 50,
        "per_hour": 36,
        "per_km": 2,
        "per_task_hour": 72,
        "per_wait_hour": 18,
        "per_duration_hour": 9,
    }
    # 100 s there (leaving at 100), work from 200 for 100 s, 100 s back.
    doc = document(
        [job(1, service=100, time_windows=[[200, 300]]), job(2, time_windows=[[600, 700]])],
        [van(costs=costs, time_window=[0, 9000])],
    )

    judged = judge(doc, V="J1 J2")

    # Work at J1 as late as 300 puts the wait before J2 at 600 - 500 = 100; 400 s of travel; 100 of work.
    assert judged.breakdown == {
        "/vehicles/costs/fixed": 50,
        "/vehicles/costs/per_hour": 4,
        "/vehicles/costs/per_km": 8,
        "/vehicles/costs/per_task_hour": 2,
        "/vehicles/costs/per_wait_hour": 0.5,
        "/vehicles/costs/per_duration_hour": 1.5,
    }
    assert judged.cost == 66


def test_a_vehicle_leaves_as_late_as_it_can_without_ending_later():
    doc = document([job(1, time_windows=[[1000, 2000]])], [van(time_window=[0, 5000])])

    route = payload(doc, V="J1")["routes"][0]

    assert (route["start_time"], route["end_time"], route["waiting_time"]) == (900, 1100, 0)


def test_another_window_is_chosen_when_it_keeps_the_duration_within_its_limit():
    # Early windows force a wait of 800 between the stops; both late windows are 100 s apart.
    doc = document(
        [job(1, time_windows=[[100, 100], [900, 900]]), job(2, time_windows=[[1000, 1000]])],
        [van(time_window=[0, 5000], max_duration=400)],
    )

    judged = judge(doc, V="J1 J2")

    assert judged.is_feasible
    assert judged.routes[0].start_time == 800


def test_setup_is_skipped_when_the_vehicle_comes_from_the_same_place():
    doc = document([job(1, setup=60), {"id": "again", "location_index": 1, "setup": 60}])

    assert [step["setup"] for step in steps(doc, V="J1 again")] == [0, 60, 0, 0]


def test_travel_fills_the_time_until_a_break_may_begin():
    pause = {"id": "lunch", "service": 50, "time_windows": [[160, 400]]}
    doc = document([job(2, time_windows=[[0, 9999]])], [van(breaks=[pause], start_latest=0)])

    at = steps(doc, V="break:lunch J2")

    assert (at[1]["travel_time"], at[1]["distance"], at[1]["arrival"], at[1]["waiting_time"]) == (
        160,
        1600,
        160,
        0,
    )
    assert (at[2]["travel_time"], at[2]["distance"], at[2]["arrival"]) == (40, 400, 250)


def test_duration_is_the_sum_of_its_parts():
    pause = {"id": "lunch", "service": 50, "time_windows": [[300, 900]]}
    jobs = [
        job(1, service=10, setup=5, time_windows=[[150, 250]]),
        job(3, service=20, time_windows=[[800, 900]]),
    ]

    route = payload(document(jobs, [van(breaks=[pause])]), V="J1 break:lunch J3")["routes"][0]

    parts = ("travel_time", "waiting_time", "setup", "service", "break_time")
    assert route["duration"] == sum(route[part] for part in parts)


def test_loads_start_with_the_deliveries_and_end_with_the_pickups():
    doc = document([job(1, delivery=[3, 1]), job(2, pickup=[2, 0])], [van(capacity=[4, 1])])

    route = payload(doc, V="J1 J2")["routes"][0]

    assert [step["load"] for step in route["steps"]] == [[3, 1], [0, 0], [2, 0], [2, 0]]
    assert route["load_max"] == [3, 1]


def test_a_shipment_is_on_board_between_its_stops_and_counts_as_one():
    shipment = {"id": "S", "amount": [2], "pickup": {"location_index": 1}, "delivery": {"location_index": 2}}
    doc = document([], [van(capacity=[2])], shipments=[shipment])

    plan_ = payload(doc, V="pickup:S delivery:S")

    assert [step["load"] for step in plan_["routes"][0]["steps"]] == [[0], [2], [0], [0]]
    assert (plan_["summary"]["assigned"], plan_["summary"]["unassigned"]) == (1, 0)


def test_what_is_left_out_without_a_penalty_makes_a_plan_partial():
    judged = judge(document([job(1), job(2)]), V="J1")

    assert judged.status == "partial"
    assert [order.id for order in judged.left_out] == ["J2"]


def test_what_is_left_out_with_a_penalty_costs_it_and_the_plan_is_feasible():
    judged = judge(document([job(1), job(2, penalty=7)]), V="J1")

    assert judged.status == "feasible"
    assert judged.breakdown == {"/vehicles/costs/per_hour": 200, "/jobs/penalty": 7}


def test_plans_rank_by_priority_left_out_then_number_then_cost():
    jobs = [job(1, priority=50), job(2), job(3)]
    cheap_without_priority = judge(document(jobs), V="J2 J3")
    dear_with_it = judge(document(jobs), V="J1")
    all_of_them = judge(document(jobs), V="J3 J1 J2")

    assert all_of_them.rank < dear_with_it.rank < cheap_without_priority.rank


def test_a_vehicle_with_no_stops_is_not_used_and_costs_nothing():
    judged = judge(document([job(1, penalty=1)], [van(costs={"fixed": 99})]), V="")

    assert judged.routes == ()
    assert judged.cost == 1


def test_a_plan_that_names_what_does_not_exist_is_refused_with_its_place():
    with pytest.raises(Invalid) as caught:
        evaluator.evaluate(problem(document([job(1)])), plan(V="J9", W="J1"))

    assert [fault.loc for fault in caught.value.faults] == [
        ("routes", 0, "steps", 0, "id"),
        ("routes", 1, "vehicle"),
    ]


def test_a_matrix_of_costs_replaces_time_and_distance():
    doc = document([job(1)], size=2)
    doc["matrices"]["car"]["costs"] = [[0, 2.5], [4, 0]]

    assert judge(doc, V="J1").breakdown == {"/matrices/costs": 6.5}


def test_a_faster_vehicle_needs_less_time_for_the_same_distance():
    judged = judge(document([job(1)], [van(speed_factor=2)]), V="J1")

    assert (judged.cost, judged.routes[0].total("distance")) == (100, 2000)


def test_distances_that_nobody_gave_are_not_shown():
    doc = document([job(1)], size=2)
    del doc["matrices"]["car"]["distances"]

    summary = payload(doc, V="J1")["summary"]

    assert summary["distance"] is None


def test_an_open_route_begins_and_ends_at_its_stops():
    doc = document([job(2), job(3)], [{"id": "V", "start_index": 0}, {"id": "W", "end_index": 0}])

    plan_ = payload(doc, V="J2", W="J3")

    assert [step["type"] for step in plan_["routes"][0]["steps"]] == ["start", "job"]
    assert [step["type"] for step in plan_["routes"][1]["steps"]] == ["job", "end"]
    assert plan_["summary"]["travel_time"] == 200 + 300


def test_preferred_vehicles_change_the_cost():
    doc = document([job(1, preferred_vehicles=[{"vehicle": "V", "cost": -5}])])

    assert judge(doc, V="J1").breakdown == {"/vehicles/costs/per_hour": 200, "/jobs/preferred_vehicles": -5}


def test_a_preference_for_a_shipment_counts_once_and_for_any_of_a_count():
    parcel = shipment(1, 2, preferred_vehicles=[{"vehicle": "V", "cost": 5}])
    doc = document([], [van(count=2)], shipments=[parcel])

    assert terms(judge(doc, **{"V#2": "pickup:S delivery:S"})) == {"/shipments/preferred_vehicles": 5}


def test_an_hour_of_work_is_setup_and_service():
    doc = document([job(1, setup=100, service=200)], [van(costs={"per_hour": 0, "per_task_hour": 36})])

    assert judge(doc, V="J1").cost == 3


def test_work_depends_on_the_type_of_the_vehicle():
    stop = job(1, setup=10, service=20, setup_per_type={"bike": 30}, service_per_type={"bike": 40})
    doc = document([stop], [van(type="bike"), van(id="W", type="truck")])

    assert [judge(doc, **{name: "J1"}).routes[0].visits[1].setup for name in "VW"] == [30, 10]
    assert [judge(doc, **{name: "J1"}).routes[0].visits[1].service for name in "VW"] == [40, 20]


def test_travel_at_another_speed_is_rounded_to_the_nearest_second():
    assert judge(document([job(1)], [van(speed_factor=1.5)]), V="J1").cost == 67 * 2


def test_slack_says_how_much_later_a_stop_may_be_reached():
    doc = document(
        [job(1, time_windows=[[100, 150]]), job(2, time_windows=[[0, 400]])], [van(time_window=[0, 1000])]
    )

    at = steps(doc, V="J1 J2")

    assert [step["slack"] for step in at] == [50, 50, 200, 600]


def test_what_was_driven_before_a_break_may_be_driven_after_it():
    pause = {"id": "lunch", "service": 50, "time_windows": [[160, 160]]}
    fleet = [van(breaks=[pause], start_latest=0, time_window=[0, 1000])]
    doc = document([job(2, time_windows=[[0, 300]])], fleet)

    at = steps(doc, V="break:lunch J2")

    assert [step["slack"] for step in at] == [50, 50, 50, 550]


def test_the_claim_of_an_engine_is_compared_and_never_shown():
    doc = document([job(1)])
    claimed = Plan((Route("V", (Step("job", "J1"),)),), claimed_cost=150)

    shown = evaluator.payload(evaluator.evaluate(problem(doc), claimed))

    assert shown["summary"]["cost"] == 200
    assert shown["verification"]["cost_difference"] == -50


def test_a_late_stop_delays_those_after_it():
    doc = document([job(2, time_windows=[[0, 150]], service=10), job(3, time_windows=[[0, 305]])])

    judged = judge(doc, V="J2 J3")

    assert causes(judged) == ["delay", "delay"]
    assert [violation.amount for violation in judged.violations] == [50, 5]
