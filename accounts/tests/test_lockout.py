"""Too many wrong passwords: per e-mail and address, on the API and on the page."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"
TRIES = 5


def try_api(password: str, email: str = "alice@example.org", address: str = "192.0.2.1"):
    return APIClient(REMOTE_ADDR=address).post(TOKEN, {"email": email, "password": password})


def lock_out(address: str = "192.0.2.1") -> None:
    for _ in range(TRIES):
        try_api("wrong", address=address)


def test_the_fifth_wrong_password_locks_out(alice):
    codes = [try_api("wrong").status_code for _ in range(TRIES)]

    assert codes == [401, 401, 401, 401, 429]


def test_a_locked_out_caller_is_told_when_to_come_back(alice):
    lock_out()

    answer = try_api(PASSWORD)

    assert answer.status_code == 429
    assert answer.json() == {"detail": "Too many failed log-ins. Try again in 15 minutes."}
    assert answer["Retry-After"] == "900"


def test_the_lock_opens_after_a_while(alice):
    lock_out()
    attempt = AccessAttempt.objects.get()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=16))

    assert try_api(PASSWORD).status_code == 200


def test_a_stranger_cannot_lock_the_owner_out(alice):
    lock_out(address="198.51.100.9")

    assert try_api(PASSWORD, address="192.0.2.1").status_code == 200


def test_capitals_are_no_way_around_the_count(alice):
    emails = [
        "alice@example.org",
        "Alice@example.org",
        "ALICE@example.org",
        "alice@EXAMPLE.org",
        " alice@example.org",
    ]

    codes = [try_api("wrong", email).status_code for email in emails]

    assert codes[-1] == 429


def test_a_right_password_forgives_the_wrong_ones(alice):
    for _ in range(3):
        for _ in range(TRIES - 1):
            try_api("wrong")
        assert try_api(PASSWORD).status_code == 200


def test_unknown_people_are_locked_out_alike(db):
    codes = [try_api("wrong", "nobody@example.org").status_code for _ in range(TRIES)]

    assert codes[-1] == 429


def test_the_page_says_it_in_a_sentence(client, alice):
    for _ in range(TRIES):
        answer = client.post(reverse("accounts:login"), {"username": alice.email, "password": "wrong"})

    assert answer.status_code == 429
    assert answer["Retry-After"] == "900"
    assert "Too many failed log-ins. Try again in 15 minutes." in answer.content.decode()


def test_page_and_api_count_together(alice):
    page = Client(REMOTE_ADDR="192.0.2.1")
    for _ in range(TRIES - 1):
        page.post(reverse("accounts:login"), {"username": alice.email, "password": "wrong"})

    assert try_api("wrong").status_code == 429


def test_passwords_are_not_written_down(client, alice, caplog):
    client.post(reverse("accounts:login"), {"username": alice.email, "password": "sehr-geheim"})
    try_api("sehr-geheim")

    assert "sehr-geheim" not in str([*AccessAttempt.objects.values()])
    assert "sehr-geheim" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_guesses_at_once_are_all_counted(alice):
    def guess(_: int) -> int:
        try:
            return try_api("wrong").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(TRIES * 4)))

    assert try_api(PASSWORD).status_code == 429
