"""The words for what would let a stop in."""

import pytest

from vrp.tests.web.conftest import VAN, judged, monaco
from vrp.web import legend, routes, unassigned


def row(document=None, **order):
    """The row of the one order that is left out, which says of itself what the test is about."""
    document = document or monaco()
    plan = judged(document, 2, 1)
    plan["unassigned"][0] |= order
    names = legend.of(document)
    (found,) = unassigned.rows(plan, routes.rows(plan, names), names)
    return found


def place(**of):
    return row(cheapest_insertion={"vehicle": "van", "extra_cost": 3, "violations": []} | of).place


@pytest.mark.parametrize(
    ("need", "by", "text"),
    [
        ("/vehicles/0/capacity/1", 12, "12"),
        ("/jobs/0/time_windows/0/1", 1_080, "18 min"),
        ("/jobs/0/time_windows/0/end", 1_080, "18 min"),
        ("/vehicles/0/time_window/1", 4_500, "1 h 15"),
        ("/vehicles/0/overtime/max", 600, "10 min"),
        ("/vehicles/0/max_distance", 2_500, "2.5 km"),
        ("/jobs/0/penalty", 2.5, "2.50"),
    ],
)
def test_what_is_missing_is_said_in_its_own_unit(need, by, text):
    reason = {"code": "X", "message": "no", "vehicles": [], "margin": {"need": need, "by": by}}

    assert row(reasons=[reason]).reasons[0].margin == text


def test_the_cheapest_place_is_beside_a_stop_by_its_name():
    assert place(position=0) == "van, before مطعم البحر"
    assert place(position=1) == "van, after مطعم البحر"
    assert place(position=2) == "van, after <b>Café</b> & Söhne"


def test_the_cheapest_place_may_be_a_vehicle_that_stands_still():
    assert place(vehicle="another", position=0) == "another, which is not used yet"


@pytest.mark.parametrize(
    ("costs", "amount", "text"),
    [
        ({"per_hour": 20}, 12.4, "+12.40 EUR"),
        ({"per_hour": 20}, -3, "−3 EUR"),
        ({"per_hour": 20}, 0.001, "costs no more"),
        (None, 480, "cost +480"),
    ],
)
def test_a_change_has_its_price_in_money_where_costs_are_money(costs, amount, text):
    van = VAN | ({"costs": costs} if costs else {})
    change = {"kind": "capacity", "message": "Let van carry more.", "extra_cost": amount, "patch": []}

    (found,) = row(monaco(vehicles=[van]), changes=[change]).changes

    assert (found.text, found.price) == ("Let van carry more", text)


def test_what_would_be_left_out_instead_is_called_by_its_name():
    patch = [{"op": "test", "path": "/jobs/1/id", "value": 2}, {"op": "remove", "path": "/jobs/1"}]
    change = {"kind": "drop", "message": "Leave out 2.", "extra_cost": -5, "patch": patch}

    assert row(changes=[change]).changes[0].text == "Leave out 2 (مطعم البحر)"
