"""What is loaded last comes out first (`lifo`), or what is loaded first (`fifo`)."""

import pytest

from vrp.tests.domain.build import causes, document, job, judge, shipment, van

ROUTES = {
    "in turn": ("pickup:A delivery:A pickup:B delivery:B", []),
    "nested": ("pickup:A pickup:B delivery:B delivery:A", ["fifo"]),
    "crossed": ("pickup:A pickup:B delivery:A delivery:B", ["lifo"]),
    "three, nested twice": (
        "pickup:A pickup:B delivery:B pickup:C delivery:C delivery:A",
        ["fifo", "fifo"],
    ),
    "three, first come first served": (
        "pickup:A pickup:B delivery:A pickup:C delivery:B delivery:C",
        ["lifo", "lifo"],
    ),
}


@pytest.mark.parametrize("policy", ["any", "lifo", "fifo"])
@pytest.mark.parametrize("name", ROUTES)
def test_the_policy_decides_what_comes_out(name, policy):
    route, refused = ROUTES[name]
    parcels = [shipment(1, 4, "A"), shipment(2, 3, "B"), shipment(2, 3, "C")]
    doc = document([], [van(loading_policy=policy)], shipments=parcels)

    assert causes(judge(doc, V=route)) == ["loading"] * refused.count(policy)


@pytest.mark.parametrize("policy", ["lifo", "fifo"])
def test_jobs_are_not_stacked(policy):
    doc = document(
        [job(1, delivery=[1]), job(2, pickup=[1])], [van(loading_policy=policy)], shipments=[shipment(1, 3)]
    )

    assert causes(judge(doc, V="J1 pickup:S J2 delivery:S")) == []


def test_a_delivery_of_what_is_not_on_board_is_a_matter_of_precedence():
    doc = document([], [van(loading_policy="lifo")], shipments=[shipment(1, 3)])

    assert causes(judge(doc, V="delivery:S pickup:S")) == ["precedence"]


def test_the_violation_stands_at_the_delivery_that_is_blocked():
    doc = document([], [van(loading_policy="lifo")], shipments=[shipment(1, 3, "A"), shipment(2, 4, "B")])

    assert [v.step for v in judge(doc, V="pickup:A pickup:B delivery:A delivery:B").violations] == [3]
