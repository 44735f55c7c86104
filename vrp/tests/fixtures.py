"""People and clients every test may ask for. Loaded for the whole suite by `-p vrp.tests.fixtures`."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from accounts.models import User

# Nothing of Django may be imported before pytest-django has set it up, so the imports are in the functions.


os.environ["KERNEL_WISHES"] = "false"  # random problems would make workers compile for hours


@pytest.fixture(autouse=True)
def _fast_passwords(settings):
    """Tests make many people; tests of the real hasher name it themselves."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_roads(settings, _no_data):
    """Straight lines, whatever regions and servers this machine has; tests of roads bring their own."""
    settings.ROUTEBOOK_DATA = _no_data
    settings.ROAD_SERVERS = {}
    settings.NOMINATIM_URL = settings.PHOTON_URL = ""


@pytest.fixture(scope="session")
def _no_data(tmp_path_factory):
    return tmp_path_factory.mktemp("no-data")


@pytest.fixture
def alice(db) -> "User":
    """The owner."""
    from accounts.tests.factories import UserFactory

    return UserFactory(email="alice@example.org", display_name="Alice")


@pytest.fixture
def bob(db) -> "User":
    """A member."""
    from accounts.tests.factories import UserFactory

    return UserFactory(email="bob@example.org", display_name="Bob")


@pytest.fixture
def charlie(db) -> "User":
    """A stranger."""
    from accounts.tests.factories import UserFactory

    return UserFactory(email="charlie@example.org", display_name="Charlie")


@pytest.fixture
def operator(db) -> "User":
    """Support staff, through the admin."""
    from accounts.tests.factories import UserFactory

    return UserFactory(email="operator@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def api_client() -> "Callable[[User | None], APIClient]":
    """A client of the API: `api_client(alice)` asks as Alice, `api_client()` as nobody."""
    from rest_framework.test import APIClient

    def client(user: "User | None" = None) -> "APIClient":
        made = APIClient()
        if user:
            made.force_authenticate(user)
        return made

    return client
