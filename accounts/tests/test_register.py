import pytest

from accounts.models import User
from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/register/"


def faults(answer) -> set[tuple[tuple, str]]:
    return {(tuple(fault["loc"]), fault["type"]) for fault in answer.json()["detail"]}


def test_registering_answers_the_person_without_any_secret(api_client):
    given = {"email": "Dora@Example.org", "password": PASSWORD, "display_name": "Dora"}

    answer = api_client().post(URL, given)

    assert answer.status_code == 201
    assert answer.json().keys() == {"id", "email", "display_name", "created_at", "updated_at"}
    assert answer.json()["email"] == "dora@example.org"
    assert User.objects.get(pk=answer.json()["id"]).check_password(PASSWORD)


def test_a_name_may_be_left_out(api_client):
    answer = api_client().post(URL, {"email": "dora@example.org", "password": PASSWORD})

    assert answer.status_code == 201
    assert answer.json()["display_name"] == ""


def test_a_taken_address_is_a_fault_at_its_place(api_client, alice):
    answer = api_client().post(URL, {"email": "ALICE@example.org", "password": PASSWORD})

    assert answer.status_code == 422
    assert faults(answer) == {(("email",), "unique")}


def test_every_fault_is_told_at_once(api_client):
    answer = api_client().post(URL, {"email": "nobody", "password": "short", "is_staff": True, "id": "1"})

    assert answer.status_code == 422
    assert faults(answer) == {
        (("email",), "invalid"),
        (("password",), "password_too_short"),
        (("is_staff",), "extra_forbidden"),
        (("id",), "extra_forbidden"),
    }
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("zq8-m2v", "password_too_short"),
        ("password", "password_too_common"),
        ("dora.example", "password_too_similar"),
        ("x" * 1001, "max_length"),
    ],
)
def test_a_poor_password_is_refused_with_its_reason(api_client, password, fault):
    answer = api_client().post(URL, {"email": "dora.example@example.org", "password": password})

    assert answer.status_code == 422
    assert faults(answer) == {(("password",), fault)}


@pytest.mark.parametrize("body", [[], 1, "text", None, [{}]])
def test_a_body_that_is_no_object_is_refused(api_client, body):
    answer = api_client().post(URL, body)

    assert answer.status_code == 422


def test_a_stale_token_sent_along_does_not_matter(api_client):
    client = api_client()
    client.credentials(HTTP_AUTHORIZATION="Bearer stale")

    answer = client.post(URL, {"email": "dora@example.org", "password": PASSWORD})

    assert answer.status_code == 201
