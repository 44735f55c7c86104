"""One refresh token, many clients at the same moment, real connections."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Login
from accounts.tests.conftest import Device

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 8


def refresh_at_once(pool: ThreadPoolExecutor, token: str) -> list:
    barrier = Barrier(AT_ONCE)

    def refresh(_: int):
        barrier.wait()
        try:
            return APIClient().post("/api/v1/auth/token/refresh/", {"refresh": token})
        finally:
            connection.close()

    return list(pool.map(refresh, range(AT_ONCE)))


def test_of_many_refreshes_at_once_exactly_one_gets_a_pair(alice):
    token = Device(alice).refresh
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(25):
            answers = refresh_at_once(pool, token)

            won = [answer.json() for answer in answers if answer.status_code == 200]
            assert len(won) == 1
            assert {answer.status_code for answer in answers} == {200, 401}
            token = won[0]["refresh"]

    assert Login.objects.get().revoked_at is None
