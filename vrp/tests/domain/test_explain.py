from vrp.domain import evaluator, explain
from vrp.tests.domain.build import document, job, judge, problem, van


def reasons(doc, **routes):
    (only,) = explain.explain(judge(doc, **routes))
    return only


def codes(doc, **routes):
    return list(reasons(doc, **routes).reasons)


def test_a_missing_skill_is_the_reason():
    assert codes(document([job(1, skills=["crane"])])) == ["SKILL"]


def test_a_forbidden_vehicle_is_the_reason():
    assert codes(document([job(1, forbidden_vehicles=["V"])])) == ["VEHICLE_NOT_ALLOWED"]


def test_a_demand_above_every_capacity_is_the_reason():
    assert codes(document([job(1, delivery=[9])], [van(capacity=[8])])) == ["CAPACITY"]


def test_a_route_that_is_full_is_the_reason():
    doc = document([job(1, delivery=[5]), job(2, delivery=[4])], [van(capacity=[8])])

    assert codes(doc, V="J1") == ["CAPACITY"]


def test_a_window_that_closes_before_anyone_can_be_there_is_the_reason():
    assert codes(document([job(3, time_windows=[[0, 299]])])) == ["TIME_WINDOW"]


def test_a_shift_that_ends_too_early_is_the_reason():
    assert codes(document([job(3)], [van(time_window=[0, 599])])) == ["SHIFT"]


def test_each_limit_of_a_vehicle_is_named_as_the_reason():
    assert codes(document([job(3)], [van(max_duration=599)])) == ["MAX_DURATION"]
    assert codes(document([job(3)], [van(max_distance=5999)])) == ["MAX_DISTANCE"]
    assert codes(document([job(3)], [van(max_travel_time=599)])) == ["MAX_TRAVEL_TIME"]
    assert codes(document([job(1), job(2)], [van(max_tasks=1)]), V="J1") == ["MAX_TASKS"]


def test_no_way_there_is_the_reason():
    doc = document([job(1)], size=2)
    doc["matrices"]["car"]["durations"][0][1] = None

    assert codes(doc) == ["UNREACHABLE"]


def test_a_penalty_below_the_price_of_serving_is_the_reason_and_the_price_is_named():
    explanation = reasons(document([job(3, penalty=10)]))

    assert list(explanation.reasons) == ["PENALTY_CHEAPER"]
    assert explanation.as_dict()["cheapest_insertion"] == {
        "vehicle": "V",
        "position": 0,
        "extra_cost": 600,
        "violations": [],
    }


def test_a_legal_place_that_the_search_missed_is_named():
    explanation = reasons(document([job(1), job(2), job(3)]), V="J1 J3")

    assert list(explanation.reasons) == ["NOT_FOUND_IN_TIME"]
    assert explanation.as_dict()["cheapest_insertion"] == {
        "vehicle": "V",
        "position": 1,
        "extra_cost": 0,
        "violations": [],
    }


def test_each_vehicle_is_named_under_its_own_reason():
    doc = document(
        [job(1, skills=["a"], delivery=[9])], [van(capacity=[9]), van(id="W", skills=["a"], capacity=[8])]
    )

    assert reasons(doc).reasons == {"SKILL": ["V"], "CAPACITY": ["W"]}


def test_repair_puts_what_was_missed_in_its_cheapest_legal_place():
    doc = document([job(1), job(2), job(3, priority=9)], [van(max_tasks=2)])

    plan = explain.repair(judge(doc, V="J1"))

    repaired = evaluator.evaluate(problem(doc), plan)
    assert repaired.is_feasible
    assert [order.id for order in repaired.left_out] == ["J2"]  # the one with the lower priority


def test_repair_leaves_a_plan_alone_that_has_no_room():
    assert explain.repair(judge(document([job(1), job(2)], [van(max_tasks=1)]), V="J1")) is None


def test_a_shipment_is_tried_at_every_pair_of_places():
    shipment = {"id": "S", "pickup": {"location_index": 1}, "delivery": {"location_index": 3}}
    doc = document([job(2)], shipments=[shipment])

    explanation = reasons(doc, V="J2")

    assert explanation.as_dict()["cheapest_insertion"] == {
        "vehicle": "V",
        "position": 0,
        "extra_cost": 200,
        "violations": [],
    }
