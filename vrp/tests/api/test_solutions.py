import pytest

from vrp import planner, queue
from vrp.domain import evaluator
from vrp.domain import plan as plans
from vrp.models import Scenario, Solution
from vrp.tests.factories import ScenarioFactory, SolutionFactory, a_plan
from vrp.tests.plans import LONGER, ONE_LESS, a_plan_proposing, a_short_day, two_stops


def of(solution: Solution, action: str = "") -> str:
    return f"/api/v1/solutions/{solution.pk}/{action}"


def solutions_of(scenario: Scenario) -> str:
    return f"/api/v1/scenarios/{scenario.pk}/solutions/"


# --- start ----------------------------------------------------------------------


def test_a_solve_is_accepted_and_queued(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)

    response = api_client(alice).post(solutions_of(scenario), {"engine": "pyvrp", "time_limit": 2, "seed": 7})

    assert response.status_code == 202
    body = response.json()
    assert (body["status"], body["engine"], body["time_limit"], body["seed"]) == ("queued", "pyvrp", 2, 7)
    assert api_client(alice).get(response["Location"]).json() == body
    assert queue.waiting_ids("vrp.solve", "solution_id") == {body["id"]}


def test_a_solve_needs_nothing_said(alice, api_client):
    response = api_client(alice).post(solutions_of(ScenarioFactory(session__user=alice)))

    assert response.status_code == 202


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("engine", "cplex"), ("engine", 5), ("engine", None), ("engine", ["pyvrp"]),
        ("time_limit", 0), ("time_limit", -1), ("time_limit", 10**9), ("time_limit", "10"), ("time_limit", True),
        ("seed", -1), ("seed", 2**31), ("seed", 1.5), ("seed", "1"), ("seed", 10**30),
        ("status", "succeeded"), ("payload", {}), ("requested_by", "me"), ("scenario", "x"), ("id", "x"),
    ],
)  # fmt: skip
def test_nothing_else_can_be_said(alice, api_client, field, value):
    scenario = ScenarioFactory(session__user=alice)

    response = api_client(alice).post(solutions_of(scenario), {field: value})

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [[field]]
    assert not Solution.objects.exists()


def test_the_same_key_gets_the_first_answer(alice, api_client):
    address = solutions_of(ScenarioFactory(session__user=alice))
    client, key = api_client(alice), {"Idempotency-Key": "monday-1"}

    first = client.post(address, {"seed": 1}, headers=key)
    again = client.post(address, {"seed": 1}, headers=key)

    assert (again.status_code, again.content, again["Location"]) == (202, first.content, first["Location"])
    assert Solution.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(alice, api_client):
    address = solutions_of(ScenarioFactory(session__user=alice))
    client, key = api_client(alice), {"Idempotency-Key": "monday-1"}

    client.post(address, {"seed": 1}, headers=key)
    other = client.post(address, {"seed": 2}, headers=key)

    assert other.status_code == 422
    assert Solution.objects.count() == 1


def test_a_key_means_nothing_to_somebody_else(alice, bob, api_client):
    key = {"Idempotency-Key": "monday-1"}

    for person in (alice, bob):
        scenario = ScenarioFactory(session__user=person)
        assert api_client(person).post(solutions_of(scenario), {}, headers=key).status_code == 202

    assert Solution.objects.count() == 2


# --- list and look ---------------------------------------------------------------


def test_list_shows_the_newest_first_without_payloads(alice, api_client, django_assert_num_queries):
    scenario = ScenarioFactory(session__user=alice)
    made = [SolutionFactory(scenario=scenario, succeeded=True) for _ in range(3)]

    with django_assert_num_queries(2) as captured:
        rows = api_client(alice).get(solutions_of(scenario)).json()["results"]

    assert [row["id"] for row in rows] == [str(solution.pk) for solution in reversed(made)]
    assert not {"payload", "request", "progress"} & rows[0].keys()
    assert all('"payload"' not in query["sql"] for query in captured)


@pytest.mark.parametrize(("query", "count"), [({"status": "queued"}, 2), ({"engine": "vroom"}, 1)])
def test_list_can_be_filtered(alice, api_client, query, count):
    scenario = ScenarioFactory(session__user=alice)
    SolutionFactory(scenario=scenario)
    SolutionFactory(scenario=scenario, engine="vroom")
    SolutionFactory(scenario=scenario, succeeded=True)

    assert len(api_client(alice).get(solutions_of(scenario), query).json()["results"]) == count


def test_a_filter_that_makes_no_sense_is_refused(alice, api_client):
    response = api_client(alice).get(
        solutions_of(ScenarioFactory(session__user=alice)), {"status": "sleeping"}
    )

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["status"]


