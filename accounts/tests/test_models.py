import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Login, User
from accounts.tests.factories import LoginFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_an_address_is_kept_in_lower_case():
    user = User.objects.create_user(" Alice@Example.ORG ", "secret")

    user.refresh_from_db()
    assert user.email == "alice@example.org"


def test_an_address_belongs_to_one_person_whatever_its_case(alice):
    with pytest.raises(IntegrityError):
        UserFactory(email="ALICE@example.org")


def test_the_table_itself_refuses_an_address_in_capitals(alice):
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=alice.pk).update(email="Alice@example.org")


def test_a_person_is_found_whatever_the_case_typed(alice):
    assert User.objects.get_by_natural_key("ALICE@Example.org") == alice


def test_a_superuser_may_enter_the_admin():
    user = User.objects.create_superuser("root@example.org", "secret")

    assert user.is_staff
    assert user.is_superuser


def test_revoking_leaves_earlier_revocations_alone():
    login = LoginFactory()
    Login.objects.all().revoke("first", timezone.now())

    ended = Login.objects.all().revoke("second", timezone.now())

    login.refresh_from_db()
    assert ended == 0
    assert login.revoke_reason == "first"


def test_a_revocation_has_a_reason():
    with pytest.raises(IntegrityError):
        LoginFactory(revoked_at=timezone.now())
