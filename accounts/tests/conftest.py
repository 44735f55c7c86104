"""Clients that sign in the way other programs do."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tests.factories import PASSWORD

SignIn = Callable[[User], "Device"]


class Device(APIClient):
    """An API client with its pair of tokens."""

    def __init__(self, user: User) -> None:
        super().__init__(HTTP_USER_AGENT="Test device")
        answer = self.post("/api/v1/auth/token/", {"email": user.email, "password": PASSWORD})
        self.hold(answer.json())

    def hold(self, pair: dict[str, str]) -> None:
        self.refresh = pair["refresh"]
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")

    def use_refresh(self, token: str | None = None):
        nobody = APIClient()
        return nobody.post("/api/v1/auth/token/refresh/", {"refresh": token or self.refresh})


@pytest.fixture
def sign_in(db) -> SignIn:
    """`sign_in(alice)` is a device of Alice's, newly signed in."""
    return Device