def test_retrieve_shows_the_plan(alice, api_client, django_assert_num_queries):
    solution = SolutionFactory(scenario__session__user=alice, succeeded=True)

    with django_assert_num_queries(1):
        body = api_client(alice).get(of(solution)).json()

    assert body["status"] == "succeeded"
    assert body["payload"] == a_plan()


def test_retrieve_shows_progress_before_there_is_a_plan(alice, api_client):
    solution = SolutionFactory(scenario__session__user=alice, running=True, progress={"cost": 12})

    body = api_client(alice).get(of(solution)).json()

    assert (body["status"], body["progress"], body["payload"]) == ("running", {"cost": 12}, None)


# --- stop and delete --------------------------------------------------------------


def test_cancel_ends_a_waiting_solve(alice, api_client):
    solution = SolutionFactory(scenario__session__user=alice)

    response = api_client(alice).post(of(solution, "cancel/"))

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")


def test_cancel_of_a_finished_solve_is_a_conflict(alice, api_client):
    solution = SolutionFactory(scenario__session__user=alice, succeeded=True)

    response = api_client(alice).post(of(solution, "cancel/"))

    assert response.status_code == 409
    assert response.json().keys() == {"detail"}


def test_delete_removes_it(alice, api_client):
    solution = SolutionFactory(scenario__session__user=alice)

    assert api_client(alice).delete(of(solution)).status_code == 204
    assert api_client(alice).get(of(solution)).status_code == 404


# --- compare ------------------------------------------------------------------------


def test_compare_tells_the_difference_and_what_moved(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)
    a = SolutionFactory(scenario=scenario, succeeded=True)
    b = SolutionFactory(scenario=scenario, succeeded=True, payload=a_plan((2, 1), cost=660))

    body = api_client(alice).get("/api/v1/solutions/compare/", {"a": a.pk, "b": b.pk}).json()

    assert body["kpis"]["cost"] == {"a": 600, "b": 660, "difference": 60}
    assert [stop["id"] for stop in body["moved"]] == [1, 2]


def test_compare_without_a_plan_is_a_conflict(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)
    a, b = SolutionFactory(scenario=scenario, succeeded=True), SolutionFactory(scenario=scenario)

    assert api_client(alice).get("/api/v1/solutions/compare/", {"a": a.pk, "b": b.pk}).status_code == 409


@pytest.mark.parametrize("query", [{}, {"a": "1", "b": "x"}])
def test_compare_names_what_it_lacks(alice, api_client, query):
    response = api_client(alice).get("/api/v1/solutions/compare/", query)

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [["a"], ["b"]]


# --- what would help --------------------------------------------------------------------


@pytest.fixture
def proposing(alice) -> Solution:
    """Its plan leaves out job 2."""
    return SolutionFactory(
        scenario__session__user=alice,
        scenario__request=a_short_day(),
        succeeded=True,
        payload=a_plan_proposing(LONGER, ONE_LESS),
    )


def test_a_change_is_applied_and_solved(alice, api_client, proposing):
    response = api_client(alice).post(of(proposing, "apply/"), {"type": "job", "id": 2, "change": 0})

    assert response.status_code == 202
    body = response.json()
    assert (body["status"], body["revision"]) == ("queued", 2)
    assert api_client(alice).get(response["Location"]).json() == body
    assert queue.waiting_ids("vrp.solve", "solution_id") == {body["id"]}


def test_unless_said_the_best_change_is_applied_and_an_id_may_be_text(alice, api_client, proposing):
    response = api_client(alice).post(of(proposing, "apply/"), {"type": "job", "id": "2"})

    assert response.status_code == 202
    assert Scenario.objects.get().request["vehicles"][0]["time_window"] == [28_800, 33_000]


