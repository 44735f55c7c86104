from datetime import timedelta

import pytest
from django.utils import timezone

from vrp.models import PlanningSession
from vrp.tests.factories import ScenarioFactory, SessionFactory, two_stops

LIST = "/api/v1/sessions/"


def of(session: PlanningSession) -> str:
    return f"{LIST}{session.pk}/"


def test_create_returns_the_session_and_where_it_is(alice, api_client):
    response = api_client(alice).post(LIST, {"name": "Monday"})

    assert response.status_code == 201
    assert response.json()["name"] == "Monday"
    assert api_client(alice).get(response["Location"]).json() == response.json() | {
        "last_accessed_at": PlanningSession.objects.get().last_accessed_at.isoformat().replace("+00:00", "Z")
    }


def test_list_shows_the_newest_use_first(alice, api_client):
    a_while_ago = timezone.now() - timedelta(days=1)
    old, new = SessionFactory(user=alice, last_accessed_at=a_while_ago), SessionFactory(user=alice)

    before = [row["id"] for row in api_client(alice).get(LIST).json()["results"]]
    api_client(alice).get(of(old))
    after = [row["id"] for row in api_client(alice).get(LIST).json()["results"]]

    assert before == [str(new.pk), str(old.pk)]
    assert after == [str(old.pk), str(new.pk)]


def test_list_holds_only_ones_own(alice, charlie, api_client):
    SessionFactory(user=alice)

    assert api_client(charlie).get(LIST).json() == {"next": None, "previous": None, "results": []}


def test_rename_changes_nothing_else(alice, api_client):
    session = SessionFactory(user=alice)

    response = api_client(alice).patch(of(session), {"name": " Tuesday "})

    assert response.status_code == 200
    assert response.json()["name"] == "Tuesday"
    session.refresh_from_db()
    assert (session.user, session.name) == (alice, "Tuesday")


def test_delete_takes_the_scenarios_along(alice, api_client):
    session = ScenarioFactory(session__user=alice).session

    assert api_client(alice).delete(of(session)).status_code == 204
    assert api_client(alice).get(of(session)).status_code == 404


def test_list_of_scenarios_carries_no_payloads(alice, api_client, django_assert_num_queries):
    session = SessionFactory(user=alice)
    ScenarioFactory.create_batch(3, session=session)

    with django_assert_num_queries(2) as captured:
        response = api_client(alice).get(f"{of(session)}scenarios/")

    assert len(response.json()["results"]) == 3
    assert not {"request", "original_request"} & response.json()["results"][0].keys()
    assert all('"request"' not in query["sql"] for query in captured)


def test_a_scenario_is_created_with_its_request_as_sent(alice, api_client):
    session = SessionFactory(user=alice)
    request = two_stops(meta={"note": "Grüße 🚚 شاحنة"})

    response = api_client(alice).post(f"{of(session)}scenarios/", {"name": "Vans", "request": request})

    assert response.status_code == 201
    assert response.json()["request"] == response.json()["original_request"] == request
    assert response.json()["session"] == str(session.pk)
    assert api_client(alice).get(response["Location"]).json() == response.json()


@pytest.mark.parametrize("method", ["put", "trace"])
def test_other_methods_are_refused(alice, api_client, method):
    session = SessionFactory(user=alice)

    assert api_client(alice).generic(method.upper(), of(session)).status_code == 405
