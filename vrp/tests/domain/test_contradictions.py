"""Keys that cannot mean what they say, because of another: each is named with its place."""

import pytest

from vrp.domain import request as requests
from vrp.errors import Invalid
from vrp.tests.domain.build import document, job, line, shipment, van

JOBS = [job(1), job(2)]
PLACES = [{"id": "depot", "matrix_index": 0}, {"id": "hub", "matrix_index": 3, "coordinates": [7.4, 43.7]}]
LUNCH = {"id": "lunch"}


def faults(doc):
    try:
        requests.read(doc)
    except Invalid as invalid:
        return {"/".join(map(str, fault.loc)): fault.type for fault in invalid.faults}
    return {}


def given(*steps, others=(), **vehicle):
    fleet = [van(steps=list(steps), breaks=[LUNCH], **vehicle), *others]
    return document(JOBS, fleet, shipments=[shipment(1, 2)], locations=PLACES)


def step(name, kind="job", **extra):
    return {"type": kind, "id": name, **extra}


RELOADS = {"reload": {"locations": ["depot", "hub", "hub"]}}


def related(ids, **extra):
    return document(JOBS, shipments=[shipment(1, 2)], relations=[{"type": "sequence", "ids": ids, **extra}])


def soft(**keys):
    return document([job(1, time_windows=[{"start": 0, "end": 9, "soft": keys}])])


SOFT = "jobs/0/time_windows/0/soft"
WRONG = {
    "steps of a vehicle with a count": (given(step("J1"), count=2), {"vehicles/0/steps": "conflicting"}),
    "one job twice in the steps of a vehicle": (
        given(step("J1"), step("J1")),
        {"vehicles/0/steps/1/id": "duplicate_id"},
    ),
    "one job in the steps of two vehicles": (
        given(step("J1"), others=[van(id="W", steps=[step("J2"), step("J1")])]),
        {"vehicles/1/steps/1/id": "duplicate_id"},
    ),
    "one delivery twice": (
        given(step("S", "pickup"), step("S", "delivery"), step("S", "delivery")),
        {"vehicles/0/steps/2/id": "duplicate_id"},
    ),
    "one break twice": (
        given(step("lunch", "break"), step("lunch", "break")),
        {"vehicles/0/steps/1/id": "duplicate_id"},
    ),
    "a step of a job that is not there": (given(step("J9")), {"vehicles/0/steps/0/id": "unknown_id"}),
    "a step of a break that is not there": (
        given(step("tea", "break")),
        {"vehicles/0/steps/0/id": "unknown_id"},
    ),
    "a step without a name": (given({"type": "job"}), {"vehicles/0/steps/0/id": "missing"}),
    "a reload of a vehicle that does not": (
        given(step(0, "reload")),
        {"vehicles/0/steps/0/type": "conflicting"},
    ),
    "a reload at a place that is not there": (
        given(step(3, "reload"), **RELOADS),
        {"vehicles/0/steps/0/id": "unknown_id"},
    ),
    "a reload at coordinates that are in no matrix": (
        document(JOBS, [van(reload={"locations": [[7.4, 43.7]]})]),
        {"vehicles/0/reload/locations/0": "missing"},
    ),
    "a reload that names none of several places": (
        given({"type": "reload"}, **RELOADS),
        {"vehicles/0/steps/0/id": "unknown_id"},
    ),
    "a reload at a location of somebody else": (
        given({"type": "reload", "location": "shop"}, **RELOADS),
        {"vehicles/0/steps/0/location": "unknown_id"},
    ),
    "service_after behind service_before": (
        given(step("J1", service_after=5, service_before=4)),
        {"vehicles/0/steps/0": "conflicting"},
    ),
    "service_at behind service_before": (
        given(step("J1", service_at=5, service_before=4)),
        {"vehicles/0/steps/0": "conflicting"},
    ),
    "a start that is locked": (
        given({"type": "start", "locked": "full"}),
        {"vehicles/0/steps/0/locked": "conflicting"},
    ),
    "a time for an end that is not there": (
        document(JOBS, [{"id": "V", "start_index": 0, "steps": [{"type": "end", "service_at": 5}]}]),
        {"vehicles/0/steps/0/service_at": "conflicting"},
    ),
    "a break called like a rest": (
        document(JOBS, [van(breaks=[{"id": "drive_break"}])]),
        {"vehicles/0/breaks/0/id": "conflicting"},
    ),
    "more tasks at least than at most": (
        document(JOBS, [van(min_tasks=3, max_tasks=2)]),
        {"vehicles/0/min_tasks": "conflicting"},
    ),
    "a relation with one id twice": (related(["J1", "J2", "J1"]), {"relations/0/ids/2": "duplicate_id"}),
    "a relation with an id that is not there": (related(["J1", "J9"]), {"relations/0/ids/1": "unknown_id"}),
    "a relation with a vehicle that is not there": (
        related(["J1"], vehicle="W"),
        {"relations/0/vehicle": "unknown_id"},
    ),
    "a relation with the id of a job and a shipment": (
        document(
            [job(1) | {"id": "S"}], shipments=[shipment(1, 2)], relations=[{"type": "last", "ids": ["S"]}]
        ),
        {"relations/0/ids/0": "ambiguous_id"},
    ),
    "classes of which one is there twice": (
        document(
            [job(1, compatibility_class="food")],
            incompatibilities=[{"classes": ["food", "food"]}],
        ),
        {"incompatibilities/0/classes/1": "duplicate_id"},
    ),
    "a class of no job": (
        document(
            [job(1, compatibility_class="food"), job(2)], incompatibilities=[{"classes": ["food", "None"]}]
        ),
        {"incompatibilities/0/classes/1": "unknown_id"},
    ),
    "a freeze of a vehicle that is not there": (
        document(JOBS, freeze={"vehicles": ["W"]}),
        {"freeze/vehicles/0": "unknown_id"},
    ),
    "a soft window that ends before it starts": (soft(start=5, end=4), {SOFT: "value_error"}),
    "a price for being early for nothing": (soft(end=4, cost_per_hour_early=1), {SOFT: "value_error"}),
    "a price for being late for nothing": (soft(start=4, cost_per_hour_late=1), {SOFT: "value_error"}),
}
RIGHT = {
    "steps of several kinds": given(
        {"type": "start", "service_at": 5},
        step("J1", locked="full"),
        step("S", "pickup"),
        step("S", "delivery"),
        step("lunch", "break"),
        {"type": "end", "service_before": 5},
    ),
    "rests, which are put in anew": given(
        step("drive_break", "break"), step("J1"), step("drive_break", "break")
    ),
    "reloads by position, name and coordinates": given(
        step(0, "reload"),
        step("2", "reload"),
        {"type": "reload", "location": "hub"},
        {"type": "reload", "location": [7.4, 43.7]},
        reload={"locations": ["depot", "hub", "hub"]},
    ),
    "the only place to reload needs no name": given({"type": "reload"}, reload={"locations": ["depot"]}),
    "service_after as late as service_before": given(step("J1", service_after=4, service_before=4)),
    "as many tasks at least as at most": document(JOBS, [van(min_tasks=2, max_tasks=2)]),
    "overtime beyond the longest duration": document(
        JOBS, [van(max_duration=10, overtime={"after": 20, "max": 5})]
    ),
    "one id in two relations": document(
        JOBS, relations=[{"type": "first", "ids": ["J1"]}, {"type": "last", "ids": ["J1"]}]
    ),
    "a job and a shipment of one name without a relation": document(
        [job(1) | {"id": "S"}], shipments=[shipment(1, 2)]
    ),
    "a soft window of one moment": soft(start=4, end=4, cost_per_hour_early=1, cost_per_hour_late=1),
}


@pytest.mark.parametrize("name", WRONG)
def test_contradictions_are_named_with_their_place(name):
    doc, expected = WRONG[name]

    assert faults(doc) == expected


@pytest.mark.parametrize("name", RIGHT)
def test_what_only_looks_like_a_contradiction_is_read(name):
    assert faults(RIGHT[name]) == {}


@pytest.mark.parametrize(
    ("objective", "is_wrong"),
    [
        ({"balance": {"metric": "distance", "weight": 1}}, True),
        ({"preset": "balanced", "balance": {"metric": "distance"}}, True),
        ({"balance": {"metric": "distance"}}, False),
        ({"balance": {"metric": "duration", "weight": 1}}, False),
    ],
)
def test_distances_can_be_balanced_only_where_they_are_known(objective, is_wrong):
    matrices = {"car": {"durations": line(6)["car"]["durations"]}}

    found = faults(document(JOBS, objective=objective) | {"matrices": matrices})

    assert found == ({"objective/balance/metric": "missing"} if is_wrong else {})
    assert faults(document(JOBS, objective=objective)) == {}


def test_nonsense_is_passed_over():
    nonsense = [None, 3, "x", [], {}]
    doc = document(JOBS) | {"relations": nonsense, "incompatibilities": nonsense, "objective": []}
    doc["vehicles"] = [van(steps=nonsense, breaks=nonsense, reload=3, min_tasks="x"), *nonsense]

    assert faults(doc)  # and nothing worse
