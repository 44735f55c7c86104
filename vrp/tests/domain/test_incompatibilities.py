"""Goods of classes that do not go together: never on one vehicle, or never on board at the same moment."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, shipment, van

DEPOT = [{"id": "depot", "matrix_index": 0}]


def goods(mode, jobs=(), shipments=(), **vehicle):
    return document(
        list(jobs),
        [van(reload={"locations": ["depot"]}, **vehicle), van(id="W")],
        shipments=list(shipments),
        locations=DEPOT,
        incompatibilities=[{"classes": ["food", "poison"], "mode": mode}],
    )


def food(place, **extra):
    return job(place, compatibility_class="food", **extra)


def poison(place, **extra):
    return job(place, compatibility_class="poison", **extra)


def test_two_classes_on_one_vehicle_are_refused():
    judged = judge(goods("same_vehicle", [food(1), poison(2)]), V="J1 J2")

    assert [(v.cause, v.step) for v in judged.violations] == [("compatibility", 2)]


def test_each_class_on_a_vehicle_of_its_own_is_fine():
    assert causes(judge(goods("same_vehicle", [food(1), poison(2)]), V="J1", W="J2")) == []


def test_one_class_together_is_fine():
    assert causes(judge(goods("same_vehicle", [food(1), food(2), poison(3)]), V="J1 J2", W="J3")) == []


def test_a_reload_between_does_not_help_on_the_same_vehicle():
    assert causes(judge(goods("same_vehicle", [food(1), poison(2)]), V="J1 reload:0 J2")) == ["compatibility"]


def test_shipments_have_classes_too():
    parcel = shipment(1, 2, compatibility_class="food")

    assert causes(judge(goods("same_vehicle", [poison(3)], [parcel]), V="J3 pickup:S delivery:S")) != []
    assert (
        causes(judge(goods("simultaneous", [poison(3, pickup=[1])], [parcel]), V="pickup:S delivery:S J3"))
        == []
    )


def test_what_has_no_class_goes_with_everything():
    none = food(1) | {"compatibility_class": "None"}
    doc = goods("same_vehicle", [none, job(2)])
    doc["incompatibilities"] = [{"classes": ["None", "food"]}]
    doc["jobs"].append(food(3))

    assert causes(judge(doc, V="J2 J3", W="J1")) == []


def test_classes_that_are_not_listed_together_go_together():
    doc = goods("same_vehicle", [food(1), poison(2), job(3, compatibility_class="toys")])

    assert causes(judge(doc, V="J1 J3", W="J2")) == []


# At the same moment

SIMULTANEOUS = {
    "two deliveries of a trip are both on board at its start": ([food(1), poison(2)], "J1 J2", 1),
    "a reload between two deliveries keeps them apart": ([food(1), poison(2)], "J1 reload:0 J2", 0),
    "a delivery is gone when the pickup comes": ([food(1), poison(2, pickup=[1])], "J1 J2", 0),
    "a pickup is on board when the delivery comes after it": ([food(1), poison(2, pickup=[1])], "J2 J1", 1),
    "two pickups are both on board at the end": ([food(1, pickup=[1]), poison(2, pickup=[1])], "J1 J2", 1),
    "a reload between two pickups keeps them apart": (
        [food(1, pickup=[1]), poison(2, pickup=[1])],
        "J1 reload:0 J2",
        0,
    ),
    "a pickup is gone after the reload that loads the delivery": (
        [food(1, pickup=[1]), poison(2)],
        "J1 reload:0 J2",
        0,
    ),
    "a job that brings and takes is on board for the whole trip": (
        [food(1, delivery=[1], pickup=[1]), poison(2, pickup=[1])],
        "J1 J2",
        1,
    ),
    "so it is before its stop": ([poison(1), food(2, delivery=[1], pickup=[1])], "J1 J2", 1),
}


@pytest.mark.parametrize("case", SIMULTANEOUS)
def test_jobs_at_the_same_moment(case):
    jobs, route, broken = SIMULTANEOUS[case]

    assert causes(judge(goods("simultaneous", jobs), V=route)) == ["compatibility"] * broken


FOOD, POISON = (shipment(1, 3, name, compatibility_class=name) for name in ("food", "poison"))
RIDES = {
    "pickup:food delivery:food pickup:poison delivery:poison": 0,
    "pickup:food pickup:poison delivery:food delivery:poison": 1,
    "pickup:food pickup:poison delivery:poison delivery:food": 1,
    "pickup:food reload:0 pickup:poison delivery:poison delivery:food": 1,
}


@pytest.mark.parametrize("route", RIDES)
def test_shipments_at_the_same_moment(route):
    assert (
        causes(judge(goods("simultaneous", [], [FOOD, POISON]), V=route)) == ["compatibility"] * RIDES[route]
    )


def test_a_shipment_and_a_delivery_of_a_job_at_the_same_moment():
    doc = goods("simultaneous", [poison(2)], [FOOD])

    assert causes(judge(doc, V="J2 pickup:food delivery:food")) == []
    assert causes(judge(doc, V="pickup:food J2 delivery:food")) == ["compatibility"]
    assert causes(judge(doc, V="pickup:food delivery:food J2")) == ["compatibility"]
    assert causes(judge(doc, V="pickup:food delivery:food reload:0 J2")) == []
