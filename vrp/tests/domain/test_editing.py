"""Plans changed by hand: what comes of a change, as the evaluator sees it."""

from typing import Any

import pytest

from vrp import planner
from vrp.domain.editing import Draft, Edit, Hold, Leave, Move, draft_of, locks, only
from vrp.errors import Invalid
from vrp.tests.problems import job, request, shipment, vehicle


def draft(**routes: str) -> Draft:
    """Routes as `a="job:1 job:2"`."""
    found = []
    for name, text in routes.items():
        steps = [
            dict(zip(("type", "id"), word.split(":"), strict=True)) | {"locked": "none"}
            for word in text.split()
        ]
        found.append({"vehicle": name, "steps": steps})
    return {"routes": found}


def orders(draft: Draft) -> dict[str, str]:
    """The other way round."""
    return {
        route["vehicle"]: " ".join(f"{step['type']}:{step['id']}" for step in route["steps"])
        for route in draft["routes"]
    }


def two_vans(**changes: Any) -> dict[str, Any]:
    """Two vans at one depot; stops at 1, 2 and 3 of a line, ten seconds apart."""
    vans = [vehicle("a", capacity=[2]), vehicle("b", capacity=[2])]
    return request(vans, [job(k, k, delivery=[1]) for k in (1, 2, 3)]) | changes


def edited(document: dict[str, Any], before: Draft, edit: Edit) -> planner.Edited:
    return planner.edit(document, before, edit)


def test_a_stop_moves_to_a_place_on_another_vehicle() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Move("job", "1", "b", 0))

    assert orders(found.draft) == {"a": "job:2", "b": "job:1 job:3"}
    assert found.payload["status"] == "feasible"
    assert found.payload["summary"]["cost"] == 40 + 60
    assert found.words == "Moved 1 to b, place 1"


def test_a_stop_moves_within_its_route() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Move("job", "1", "a", 1))

    assert orders(found.draft) == {"a": "job:2 job:1", "b": "job:3"}


def test_without_a_place_a_stop_goes_where_it_is_cheapest() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Move("job", "2", "b"))

    assert orders(found.draft) == {"a": "job:1", "b": "job:2 job:3"}


def test_an_order_that_was_left_out_is_put_in() -> None:
    found = edited(two_vans(), draft(a="job:1", b="job:3"), Move("job", "2"))

    assert found.payload["summary"]["unassigned"] == 0
    assert found.payload["summary"]["cost"] == 20 + 60


def test_a_move_that_breaks_a_rule_is_made_and_says_so() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Move("job", "3", "a", 2))

    assert orders(found.draft) == {"a": "job:1 job:2 job:3"}
    assert found.payload["status"] == "infeasible"
    assert [violation["cause"] for violation in found.payload["verification"]["violations"]] == ["load"]


def test_where_no_place_is_legal_it_goes_where_it_breaks_least() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Move("job", "3", "a"))

    assert set(orders(found.draft)) == {"a"}
    assert found.payload["status"] == "infeasible"


def test_a_shipment_moves_to_another_vehicle_as_a_whole() -> None:
    document = request([vehicle("a"), vehicle("b")], [], shipments=[shipment(1, 1, 2), shipment(2, 2, 3)])
    before = draft(a="pickup:1 delivery:1", b="pickup:2 delivery:2")

    found = edited(document, before, Move("delivery", "1", "b", 0))

    assert (
        orders(found.draft) == {"b": "pickup:1 pickup:2 delivery:1 delivery:2"}
        or found.payload["status"] == "feasible"
    )
    assert set(orders(found.draft)) == {"b"}


def test_one_end_of_a_shipment_moves_within_its_route() -> None:
    document = request([vehicle("a")], [job(3, 3)], shipments=[shipment(1, 1, 2)])

    found = edited(document, draft(a="pickup:1 delivery:1 job:3"), Move("delivery", "1", "a", 2))

    assert orders(found.draft) == {"a": "pickup:1 job:3 delivery:1"}


def test_an_order_is_left_out() -> None:
    found = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Leave("job", "3"))

    assert orders(found.draft) == {"a": "job:1 job:2"}
    assert found.payload["status"] == "partial"
    assert found.payload["unassigned"][0]["id"] == 3


def test_what_is_held_stays_held_when_something_else_moves() -> None:
    held = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Hold("vehicle", type="job", id="1"))

    found = edited(two_vans(), held.draft, Move("job", "2", "b", 0))

    assert locks(found.draft) == {("job", "1"): "vehicle"}


def test_all_of_a_route_is_held_and_let_go() -> None:
    held = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Hold("full", vehicle="a"))

    assert locks(held.draft) == {("job", "1"): "full", ("job", "2"): "full"}
    assert locks(edited(two_vans(), held.draft, Hold("none", vehicle="a")).draft) == {}


def test_a_search_keeps_what_is_held() -> None:
    held = edited(two_vans(), draft(a="job:3 job:1", b="job:2"), Hold("full", vehicle="a")).draft

    found = planner.solve(two_vans(), engine="pyvrp", time_limit=1, draft=held)

    assert orders(draft_of(found))["a"] == "job:3 job:1"


def test_a_search_for_one_route_alone_leaves_the_others() -> None:
    alone = only(draft(a="job:2 job:1", b="job:3"), "a")

    assert locks(alone) == {("job", "1"): "vehicle", ("job", "2"): "vehicle", ("job", "3"): "full"}


def test_the_draft_of_a_plan_is_its_steps_without_its_ends() -> None:
    payload = edited(two_vans(), draft(a="job:1 job:2", b="job:3"), Hold("full", vehicle="b")).payload

    assert orders(draft_of(payload)) == {"a": "job:1 job:2", "b": "job:3"}


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (Move("job", "9"), ("id",)),
        (Move("job", "1", "c", 0), ("vehicle",)),
        (Move("job", "1", "b", 2), ("position",)),
        (Move("job", "1", "", 0), ("position",)),
        (Leave("job", "9"), ("id",)),
        (Hold("full", vehicle="c"), ("vehicle",)),
        (Hold("full", type="job", id="9"), ("id",)),
    ],
)
def test_what_a_change_names_has_to_be_there(edit: Edit, place: tuple[str]) -> None:
    with pytest.raises(Invalid) as refused:
        edited(two_vans(), draft(a="job:1 job:2", b="job:3"), edit)

    assert refused.value.faults[0].loc == place
