"""Each hard rule once kept to the letter and once broken by the smallest step."""

import pytest

from vrp.domain import evaluator
from vrp.domain.plan import Plan, Route, Step
from vrp.tests.domain.build import causes, document, job, judge, problem, shipment, van

SHIPMENT = shipment(1, 2, amount=[1])
LATER = {"location_index": 2, "service": 500, "time_windows": [[400, 900]]}
LUNCH = {"id": "lunch", "service": 10, "time_windows": [[0, 200]]}
BY_100 = job(1, time_windows=[[0, 100]])
NOON = {"id": "noon", "time_windows": [[300, 300]]}
CAR = {"car": {"durations": [[0, 1], [1, 0]], "distances": [[0, 1], [1, 0]]}}


def one(jobs, vehicle=None, routes="J1 J2", **extra):
    return document(jobs, [vehicle or van()], **extra), {"V": routes}


CASES = {
    "time window ends when work begins": (
        one([job(1), job(2, time_windows=[[0, 200]])]),
        one([job(1), job(2, time_windows=[[0, 199]])]),
        ["delay"],
    ),
    "shift ends when the route does": (
        one([job(1), job(2)], van(time_window=[0, 400])),
        one([job(1), job(2)], van(time_window=[0, 399])),
        ["delay"],
    ),
    "start_latest": (
        one([job(1, time_windows=[[300, 400]])], van(start_latest=200, time_window=[0, 900]), "J1"),
        one([job(1, time_windows=[[50, 99]])], van(start_latest=0, time_window=[0, 900]), "J1"),
        ["delay"],
    ),
    "start_latest when the shift opens": (
        one([job(1)], van(start_latest=100, time_window=[100, 900]), "J1"),
        one([job(1)], van(start_latest=99, time_window=[100, 900]), "J1"),
        ["delay"],
    ),
    "capacity in each dimension": (
        one([job(1, delivery=[2, 1]), job(2, delivery=[1, 1])], van(capacity=[3, 2])),
        one([job(1, delivery=[2, 1]), job(2, delivery=[1, 2])], van(capacity=[3, 2])),
        ["load"],
    ),
    "capacity counts pickups after deliveries": (
        one([job(1, delivery=[3]), job(2, pickup=[3])], van(capacity=[3])),
        one([job(1, delivery=[3]), job(2, pickup=[3])], van(capacity=[3]), "J2 J1"),
        ["load"],
    ),
    "initial load": (
        one([job(1, delivery=[2])], van(capacity=[3], initial_load=[1]), "J1"),
        one([job(1, delivery=[2])], van(capacity=[3], initial_load=[2]), "J1"),
        ["load"],
    ),
    "all skills": (
        one([job(1, skills=["a", "b"])], van(skills=["b", "a", "c"]), "J1"),
        one([job(1, skills=["a", "b"])], van(skills=["a", "c"]), "J1"),
        ["skills"],
    ),
    "any skill": (
        one([job(1, skills_any=["a", "b"])], van(skills=["b"]), "J1"),
        one([job(1, skills_any=["a", "b"])], van(skills=["c"]), "J1"),
        ["skills"],
    ),
    "no skill": (
        one([job(1, skills_none=["a"])], van(skills=["b"]), "J1"),
        one([job(1, skills_none=["a"])], van(skills=["a"]), "J1"),
        ["skills"],
    ),
    "allowed vehicles": (
        (document([job(1, allowed_vehicles=["V"])], [van(), van(id="W")]), {"V": "J1"}),
        (document([job(1, allowed_vehicles=["W"])], [van(), van(id="W")]), {"V": "J1"}),
        ["vehicle"],
    ),
    "forbidden vehicles": (
        (document([job(1, forbidden_vehicles=["W"])], [van(), van(id="W")]), {"V": "J1"}),
        (document([job(1, forbidden_vehicles=["V"])], [van(), van(id="W")]), {"V": "J1"}),
        ["vehicle"],
    ),
    "allowed by the name all of a count share": (
        (document([job(1, allowed_vehicles=["V"])], [van(count=2), van(id="W")]), {"V#2": "J1"}),
        (document([job(1, allowed_vehicles=["V"])], [van(count=2), van(id="W")]), {"W": "J1"}),
        ["vehicle"],
    ),
    "max_tasks": (
        one([job(1), job(2)], van(max_tasks=2)),
        one([job(1), job(2)], van(max_tasks=1)),
        ["max_tasks"],
    ),
    "max_distance": (
        one([job(1), job(2)], van(max_distance=4000)),
        one([job(1), job(2)], van(max_distance=3999)),
        ["max_distance"],
    ),
    "max_travel_time": (
        one([job(1, service=50), job(2)], van(max_travel_time=400)),
        one([job(1, service=50), job(2)], van(max_travel_time=399)),
        ["max_travel_time"],
    ),
    "max_duration": (
        one([job(1, service=50), job(2)], van(max_duration=450)),
        one([job(1, service=50), job(2)], van(max_duration=449)),
        ["max_duration"],
    ),
    "max_wait": (
        one([job(1, time_windows=[[0, 100]]), job(2, time_windows=[[250, 900]])], van(max_wait=50)),
        one([job(1, time_windows=[[0, 100]]), job(2, time_windows=[[250, 900]])], van(max_wait=49)),
        ["max_wait"],
    ),
    "a required break is taken": (
        one([job(1)], van(breaks=[LUNCH]), "break:lunch J1"),
        one([job(1)], van(breaks=[LUNCH]), "J1"),
        ["missing_break"],
    ),
    "a break is taken once": (
        one([job(1)], van(breaks=[LUNCH | {"required": False}]), "J1"),
        one([job(1)], van(breaks=[LUNCH]), "break:lunch break:lunch J1"),
        ["missing_break"],
    ),
    "a break begins inside its window": (
        one([job(2)], van(breaks=[LUNCH]), "J2 break:lunch"),
        one([job(2, service=1)], van(breaks=[LUNCH]), "J2 break:lunch"),
        ["delay"],
    ),
    "max_load during a break": (
        one([job(1, delivery=[2])], van(breaks=[LUNCH | {"max_load": [0]}]), "J1 break:lunch"),
        one([job(1, delivery=[2])], van(breaks=[LUNCH | {"max_load": [1]}]), "break:lunch J1"),
        ["max_load"],
    ),
    "pickup before delivery": (
        one([], None, "pickup:S delivery:S", shipments=[SHIPMENT]),
        one([], None, "delivery:S pickup:S", shipments=[SHIPMENT]),
        ["precedence"],
    ),
    "what is picked up is delivered": (
        one([], None, "pickup:S delivery:S", shipments=[SHIPMENT]),
        one([], None, "pickup:S", shipments=[SHIPMENT]),
        ["precedence"],
    ),
    "one vehicle for both ends": (
        (document([], [van(), van(id="W")], shipments=[SHIPMENT]), {"W": "pickup:S delivery:S"}),
        (document([], [van(), van(id="W")], shipments=[SHIPMENT]), {"V": "pickup:S", "W": "delivery:S"}),
        ["precedence"],
    ),
    "max_ride_time": (
        one(
            [job(2, service=20)],
            None,
            "pickup:S J2 delivery:S",
            shipments=[shipment(1, 3, max_ride_time=220)],
        ),
        one(
            [job(2, service=20)],
            None,
            "pickup:S J2 delivery:S",
            shipments=[shipment(1, 3, max_ride_time=219)],
        ),
        ["max_ride"],
    ),
    "the ride ends when it arrives, not when it is unloaded": (
        one(
            [],
            None,
            "pickup:S delivery:S",
            shipments=[shipment(1, 2, max_ride_time=100) | {"delivery": LATER}],
        ),
        one(
            [],
            None,
            "pickup:S delivery:S",
            shipments=[shipment(1, 2, max_ride_time=99) | {"delivery": LATER}],
        ),
        ["max_ride"],
    ),
    "overtime": (
        one([job(1), job(2)], van(overtime={"after": 300, "max": 100})),
        one([job(1), job(2)], van(overtime={"after": 300, "max": 99})),
        ["overtime"],
    ),
    "min_tasks": (
        one([job(1), job(2)], van(min_tasks=2)),
        one([job(1), job(2), job(3)], van(min_tasks=3)),
        ["min_tasks"],
    ),
    "both ends of a shipment are tasks": (
        one([], van(max_tasks=2, min_tasks=2), "pickup:S delivery:S", shipments=[SHIPMENT]),
        one([], van(max_tasks=1), "pickup:S delivery:S", shipments=[SHIPMENT]),
        ["max_tasks"],
    ),
    "breaks wait no longer than max_wait either": (
        one([BY_100], van(max_wait=100, breaks=[NOON]), "J1 break:noon"),
        one([BY_100], van(max_wait=99, breaks=[NOON]), "J1 break:noon"),
        ["max_wait"],
    ),
    "unreachable by distance alone": (
        one([job(1)], None, "J1", matrices=CAR),
        one([job(1)], None, "J1", matrices={"car": CAR["car"] | {"distances": [[0, 1], [None, 0]]}}),
        ["unreachable"],
    ),
    "nothing twice": (
        one([job(1)], None, "J1"),
        one([job(1)], None, "J1 J1"),
        ["duplicate"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_that_just_keeps_the_rule_is_legal(name):
    doc, routes = CASES[name][0]

    assert causes(judge(doc, **routes)) == []


@pytest.mark.parametrize("name", CASES)
def test_a_plan_that_just_breaks_the_rule_is_refused(name):
    doc, routes = CASES[name][1]

    assert causes(judge(doc, **routes)) == CASES[name][2]


@pytest.mark.parametrize(("origin", "target"), [(0, 1), (1, 0)])
def test_a_pair_with_no_way_between_is_refused(origin, target):
    doc = document([job(1)], size=2)
    doc["matrices"]["car"]["durations"][origin][target] = None

    assert causes(judge(doc, V="J1")) == ["unreachable"]


def test_a_vehicle_makes_one_route():
    judged = evaluator.evaluate(
        problem(document([job(1), job(2)])),
        Plan((Route("V", (Step("job", "J1"),)), Route("V", (Step("job", "J2"),)))),
    )

    assert causes(judged) == ["vehicle"]


def test_an_unused_vehicle_owes_no_tasks_and_no_breaks():
    doc = document([job(1, penalty=1)], [van(min_tasks=3, breaks=[LUNCH])])

    assert causes(judge(doc)) == []


def test_a_violation_says_by_how_much():
    doc = document([job(1, delivery=[7], skills=["a", "b"])], [van(capacity=[4], max_duration=150)])

    amounts = {violation.cause: violation.amount for violation in judge(doc, V="J1").violations}

    assert amounts == {"load": 3, "skills": 2, "max_duration": 50}


def test_every_violation_says_in_words_what_is_wrong():
    doc = document([job(2, time_windows=[[0, 150]])])

    assert (
        judge(doc, V="J2").violations[0].message
        == "job J2 begins at 0:03:20, its time window closed at 0:02:30"
    )
