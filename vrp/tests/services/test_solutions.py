from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from django.db import transaction
from django.utils import timezone

from vrp import planner, queue
from vrp.domain.digest import digest
from vrp.engines import EngineCannot
from vrp.errors import Invalid
from vrp.models import Scenario, Solution
from vrp.services import scenarios, solutions
from vrp.tests.factories import ScenarioFactory, SessionFactory, SolutionFactory
from vrp.tests.plans import LONGER, ONE_LESS, a_plan, a_plan_proposing, a_short_day, two_stops

NOW = timezone.now()


def start(scenario, **asked):
    return solutions.start(scenario=scenario, by=scenario.session.user, now=NOW, **asked)


def test_start_queues_a_solve_of_the_request_as_it_is_now(db):
    scenario = ScenarioFactory()

    solution = start(scenario, engine="ortools", time_limit=3, seed=7)

    solution.refresh_from_db()
    assert (solution.engine, solution.time_limit, solution.seed) == ("ortools", 3, 7)
    assert (solution.revision, solution.request_digest) == (1, digest(two_stops()))
    assert (solution.status, solution.queued_at, solution.requested_by) == (
        "queued",
        NOW,
        scenario.session.user,
    )
    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(solution.pk)}
    assert queue.depth() == 1
    assert queue.oldest_waiting()


def test_start_takes_what_is_not_given_from_the_requests_options(db):
    options = {"engine": "pyvrp", "time_limit": 2.5, "seed": 0}

    solution = start(ScenarioFactory(request=two_stops(options=options)))

    assert (solution.engine, solution.time_limit, solution.seed) == ("pyvrp", 2.5, 0)


def test_start_has_defaults_for_the_rest(db):
    solution = start(ScenarioFactory())

    assert (solution.engine, solution.time_limit, solution.seed) == ("auto", 10, 1)


@pytest.mark.parametrize("time_limit", [0, -1, 3601, 1e9])
def test_start_refuses_a_time_limit_out_of_range(db, time_limit):
    with pytest.raises(Invalid) as refused:
        start(ScenarioFactory(), time_limit=time_limit)

    assert refused.value.faults[0].loc == ("time_limit",)
    assert not Solution.objects.exists()


def test_start_refuses_an_engine_that_lacks_a_feature_by_its_name(db):
    vehicles = [two_stops()["vehicles"][0] | {"drive_break": {"max_driving": 3600, "duration": 600}}]

    with pytest.raises(EngineCannot, match="drive_break"):
        start(ScenarioFactory(request=two_stops(vehicles=vehicles)), engine="pyvrp")

    assert queue.depth() == 0


def close_to(baseline, session):
    document = two_stops(objective={"stability": {"baseline": baseline}})
    return ScenarioFactory(request=document, session=session)


def test_start_takes_a_plan_to_stay_close_to(db):
    baseline = SolutionFactory(succeeded=True)

    solution = start(close_to(str(baseline.pk), baseline.scenario.session))

    asked = {"request": solution.request, "by": solution.requested_by}
    assert solutions.baseline_of(**asked) == a_plan()


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "one without a plan", 7])
def test_start_refuses_a_plan_to_stay_close_to_that_is_not_there(alice, whose):
    names = {
        "nobody's": uuid4(),
        "somebody else's": SolutionFactory(succeeded=True).pk,
        "one without a plan": SolutionFactory(scenario__session__user=alice).pk,
    }

    with pytest.raises(Invalid) as refused:
        start(close_to(str(names.get(whose, whose)), SessionFactory(user=alice)))

    assert refused.value.faults[0].loc == ("objective", "stability", "baseline")


def test_start_that_is_rolled_back_leaves_neither_row_nor_job(db):
    scenario = ScenarioFactory()

    with transaction.atomic():
        start(scenario)
        transaction.set_rollback(True)

    assert (Solution.objects.count(), queue.depth()) == (0, 0)


def test_editing_the_scenario_does_not_change_what_is_solved(db):
    scenario = ScenarioFactory()
    solution = start(scenario)

    scenarios.update(scenario=scenario, document=two_stops(jobs=[]), by=scenario.session.user, now=NOW)

    solution.refresh_from_db()
    assert solution.request == two_stops()
    assert (solution.revision, solution.request_digest) == (1, digest(two_stops()))


def test_again_asks_for_the_same_whatever_the_scenario_is_now(operator):
    first = SolutionFactory(failed=True, engine="vroom", seed=5)
    scenarios.update(scenario=first.scenario, document=two_stops(jobs=[]), by=operator, now=NOW)

    second = solutions.again(solution=first, by=operator, now=NOW)

    assert second.pk != first.pk
    assert (second.request, second.engine, second.seed, second.revision) == (two_stops(), "vroom", 5, 1)
    assert (second.status, second.requested_by) == ("queued", operator)


