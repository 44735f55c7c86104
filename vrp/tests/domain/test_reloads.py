"""A vehicle may come back in the middle of its route to unload what it collected and load what comes next."""

import pytest

from vrp.domain import evaluator
from vrp.domain.plan import Plan, Route, Step
from vrp.errors import Invalid
from vrp.tests.domain.build import causes, document, job, judge, problem, shipment, times, van

PLACES = [{"id": "depot", "matrix_index": 0}, {"id": "hub", "matrix_index": 3, "coordinates": [7.4, 43.7]}]


def reloading(jobs, vehicle=None, **extra):
    extra = {"locations": PLACES, **extra}
    reload = {"locations": ["depot", "hub"], **(vehicle or {}).pop("reload", {})}
    return document(jobs, [van(reload=reload, **(vehicle or {}))], **extra)


def loads(judged):
    return [visit.load for visit in judged.routes[0].visits]


def test_the_next_trips_deliveries_are_loaded_at_the_reload():
    doc = reloading([job(1, delivery=[4]), job(2, delivery=[5])], {"capacity": [5]})

    judged = judge(doc, V="J1 reload:0 J2")

    assert causes(judged) == []
    assert loads(judged) == [(4,), (0,), (5,), (0,), (0,)]


def test_without_the_reload_everything_is_on_board_from_the_start():
    doc = reloading([job(1, delivery=[4]), job(2, delivery=[5])], {"capacity": [5]})

    assert causes(judge(doc, V="J1 J2")) == ["load"]


def test_what_was_collected_is_unloaded_at_the_reload():
    doc = reloading([job(1, pickup=[4]), job(2, pickup=[5])], {"capacity": [5]})

    judged = judge(doc, V="J1 reload:0 J2")

    assert causes(judged) == []
    assert loads(judged) == [(0,), (4,), (0,), (5,), (5,)]


def test_each_reload_unloads_only_what_was_collected_since_the_last_one():
    doc = reloading([job(1, pickup=[4]), job(2, pickup=[5])])

    assert loads(judge(doc, V="J1 reload:0 J2 reload:0")) == [(0,), (4,), (0,), (5,), (0,), (0,)]


def test_capacity_holds_right_after_the_reload():
    doc = reloading([job(1), job(2, delivery=[6])], {"capacity": [5]})

    judged = judge(doc, V="J1 reload:0 J2")

    assert [(v.cause, v.step, v.amount) for v in judged.violations] == [("load", 2, 1)]


def test_a_shipment_stays_on_board_through_a_reload():
    doc = reloading([job(1, delivery=[4])], {"capacity": [5]}, shipments=[shipment(2, 4, amount=[2])])

    assert loads(judge(doc, V="pickup:S reload:0 J1 delivery:S")) == [(0,), (2,), (6,), (2,), (0,), (0,)]
    assert causes(judge(doc, V="pickup:S reload:0 J1 delivery:S")) == ["load"]


def test_the_initial_load_stays_on_board_through_a_reload():
    doc = reloading([job(1, delivery=[4])], {"capacity": [5], "initial_load": [1]})

    assert loads(judge(doc, V="reload:0 J1")) == [(1,), (5,), (1,), (1,)]


def test_a_reload_takes_its_time_at_its_place():
    doc = reloading([job(1), job(4)], {"reload": {"duration": 30}})

    judged = judge(doc, V="J1 reload:1 J4")

    assert times(judged) == [(0, 0), (100, 100), (300, 330), (430, 430), (830, 830)]
    assert judged.routes[0].total("distance") == 8000


def test_work_at_a_reload_counts_as_service():
    doc = reloading(
        [job(1), job(4)], {"reload": {"duration": 30}, "costs": {"per_hour": 0, "per_task_hour": 120}}
    )

    judged = judge(doc, V="J1 reload:0 J4")

    assert judged.breakdown == {"/vehicles/costs/per_task_hour": 1}


def test_setup_is_skipped_after_a_reload_at_the_same_place():
    doc = reloading([job(3, setup=60)])

    assert [visit.setup for visit in judge(doc, V="reload:1 J3").routes[0].visits] == [0, 0, 0, 0]


def test_no_more_reloads_than_allowed():
    doc = reloading([job(1), job(2), job(3)], {"reload": {"max_reloads": 1}})

    assert causes(judge(doc, V="J1 reload:0 J2 J3")) == []
    assert causes(judge(doc, V="J1 reload:0 J2 reload:0 J3")) == ["max_reloads"]


def test_any_number_of_reloads_where_none_is_given():
    doc = reloading([job(1), job(2), job(3)])

    assert causes(judge(doc, V="reload:0 J1 reload:0 J2 reload:0 J3 reload:0")) == []


def test_a_reload_is_no_task():
    doc = reloading([job(1), job(2)], {"max_tasks": 2})

    assert causes(judge(doc, V="J1 reload:0 J2")) == []


def test_a_vehicle_without_reloads_makes_none():
    with pytest.raises(Invalid) as caught:
        judge(document([job(1)]), V="reload:0 J1")

    assert caught.value.faults[0].loc == ("routes", 0, "steps", 0, "id")


@pytest.mark.parametrize("location", ["hub", (7.4, 43.7)])
def test_a_reload_may_be_named_by_its_place(location):
    plan = Plan((Route("V", (Step("reload", "", location), Step("job", "J1"))),))

    judged = evaluator.evaluate(problem(reloading([job(1)])), plan)

    assert judged.routes[0].visits[1].place == 3


def test_a_reload_at_one_of_several_places_says_which():
    with pytest.raises(Invalid):
        evaluator.evaluate(problem(reloading([job(1)])), Plan((Route("V", (Step("reload", ""),)),)))


def test_a_reload_at_the_only_place_need_not():
    plan = Plan((Route("V", (Step("reload", ""), Step("job", "J1"))),))
    doc = document([job(1)], [van(reload={"locations": ["hub"]})], locations=PLACES)

    assert evaluator.evaluate(problem(doc), plan).routes[0].visits[1].place == 3
