"""What has begun before `until` stays as it is; everything else comes after."""

from vrp.tests.domain.build import causes, document, job, judge, problem, times, van

JOBS = [job(place, service=50) for place in (1, 2, 3, 4)]
# Given: J1 100-150, J2 250-300, J3 400-450.
STEPS = [{"type": "job", "id": name} for name in ("J1", "J2", "J3")]


def frozen(until=None, vehicles=(), steps=STEPS, jobs=JOBS, **vehicle):
    freeze = {"until": until} if until is not None else {}
    freeze |= {"vehicles": list(vehicles)} if vehicles else {}
    return document(jobs, [van(steps=steps, **vehicle), van(id="W")], freeze=freeze)


def test_work_that_began_before_the_moment_stays_on_its_vehicle():
    assert causes(judge(frozen(260), V="J1 J2")) == []
    assert set(causes(judge(frozen(260), V="J1", W="J2"))) == {"locked"}


def test_work_that_begins_at_the_moment_is_free():
    assert causes(judge(frozen(250), V="J1", W="J2")) == []


def test_nothing_new_comes_before_what_has_begun():
    assert causes(judge(frozen(260), V="J1 J4 J2")) == ["delay", "locked"]
    assert causes(judge(frozen(260), V="J1 J2 J4")) == []


def test_what_has_begun_keeps_its_order():
    assert "locked" in causes(judge(frozen(260), V="J2 J1"))


def test_what_has_begun_keeps_its_time():
    jobs = [job(1, service=50), job(2, service=50, time_windows=[[900, 999]]), *JOBS[2:]]
    steps = [STEPS[0] | {"service_after": 100}, STEPS[1]]

    # Without the freeze the vehicle would start later, for J2 is not open before 900.
    judged = judge(frozen(801, steps=steps, jobs=jobs), V="J1 J3")

    assert times(judged)[:2] == [(650, 650), (750, 800)]


def test_what_has_not_begun_comes_after_the_moment():
    judged = judge(frozen(260), V="J1 J2 J3")
    assert times(judged)[3] == (400, 450)

    judged = judge(frozen(450), V="J1 J2 J3 J4")
    assert times(judged)[4] == (550, 600)

    # J2 could begin at 250.
    judged = judge(frozen(290, steps=[STEPS[0], STEPS[2]]), V="J1 J2 J3")
    assert times(judged)[1:4] == [(100, 150), (290, 340), (440, 490)]


def test_a_vehicle_that_has_left_has_left():
    judged = judge(frozen(50), V="J4")

    assert judged.routes[0].start_time == 0
    assert causes(judged) == []


def test_a_vehicle_that_has_not_left_leaves_at_the_moment_or_later():
    doc = frozen(50, time_window=[100, 9000])

    assert judge(doc, V="J4").routes[0].start_time == 100

    assert judge(frozen(0), V="J4").routes[0].start_time == 0


def test_an_unused_vehicle_starts_at_the_moment_or_later():
    assert judge(frozen(260), W="J4", V="J1 J2").routes[0].start_time == 260


def test_goods_that_come_after_it_left_cannot_be_brought_by_a_vehicle_on_its_way():
    doc = frozen(50, jobs=[*JOBS[:3], job(4, release_time=40)])

    assert causes(judge(doc, V="J4")) == ["release"]
    assert causes(judge(doc, W="J4")) == []


def test_only_the_named_vehicles_are_frozen():
    doc = frozen(260, ["W"])

    assert causes(judge(doc, V="J2 J1")) == []
    assert judge(doc, V="J4").routes[0].start_time == 0
    assert judge(doc, W="J4").routes[0].start_time == 260


def test_vehicles_without_a_moment_do_exactly_what_is_given():
    assert causes(judge(frozen(None, ["V"]), V="J1 J2 J3")) == []
    assert set(causes(judge(frozen(None, ["V"]), V="J1 J2 J3 J4"))) == {"locked"}
    assert set(causes(judge(frozen(None, ["V"]), V="J1 J3"))) == {"locked"}
    assert set(causes(judge(frozen(None, ["V"]), V="J1 J3 J2"))) == {"locked"}
    assert causes(judge(frozen(None, ["V"]), V="J1 J2 J3", W="J4")) == []


def test_a_frozen_vehicle_with_nothing_given_does_nothing():
    assert set(causes(judge(frozen(None, ["W"]), V="J1", W="J4"))) == {"locked"}


def test_a_freeze_of_nothing_freezes_nothing():
    assert not problem(frozen()).has_locks


def test_given_times_count_where_the_freeze_looks_for_what_has_begun():
    # Timed by itself J2 would begin at 250; it is known to begin at 1200.
    steps = [STEPS[0], STEPS[1] | {"service_at": 1200}]

    judged = judge(frozen(600, steps=steps), V="J1 J3 J2")

    assert causes(judged) == []
    assert times(judged)[3] == (1200, 1250)


def test_a_given_latest_time_of_a_later_step_is_kept_beside_the_freeze():
    steps = [STEPS[0], STEPS[1] | {"service_before": 400}]
    doc = frozen(200, steps=steps)

    assert times(judge(doc, V="J1 J2"))[2] == (250, 300)
    assert "delay" in causes(judge(doc, V="J1 J4 J2"))


def test_a_step_with_a_given_time_comes_after_the_moment_too():
    steps = [{"type": "job", "id": "J3"}, {"type": "job", "id": "J1", "service_before": 2000}]
    doc = frozen(300, steps=steps)  # J3 begins at 300: nothing but the departure is past

    assert times(judge(doc, V="J1"))[1] == (300, 350)


def test_the_end_of_a_route_is_not_put_off_by_a_freeze():
    doc = frozen(900, steps=[STEPS[0], {"type": "end", "service_before": 2000}])

    assert times(judge(doc, V="J1"))[-1] == (250, 250)


def test_a_break_that_has_begun_stays_where_it_is():
    lunch = {"id": "lunch", "service": 50, "time_windows": [[0, 9000]]}
    steps = [STEPS[0], {"type": "break", "id": "lunch"}, STEPS[1]]
    doc = frozen(160, steps=steps, breaks=[lunch])

    assert causes(judge(doc, V="J1 break:lunch J2")) == []
    assert "locked" in causes(judge(doc, V="J1 J2 break:lunch"))
