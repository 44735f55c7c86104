import pytest
from django.urls import reverse

from accounts.models import Login, User
from accounts.tests.factories import LoginFactory, UserFactory

pytestmark = pytest.mark.django_db
USERS, LOGINS = "/admin/accounts/user/", "/admin/accounts/login/"


@pytest.fixture
def office(client, operator):
    client.force_login(operator)
    return client


@pytest.mark.parametrize(
    "address", ["user/", "login/", "user/add/", "user/?q=a", "login/?q=a&state=alive", "login/?state=ended"]
)
def test_the_lists_open(office, alice, address):
    LoginFactory(user=alice)

    assert office.get(f"/admin/accounts/{address}").status_code == 200


def test_people_are_found_by_e_mail(office, alice, bob):
    page = office.get(f"{USERS}?q=alice").content.decode()

    assert "alice@example.org" in page
    assert "bob@example.org" not in page


def test_an_operator_can_make_a_person(office):
    new = "battery staple correct"
    passwords = {"usable_password": "true", "password1": new, "password2": new}

    answer = office.post(f"{USERS}add/", {"email": "Dora@example.org", "display_name": "Dora"} | passwords)

    assert answer.status_code == 302
    assert User.objects.get(email="dora@example.org").check_password(new)


def test_a_person_can_be_switched_off(office, alice):
    answer = office.post(
        f"{USERS}{alice.pk}/change/", {"email": "ALICE@example.org", "display_name": "Alice"}
    )

    alice.refresh_from_db()
    assert answer.status_code == 302
    assert not alice.is_active
    assert alice.email == "alice@example.org"


def test_a_new_password_ends_every_device(office, alice):
    LoginFactory(user=alice)
    new = {
        "usable_password": "true",
        "password1": "battery staple correct",
        "password2": "battery staple correct",
    }

    answer = office.post(f"{USERS}{alice.pk}/password/", new)

    assert answer.status_code == 302
    assert Login.objects.get(user=alice).revoke_reason == "password changed by an operator"


def test_devices_can_be_signed_out(office, alice):
    chosen, other = LoginFactory(user=alice), LoginFactory(user=alice)

    office.post(LOGINS, {"action": "revoke", "_selected_action": [chosen.pk]})

    chosen.refresh_from_db()
    other.refresh_from_db()
    assert chosen.revoke_reason == "signed out by an operator"
    assert other.revoked_at is None


def test_people_can_be_signed_out_everywhere(office, alice):
    LoginFactory.create_batch(2, user=alice)

    office.post(USERS, {"action": "sign_out_everywhere", "_selected_action": [alice.pk]})

    assert not Login.objects.filter(user=alice, revoked_at=None).exists()


def test_a_device_is_for_reading_and_shows_no_hash(office, alice):
    device = LoginFactory(user=alice, token_hash=b"\xab" * 32)

    page = office.get(f"{LOGINS}{device.pk}/change/").content.decode()

    assert "token_hash" not in page
    assert "abab" not in page
    assert 'name="user_agent"' not in page
    assert office.get(f"{LOGINS}add/").status_code == 403
    assert office.get(f"{LOGINS}{device.pk}/delete/").status_code == 403


def test_staff_without_permission_sees_nothing(client, alice):
    client.force_login(UserFactory(is_staff=True))

    assert client.get(USERS).status_code == 403
    assert client.get(f"{USERS}{alice.pk}/change/").status_code == 403


def test_a_planner_does_not_get_in(client, alice):
    client.force_login(alice)

    answer = client.get(reverse("admin:index"))

    assert answer.status_code == 302
