import pytest
from django.conf import settings
from django.db import OperationalError, connection

from vrp import engines
from vrp.api import health
from vrp.domain import limits
from vrp.domain.features import Feature
from vrp.services import liveness

READY = "/api/v1/health/ready/"


def test_capabilities_name_every_engine_with_its_features(api_client):
    body = api_client().get("/api/v1/capabilities/").json()

    assert {engine["name"]: set(engine["features"]) for engine in body["engines"]} == {
        name: set(engines.get(name).supports) for name in engines.installed()
    }
    assert body["features"] == list(Feature)


def test_capabilities_say_what_an_engine_does_by_itself_and_what_it_emulates(api_client):
    for engine in api_client().get("/api/v1/capabilities/").json()["engines"]:
        assert sorted(engine["native"] + engine["emulated"]) == engine["features"]


def test_capabilities_publish_the_limits_that_are_enforced(api_client):
    body = api_client().get("/api/v1/capabilities/").json()

    assert body["limits"] == limits.PUBLISHED | {"body_bytes": settings.MAX_BODY_BYTES}


def test_live_asks_no_database(api_client):
    # Without the `db` fixture a query would fail this test.
    response = api_client().get("/api/v1/health/live/")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_open_doors_do_not_mind_a_bad_token(api_client):
    response = api_client().get("/api/v1/health/live/", headers={"Authorization": "Bearer nonsense"})

    assert response.status_code == 200


@pytest.fixture
def worker(db):
    """This connection says it is a worker's."""
    liveness.say_alive()
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET application_name")


def test_ready_once_database_migrations_and_queue_are_up(api_client, worker):
    response = api_client().get(READY)

    assert response.status_code == 200
    assert response.json()["checks"] == {"database": "ok", "migrations": "ok", "queue": "ok"}


def test_not_ready_without_a_worker(db, api_client):
    response = api_client().get(READY)

    assert response.status_code == 503
    assert response.json() == {
        "detail": "Service temporarily unavailable",
        "checks": {"database": "ok", "migrations": "ok", "queue": "no worker is running"},
    }
    assert response["Retry-After"]


def test_not_ready_before_all_migrations_are_applied(db, api_client):
    health._migrated.cache_clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'vrp'")

    response = api_client().get(READY)

    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "not all are applied"


def test_not_ready_while_the_database_is_away(db, api_client, monkeypatch):
    health._migrated.cache_clear()

    def away(*args, **kwargs):
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        response = api_client().get(READY)

    assert response.status_code == 503
    assert "ok" not in response.json()["checks"].values()
