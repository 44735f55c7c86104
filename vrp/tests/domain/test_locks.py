"""What is fixed of the given steps: the vehicle, the order, everything before it, the time."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, problem, shipment, times, van

JOBS = [job(place) for place in (1, 2, 3, 4)]
LUNCH = {"id": "lunch", "service": 50, "time_windows": [[0, 9000]], "required": False}


def given(words, **extra):
    """The steps of a vehicle: `"J1/order J2 break:lunch/full"`."""
    steps = []
    for word in words.split():
        name, _, level = word.partition("/")
        kind, _, own = name.rpartition(":")
        steps.append({"type": kind or "job", "id": own, "locked": level or "none", **extra})
    return steps


def locked(words, jobs=JOBS, **vehicle):
    fleet = [
        van(steps=given(words), breaks=[LUNCH], reload={"locations": ["depot", "hub"]}, **vehicle),
        van(id="W"),
    ]
    places = [{"id": "depot", "matrix_index": 0}, {"id": "hub", "matrix_index": 3}]
    return document(jobs, fleet, shipments=[shipment(1, 2)], locations=places)


KEPT = {
    "steps without a lock may go anywhere, or nowhere": ("J1 J2", {"W": "J2"}),
    "vehicle: anywhere on its vehicle": ("J1/vehicle J2/vehicle", {"V": "J4 J2 J3 J1"}),
    "order: with others between and before": ("J1/order J2/order", {"V": "J3 J1 J4 J2"}),
    "order binds only steps locked order or full": ("J1/order J2/vehicle J3/order", {"V": "J2 J1 J3"}),
    "full: as given": ("J1/full J2/full", {"V": "J1 J2 J3"}),
    "full: a step given before it may go": ("J1 J2/full", {"V": "J2"}),
    "full: others may come after it": ("J1/full", {"V": "J1 J2 J3", "W": "J4"}),
    "full: steps without a lock may change places before it": ("J1 J2 J3/full", {"V": "J2 J1 J3"}),
    "a shipment stop": ("pickup:S/full delivery:S/vehicle", {"V": "pickup:S J1 delivery:S"}),
    "a break": ("J1/full break:lunch/full", {"V": "J1 break:lunch J2"}),
    "two reloads": ("reload:1/vehicle J1 reload:1/vehicle", {"V": "reload:1 J1 reload:1"}),
    "a reload": ("J1/order reload:1/order J2/order", {"V": "J1 J3 reload:1 J2"}),
}
BROKEN = {
    "vehicle: on another one": ("J1/vehicle", {"W": "J1"}, 2),  # there too many, here missing
    "vehicle: not served": ("J1/vehicle J2", {"V": "J2"}, 1),
    "vehicle: not even used": ("J1/vehicle", {"W": "J2"}, 1),
    "order: the other way round": ("J1/order J2/order", {"V": "J2 J1"}, 1),
    "order and full: the other way round": ("J1/order J2/full", {"V": "J2 J1"}, 1),
    "order: not served": ("J1/order J2/order", {"V": "J1"}, 1),
    "full: a new one before it": ("J1/full", {"V": "J2 J1"}, 1),
    "full: a later one before it": ("J1/full J2", {"V": "J2 J1"}, 1),
    "full: a new one before all of them": ("J1/full J2/full", {"V": "J3 J1 J2"}, 2),
    "full: a break before it": ("J1/full", {"V": "break:lunch J1"}, 1),
    "full: a reload before it": ("J1/full", {"V": "reload:0 J1"}, 1),
    "a shipment stop": ("pickup:S/full delivery:S/full", {"V": "pickup:S J1 delivery:S"}, 1),
    "a break that is left out": ("break:lunch/vehicle J1", {"V": "J1"}, 1),
    "a reload that is left out": ("J1 reload:1/vehicle J2", {"V": "J1 J2"}, 1),
    "the second of two reloads": ("reload:1/vehicle J1 reload:1/vehicle", {"V": "reload:1 J1"}, 1),
    "a reload at another place": ("J1 reload:1/vehicle J2", {"V": "J1 reload:0 J2"}, 1),
}


@pytest.mark.parametrize("name", KEPT)
def test_locks_that_are_kept(name):
    words, routes = KEPT[name]

    assert causes(judge(locked(words), **routes)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_locks_that_are_broken(name):
    words, routes, times_ = BROKEN[name]

    assert causes(judge(locked(words), **routes)) == ["locked"] * times_


# Fixed times


def at(step_times, jobs=None, **vehicle):
    steps = [{"type": "job", "id": "J1", **step_times}]
    return document(jobs or [job(1), job(2)], [van(steps=steps, **vehicle), van(id="W")])


def test_service_at_is_when_work_begins():
    assert times(judge(at({"service_at": 700}), V="J1"))[1] == (700, 700)


def test_service_at_that_has_passed_is_late():
    judged = judge(at({"service_at": 99}), V="J1")

    assert [(v.cause, v.amount) for v in judged.violations] == [("delay", 1)]


def test_service_after_is_when_work_begins_at_the_earliest():
    assert times(judge(at({"service_after": 700}), V="J2 J1"))[2] == (700, 700)
    assert times(judge(at({"service_after": 200}), V="J2 J1"))[2] == (300, 300)


def test_service_before_is_when_work_begins_at_the_latest():
    assert causes(judge(at({"service_before": 300}), V="J2 J1")) == []
    assert causes(judge(at({"service_before": 299}), V="J2 J1")) == ["delay"]


def test_service_at_is_meant_also_where_service_before_is_later():
    assert times(judge(at({"service_at": 300, "service_before": 500}), V="J1"))[1] == (300, 300)


def test_given_times_bind_only_the_vehicle_they_are_given_for():
    assert times(judge(at({"service_at": 700}), W="J1"))[1] == (100, 100)


def test_given_times_do_not_lock_the_step():
    assert causes(judge(at({"service_at": 700}), V="J2")) == []


def test_a_given_time_outside_the_window_is_late_and_not_begun_at():
    doc = at({"service_before": 300}, [job(1, time_windows=[[500, 600]])])

    judged = judge(doc, V="J1")

    assert [(v.cause, v.amount) for v in judged.violations] == [("delay", 200)]
    assert times(judged)[1] == (500, 500)


def test_a_given_time_chooses_among_the_windows():
    doc = at({"service_after": 300}, [job(1, time_windows=[[0, 200], [400, 500]])])

    assert times(judge(doc, V="J1"))[1] == (400, 400)


def test_a_given_start_is_kept():
    doc = document([job(1)], [van(steps=[{"type": "start", "service_at": 300}])])

    assert judge(doc, V="J1").routes[0].start_time == 300


def test_a_given_start_before_the_shift_is_late():
    doc = document([job(1)], [van(time_window=[400, 900], steps=[{"type": "start", "service_at": 300}])])

    judged = judge(doc, V="J1")

    assert [(v.cause, v.step, v.amount) for v in judged.violations] == [("delay", 0, 100)]


def test_a_given_end_is_kept():
    doc = document([job(1)], [van(steps=[{"type": "end", "service_at": 300}])])

    assert judge(doc, V="J1").routes[0].end_time == 300


def test_a_given_end_that_has_passed_is_late():
    doc = document([job(1)], [van(steps=[{"type": "end", "service_before": 199}])])

    assert [(v.cause, v.step, v.amount) for v in judge(doc, V="J1").violations] == [("delay", 2, 1)]


def test_a_break_is_taken_when_it_is_given():
    doc = document(
        [job(1)], [van(breaks=[LUNCH], steps=[{"type": "break", "id": "lunch", "service_at": 150}])]
    )

    assert times(judge(doc, V="break:lunch J1"))[1] == (150, 200)


def test_the_second_reload_is_made_when_it_is_given():
    steps = [
        {"type": "reload", "id": 0},
        {"type": "job", "id": "J1"},
        {"type": "reload", "id": 0, "service_at": 900},
    ]
    fleet = [van(steps=steps, reload={"locations": ["depot"]})]
    doc = document([job(1)], fleet, locations=[{"id": "depot", "matrix_index": 0}])

    assert times(judge(doc, V="reload:0 J1 reload:0"))[3] == (900, 900)


def test_steps_that_say_nothing_lock_nothing():
    made = problem(document(JOBS, [van(steps=given("J1 J2"))]))

    assert (made.has_locks, dict(made.vehicles[0].given)) == (False, {("job", "J1"): 0, ("job", "J2"): 1})


def test_fixed_parts_that_break_a_rule_make_the_plan_infeasible():
    judged = judge(at({"service_at": 50, "locked": "full"}), V="J1")

    assert judged.status == "infeasible"
