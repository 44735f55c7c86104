"""Relations bind those of their ids that are served."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, shipment, van

JOBS = [job(place) for place in (1, 2, 3, 4)]
LUNCH = {"id": "lunch", "time_windows": [[0, 9000]]}


def related(kind, ids, **extra):
    return document(
        JOBS,
        [van(breaks=[LUNCH | {"required": False}], reload={"locations": ["depot"]}), van(id="W")],
        shipments=[shipment(1, 2, "A"), shipment(3, 4, "B")],
        locations=[{"id": "depot", "matrix_index": 0}],
        relations=[{"type": kind, "ids": ids, **extra}],
    )


KEPT = {
    "same vehicle, any order": ("same_vehicle", ["J1", "J2"], {"V": "J2 J3 J1"}),
    "same vehicle, one of them not served": ("same_vehicle", ["J1", "J2"], {"V": "J1", "W": "J3"}),
    "different vehicles": ("different_vehicle", ["J1", "J2"], {"V": "J1", "W": "J2"}),
    "different vehicles bind only their own ids": (
        "different_vehicle",
        ["J1", "J2"],
        {"V": "J1 J3 J4", "W": "J2"},
    ),
    "sequence with others between": ("sequence", ["J1", "J2"], {"V": "J1 J3 J2"}),
    "sequence over one that is not served": ("sequence", ["J1", "J2", "J3"], {"V": "J1 J3"}),
    "sequence of whole shipments": ("sequence", ["A", "B"], {"V": "pickup:A delivery:A pickup:B delivery:B"}),
    "direct sequence": ("direct_sequence", ["J1", "J2"], {"V": "J3 J1 J2 J4"}),
    "direct sequence over a break": ("direct_sequence", ["J1", "J2"], {"V": "J1 break:lunch J2"}),
    "direct sequence over a reload": ("direct_sequence", ["J1", "J2"], {"V": "J1 reload:0 J2"}),
    "direct sequence of a job and a shipment": (
        "direct_sequence",
        ["J1", "A"],
        {"V": "J1 pickup:A J2 delivery:A"},
    ),
    "direct sequence over one that is not served": ("direct_sequence", ["J1", "J2", "J3"], {"V": "J1 J3"}),
    "first": ("first", ["J1"], {"V": "J1 J2", "W": "J3"}),
    "first after a break": ("first", ["J1"], {"V": "break:lunch J1 J2"}),
    "first together": ("first", ["J1", "J2"], {"V": "J2 J1 J3"}),
    "first on a vehicle each": ("first", ["J1", "J2"], {"V": "J1 J3", "W": "J2 J4"}),
    "last": ("last", ["J1"], {"V": "J2 J1"}),
    "last together": ("last", ["J1", "J2"], {"V": "J3 J2 J1"}),
    "last is the end of a shipment": ("last", ["A"], {"V": "pickup:A J1 delivery:A"}),
    "first is the beginning of a shipment": ("first", ["A"], {"V": "pickup:A J1 delivery:A"}),
}
BROKEN = {
    "same vehicle": ("same_vehicle", ["J1", "J2"], {"V": "J1", "W": "J2"}, 1),
    "same vehicle, two astray": ("same_vehicle", ["J1", "J2", "J3"], {"V": "J1 J3", "W": "J2"}, 2),
    "same vehicle for a shipment": ("same_vehicle", ["J1", "A"], {"V": "J1", "W": "pickup:A delivery:A"}, 1),
    "different vehicles": ("different_vehicle", ["J1", "J2"], {"V": "J1 J2"}, 1),
    "different vehicles, three on two": (
        "different_vehicle",
        ["J1", "J2", "J3"],
        {"V": "J1 J3", "W": "J2"},
        1,
    ),
    "sequence the other way round": ("sequence", ["J1", "J2"], {"V": "J2 J1"}, 1),
    "sequence on two vehicles": ("sequence", ["J1", "J2"], {"V": "J1", "W": "J2"}, 1),
    "sequence over one that is not served": ("sequence", ["J1", "J2", "J3"], {"V": "J3 J1"}, 1),
    "sequence of shipments that overlap": (
        "sequence",
        ["A", "B"],
        {"V": "pickup:A pickup:B delivery:A delivery:B"},
        1,
    ),
    "direct sequence with one between": ("direct_sequence", ["J1", "J2"], {"V": "J1 J3 J2"}, 1),
    "direct sequence the other way round": ("direct_sequence", ["J1", "J2"], {"V": "J2 J1"}, 1),
    "direct sequence on two vehicles": ("direct_sequence", ["J1", "J2"], {"V": "J1", "W": "J2"}, 1),
    "direct sequence starts after the delivery": (
        "direct_sequence",
        ["A", "J1"],
        {"V": "pickup:A J1 delivery:A"},
        1,
    ),
    "first behind another": ("first", ["J1"], {"V": "J2 J1"}, 1),
    "first behind a stop of a shipment": ("first", ["J1"], {"V": "pickup:A J1 delivery:A"}, 1),
    "last before another": ("last", ["J1"], {"V": "J1 J2"}, 1),
    "last together with another between": ("last", ["J1", "J2"], {"V": "J1 J3 J2"}, 1),
    "first together with another between": ("first", ["J1", "J2"], {"V": "J1 J3 J2"}, 1),
}


@pytest.mark.parametrize("name", KEPT)
def test_relations_that_are_kept(name):
    kind, ids, routes = KEPT[name]

    assert causes(judge(related(kind, ids), **routes)) == []


@pytest.mark.parametrize("name", BROKEN)
def test_relations_that_are_broken(name):
    kind, ids, routes, times = BROKEN[name]

    assert causes(judge(related(kind, ids), **routes)) == ["relation"] * times


@pytest.mark.parametrize("kind", ["same_vehicle", "sequence", "first"])
def test_a_relation_may_name_its_vehicle(kind):
    doc = related(kind, ["J1", "J2"], vehicle="W")

    assert causes(judge(doc, W="J1 J2")) == []
    assert causes(judge(doc, V="J1 J2")) == ["relation"] * 2
    assert causes(judge(doc, V="J3")) == []


def test_the_vehicle_of_a_relation_may_be_any_of_a_count():
    doc = document(
        JOBS, [van(count=2), van(id="W")], relations=[{"type": "last", "ids": ["J1"], "vehicle": "V"}]
    )

    assert causes(judge(doc, **{"V#2": "J2 J1"})) == []
    assert causes(judge(doc, W="J2 J1")) == ["relation"]


def test_the_vehicle_of_a_relation_may_be_one_of_a_count():
    doc = document(JOBS, [van(count=2)], relations=[{"type": "first", "ids": ["J1"], "vehicle": "V#1"}])

    assert causes(judge(doc, **{"V#1": "J1"})) == []
    assert causes(judge(doc, **{"V#2": "J1"})) == ["relation"]


def test_the_violation_stands_at_the_stop_that_is_out_of_place():
    judged = judge(related("direct_sequence", ["J1", "J2"]), V="J1 J3 J2")

    assert [(v.route, v.step) for v in judged.violations] == [(0, 3)]
