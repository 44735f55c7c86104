from collections.abc import Iterable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.tests.factories import UserFactory


@pytest.fixture
def desk(operator, client) -> Client:
    """The browser of an operator who may do everything."""
    client.force_login(operator)
    return client


@pytest.fixture
def staff(db):
    """Makes the browser of a member of staff with just these permissions."""

    def made(permissions: Iterable[str] = ()) -> Client:
        person = UserFactory(is_staff=True)
        person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        browser = Client()
        browser.force_login(person)
        return browser

    return made
