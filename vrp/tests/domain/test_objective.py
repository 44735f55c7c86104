"""What a plan is to be good at beside its costs."""

import pytest

from vrp.tests.domain.build import document, job, judge, shipment, terms, van

JOBS = [job(1), job(2), job(3)]


def wanting(preset="cost", jobs=JOBS, fleet=None, **objective):
    return document(jobs, fleet or [van(), van(id="W")], objective={"preset": preset, **objective})


# Presets


def test_cost_looks_at_cost_alone():
    doc = wanting("cost")
    one, two = judge(doc, V="J1 J2 J3"), judge(doc, V="J1", W="J2 J3")

    assert one.rank < two.rank
    assert (one.rank[3], two.rank[3]) == (0, 0)


def test_min_vehicles_takes_fewer_routes_at_any_cost():
    doc = wanting("min_vehicles", fleet=[van(), van(id="W", costs={"per_hour": 0})])

    dear_with_one, cheap_with_two = judge(doc, V="J1 J2 J3"), judge(doc, V="J1", W="J2 J3")

    assert dear_with_one.cost > cheap_with_two.cost
    assert dear_with_one.rank < cheap_with_two.rank


def test_min_vehicles_then_looks_at_cost():
    doc = wanting("min_vehicles")

    assert judge(doc, V="J1 J2 J3").rank < judge(doc, V="J2 J1 J3").rank


def test_min_makespan_ends_early_at_any_cost():
    doc = wanting("min_makespan")
    one, two = judge(doc, V="J1 J2 J3"), judge(doc, V="J3", W="J1 J2")

    assert (one.rank[3], two.rank[3]) == (600, 600)
    assert one.rank < two.rank  # the same end, so cost decides
    assert (
        judge(wanting("min_makespan", [job(1), job(2), job(3, service=50)]), V="J3", W="J1 J2").rank[3] == 650
    )


def test_min_makespan_looks_at_the_clock_and_not_at_the_length():
    doc = wanting("min_makespan", fleet=[van(time_window=[1000, 9000]), van(id="W")])

    assert judge(doc, V="J1", W="J3").rank[3] == 1200


def test_balanced_makes_the_longest_route_short():
    doc = wanting("balanced")

    assert judge(doc, V="J1 J2", W="J3").rank[3] == pytest.approx(600 / 3600)
    assert judge(wanting("balanced", [job(1), job(2)]), V="J1", W="J2").rank[3] == pytest.approx(400 / 3600)


def test_balanced_looks_at_the_metric_of_the_balance():
    doc = wanting("balanced", balance={"metric": "tasks"})

    assert judge(doc, V="J1 J2 J3").rank[3] == 3
    assert judge(doc, V="J1 J2", W="J3").rank[3] == 2


def test_what_is_left_out_comes_before_every_preset():
    for preset in ("min_vehicles", "min_makespan", "balanced"):
        doc = wanting(preset)
        assert judge(doc, V="J1", W="J2 J3").rank < judge(doc, V="J1 J2").rank < judge(doc).rank


def test_broken_rules_come_before_everything():
    doc = wanting(jobs=[job(1), job(2, time_windows=[[0, 100]])])

    assert judge(doc, V="J1").rank < judge(doc, V="J1 J2").rank


# Balance


def shares(metric, weight=10, **routes):
    parcels = [shipment(1, 3, amount=[6, 9])]
    jobs = [job(1, delivery=[2, 9], service=60), job(2, pickup=[3, 9])]
    doc = document(
        jobs,
        [van(), van(id="W")],
        shipments=parcels,
        objective={"balance": {"metric": metric, "weight": weight}},
    )
    return terms(judge(doc, **routes)).get("/objective/balance")


def test_balance_weighs_the_difference_between_the_largest_and_the_smallest_share():
    # V: 200 of travel, 60 of work; W: 400 of travel.
    assert shares("duration", 3600, V="J1", W="J2") == 140


def test_an_unused_vehicle_has_no_share():
    assert shares("duration", 3600, V="J1 J2") == 460


def test_distance_is_balanced_by_the_kilometre():
    assert shares("distance", 10, V="J1", W="J2") == 20


def test_tasks_are_balanced_by_number_and_a_shipment_has_two():
    assert shares("tasks", 10, V="J1", W="J2 pickup:S delivery:S") == 20


def test_load_is_what_is_carried_in_the_first_dimension():
    assert shares("load", 10, V="J1", W="J2 pickup:S delivery:S") == 10 * (3 + 6 - 2)


def test_load_is_nothing_where_nothing_is_carried():
    doc = wanting(balance={"metric": "load", "weight": 10})

    assert terms(judge(doc, V="J1 J2", W="J3")) == {}


def test_equal_shares_cost_nothing():
    assert shares("tasks", 10, V="J1", W="J2") is None


def test_a_plan_without_routes_is_balanced():
    assert shares("tasks", 10) is None


def test_a_third_vehicle_that_stays_at_home_counts():
    doc = wanting(fleet=[van(count=3)], balance={"metric": "tasks", "weight": 10})

    assert terms(judge(doc, **{"V#1": "J1", "V#2": "J2 J3"})) == {"/objective/balance": 20}


# Compactness


def test_compactness_is_priced_by_the_hour_from_the_middle_stop():
    doc = wanting(compactness=36)

    # From J2 to J1 and J3: 200 s.
    assert terms(judge(doc, V="J1 J2 J3")) == {"/objective/compactness": 2}


def test_compactness_looks_at_each_route_by_itself():
    doc = wanting(compactness=36)

    assert terms(judge(doc, V="J1", W="J2 J3")) == {"/objective/compactness": 1}


def test_a_route_with_one_stop_is_compact():
    assert terms(judge(wanting(compactness=36), V="J1")) == {}


def test_compactness_is_travel_by_the_routes_own_vehicle():
    doc = wanting(compactness=36, fleet=[van(speed_factor=2)])

    assert terms(judge(doc, V="J1 J2 J3")) == {"/objective/compactness": 1}
