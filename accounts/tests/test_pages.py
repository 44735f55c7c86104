from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Login, User
from accounts.tests.factories import PASSWORD, LoginFactory

pytestmark = pytest.mark.django_db
LOGIN, LOGOUT, SIGNUP, PROFILE, CHANGE = (
    reverse(f"accounts:{name}") for name in ("login", "logout", "signup", "profile", "password")
)
NEW_PASSWORD = "battery staple correct"


def browser(user: User) -> Client:
    client = Client(HTTP_USER_AGENT="Test browser")
    client.post(LOGIN, {"username": user.email, "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(PROFILE).status_code == 200


def test_signing_up_makes_a_person_and_signs_in(client):
    answer = client.post(SIGNUP, {"email": "Dora@Example.org", "display_name": "Dora", "password": PASSWORD})

    assert answer.status_code == 302
    assert is_signed_in(client)
    assert User.objects.get().email == "dora@example.org"
    assert Login.objects.get().user.display_name == "Dora"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "ALICE@example.org"}, "This e-mail address is already taken."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"password": "short"}, "too short"),
        ({"password": ""}, "This field is required."),
        ({"password": "dora@example.org"}, "too similar"),
    ],
)
def test_a_sign_up_that_fails_says_why_beside_the_field(client, alice, change, message):
    field = next(iter(change))

    answer = client.post(
        SIGNUP, {"email": "dora@example.org", "display_name": "", "password": PASSWORD} | change
    )

    assert answer.status_code == 422
    assert message in str(answer.context["form"].errors[field])
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert User.objects.count() == 1


def test_somebody_quicker_with_the_same_address_is_a_fault_of_the_form(client, alice, monkeypatch):
    monkeypatch.setattr(User, "validate_constraints", lambda *args, **kwargs: None)  # both checks came first

    answer = client.post(SIGNUP, {"email": alice.email, "display_name": "", "password": PASSWORD})

    assert answer.status_code == 422
    assert "already taken" in answer.content.decode()


def test_whoever_is_signed_in_needs_no_sign_up_or_log_in(alice):
    client = browser(alice)

    assert client.get(SIGNUP).status_code == 302
    assert client.get(LOGIN).status_code == 302


def test_logging_in_leads_to_where_one_wanted_to_go(client, alice):
    answer = client.post(LOGIN, {"username": "ALICE@example.org", "password": PASSWORD, "next": PROFILE})

    assert answer["Location"] == PROFILE


@pytest.mark.parametrize(
    "away", ["https://evil.example", "//evil.example", r"\\evil.example", "javascript:alert(1)"]
)
def test_logging_in_never_leads_to_another_site(client, alice, away):
    answer = client.post(LOGIN, {"username": alice.email, "password": PASSWORD, "next": away})

    assert answer["Location"] == reverse("web:sessions")


def test_a_wrong_password_is_said_in_words(client, alice):
    answer = client.post(LOGIN, {"username": alice.email, "password": "wrong"})

    assert "do not belong together" in answer.content.decode()
    assert not is_signed_in(client)


def test_the_session_gets_a_new_id_at_log_in(client, alice):
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before

    client.post(LOGIN, {"username": alice.email, "password": PASSWORD})

    assert client.session.session_key != before


def test_logging_out_ends_session_and_device(alice):
    client = browser(alice)

    answer = client.post(LOGOUT)

    assert answer["Location"] == LOGIN
    assert not is_signed_in(client)
    assert Login.objects.get().revoke_reason == "logged out"


def test_logging_out_takes_a_post(alice):
    client = browser(alice)

    assert client.get(LOGOUT).status_code == 405
    assert is_signed_in(client)


def test_logging_in_again_leaves_one_device(alice):
    client = browser(alice)

    client.post(LOGOUT)
    client.post(LOGIN, {"username": alice.email, "password": PASSWORD})

    assert Login.objects.alive(timezone.now()).count() == 1


def test_the_profile_lists_exactly_my_devices(alice, bob):
    client = browser(alice)
    LoginFactory(user=alice, user_agent="<b>curl</b>", ip_address="192.0.2.7")
    LoginFactory(user=bob, user_agent="Bob's phone")

    answer = client.get(PROFILE)

    page = answer.content.decode()
    assert {device.user_agent for device in answer.context["devices"]} == {"Test browser", "<b>curl</b>"}
    assert "&lt;b&gt;curl&lt;/b&gt;" in page
    assert page.count("this one") == 1


def test_the_name_can_be_changed(alice):
    client = browser(alice)

    answer = client.post(PROFILE, {"display_name": "Alice B."}, follow=True)

    alice.refresh_from_db()
    assert alice.display_name == "Alice B."
    assert "Your profile was saved." in answer.content.decode()


def test_too_long_a_name_is_a_fault_of_the_form(alice):
    answer = browser(alice).post(PROFILE, {"display_name": "x" * 151})

    assert answer.status_code == 422
    assert "Alice" in answer.content.decode()


def test_a_browser_signed_out_from_elsewhere_is_nobody_at_once(alice):
    here, there = browser(alice), browser(alice)
    there_id = there.session["login_id"]

    answer = here.post(reverse("accounts:device-revoke", args=[there_id]))

    assert answer["Location"] == PROFILE
    assert not is_signed_in(there)
    assert is_signed_in(here)


def test_a_strangers_device_is_not_there(alice, charlie):
    device = LoginFactory(user=alice)
    stranger = browser(charlie)

    for pk in (device.pk, uuid4()):
        assert stranger.post(reverse("accounts:device-revoke", args=[pk])).status_code == 404

    device.refresh_from_db()
    assert device.revoked_at is None


def test_signing_a_device_out_takes_a_post(alice):
    device = LoginFactory(user=alice)

    assert browser(alice).get(reverse("accounts:device-revoke", args=[device.pk])).status_code == 405


@pytest.mark.parametrize(
    "url", [PROFILE, CHANGE, "/profile/devices/0b9a2f6e-9c1d-4a52-b0cf-3a0f2f1f5d22/revoke/"]
)
def test_nobody_is_led_to_the_log_in(client, url):
    for answer in (client.get(url), client.post(url)):
        assert answer.status_code == 302
        assert answer["Location"].startswith(LOGIN)


def test_changing_the_password_ends_every_other_device(alice, sign_in):
    here, there, program = browser(alice), browser(alice), sign_in(alice)
    new = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}

    answer = here.post(CHANGE, {"old_password": PASSWORD} | new)

    alice.refresh_from_db()
    assert answer.status_code == 302
    assert alice.check_password(NEW_PASSWORD)
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert program.use_refresh().status_code == 401


def test_a_switched_off_account_is_out_at_once(alice):
    client = browser(alice)
    User.objects.update(is_active=False)

    assert not is_signed_in(client)


def test_a_session_from_elsewhere_needs_no_device(client, alice):
    client.force_login(alice)

    assert is_signed_in(client)


def test_when_a_browser_was_last_used_is_noted_now_and_then(alice, django_assert_max_num_queries):
    client = browser(alice)
    long_ago = timezone.now() - timezone.timedelta(hours=1)
    Login.objects.update(last_used_at=long_ago)

    is_signed_in(client)

    assert Login.objects.get().last_used_at > long_ago


@pytest.mark.parametrize("name", ["login", "signup", "profile", "password", "logout"])
def test_every_form_needs_its_csrf_token(alice, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post(reverse(f"accounts:{name}"), {"email": "dora@example.org", "password": PASSWORD})

    assert answer.status_code == 403
    assert "Not allowed" in answer.content.decode()
