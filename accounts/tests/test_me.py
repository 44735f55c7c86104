import pytest

from accounts.tests.test_tokens import ME

pytestmark = pytest.mark.django_db


def test_me_is_the_person_asking(api_client, alice):
    answer = api_client(alice).get(ME)

    assert answer.json()["id"] == str(alice.pk)
    assert answer.json().keys() == {"id", "email", "display_name", "created_at", "updated_at"}


def test_the_name_can_be_changed(api_client, alice):
    answer = api_client(alice).patch(ME, {"display_name": "أليس 🚚"})

    assert answer.status_code == 200
    assert answer.json()["display_name"] == "أليس 🚚"


@pytest.mark.parametrize("key", ["id", "email", "password", "is_staff", "is_active", "created_at", "x"])
def test_nothing_else_can_be_changed(api_client, alice, key):
    answer = api_client(alice).patch(ME, {key: "x", "display_name": "Eve"})

    alice.refresh_from_db()
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == [key]
    assert alice.display_name == "Alice"


@pytest.mark.parametrize("name", ["x" * 151, None, [], {}, True])
def test_a_name_must_be_one(api_client, alice, name):
    answer = api_client(alice).patch(ME, {"display_name": name})

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["display_name"]


def test_me_cannot_be_put_or_deleted(api_client, alice):
    for answer in (api_client(alice).put(ME, {}), api_client(alice).delete(ME)):
        assert answer.status_code == 405
        assert answer.json().keys() == {"detail"}


def test_a_session_can_ask_too(client, alice):
    client.force_login(alice)

    assert client.get(ME).json()["email"] == alice.email


def test_a_session_changes_nothing_without_its_csrf_token(alice):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.patch(ME, {"display_name": "Eve"})

    alice.refresh_from_db()
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("CSRF Failed")
    assert alice.display_name == "Alice"
