from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Login
from accounts.tests.factories import LoginFactory
from accounts.tests.test_tokens import ME, is_refused

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/logins/"


def test_the_list_shows_exactly_my_living_devices(sign_in, alice, bob):
    here, there = sign_in(alice), sign_in(alice)
    LoginFactory(user=alice, expires_at=timezone.now())
    LoginFactory(user=alice, revoked_at=timezone.now(), revoke_reason="test")
    sign_in(bob)

    answer = here.get(URL)

    assert answer.status_code == 200
    assert answer.json().keys() == {"next", "previous", "results"}
    mine = {there.refresh.partition(".")[0]: False, here.refresh.partition(".")[0]: True}
    assert {row["id"].replace("-", ""): row["is_current"] for row in answer.json()["results"]} == mine
    assert answer.json()["results"][0].keys() == {
        "id", "user_agent", "ip_address", "created_at", "last_used_at", "expires_at", "is_current",
    }  # fmt: skip


def test_the_list_is_read_page_by_page(sign_in, alice):
    device = sign_in(alice)
    LoginFactory.create_batch(4, user=alice)

    seen, url = [], f"{URL}?page_size=2"
    while url:
        page = device.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert len(seen) == len(set(seen)) == 5


def test_revoking_a_device_ends_it_at_once(sign_in, alice):
    here, there = sign_in(alice), sign_in(alice)
    there_id = there.refresh.partition(".")[0]

    answer = here.delete(f"{URL}{there_id}/")

    assert answer.status_code == 204
    assert is_refused(there.get(ME))
    assert is_refused(there.use_refresh())
    assert here.get(ME).status_code == 200


def test_a_strangers_an_unknown_and_a_malformed_id_answer_alike(sign_in, alice, charlie):
    target = sign_in(alice).refresh.partition(".")[0]
    stranger = sign_in(charlie)

    answers = [stranger.delete(f"{URL}{pk}/") for pk in (target, uuid4(), "not-an-id", "1")]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.content for answer in answers} == {b'{"detail":"Not found"}'}
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1
    assert Login.objects.get(pk=target).revoked_at is None


def test_a_revoked_device_is_not_there_any_more(sign_in, alice):
    device = sign_in(alice)
    gone = LoginFactory(user=alice, revoked_at=timezone.now(), revoke_reason="test")

    assert device.delete(f"{URL}{gone.pk}/").status_code == 404


def test_nobody_has_no_devices(api_client):
    assert is_refused(api_client().get(URL))
    assert is_refused(api_client().delete(f"{URL}{uuid4()}/"))