def test_cancel_ends_a_waiting_solve_at_once(db):
    solution = solutions.cancel(solution=SolutionFactory(), now=NOW)

    assert (solution.status, solution.finished_at, solution.payload) == ("cancelled", NOW, None)


def test_cancel_asks_a_running_solve_to_stop_and_twice_is_once(db):
    running = SolutionFactory(running=True)

    solutions.cancel(solution=running, now=NOW)
    solution = solutions.cancel(solution=running, now=NOW + timedelta(seconds=1))

    assert (solution.status, solution.is_stopping, solution.stop_requested_at) == ("running", True, NOW)


def test_cancel_of_a_cancelled_solve_changes_nothing(db):
    assert solutions.cancel(solution=SolutionFactory(cancelled=True), now=NOW).status == "cancelled"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_cancel_comes_too_late_when_the_solve_is_over(db, outcome):
    with pytest.raises(solutions.Finished, match=outcome):
        solutions.cancel(solution=SolutionFactory(**{outcome: True}), now=NOW)


def test_progress_tells_how_many_wait_before_it(db):
    SolutionFactory(queued_at=NOW - timedelta(minutes=1))
    solution = SolutionFactory(queued_at=NOW)

    assert solutions.progress(solution=solution) == {
        "status": "queued",
        "is_stopping": False,
        "waiting_before_it": 1,
        "progress": {},
    }


def test_compare_gives_the_differences_and_the_stops_that_moved(db):
    a = SolutionFactory(succeeded=True, payload=a_plan((1, 2), cost=600))
    b = SolutionFactory(succeeded=True, payload=a_plan((2,), cost=450))

    found = solutions.compare(a=a, b=b)

    assert found["kpis"]["cost"] == {"a": 600, "b": 450, "difference": -150}
    assert found["moved"] == [
        {
            "type": "job",
            "id": 1,
            "a": {"vehicle": "van", "position": 1, "arrival": 1000},
            "b": None,
            "eta_shift": None,
        },
        {
            "type": "job",
            "id": 2,
            "a": {"vehicle": "van", "position": 2, "arrival": 2000},
            "b": {"vehicle": "van", "position": 1, "arrival": 1000},
            "eta_shift": -1000,
        },
    ]


def test_compare_needs_two_plans(db):
    with pytest.raises(solutions.NoPlan, match="failed"):
        solutions.compare(a=SolutionFactory(succeeded=True), b=SolutionFactory(failed=True))


def test_export_writes_the_plan_as_a_file_named_after_the_scenario(db):
    solution = SolutionFactory(
        succeeded=True, scenario__name="Montag", payload=planner.solve(two_stops(), time_limit=0.2)
    )

    file = solutions.export(solution=solution, kind="geojson")

    assert (file.media_type, file.name, file.extension) == ("application/geo+json", "Montag", "geojson")
    assert orjson.loads(file.data)["type"] == "FeatureCollection"


def test_export_refuses_a_format_that_is_none_and_a_solution_without_a_plan(db):
    with pytest.raises(Invalid):
        solutions.export(solution=SolutionFactory(succeeded=True), kind="docx")
    with pytest.raises(solutions.NoPlan):
        solutions.export(solution=SolutionFactory(running=True), kind="json")


def test_lists_do_not_load_the_documents(db, django_assert_num_queries):
    SolutionFactory(succeeded=True)

    with django_assert_num_queries(1) as queries:
        (solution,) = Solution.objects.without_payloads()
        assert (solution.cost, solution.vehicles_used, solution.unassigned) == (600, 1, 0)

    assert "payload" not in queries[0]["sql"]
    assert '"request"' not in queries[0]["sql"]


def test_strangers_see_nothing_of_it(alice, charlie):
    solution = SolutionFactory(scenario__session__user=alice)

    assert list(Solution.objects.visible_to(alice)) == [solution]
    assert not Solution.objects.visible_to(charlie)
    assert not Solution.objects.editable_by(charlie)


# --- a change that the plan proposes ----------------------------------------------


def proposing(*changes, **asked):
    scenario = ScenarioFactory(request=a_short_day())
    return SolutionFactory(scenario=scenario, succeeded=True, payload=a_plan_proposing(*changes), **asked)


def applied(solution, order=("job", 2), change=0):
    by = solution.scenario.session.user
    return solutions.apply_change(solution=solution, order=order, change=change, by=by, now=NOW)


