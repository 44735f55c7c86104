"""Signing in, staying signed in and signing out with tokens."""

import hashlib
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts.models import Login, User
from accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
NOT_AUTHENTICATED = b'{"detail":"Not authenticated"}'
TOKEN, REFRESH, LOGOUT, ME = (
    f"/api/v1/{path}/" for path in ("auth/token", "auth/token/refresh", "auth/logout", "users/me")
)


def is_refused(answer) -> bool:
    return (
        answer.status_code == 401
        and answer.content == NOT_AUTHENTICATED
        and answer["WWW-Authenticate"] == "Bearer"
    )


def age(seconds: float) -> None:
    """Make every rotation that many seconds older."""
    for login in Login.objects.exclude(rotated_at=None):
        Login.objects.filter(pk=login.pk).update(rotated_at=login.rotated_at - timedelta(seconds=seconds))


def test_signing_in_gives_a_pair_and_notes_the_device(api_client, alice):
    answer = api_client().post(
        TOKEN,
        {"email": "Alice@example.org", "password": PASSWORD},
        HTTP_USER_AGENT="curl/8",
        REMOTE_ADDR="192.0.2.7",
    )

    assert answer.status_code == 200
    assert answer.json().keys() == {"access", "refresh"}
    assert answer["Cache-Control"] == "no-store"
    login = Login.objects.get(user=alice)
    assert (login.user_agent, login.ip_address) == ("curl/8", "192.0.2.7")


@pytest.mark.parametrize("name", ["email", "username"])
def test_a_form_is_as_good_as_json(api_client, alice, name):
    body = urlencode({name: alice.email, "password": PASSWORD, "grant_type": "password"})

    answer = api_client().post(TOKEN, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 200


def test_multipart_is_a_form_too(api_client, alice):
    answer = api_client().post(TOKEN, {"username": alice.email, "password": PASSWORD}, format="multipart")

    assert answer.status_code == 200


def test_a_wrong_password_an_unknown_and_an_inactive_person_look_the_same(api_client, alice, bob):
    User.objects.filter(pk=bob.pk).update(is_active=False)

    answers = [
        api_client().post(TOKEN, {"email": alice.email, "password": "wrong"}),
        api_client().post(TOKEN, {"email": "nobody@example.org", "password": "wrong"}),
        api_client().post(TOKEN, {"email": bob.email, "password": PASSWORD}),
    ]

    assert all(map(is_refused, answers))
    assert len({tuple(sorted(answer.headers)) for answer in answers}) == 1


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_known_and_unknown_people_cost_one_hash_each(api_client, alice, monkeypatch, email):
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    real = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or real(*given))

    api_client().post(TOKEN, {"email": email, "password": "wrong"})

    assert len(hashed) == 1


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"password": "x"}, ["email"]),
        ({"email": "a@example.org"}, ["password"]),
        ({"email": ["a"], "password": "x"}, ["email"]),
        ({"email": "a" * 300, "password": "x"}, ["email"]),
    ],
)
def test_incomplete_credentials_are_a_fault_at_their_place(api_client, body, place):
    answer = api_client().post(TOKEN, body)

    assert answer.status_code == 422
    assert [fault["loc"] for fault in answer.json()["detail"]] == [place]


def test_refresh_tokens_are_stored_only_as_hashes(sign_in, alice):
    device = sign_in(alice)

    login = Login.objects.get()
    assert bytes(login.token_hash) == hashlib.sha256(device.refresh.encode()).digest()
    assert device.refresh not in str(Login.objects.values_list())


def test_refreshing_gives_a_new_pair_that_works(sign_in, alice):
    device = sign_in(alice)

    answer = device.use_refresh()

    assert answer.status_code == 200
    assert answer.json()["refresh"] != device.refresh
    device.hold(answer.json())
    assert device.get(ME).json()["email"] == alice.email
    assert device.use_refresh().status_code == 200


def test_a_second_refresh_within_the_grace_is_refused_and_nothing_more(sign_in, alice):
    device = sign_in(alice)
    pair = device.use_refresh().json()

    assert is_refused(device.use_refresh())
    assert device.use_refresh(pair["refresh"]).status_code == 200


@pytest.mark.parametrize("rotations", [1, 3])
def test_a_dead_token_used_again_ends_the_whole_log_in(sign_in, alice, rotations):
    device = sign_in(alice)
    first = device.refresh
    for _ in range(rotations):
        device.hold(device.use_refresh().json())
    age(seconds=11)

    assert is_refused(device.use_refresh(first))

    assert is_refused(device.use_refresh())
    assert is_refused(device.get(ME))
    assert Login.objects.get().revoke_reason == "refresh token used twice"


def test_reuse_leaves_other_devices_alone(sign_in, alice):
    robbed, other = sign_in(alice), sign_in(alice)
    robbed.use_refresh()
    age(seconds=11)
    robbed.use_refresh()

    assert other.get(ME).status_code == 200
    assert other.use_refresh().status_code == 200


@pytest.mark.parametrize("token", ["", "x", ".", "zz.zz", "0" * 32, "é.é", "x" * 500])
def test_a_token_that_never_was_is_refused(api_client, db, token):
    answer = api_client().post(REFRESH, {"refresh": token or " "})

    assert answer.status_code in {401, 422}


def test_an_access_token_is_no_refresh_token(api_client, sign_in, alice):
    device = sign_in(alice)
    access = device._credentials["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    answer = api_client().post(REFRESH, {"refresh": access})

    assert is_refused(answer)


def test_an_expired_token_is_refused_and_no_reuse(sign_in, alice):
    device = sign_in(alice)
    Login.objects.update(expires_at=timezone.now())

    assert is_refused(device.use_refresh())
    assert Login.objects.get().revoked_at is None


def test_an_inactive_person_cannot_refresh_nor_ask(sign_in, alice):
    device = sign_in(alice)
    User.objects.update(is_active=False)

    assert is_refused(device.use_refresh())
    assert is_refused(device.get(ME))


def test_a_deleted_person_cannot_refresh_nor_ask(sign_in, alice):
    device = sign_in(alice)
    alice.delete()

    assert is_refused(device.use_refresh())
    assert is_refused(device.get(ME))


def test_logging_out_ends_both_tokens_at_once(api_client, sign_in, alice):
    device = sign_in(alice)

    answer = api_client().post(LOGOUT, {"refresh": device.refresh})

    assert answer.status_code == 204
    assert answer.content == b""
    assert is_refused(device.get(ME))
    assert is_refused(device.use_refresh())


def test_logging_out_twice_is_no_fault(api_client, sign_in, alice):
    device = sign_in(alice)
    api_client().post(LOGOUT, {"refresh": device.refresh})

    assert api_client().post(LOGOUT, {"refresh": device.refresh}).status_code == 204


def test_logging_out_takes_the_token_not_just_its_id(api_client, sign_in, alice):
    device = sign_in(alice)

    api_client().post(LOGOUT, {"refresh": device.refresh.partition(".")[0] + ".guess"})

    assert device.get(ME).status_code == 200


def test_logging_out_needs_the_token(api_client, db):
    assert api_client().post(LOGOUT, {}).status_code == 422


def test_a_token_makes_no_browser_session(client):
    user = UserFactory()

    answer = client.post(TOKEN, {"email": user.email, "password": PASSWORD}, content_type="application/json")

    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies
