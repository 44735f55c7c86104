"""A trip leaves no earlier than the goods it carries are ready; work at a shipment's stop begins no earlier."""

from vrp.tests.domain.build import causes, document, job, judge, shipment, times, van


def test_a_vehicle_leaves_its_start_when_the_goods_are_ready():
    judged = judge(document([job(1, release_time=300), job(2)]), V="J2 J1")

    assert judged.routes[0].start_time == 300


def test_the_latest_of_all_goods_on_a_trip_decides():
    judged = judge(document([job(1, release_time=300), job(2, release_time=700)]), V="J1 J2")

    assert judged.routes[0].start_time == 700


def test_an_open_start_begins_when_the_goods_are_ready():
    judged = judge(document([job(1, release_time=300)], [{"id": "V", "end_index": 0}]), V="J1")

    assert judged.routes[0].start_time == 300


def test_goods_of_a_later_trip_hold_up_only_the_reload():
    doc = document(
        [job(1), job(2, release_time=900)],
        [van(start_index=0, reload={"locations": ["depot"], "duration": 50})],
        locations=[{"id": "depot", "matrix_index": 0}],
    )

    judged = judge(doc, V="J1 reload:0 J2")

    # The reload ends, and the second trip leaves, at 900; the first one is as late as that allows.
    assert causes(judged) == []
    assert times(judged) == [(650, 650), (750, 750), (850, 900), (1100, 1100), (1300, 1300)]


def test_a_vehicle_waits_at_the_reload_for_what_is_not_ready():
    doc = document(
        [job(1, time_windows=[[100, 200]]), job(2, release_time=900)],
        [van(reload={"locations": ["depot"], "duration": 50})],
        locations=[{"id": "depot", "matrix_index": 0}],
    )

    judged = judge(doc, V="J1 reload:0 J2")

    assert times(judged)[1:4] == [(200, 200), (850, 900), (1100, 1100)]
    assert judged.routes[0].visits[2].waiting_time == 550


def test_goods_that_are_ready_after_the_latest_start_are_a_violation():
    at = {"start_latest": 200, "time_window": [0, 9000]}

    assert causes(judge(document([job(1, release_time=200)], [van(**at)]), V="J1")) == []
    late = judge(document([job(1, release_time=201)], [van(**at)]), V="J1")
    assert [(v.cause, v.step, v.amount) for v in late.violations] == [("release", 1, 1)]


def test_a_stop_does_not_wait_for_goods_that_came_too_late():
    judged = judge(
        document([job(1, release_time=500)], [van(start_latest=200, time_window=[0, 9000])]), V="J1"
    )

    assert causes(judged) == ["release"]
    assert times(judged)[1] == (300, 300)


def test_wishes_are_kept_also_where_goods_come_too_late():
    wish = {"start": 0, "end": 900, "soft": {"start": 500, "cost_per_hour_early": 36}}
    jobs = [job(1, release_time=100), job(2, time_windows=[wish])]

    judged = judge(document(jobs, [van(start_latest=0, time_window=[0, 9000])]), V="J1 J2")

    assert causes(judged) == ["release"]
    assert times(judged)[2] == (500, 500)


def test_goods_that_are_ready_after_the_shift_are_a_violation():
    judged = judge(document([job(1, release_time=500)], [van(time_window=[0, 400])]), V="J1")

    assert causes(judged) == ["delay", "release"]


def test_work_at_a_pickup_waits_until_the_shipment_is_ready():
    parcel = shipment(1, 2)
    parcel["pickup"]["release_time"] = 500

    judged = judge(document([job(3)], shipments=[parcel]), V="pickup:S J3 delivery:S")

    assert causes(judged) == []
    assert times(judged)[:3] == [(400, 400), (500, 500), (700, 700)]


def test_only_the_stop_of_a_shipment_waits_not_the_trip():
    parcel = shipment(1, 2)
    parcel["delivery"]["release_time"] = 500
    doc = document([job(1, time_windows=[[100, 100]])], shipments=[parcel])

    judged = judge(doc, V="J1 pickup:S delivery:S")

    assert times(judged)[1:4] == [(100, 100), (100, 100), (500, 500)]


def test_a_release_on_the_second_trip_is_asked_of_that_trip_and_not_of_the_first():
    doc = document(
        [job(1), job(2, release_time=5000)],
        [van(reload={"locations": ["depot"]}, time_window=[0, 4000])],
        locations=[{"id": "depot", "matrix_index": 0}],
    )

    late = judge(doc, V="J1 reload:0 J2")

    assert causes(late) == ["delay"]  # it waits at the reload, so only the shift is broken
