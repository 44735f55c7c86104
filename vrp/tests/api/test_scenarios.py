import json

from vrp.models import Scenario
from vrp.tests.factories import ScenarioFactory, SolutionFactory, two_stops


def of(scenario: Scenario, action: str = "") -> str:
    return f"/api/v1/scenarios/{scenario.pk}/{action}"


def longer_service() -> dict:
    request = two_stops()
    request["jobs"][1]["service"] = 600
    return request


def test_retrieve_shows_the_request_and_the_original(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)

    body = api_client(alice).get(of(scenario)).json()

    assert body["request"] == body["original_request"] == two_stops()
    assert body["revision"] == 1


def test_retrieve_asks_the_database_once_and_reads_no_document(
    alice, api_client, django_assert_num_queries, monkeypatch
):
    scenario = ScenarioFactory(session__user=alice)
    monkeypatch.setattr("vrp.models.fields.orjson.loads", None)

    with django_assert_num_queries(1):
        response = api_client(alice).get(of(scenario))

    assert json.loads(response.content)["request"] == two_stops()


def test_editing_the_request_keeps_the_original(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)

    response = api_client(alice).patch(of(scenario), {"request": longer_service()})

    assert response.status_code == 200
    assert response.json()["request"] == longer_service()
    assert response.json()["original_request"] == two_stops()
    assert response.json()["revision"] == 2


def test_editing_the_name_alone_makes_no_revision(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)

    body = api_client(alice).patch(of(scenario), {"name": "Two vans"}).json()

    assert (body["name"], body["revision"]) == ("Two vans", 1)


def test_reset_brings_the_original_back(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)
    client = api_client(alice)
    client.patch(of(scenario), {"request": longer_service()})

    body = client.post(of(scenario, "reset/")).json()

    assert body["request"] == two_stops()
    assert body["revision"] == 3


def test_duplicate_makes_a_copy_beside_it(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)

    response = api_client(alice).post(of(scenario, "duplicate/"))

    assert response.status_code == 201
    assert response.json()["id"] != str(scenario.pk)
    assert response.json()["session"] == str(scenario.session_id)
    assert api_client(alice).get(response["Location"]).json() == response.json()


def test_revisions_say_when_by_whom_and_what(alice, api_client):
    scenario = ScenarioFactory(session__user=alice)
    client = api_client(alice)
    client.patch(of(scenario), {"request": longer_service()})

    rows = client.get(of(scenario, "revisions/")).json()["results"]

    assert [(row["number"], row["kind"], row["by"]) for row in rows] == [
        (2, "edit", str(alice.pk)),
        (1, "create", str(alice.pk)),
    ]
    assert rows[0]["patch"] == [{"op": "replace", "path": "/jobs/1/service", "value": 600}]


def test_delete_takes_the_solutions_along(alice, api_client):
    solution = SolutionFactory(scenario__session__user=alice)

    assert api_client(alice).delete(of(solution.scenario)).status_code == 204
    assert api_client(alice).get(f"/api/v1/solutions/{solution.pk}/").status_code == 404
