from datetime import timedelta

import pytest
from django.utils import timezone

from vrp.domain.editing import Hold, Leave, Move, locks
from vrp.errors import Invalid
from vrp.models import Solution
from vrp.services import editing, solutions, solving
from vrp.tests.factories import ScenarioFactory, SolutionFactory
from vrp.tests.jobs import fake_planner
from vrp.tests.plans import a_plan, two_stops
from vrp.tests.services.test_solving import in_background

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def solution(alice) -> Solution:
    scenario = ScenarioFactory(session__user=alice, request=two_stops())
    return SolutionFactory(scenario=scenario, succeeded=True, payload=a_plan())


def stops(solution: Solution) -> list[object]:
    return [
        step["id"] for route in solution.payload["routes"] for step in route["steps"] if step["type"] == "job"
    ]


def test_a_change_makes_a_solution_of_its_own_and_leaves_the_old_one(solution, alice):
    first, second = stops(solution)

    fresh = editing.apply(solution=solution, edit=Move("job", str(second), "", None), by=alice, now=NOW)
    moved = editing.apply(
        solution=fresh,
        edit=Move("job", str(stops(fresh)[1]), fresh.payload["routes"][0]["vehicle"], 0),
        by=alice,
        now=NOW,
    )

    assert stops(moved) == stops(fresh)[::-1]
    assert (moved.parent, moved.requested_by, moved.status) == (fresh, alice, "succeeded")
    assert moved.change.startswith("Moved ")
    assert moved.cost == moved.payload["summary"]["cost"]
    solution.refresh_from_db()
    assert stops(solution) == [first, second]


def test_what_a_change_would_do_is_told_and_nothing_is_stored(solution, alice):
    _, difference = editing.outlook(solution=solution, edit=Leave("job", str(stops(solution)[0])), by=alice)

    assert difference["kpis"]["unassigned"]["difference"] == 1
    assert Solution.objects.count() == 1


def test_a_change_that_cannot_be_made_stores_nothing(solution, alice):
    with pytest.raises(Invalid):
        editing.apply(solution=solution, edit=Move("job", "nobody"), by=alice, now=NOW)

    assert Solution.objects.count() == 1


def test_a_solution_without_a_plan_cannot_be_changed(alice):
    waiting = SolutionFactory(scenario__session__user=alice)

    with pytest.raises(solutions.NoPlan):
        editing.apply(solution=waiting, edit=Leave("job", "1"), by=alice, now=NOW)


def test_two_changes_of_one_plan_stand_beside_each_other(solution, alice):
    edits = [Hold("full", type="job", id=str(name)) for name in stops(solution)]

    made = [editing.apply(solution=solution, edit=edit, by=alice, now=NOW) for edit in edits]

    assert {row.parent_id for row in made} == {solution.pk}
    assert [list(locks(row.draft)) for row in made] == [[("job", str(name))] for name in stops(solution)]


def test_the_plan_that_was_changed_may_be_deleted(solution, alice):
    fresh = editing.apply(
        solution=solution, edit=Hold("full", type="job", id=str(stops(solution)[0])), by=alice, now=NOW
    )

    solutions.delete(solution=solution)

    fresh.refresh_from_db()
    assert fresh.parent is None
    assert fresh.payload is not None


def test_a_search_goes_on_from_the_plan_and_keeps_what_is_held(solution, alice):
    name = str(stops(solution)[0])
    held = editing.apply(solution=solution, edit=Hold("full", type="job", id=name), by=alice, now=NOW)

    search = editing.search_on(solution=held, by=alice, now=NOW + timedelta(seconds=1))

    assert (search.status, search.parent) == ("queued", held)
    assert locks(search.draft) == {("job", name): "full"}


def test_a_search_for_one_route_holds_all_others(solution, alice):
    vehicle = solution.payload["routes"][0]["vehicle"]

    search = editing.search_on(solution=solution, vehicle=str(vehicle), by=alice, now=NOW)

    assert set(locks(search.draft).values()) == {"vehicle"}


@pytest.mark.django_db(transaction=True)
def test_the_worker_gives_the_draft_to_the_planner(solution, alice, monkeypatch):
    seen = []
    real = fake_planner.solve
    monkeypatch.setattr(
        fake_planner, "solve", lambda *args, **given: seen.append(given["draft"]) or real(*args, **given)
    )
    monkeypatch.setattr(solving, "planner", fake_planner)
    search = editing.search_on(solution=solution, by=alice, now=NOW)

    in_background(search).join()

    assert seen == [search.draft]
