import threading

import pytest

from vrp import planner
from vrp.domain import evaluator
from vrp.domain import plan as plans
from vrp.errors import Invalid
from vrp.tests.domain.build import document, job, van
from vrp.tests.domain.build import plan as plan_named


def solve(doc, **options):
    return planner.solve(doc, time_limit=options.pop("time_limit", 0.5), **options)


def test_a_request_becomes_a_verified_plan():
    plan = solve(document([job(1), job(3), job(2)]))

    assert plan["status"] == "feasible"
    assert plan["summary"]["cost"] == 600
    assert plan["verification"]["ok"]
    assert plan["engine"]["name"] == "sisr"


def test_the_plan_says_which_request_it_answers():
    doc = document([job(1)])

    assert solve(doc)["request_digest"] == solve(doc, seed=2)["request_digest"]
    assert solve(doc)["request_digest"] != solve(document([job(2)]))["request_digest"]


def test_better_plans_are_reported_while_the_engine_works():
    seen = []

    solve(document([job(1), job(2)]), report=seen.append)

    assert seen[-1]["cost"] == 400
    assert seen[-1]["unassigned"] == 0


def test_a_stop_that_nobody_can_serve_is_left_out_with_its_reason():
    plan = solve(document([job(1), job(2, skills=["crane"])]))

    assert plan["status"] == "partial"
    assert [(row["id"], row["reasons"][0]["code"]) for row in plan["unassigned"]] == [("J2", "SKILL")]


def test_a_request_that_no_vehicle_can_begin_to_serve_is_infeasible():
    assert solve(document([job(1, skills=["crane"])]))["status"] == "infeasible"


def test_a_request_without_stops_has_an_empty_plan():
    plan = solve(document([]))

    assert (plan["status"], plan["routes"], plan["summary"]["cost"]) == ("feasible", [], 0)


def test_a_feature_the_asked_engine_does_not_model_is_refused_by_name():
    doc = document([job(1), job(2)], relations=[{"type": "same_vehicle", "ids": ["J1", "J2"]}])

    with pytest.raises(Invalid, match="does not model relations"):
        planner.solve(doc, engine="vroom")


def test_the_given_routes_are_the_plan_to_beat():
    steps = [{"type": "job", "id": f"J{place}"} for place in (1, 3, 5, 4, 2)]
    doc = document([job(place) for place in range(1, 6)], [van(steps=steps)])
    reported = []

    planner.solve(doc, time_limit=0.5, report=reported.append)

    assert reported[0]["cost"] == 1000


def test_locked_steps_that_break_a_rule_are_told_and_the_rest_is_served_around_them():
    steps = [{"type": "job", "id": "J2", "locked": "vehicle"}]
    doc = document([job(1), job(2, time_windows=[[0, 100]])], [van(steps=steps)])

    plan = solve(doc)

    assert plan["status"] == "infeasible"
    assert [violation["cause"] for violation in plan["verification"]["violations"]] == ["delay"]
    assert plan["unassigned"] == []


def test_a_check_of_no_routes_at_all_is_partial():
    plan = solve(document([job(1)], options={"mode": "check"}))

    assert (plan["status"], plan["verification"]["ok"]) == ("partial", True)


def test_a_day_that_has_begun_is_planned_anew_from_where_it_is():
    steps = [{"type": "start"}] + [{"type": "job", "id": name} for name in ("J1", "J2", "J3")]
    new = job(4, id="new", time_windows=[[0, 700]])
    doc = document(
        [job(1, service=300), job(2, service=300), job(3), new], [van(steps=steps)], freeze={"until": 450}
    )
    doc["objective"] = {"stability": {"eta_limit": 60}}

    plan = solve(doc)

    begins = {step["id"]: step["service_start"] for step in plan["routes"][0]["steps"]}
    assert begins["J1"] == 100
    assert begins["new"] == 700
    assert [row["id"] for row in plan["eta_changes"]] == ["J2", "J3"]


