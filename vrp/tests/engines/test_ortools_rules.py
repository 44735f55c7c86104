"""What OR-Tools models by its dimensions and constraints: each rule on random small requests that also mix the rest."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrp import engines
from vrp.domain.plan import Plan
from vrp.engines.base import Budget
from vrp.tests import problems
from vrp.tests.engines.solving import solve
from vrp.tests.engines.test_random_problems import agree, relaxed, requests, shipments
from vrp.tests.problems import Document, build

Add = Callable[[st.DrawFn, Document], None]


def alternatives(draw: st.DrawFn, document: Document) -> None:
    for job in document["jobs"]:
        if group := draw(st.sampled_from([None, "either", "or"])):
            job["alternatives_group"] = group


def two_shipments(draw: st.DrawFn, document: Document) -> None:
    for number in range(len(document["shipments"]), 2):
        document["shipments"].append(draw(shipments) | {"id": number})


def rides(draw: st.DrawFn, document: Document) -> None:
    two_shipments(draw, document)
    for shipment in document["shipments"]:
        shipment["max_ride_time"] = draw(st.integers(5, 90))
    for vehicle in document["vehicles"]:
        vehicle.pop("breaks", None)


def waiting(draw: st.DrawFn, document: Document) -> None:
    for vehicle in document["vehicles"]:
        vehicle["max_wait"] = draw(st.integers(0, 60))
        vehicle.pop("breaks", None)


def relations(draw: st.DrawFn, document: Document) -> None:
    for order in (*document["shipments"], *(s for v in document["vehicles"] for s in v.get("steps", ()))):
        if order.get("type") in (None, "pickup", "delivery"):
            order["id"] += 10  # else a relation could mean a job as well as a shipment
    ids = [order["id"] for order in document["jobs"] + document["shipments"]]
    kinds = ["same_vehicle", "different_vehicle", "sequence", "direct_sequence", "first", "last"]
    document["relations"] = [
        {
            "type": draw(st.sampled_from(kinds)),
            "ids": draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)),
        }
        for _ in range(draw(st.integers(1, 2)))
    ]
    if draw(st.booleans()):
        document["relations"][0] |= {"vehicle": draw(st.sampled_from(["a", "b"]))}


def incompatibilities(draw: st.DrawFn, document: Document) -> None:
    orders = document["jobs"] + document["shipments"]
    goods = [draw(st.sampled_from(["food", "paint", "glass"])) for _ in orders]
    for order, name in zip(orders, goods, strict=True):
        order["compatibility_class"] = name
    modes = st.sampled_from(["same_vehicle", "simultaneous"])
    classes = st.lists(st.sampled_from(goods), min_size=2, unique=True)
    if len(set(goods)) > 1:
        document["incompatibilities"] = [
            {"classes": draw(classes), "mode": draw(modes)} for _ in range(draw(st.integers(1, 2)))
        ]


def loading(draw: st.DrawFn, document: Document) -> None:
    two_shipments(draw, document)
    for vehicle in document["vehicles"]:
        vehicle["loading_policy"] = draw(st.sampled_from(["any", "lifo", "fifo"]))


def soft_windows(draw: st.DrawFn, document: Document) -> None:
    prices = st.sampled_from([360, 1000, 3600])
    stops = document["jobs"] + [s[end] for s in document["shipments"] for end in ("pickup", "delivery")]
    for stop in stops:
        stop.pop("setup", None)
        stop.pop("setup_per_type", None)
        first, second, third, fourth = sorted(draw(st.lists(st.integers(0, 200), min_size=4, max_size=4)))
        free = {"start": second, "end": third}
        soft = free | {"cost_per_hour_early": draw(prices), "cost_per_hour_late": draw(prices)}
        stop["time_windows"] = [{"start": first, "end": fourth, "soft": soft}]
    for vehicle in document["vehicles"]:
        vehicle.pop("breaks", None)
        if window := vehicle.get("time_window"):
            free = {"start": draw(st.integers(0, 80)), "end": draw(st.integers(80, 200))}
            soft = free | {"cost_per_hour_early": draw(prices), "cost_per_hour_late": draw(prices)}
            vehicle["time_window"] = {"start": window[0], "end": window[1], "soft": soft}


def fewest_vehicles(draw: st.DrawFn, document: Document) -> None:
    document["objective"] = {"preset": "min_vehicles"}


def locks(draw: st.DrawFn, document: Document) -> None:
    levels = st.sampled_from(["none", "vehicle", "order", "full"])
    for vehicle in document["vehicles"]:
        vehicle.pop("breaks", None)
        for step in vehicle.get("steps", ()):
            step["locked"] = draw(levels)
    if draw(st.booleans()):
        document["freeze"] = {"until": draw(st.integers(0, 60))}


RULES: dict[str, Add] = {
    "alternatives": alternatives,
    "max_ride_time": rides,
    "max_wait": waiting,
    "locks": locks,
    "min_vehicles": fewest_vehicles,
    "soft time_windows": soft_windows,
    "loading_policy": loading,
    "incompatibilities": incompatibilities,
    "relations": relations,
}


@st.composite
def requests_with(draw: st.DrawFn, rule: Add) -> Document:
    document = draw(requests("ortools"))
    rule(draw, document)
    return document


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_random_problems_with_one_more_rule(rule: str, data: st.DataObject) -> None:
    agree("ortools", data.draw(requests_with(RULES[rule])))


@pytest.mark.evidence
@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=300, deadline=None, suppress_health_check=relaxed)
@given(data=st.data())
def test_three_hundred_random_problems_with_one_more_rule(rule: str, data: st.DataObject) -> None:
    agree("ortools", data.draw(requests_with(RULES[rule])))


def test_the_search_begins_with_the_routes_that_are_given() -> None:
    steps = [{"type": "job", "id": name} for name in (2, 3, 1)]
    problem = build(
        problems.request([problems.vehicle(steps=steps)], [problems.job(k, k) for k in (1, 2, 3)])
    )
    plans: list[Plan] = []

    engines.get("ortools").solve(problem, Budget(0.1), plans.append)

    assert [step.id for step in plans[0].routes[0].steps] == [2, 3, 1]


def test_given_routes_nobody_can_make_are_not_begun_with() -> None:
    steps = [{"type": "job", "id": name} for name in (1, 2)]
    problem = build(
        problems.request(
            [problems.vehicle(max_tasks=1, steps=steps)],
            [problems.job(1, 1), problems.job(2, 2, skills=["cold"]), problems.job(3, 1)],
        )
    )

    judged = solve("ortools", problem, patience=0.1)

    assert judged.violations == ()
    assert judged.cost == 20
