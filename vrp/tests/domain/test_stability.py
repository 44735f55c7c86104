"""Staying close to a plan that people have been told of."""

import pytest

from vrp.domain import evaluator, given
from vrp.errors import Invalid
from vrp.tests.domain.build import document, job, judge, payload, plan, problem, shipment, terms, van

# Given: V serves J1 at 100 and J2 at 200.
STEPS = [{"type": "job", "id": "J1"}, {"type": "job", "id": "J2"}]
JOBS = [job(1), job(2), job(3)]


def stable(jobs=JOBS, steps=STEPS, **stability):
    return document(jobs, [van(steps=steps), van(id="W")], objective={"stability": stability})


def changes(doc, baseline=None, **routes):
    made = problem(doc, baseline)
    return given.changes(made, evaluator.evaluate(made, plan(**routes)).routes)


def test_a_stop_on_another_vehicle_has_moved():
    doc = stable(cost_per_moved_stop=7)

    assert terms(judge(doc, V="J1 J2")) == {}
    assert terms(judge(doc, V="J1", W="J2")) == {"/objective/stability": 7}
    assert terms(judge(doc, W="J1 J2")) == {"/objective/stability": 14}


def test_a_new_stop_costs_nothing():
    assert terms(judge(stable(cost_per_moved_stop=7), V="J1 J2 J3")) == {}


def test_a_stop_that_is_left_out_costs_nothing_here():
    assert terms(judge(stable(cost_per_moved_stop=7), V="J1")) == {}


@pytest.mark.parametrize("route", ["J3 J1 J2", "J2 J1"])
def test_each_minute_earlier_or_later_costs(route):
    # J3 first: 500 and 600 instead of 100 and 200; or J2 at 200 as before, J1 at 300 instead of 100.
    seconds = {"J3 J1 J2": 800, "J2 J1": 200}[route]

    assert terms(judge(stable(cost_per_minute_eta_shift=6), V=route)) == {
        "/objective/stability": seconds / 10
    }


def test_a_moved_stop_pays_for_its_shift_too():
    doc = stable(cost_per_moved_stop=7, cost_per_minute_eta_shift=6)

    assert terms(judge(doc, V="J1", W="J3 J2")) == {"/objective/stability": 7 + 20}


def test_the_times_of_given_steps_are_as_they_are_given():
    steps = [STEPS[0] | {"service_at": 700}]

    assert terms(judge(stable(steps=steps, cost_per_minute_eta_shift=6), W="J1")) == {
        "/objective/stability": 60
    }


def test_another_plan_may_be_the_baseline():
    before = payload(document(JOBS, [van(), van(id="W")]), W="J1 J2", V="J3")
    made = problem(stable(baseline="some-solution", cost_per_moved_stop=7), before)

    assert terms(evaluator.evaluate(made, plan(V="J1", W="J2"))) == {"/objective/stability": 7}


def test_a_baseline_that_is_not_there_is_refused_with_its_place():
    with pytest.raises(Invalid) as caught:
        problem(stable(baseline="gone"))

    assert [fault.loc for fault in caught.value.faults] == [("objective", "stability", "baseline")]


def test_stops_of_the_baseline_that_are_not_in_the_request_are_passed_over():
    before = payload(document([job(1), job(5)]), V="J5 J1")

    made = problem(stable(baseline="some-solution"), before)

    assert list(made.baseline.values()) == [("V", 900)]


# What moved


def test_changes_beyond_the_limit_are_listed():
    doc = stable(eta_limit=199)

    assert changes(doc, V="J2 J1") == [
        {
            "type": "job",
            "id": "J1",
            "before": {"vehicle": "V", "service_start": 100},
            "after": {"vehicle": "V", "service_start": 300},
            "shift": 200,
        }
    ]


def test_changes_within_the_limit_are_not():
    assert changes(stable(eta_limit=200), V="J2 J1") == []


def test_an_earlier_arrival_is_a_change_too():
    assert [row["shift"] for row in changes(stable(eta_limit=50, steps=STEPS[::-1]), V="J1")] == [None, -200]


def test_a_stop_that_is_no_longer_served_is_listed():
    assert [(row["id"], row["after"], row["shift"]) for row in changes(stable(), V="J1")] == [
        ("J2", None, None)
    ]


def test_the_limit_is_a_quarter_of_an_hour_where_none_is_given():
    # J1 at 100; behind J3 it is 400 s and J3's service later.
    assert changes(document([job(1), job(3, service=500)], [van(steps=[STEPS[0]])]), V="J3 J1") == []
    assert changes(document([job(1), job(3, service=501)], [van(steps=[STEPS[0]])]), V="J3 J1") != []


def test_both_ends_of_a_shipment_are_listed():
    steps = [{"type": "pickup", "id": "S"}, {"type": "delivery", "id": "S"}]
    doc = document(
        [job(3)], [van(steps=steps)], shipments=[shipment(1, 2)], objective={"stability": {"eta_limit": 0}}
    )

    assert [(row["type"], row["shift"]) for row in changes(doc, V="J3 pickup:S delivery:S")] == [
        ("pickup", 400),
        ("delivery", 400),
    ]


def test_without_given_steps_nothing_can_change():
    assert changes(document(JOBS), V="J1") == []