def test_an_eta_that_moves_by_no_more_than_the_limit_is_not_reported():
    steps = [{"type": "job", "id": "J1"}, {"type": "job", "id": "J2"}]
    doc = document([job(1, service=50), job(2)], [van(steps=steps)])
    doc["jobs"][0]["service"] = 50

    assert solve(doc)["eta_changes"] == []


def test_places_for_one_more_job_are_found_cheapest_first_and_change_nothing():
    doc = document([job(1), job(3)])
    plan = solve(doc)
    before = repr(plan)

    places = planner.insertions(doc, plan, {"job": job(5)}, k=2)

    assert [place["extra_cost"] for place in places] == [400, 400]
    assert places[0]["violations"] == []
    assert repr(plan) == before


def test_without_a_legal_place_the_one_that_breaks_least_is_named():
    doc = document([job(1)], [van(time_window=[0, 500])])

    (place,) = planner.insertions(doc, solve(doc), {"job": job(5)})

    assert [violation["cause"] for violation in place["violations"]] == ["delay"]


def test_each_served_stop_says_what_leaving_it_out_would_save():
    plan = solve(document([job(1), job(3)]))

    saved = {step["id"]: step["marginal_cost"] for step in plan["routes"][0]["steps"]}

    assert saved == {None: None, "J1": 0, "J3": 400}


def test_check_mode_judges_the_given_routes_and_changes_nothing():
    steps = [{"type": "job", "id": "J2"}, {"type": "job", "id": "J1"}]
    doc = document([job(1, time_windows=[[0, 250]]), job(2)], [van(steps=steps)], options={"mode": "check"})

    plan = solve(doc)

    assert plan["status"] == "infeasible"
    assert [step["id"] for step in plan["routes"][0]["steps"]] == [None, "J2", "J1", None]
    assert plan["verification"]["violations"][0]["cause"] == "delay"


def test_what_an_engine_says_it_costs_is_what_the_evaluator_says():
    problem = planner.prepare(document([job(1), job(2)]))

    judged = evaluator.evaluate(problem, plans.read(solve(document([job(1), job(2)]))))

    assert judged.cost == 400


def test_a_stop_ends_the_search_at_once_and_keeps_what_there_is():
    told = []
    given = van(steps=[{"type": "job", "id": "J2"}])

    plan = solve(
        document([job(2), job(1)], [given]),
        time_limit=30,
        report=told.append,
        should_stop=lambda: bool(told),
    )

    assert plan["engine"]["stop_reason"] == "stopped"
    assert plan["engine"]["runtime_ms"] < 10_000
    assert plan["summary"]["assigned"] == 1


def test_a_stop_before_there_is_any_plan_is_no_plan():
    with pytest.raises(planner.StoppedTooEarly):
        solve(document([job(1), job(2)]), time_limit=30, should_stop=lambda: True)


def test_a_stop_ends_the_judging_of_a_plan_and_the_best_one_stays(monkeypatch):
    monkeypatch.setattr(planner, "_PARTING", -1)
    is_stopping = threading.Event()
    contest = planner.Contest(
        planner.prepare(document([job(1), job(2)])), lambda progress: None, should_stop=is_stopping.is_set
    )
    contest(plan_named(V="J1"))
    best = contest.best
    is_stopping.set()

    assert contest(plan_named(V="J1 J2")) == ()

    assert contest.best is best


def test_a_plan_that_was_judged_already_is_not_judged_again(monkeypatch):
    contest = planner.Contest(planner.prepare(document([job(1)])), lambda progress: None)
    twice = plan_named(V="J1 J1")
    broken = contest(twice)
    monkeypatch.setattr(evaluator, "evaluate", None)

    assert broken
    assert contest(twice) == broken


def test_the_plan_says_what_the_engine_models_by_itself_and_what_is_emulated():
    plan = solve(document([job(1, skills=["a"])], [van(skills=["a"])]), engine="pyvrp")

    assert plan["capabilities"] == {"native": [], "emulated": ["skills"]}
