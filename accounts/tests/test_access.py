"""Only our own, living access tokens open the API."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Login
from accounts.tests.factories import LoginFactory
from accounts.tests.test_tokens import ME, is_refused

pytestmark = pytest.mark.django_db


def claims(login: Login, **changes: object) -> dict[str, object]:
    now = datetime.now(UTC)
    good = {
        "typ": "access",
        "iss": "routebook",
        "sub": str(login.user_id),
        "sid": str(login.pk),
        "iat": now,
        "exp": now + timedelta(minutes=5),
        "jti": uuid4().hex,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, object], key: str = settings.SECRET_KEY, **options: object) -> str:
    return jwt.encode(payload, key, **({"algorithm": "HS256"} | options))


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def ask(client, header: str):
    return client.get(ME, HTTP_AUTHORIZATION=header)


def test_the_token_made_here_is_good(api_client, alice):
    token = signed(claims(LoginFactory(user=alice)))

    answer = ask(api_client(), f"Bearer {token}")

    assert answer.status_code == 200


def test_deciding_takes_one_query(api_client, alice, django_assert_num_queries):
    token = signed(claims(LoginFactory(user=alice)))

    with django_assert_num_queries(1):
        ask(api_client(), f"bearer {token}")


def test_nobody_is_refused(api_client):
    assert is_refused(api_client().get(ME))


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "refresh"},
        {"typ": None},
        {"iss": "elsewhere"},
        {"iss": None},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 2**63},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC)},
        {"sub": None},
        {"sub": "1"},
        {"sub": "8f9d6c52-3f53-4f1c-8d5e-0d1f6f0a7b11"},
        {"sid": None},
        {"sid": "x"},
        {"sid": ["x"]},
        {"sid": {"pk": 1}},
        {"sid": "0b9a2f6e-9c1d-4a52-b0cf-3a0f2f1f5d22"},
    ],
    ids=str,
)
def test_a_token_with_wrong_claims_is_refused(api_client, alice, changes):
    try:
        token = signed(claims(LoginFactory(user=alice), **changes))
    except TypeError:  # the library would not write what a forger can
        header, body = part({"alg": "HS256", "typ": "JWT"}), claims(LoginFactory(user=alice))
        body |= {"iat": 0, "exp": 9_999_999_999} | changes
        key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        text = f"{header}.{part(body)}"
        signature = key.sign(text.encode(), settings.SECRET_KEY.encode())
        token = f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    assert is_refused(ask(api_client(), f"Bearer {token}"))


def test_forged_tokens_cost_no_query(api_client, alice, django_assert_num_queries):
    payload = claims(LoginFactory(user=alice))
    good = signed(payload)
    head, body, signature = good.split(".")
    forged = [
        signed(payload, key="another key that is long enough for HMAC"),
        signed(payload, key="x" * 64, algorithm="HS512"),
        signed(payload, algorithm="HS384"),
        signed(payload, headers={"crit": ["exp"]}),
        jwt.encode(payload, None, algorithm="none"),
        f"{part({'alg': 'none'})}.{body}.",
        f"{part({'alg': 'RS256'})}.{body}.{signature}",
        f"{part({'alg': 'HS256', 'jku': 'https://example.org'})}.{body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{good}.{signature}.{signature}",
        f"{head}.{part({'sub': 'x'})}.{signature}",
        "x",
        "",
        "a b",
        "é",
        "." * 2,
        "x" * 100_000,
    ]

    with django_assert_num_queries(0):
        answers = [ask(api_client(), f"Bearer {token}") for token in forged]

    assert all(map(is_refused, answers))


def test_another_scheme_is_nobody(api_client):
    assert is_refused(ask(api_client(), "Basic YWxpY2U6YWxpY2U="))


def test_a_revoked_or_expired_log_in_is_refused(api_client, alice):
    login = LoginFactory(user=alice)
    header = f"Bearer {signed(claims(login))}"

    Login.objects.update(expires_at=timezone.now())
    assert is_refused(ask(api_client(), header))

    Login.objects.update(expires_at=timezone.now() + timedelta(days=1))
    assert ask(api_client(), header).status_code == 200

    Login.objects.all().revoke("test", timezone.now())
    assert is_refused(ask(api_client(), header))


def test_a_token_of_somebody_elses_log_in_is_refused(api_client, alice, bob):
    token = signed(claims(LoginFactory(user=alice), sub=str(bob.pk)))

    assert is_refused(ask(api_client(), f"Bearer {token}"))