def test_a_change_that_no_longer_fits_is_a_conflict_that_says_why(alice, api_client, proposing):
    first, second = (
        api_client(alice).post(of(proposing, "apply/"), {"type": "job", "id": 2}) for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (202, 409)
    assert second.json()["detail"] == (
        "The scenario has changed since this plan was made, so this change does not fit it any more"
        " (/vehicles/0/time_window/1 is 33000, not 32400)."
        " Solve the scenario as it is now to see what would help."
    )


def test_the_same_key_applies_a_change_once(alice, api_client, proposing):
    client, key, body = api_client(alice), {"Idempotency-Key": "monday-1"}, {"type": "job", "id": 2}

    first = client.post(of(proposing, "apply/"), body, headers=key)
    again = client.post(of(proposing, "apply/"), body, headers=key)

    assert (again.status_code, again.content) == (202, first.content)
    assert Scenario.objects.get().revision == 2


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"id": 2}, ["type"]),
        ({"type": "job"}, ["id"]),
        ({"type": "break", "id": 2}, ["type"]),
        ({"type": "job", "id": True}, ["id"]),
        ({"type": "job", "id": [2]}, ["id"]),
        ({"type": "job", "id": 1}, ["id"]),
        ({"type": "job", "id": 2, "change": 2}, ["change"]),
        ({"type": "job", "id": 2, "change": -1}, ["change"]),
        ({"type": "job", "id": 2, "change": "0"}, ["change"]),
        ({"type": "job", "id": 2, "patch": []}, ["patch"]),
    ],
)
def test_a_change_that_is_not_proposed_is_refused(alice, api_client, proposing, body, loc):
    response = api_client(alice).post(of(proposing, "apply/"), body)

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [loc]
    assert Scenario.objects.get().revision == 1


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({}, []),
        ({"job": {"id": 9}, "shipment": {"id": 9}}, []),
        ({"job": 9}, ["job"]),
        ({"job": {"id": 9}, "k": 0}, ["k"]),
        ({"job": {"id": 9}, "k": 21}, ["k"]),
        ({"jobs": [], "job": {"id": 9}}, ["jobs"]),
    ],
)
def test_what_is_to_be_inserted_is_one_job_or_one_shipment(alice, api_client, proposing, body, loc):
    response = api_client(alice).post(of(proposing, "insert/"), body)

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [loc]


@pytest.mark.parametrize(
    ("action", "body"), [("apply/", {"type": "job", "id": 2}), ("insert/", {"job": {"id": 9}})]
)
def test_without_a_plan_nothing_can_be_proposed(alice, api_client, action, body):
    solution = SolutionFactory(scenario__session__user=alice)

    assert api_client(alice).post(of(solution, action), body).status_code == 409


@pytest.fixture
def planned(alice) -> Solution:
    """Two stops, served by one van whose shift is nine to ten."""
    van = two_stops()["vehicles"][0] | {"time_window": [32_400, 36_000]}
    request = two_stops(vehicles=[van])
    judged = evaluator.evaluate(planner.prepare(request), plans.read(a_plan()))
    return SolutionFactory(
        scenario__session__user=alice,
        scenario__request=request,
        succeeded=True,
        payload=evaluator.payload(judged),
    )


@pytest.mark.parametrize(
    "order",
    [
        {"job": {"id": 3, "location": [16.38, 48.2]}},
        {
            "shipment": {
                "pickup": {"id": 3, "location": [16.38, 48.2]},
                "delivery": {"location": [16.39, 48.2]},
            }
        },
    ],
)
def test_the_best_places_for_one_more_order_come_cheapest_first(alice, api_client, planned, order):
    response = api_client(alice).post(of(planned, "insert/"), order | {"k": 2})

    first, second = response.json()["places"]
    assert response.status_code == 200
    assert 0 <= first["extra_cost"] <= second["extra_cost"]
    assert (first["vehicle"], first["violations"]) == ("van", [])
    assert first["arrival"] > 32_400


def test_looking_for_a_place_changes_nothing(alice, api_client, planned):
    api_client(alice).post(of(planned, "insert/"), {"job": {"id": 3, "location": [16.38, 48.2]}})

    assert (Solution.objects.count(), Scenario.objects.get().revision) == (1, 1)
    assert Solution.objects.get().payload == planned.payload


def test_where_no_place_is_legal_the_least_bad_one_says_what_it_breaks(alice, api_client, planned):
    job = {"id": 3, "location": [16.38, 48.2], "service": 7_200}

    response = api_client(alice).post(of(planned, "insert/"), {"job": job})

    (place,) = response.json()["places"]
    assert [violation["cause"] for violation in place["violations"]] == ["delay"]


@pytest.mark.parametrize(
    ("order", "loc"),
    [
        ({"job": {"location": [16.38, 48.2]}}, ["job", "id"]),
        ({"job": {"id": 1, "location": [16.38, 48.2]}}, ["job", "id"]),
        ({"job": {"id": 3, "location": [16.38]}}, ["job", "location"]),
        (
            {"job": {"id": 3, "location": [16.38, 48.2], "allowed_vehicles": ["x"]}},
            ["job", "allowed_vehicles", 0],
        ),
        ({"shipment": {"pickup": {"id": 3, "location": [16.3, 48.2]}}}, ["shipment", "delivery"]),
    ],
)
def test_what_is_wrong_with_the_order_is_named_by_its_place(alice, api_client, planned, order, loc):
    response = api_client(alice).post(of(planned, "insert/"), order)

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [loc]
