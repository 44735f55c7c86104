"""Work may begin outside a soft window, inside the hard one, for money; the cheapest times are chosen."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, payload, shipment, terms, times, van

JOBS = "/jobs/time_windows/soft"
EARLY = {"start": 0, "end": 9000, "soft": {"start": 500, "cost_per_hour_early": 36}}
LATE = {"start": 0, "end": 9000, "soft": {"end": 50, "cost_per_hour_late": 36}}


def at(opens, closes, **soft):
    return {"start": opens, "end": closes, "soft": soft}


def test_beginning_before_the_soft_start_costs_by_the_hour():
    window = at(0, 200, start=500, cost_per_hour_early=36)

    judged = judge(document([job(1, time_windows=[window])]), V="J1")

    assert terms(judged) == {JOBS: 3}  # 300 s at a cent each: the hard window closes at 200


def test_beginning_after_the_soft_end_costs_by_the_hour():
    judged = judge(document([job(1, time_windows=[LATE])]), V="J1")

    assert terms(judged) == {JOBS: 0.5}


def test_beginning_on_the_soft_ends_costs_nothing():
    doc = document(
        [
            job(1, time_windows=[at(0, 100, start=100, cost_per_hour_early=36)]),
            job(2, time_windows=[at(0, 900, end=200, cost_per_hour_late=36)]),
        ]
    )

    assert judge(doc, V="J1 J2").status == "feasible"


def test_a_vehicle_waits_for_the_soft_start_where_waiting_is_free():
    judged = judge(document([job(1, time_windows=[EARLY]), job(2)]), V="J1 J2")

    assert terms(judged) == {}
    assert times(judged) == [(400, 400), (500, 500), (600, 600), (800, 800)]


def test_it_does_not_wait_where_waiting_costs_more():
    # Work at J1 by 100 is a must, so what comes before J2's soft start is waiting.
    doc = document(
        [job(1, time_windows=[[0, 100]]), job(2, time_windows=[EARLY])],
        [van(costs={"per_hour": 0, "per_wait_hour": 72})],
    )

    assert judge(doc, V="J1 J2").breakdown == {JOBS: 3}


def test_it_does_wait_where_waiting_costs_less():
    doc = document(
        [job(1, time_windows=[[0, 100]]), job(2, time_windows=[EARLY])],
        [van(costs={"per_hour": 0, "per_wait_hour": 18})],
    )

    assert judge(doc, V="J1 J2").breakdown == {"/vehicles/costs/per_wait_hour": 1.5}


def test_an_hour_of_duration_is_weighed_against_an_hour_too_early():
    doc = document(
        [job(1, time_windows=[[0, 100]]), job(2, time_windows=[EARLY])],
        [van(costs={"per_hour": 0, "per_duration_hour": 36.1})],
    )

    assert judge(doc, V="J1 J2").breakdown == {JOBS: 3, "/vehicles/costs/per_duration_hour": 4.011111}


def test_the_dearer_of_two_wishes_is_kept():
    # J1 wants to be late (500), J2 early (100); both cannot be.
    jobs = [job(1, time_windows=[EARLY]), job(2, time_windows=[at(0, 9000, end=100, cost_per_hour_late=72)])]

    judged = judge(document(jobs), V="J1 J2")

    assert terms(judged) == {JOBS: 4 + 2}  # J1 at 100, 400 s too early; J2 at 200, 100 s too late


def test_the_soft_part_is_that_of_the_window_in_which_work_begins():
    windows = [at(0, 50, end=10, cost_per_hour_late=360), at(90, 900, start=80, cost_per_hour_early=36)]

    assert terms(judge(document([job(1, time_windows=windows)]), V="J1")) == {}


def test_the_hard_part_stays_hard():
    window = at(0, 99, end=50, cost_per_hour_late=36)

    judged = judge(document([job(1, time_windows=[window])]), V="J1")

    assert causes(judged) == ["delay"]
    assert terms(judged) == {JOBS: 0.5}


def test_the_stops_of_a_shipment_have_a_key_of_their_own():
    parcel = shipment(1, 2)
    parcel["pickup"]["time_windows"] = [LATE]
    parcel["delivery"]["time_windows"] = [LATE]

    judged = judge(document([], shipments=[parcel]), V="pickup:S delivery:S")

    assert terms(judged) == {"/shipments/time_windows/soft": 0.5 + 1.5}


def test_a_break_waits_for_its_soft_start():
    lunch = {"id": "lunch", "service": 50, "time_windows": [EARLY]}

    judged = judge(document([job(1)], [van(breaks=[lunch])]), V="J1 break:lunch")

    assert terms(judged) == {}
    assert times(judged)[2] == (500, 550)


def test_a_break_too_late_costs_under_its_own_key():
    lunch = {"id": "lunch", "service": 50, "time_windows": [LATE]}

    judged = judge(document([job(1)], [van(breaks=[lunch])]), V="J1 break:lunch")

    assert terms(judged) == {"/vehicles/breaks/time_windows/soft": 0.5}


def test_a_break_on_the_way_is_moved_to_where_it_costs_least():
    lunch = {"id": "lunch", "service": 50, "time_windows": [at(0, 9000, start=160, cost_per_hour_early=36)]}
    doc = document([job(2, time_windows=[[0, 250]])], [van(breaks=[lunch])])

    judged = judge(doc, V="break:lunch J2")

    # At 160 of the 200 s of driving, which still brings it to J2 by 250.
    assert terms(judged) == {}
    assert times(judged)[:3] == [(0, 0), (160, 210), (250, 250)]


def test_starting_before_the_shifts_soft_start_costs():
    shift = at(0, 9000, start=100, cost_per_hour_early=36)

    judged = judge(document([job(1, time_windows=[[0, 150]])], [van(time_window=shift)]), V="J1")

    assert terms(judged) == {"/vehicles/time_window/soft": 0.5}


def test_ending_after_the_shifts_soft_end_costs():
    shift = at(0, 9000, end=150, cost_per_hour_late=36)

    judged = judge(document([job(1)], [van(time_window=shift)]), V="J1")

    assert terms(judged) == {"/vehicles/time_window/soft": 0.5}


def test_a_vehicle_starts_later_for_the_sake_of_a_soft_shift():
    shift = at(0, 9000, start=100, cost_per_hour_early=36)

    judged = judge(document([job(1)], [van(time_window=shift)]), V="J1")

    assert terms(judged) == {}
    assert judged.routes[0].start_time == 100


def test_seconds_after_soft_and_hard_ends_are_the_lateness():
    window = at(0, 80, end=50, cost_per_hour_late=36)
    shift = at(0, 180, end=170, cost_per_hour_late=36)
    doc = document([job(1, time_windows=[window])], [van(time_window=shift)])

    assert payload(doc, V="J1")["summary"]["lateness"] == (100 - 50) + (200 - 170)


def test_seconds_after_a_hard_end_alone_are_lateness_too():
    doc = document([job(1, time_windows=[[0, 80]])], [van(time_window=[0, 170])])

    assert payload(doc, V="J1")["summary"]["lateness"] == 20 + 30


def test_a_plan_that_pays_for_a_soft_window_says_so():
    assert judge(document([job(1, time_windows=[LATE])]), V="J1").status == "feasible_with_soft_violations"
    assert judge(document([job(1, time_windows=[EARLY])]), V="J1").status == "feasible"


def test_what_is_left_out_outweighs_soft_violations_in_the_status():
    assert judge(document([job(1, time_windows=[LATE]), job(2)]), V="J1").status == "partial"


@pytest.mark.parametrize(
    ("limit", "paid"),
    [
        ({"max_duration": 600}, 1.0),
        ({"max_duration": 700}, 0),
        ({"max_wait": 100}, 2.0),
        ({"max_wait": 300}, 0),
    ],
)
def test_limits_are_kept_before_wishes(limit, paid):
    # J1 by 100, J2 not before 500: 300 s of waiting and 700 of duration, or 36 for each hour too early.
    jobs = [job(1, time_windows=[[0, 100]]), job(2, time_windows=[EARLY])]

    judged = judge(document(jobs, [van(**limit)]), V="J1 J2")

    assert causes(judged) == []
    assert terms(judged).get(JOBS, 0) == paid


def test_overtime_is_paid_up_to_where_it_is_worth_it():
    # As above; 600 s are free, then a second of overtime costs two cents and a second too early one.
    jobs = [job(1, time_windows=[[0, 100]]), job(2, time_windows=[EARLY])]
    overtime = {"after": 600, "max": 1000, "cost_per_hour": 72}

    assert terms(judge(document(jobs, [van(overtime=overtime)]), V="J1 J2")) == {JOBS: 1}


def test_a_long_ride_is_not_made_for_a_wish():
    parcel = shipment(1, 3, max_ride_time=250)
    parcel["pickup"]["time_windows"] = [[0, 100]]

    judged = judge(document([job(2, time_windows=[EARLY])], shipments=[parcel]), V="pickup:S J2 delivery:S")

    assert causes(judged) == []
    assert terms(judged) == {JOBS: 2.5}  # J2 at 250, so that the parcel arrives at 350


def test_a_given_time_is_kept_before_a_wish():
    doc = document(
        [job(1, time_windows=[EARLY])], [van(steps=[{"type": "job", "id": "J1", "service_before": 200}])]
    )

    assert times(judge(doc, V="J1"))[1] == (200, 200)
    assert terms(judge(doc, V="J1")) == {JOBS: 3}


# Neither all wishes nor none


def wishing_for_400_and(wanted, *, steps=(), **vehicle):
    """J1 by 100; J2 wants to begin at 400, J3 at `wanted` or later and twice as much; nothing forces a wait."""
    at_400 = {"start": 400, "cost_per_hour_early": 36, "end": 400, "cost_per_hour_late": 36}
    jobs = [
        job(1, time_windows=[[0, 100]]),
        job(2, time_windows=[at(0, 9000, **at_400)]),
        job(3, time_windows=[at(0, 9000, start=wanted, cost_per_hour_early=72)]),
    ]
    return judge(document(jobs, [van(steps=list(steps), **vehicle)]), V="J1 J2 J3")


@pytest.mark.parametrize("price", ["per_wait_hour", "per_duration_hour"])
def test_it_waits_as_long_as_two_wishes_are_worth_it_and_no_longer(price):
    judged = wishing_for_400_and(400, costs={"per_hour": 0, price: 54})

    # From 200 to 300 both would like J2 to wait, from then on J2 alone.
    assert times(judged)[2:4] == [(300, 300), (400, 400)]


def test_under_a_longest_duration_it_waits_where_that_is_worth_most():
    judged = wishing_for_400_and(700, max_duration=800)

    # 200 s of waiting are left: before J2 they count twice.
    assert times(judged)[2:4] == [(400, 400), (500, 500)]
    assert terms(judged) == {JOBS: 4}


def test_before_a_given_end_too():
    judged = wishing_for_400_and(700, steps=[{"type": "end", "service_before": 800}])

    assert times(judged)[2:4] == [(400, 400), (500, 500)]


def test_a_route_that_would_rest_once_more_is_not_taken_for_a_wish():
    # Waiting 300 s before J2 is a rest. J1 at 380 as it would like leaves too short a wait, so a rest on the way
    # home, and the route would be longer than it may.
    jobs = [
        job(1, time_windows=[at(0, 9000, start=380, cost_per_hour_early=36)]),
        job(2, time_windows=[[500, 9000]]),
    ]
    vehicle = van(
        drive_break={"max_driving": 250, "duration": 50},
        max_duration=700,
        start_latest=0,
        time_window=[0, 9000],
    )

    judged = judge(document(jobs, [vehicle]), V="J1 J2")

    assert causes(judged) == []
    assert terms(judged)[JOBS] == pytest.approx(0.3, abs=0.02)


def test_a_given_time_takes_nothing_from_the_other_wishes():
    judged = wishing_for_400_and(700, steps=[{"type": "job", "id": "J2", "service_before": 300}])

    assert terms(judged) == {JOBS: 1}


def test_a_given_end_leaves_room_for_a_part_of_a_wish():
    end = {"type": "end", "service_before": 400}

    judged = judge(document([job(1, time_windows=[EARLY])], [van(steps=[end])]), V="J1")

    assert terms(judged) == {JOBS: 2}


def test_a_given_time_that_comes_too_late_spoils_no_other_wish():
    jobs = [
        job(1, time_windows=[at(0, 9000, start=650, cost_per_hour_early=36)]),
        job(2, time_windows=[at(0, 9000, end=600, cost_per_hour_late=72)]),
    ]
    steps = [{"type": "job", "id": "J2", "service_after": 800}]
    doc = document(jobs, [van(steps=steps, start_latest=0, time_window=[0, 9000])])

    assert terms(judge(doc, V="J1 J2")) == {JOBS: 4}


@pytest.mark.parametrize("between", ["setup", "service", "rest"])
def test_what_lies_between_two_wishes_is_counted(between):
    work = {between: 50} if between != "rest" else {}
    jobs = [
        job(1, time_windows=[at(0, 9000, start=300, cost_per_hour_early=36)], **work),
        job(2, time_windows=[at(0, 9000, end=350, cost_per_hour_late=72)]),
    ]
    rest = {"drive_break": {"max_driving": 150, "duration": 50}} if between == "rest" else {}

    judged = judge(document(jobs, [van(**rest)]), V="J1 J2")

    assert terms(judged) == {JOBS: 1}  # J1 at 200, J2 at 350