def test_apply_change_edits_the_scenario_and_solves_it_the_same_way(db):
    solution = proposing(ONE_LESS, LONGER, engine="pyvrp", time_limit=7, seed=3)

    fresh = applied(solution, change=1)

    assert (fresh.engine, fresh.time_limit, fresh.seed, fresh.status) == ("pyvrp", 7, 3, "queued")
    assert fresh.request["vehicles"][0]["time_window"] == [28_800, 33_000]
    scenario = Scenario.objects.get(pk=solution.scenario_id)
    assert (scenario.revision, fresh.revision, scenario.request) == (2, 2, fresh.request)
    assert scenario.original_request["vehicles"][0]["time_window"] == [28_800, 32_400]
    assert scenario.revisions.latest("number").patch == [LONGER["patch"][-1]]
    assert queue.waiting_ids("vrp.solve", "solution_id") == {str(fresh.pk)}


def test_apply_change_keeps_what_else_changed_in_the_scenario_meanwhile(db):
    solution = proposing(LONGER)
    jobs = [*two_stops()["jobs"], {"id": 3, "location": [16.4, 48.3]}]
    by = solution.scenario.session.user
    scenarios.update(
        scenario=solution.scenario, document=solution.scenario.request | {"jobs": jobs}, by=by, now=NOW
    )

    fresh = applied(solution)

    assert [job["id"] for job in fresh.request["jobs"]] == [1, 2, 3]
    assert (fresh.request["vehicles"][0]["time_window"][1], fresh.revision) == (33_000, 3)


@pytest.mark.parametrize("change", [LONGER, ONE_LESS])
def test_apply_change_refuses_a_scenario_that_says_something_else_by_now(db, change):
    solution = proposing(change)
    jobs = two_stops()["jobs"][1:]
    by = solution.scenario.session.user
    scenarios.update(scenario=solution.scenario, document=two_stops(jobs=jobs), by=by, now=NOW)

    with pytest.raises(solutions.Outdated, match="The scenario has changed since this plan was made"):
        applied(solution)

    assert (Scenario.objects.get().revision, Solution.objects.count(), queue.depth()) == (2, 1, 0)


def test_apply_change_refuses_to_change_another_vehicle_that_says_the_same(db):
    solution = proposing(LONGER)
    vehicles = [{**a_short_day()["vehicles"][0], "id": name} for name in ("another", "van")]
    by = solution.scenario.session.user
    scenarios.update(
        scenario=solution.scenario, document=a_short_day() | {"vehicles": vehicles}, by=by, now=NOW
    )

    with pytest.raises(solutions.Outdated, match='/vehicles/0/id is "another", not "van"'):
        applied(solution)


def test_apply_change_that_would_now_make_a_bad_request_is_refused_as_outdated(db):
    one_more = {"op": "add", "path": "/vehicles/-", "value": two_stops()["vehicles"][0] | {"id": "van-2"}}
    solution = proposing({"kind": "vehicles", "message": "Use one more.", "patch": [one_more]})
    applied(solution)

    with pytest.raises(solutions.Outdated, match="van-2"):
        applied(solution)


def test_apply_change_made_twice_is_refused_the_second_time(db):
    solution = proposing(LONGER)
    applied(solution)

    with pytest.raises(solutions.Outdated, match="/vehicles/0/time_window/1 is 33000, not 32400"):
        applied(solution)


@pytest.mark.parametrize(
    ("asked", "loc"),
    [
        ({"order": ("job", 1)}, "id"),
        ({"order": ("shipment", 2)}, "id"),
        ({"change": 2}, "change"),
        ({"change": -1}, "change"),
    ],
)
def test_apply_change_refuses_what_the_plan_does_not_propose(db, asked, loc):
    with pytest.raises(Invalid) as refused:
        applied(proposing(LONGER, ONE_LESS), **asked)

    assert refused.value.faults[0].loc == (loc,)


def test_apply_change_that_no_engine_can_solve_leaves_the_scenario_as_it_was(db):
    vehicle = {"drive_break": {"max_driving": 3600, "duration": 600}}
    patch = [{"op": "add", "path": f"/vehicles/0/{key}", "value": value} for key, value in vehicle.items()]

    with pytest.raises(EngineCannot):
        applied(proposing({"kind": "shift", "message": "Rest.", "patch": patch}, engine="pyvrp"))

    assert Scenario.objects.get().revision == 1


def test_apply_change_needs_a_plan(db):
    with pytest.raises(solutions.NoPlan):
        applied(SolutionFactory())
