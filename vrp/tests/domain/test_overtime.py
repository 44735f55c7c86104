"""Beyond so much of a route's duration an hour costs extra, up to a limit."""

from vrp.tests.domain.build import causes, document, job, judge, payload, terms, van

OVERTIME = {"after": 300, "max": 100, "cost_per_hour": 36}


def test_overtime_costs_by_the_hour():
    judged = judge(document([job(2)], [van(overtime=OVERTIME)]), V="J2")

    assert terms(judged) == {"/vehicles/overtime": 1}


def test_a_route_as_long_as_it_may_be_costs_nothing_extra():
    judged = judge(document([job(1, service=100)], [van(overtime=OVERTIME)]), V="J1")

    assert terms(judged) == {}


def test_overtime_comes_on_top_of_the_price_of_duration():
    costs = {"per_hour": 0, "per_duration_hour": 9}

    judged = judge(document([job(2)], [van(overtime=OVERTIME, costs=costs)]), V="J2")

    assert judged.breakdown == {"/vehicles/overtime": 1, "/vehicles/costs/per_duration_hour": 1}


def test_the_summary_adds_up_the_overtime_of_all_routes():
    doc = document([job(2), job(4)], [van(overtime=OVERTIME), van(id="W", overtime=OVERTIME | {"max": 600})])

    assert payload(doc, V="J2", W="J4")["summary"]["overtime"] == 100 + 500


def test_more_than_the_most_is_refused_and_still_priced():
    judged = judge(document([job(3)], [van(overtime=OVERTIME)]), V="J3")

    assert [(v.cause, v.amount) for v in judged.violations] == [("overtime", 200)]
    assert terms(judged) == {"/vehicles/overtime": 3}


def test_waiting_is_part_of_the_duration():
    jobs = [job(1, time_windows=[[0, 100]]), job(2, time_windows=[[350, 900]])]

    judged = judge(document(jobs, [van(overtime=OVERTIME | {"max": 300})]), V="J1 J2")

    assert terms(judged) == {"/vehicles/overtime": 2.5}


def test_a_longest_duration_below_the_overtime_is_kept_beside_it():
    vehicle = van(overtime=OVERTIME, max_duration=350)

    assert causes(judge(document([job(2)], [vehicle]), V="J2")) == ["max_duration"]


def test_another_window_is_chosen_to_save_overtime():
    jobs = [job(1, time_windows=[[100, 100], [900, 900]]), job(2, time_windows=[[1000, 1000]])]

    judged = judge(document(jobs, [van(overtime=OVERTIME | {"max": 5000})]), V="J1 J2")

    assert (judged.routes[0].duration, terms(judged)) == (400, {"/vehicles/overtime": 1})
