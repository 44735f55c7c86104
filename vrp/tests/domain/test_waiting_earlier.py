"""Where a limit forbids to wait at one place, the vehicle waits at an earlier one, or starts later."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, shipment, times, van

AT_500 = {"time_windows": [[500, 900]]}
BY_300 = {"time_windows": [[0, 300]]}


def waits(judged):
    return [visit.waiting_time for visit in judged.routes[0].visits]


def test_the_wait_is_moved_to_the_stop_before():
    # J1 by 150, J2 (open), J3 from 600: 250 s of waiting, at most 150 of them at J3.
    jobs = [job(1, time_windows=[[0, 150]]), job(2), job(3, time_windows=[[600, 900]])]

    judged = judge(document(jobs, [van(max_wait=150)]), V="J1 J2 J3")

    assert causes(judged) == []
    assert waits(judged) == [0, 0, 100, 150, 0]


def test_the_wait_moves_on_as_far_as_it_must():
    jobs = [job(1, time_windows=[[0, 150]]), job(2), job(3, time_windows=[[600, 900]])]

    judged = judge(document(jobs, [van(max_wait=125)]), V="J1 J2 J3")

    assert waits(judged) == [0, 0, 125, 125, 0]


def test_a_wait_that_no_stop_can_take_is_a_violation():
    jobs = [job(1, time_windows=[[0, 150]]), job(2), job(3, time_windows=[[600, 900]])]

    judged = judge(document(jobs, [van(max_wait=124)]), V="J1 J2 J3")

    assert [(v.cause, v.step, v.amount) for v in judged.violations] == [("max_wait", 3, 126)]


def test_the_first_stop_is_never_waited_for():
    assert waits(judge(document([job(1, **AT_500)], [van(max_wait=0)]), V="J1")) == [0, 0, 0]


def test_a_vehicle_with_an_open_start_begins_when_its_first_stop_opens():
    doc = document([job(1, **AT_500)], [{"id": "V", "end_index": 0, "max_wait": 0}])

    assert times(judge(doc, V="J1")) == [(500, 500), (600, 600)]


def test_the_pickup_is_put_off_so_that_the_ride_is_short():
    parcel = shipment(1, 3, max_ride_time=250)
    parcel["pickup"] |= BY_300

    judged = judge(document([job(2, **AT_500)], shipments=[parcel]), V="pickup:S J2 delivery:S")

    # Work at J2 from 500, arrival at 600; so the parcel leaves no earlier than 350, which is too late.
    assert causes(judged) == ["max_ride"]

    parcel["max_ride_time"] = 300
    judged = judge(document([job(2, **AT_500)], shipments=[parcel]), V="pickup:S J2 delivery:S")

    assert causes(judged) == []
    assert times(judged)[1] == (300, 300)


def test_only_the_pickup_is_put_off_not_what_comes_before_it():
    jobs = [job(1, time_windows=[[0, 100]]), job(2, **AT_500)]
    doc = document(jobs, shipments=[shipment(1, 3, max_ride_time=300)])

    judged = judge(doc, V="J1 pickup:S J2 delivery:S")

    assert causes(judged) == []
    assert times(judged)[1:3] == [(100, 100), (300, 300)]


def test_the_wait_moves_into_a_later_window_and_the_start_with_it():
    jobs = [job(1, time_windows=[[0, 100], [400, 500]]), job(2, time_windows=[[550, 600]])]

    judged = judge(document(jobs, [van(max_wait=50)]), V="J1 J2")

    assert causes(judged) == []
    assert times(judged) == [(350, 350), (450, 450), (550, 550), (750, 750)]


def test_the_start_moves_with_a_wait_that_moved_into_a_later_window():
    jobs = [
        job(1, time_windows=[[0, 100], [400, 500]]),
        job(2, time_windows=[[300, 350], [550, 600]]),
    ]

    judged = judge(document(jobs, [van(max_wait=50)]), V="J1 J2")

    assert causes(judged) == []
    assert times(judged) == [(250, 250), (400, 400), (550, 550), (750, 750)]


def test_a_wait_before_the_pickup_does_not_count_as_riding():
    parcel = shipment(2, 3, max_ride_time=100)
    doc = document([job(1, time_windows=[[0, 100]])], shipments=[parcel])
    doc["shipments"][0]["delivery"]["time_windows"] = [[1000, 2000]]

    judged = judge(doc, V="J1 pickup:S delivery:S")

    assert causes(judged) == []
    assert times(judged)[2] == (200, 200)


def test_rides_that_overlap_are_all_kept_short():
    first, second = shipment(1, 4, "A", max_ride_time=400), shipment(2, 5, "B", max_ride_time=400)
    doc = document([job(3, time_windows=[[1000, 2000]])], shipments=[first, second])

    judged = judge(doc, V="pickup:A pickup:B J3 delivery:A delivery:B")

    assert causes(judged) == []
    assert times(judged)[1:3] == [(800, 800), (900, 900)]


def test_a_break_may_take_up_the_wait():
    lunch = {"id": "lunch", "service": 50, "time_windows": [[0, 9000]]}
    jobs = [job(1, time_windows=[[0, 100]]), job(2, **AT_500)]

    judged = judge(document(jobs, [van(max_wait=150, breaks=[lunch])]), V="J1 break:lunch J2")

    # 250 s to wait: 100 of driving before lunch is over, so lunch waits 100 and J2 150.
    assert causes(judged) == []
    assert sum(waits(judged)) == 250
    assert max(waits(judged)) == 150


def test_the_route_starts_later_to_be_short_enough():
    windows = [[100, 100], [900, 900]]
    jobs = [job(1, time_windows=windows), job(2, time_windows=[[1000, 1000]])]

    judged = judge(document(jobs, [van(max_duration=400)]), V="J1 J2")

    assert (causes(judged), judged.routes[0].start_time) == ([], 800)


def test_it_starts_no_later_than_it_may():
    windows = [[100, 100], [900, 900]]
    jobs = [job(1, time_windows=windows), job(2, time_windows=[[1000, 1000]])]

    assert causes(judge(document(jobs, [van(max_duration=400, start_latest=799)]), V="J1 J2")) == [
        "max_duration"
    ]
    assert causes(judge(document(jobs, [van(max_duration=400, start_latest=800)]), V="J1 J2")) == []


EARLY_OR_SHORT = [  # end at 800 after 800 s, or at 1200 after 400 s
    job(1, time_windows=[[100, 100], [900, 900]]),
    job(2, time_windows=[[600, 600], [1000, 1000]]),
]


@pytest.mark.parametrize(
    "limit",
    [
        {"max_duration": 400},
        {"overtime": {"after": 300, "max": 100}},
        {"overtime": {"after": 300, "max": 100}, "max_duration": 9000},
        {"overtime": {"after": 300, "max": 9000}, "max_duration": 400},
    ],
)
def test_a_shorter_route_that_ends_later_is_taken_where_it_must_be_short(limit):
    judged = judge(document(EARLY_OR_SHORT, [van(**limit)]), V="J1 J2")

    assert (causes(judged), judged.routes[0].duration) == ([], 400)


@pytest.mark.parametrize("price", [{}, {"per_wait_hour": 1}, {"per_duration_hour": 1}])
def test_a_shorter_route_that_ends_later_is_taken_where_time_costs_money(price):
    judged = judge(document(EARLY_OR_SHORT, [van(costs={"per_hour": 1, **price})]), V="J1 J2")

    assert judged.routes[0].duration == (400 if price else 800)


def test_overtime_ends_the_day_as_a_longest_duration_does():
    windows = [[100, 100], [900, 900]]
    jobs = [job(1, time_windows=windows), job(2, time_windows=[[1000, 1000]])]

    judged = judge(document(jobs, [van(overtime={"after": 300, "max": 100})]), V="J1 J2")

    assert (causes(judged), judged.routes[0].start_time) == ([], 800)


def test_a_long_route_that_may_never_wait_is_timed_in_one_go():
    jobs = [{"id": f"J{k}", "location_index": 0, "time_windows": [[10 * k, 9000]]} for k in range(400)]

    judged = judge(document(jobs, [van(max_wait=0)]), V=" ".join(row["id"] for row in jobs))

    assert causes(judged) == []


def test_limits_that_cannot_be_kept_leave_the_earliest_times():
    jobs = [job(1, time_windows=[[0, 100]]), job(2, **AT_500)]

    judged = judge(document(jobs, [van(max_wait=50, max_duration=500)]), V="J1 J2")

    assert causes(judged) == ["max_duration", "max_wait"]
    assert times(judged) == [(0, 0), (100, 100), (500, 500), (700, 700)]
