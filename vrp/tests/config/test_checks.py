import pytest
from django.core.checks.registry import registry

from config import checks


@pytest.mark.parametrize(
    ("debug", "engine", "wanted", "found"),
    [
        (False, "config.embedded", False, ["routebook.E001"]),
        (False, "config.embedded", True, []),
        (True, "config.embedded", False, []),
        (False, "django.db.backends.postgresql", False, []),
    ],
)
def test_the_embedded_server_in_production_must_be_asked_for_by_name(
    settings, monkeypatch, debug, engine, wanted, found
):
    settings.DEBUG = debug
    settings.EMBEDDED_POSTGRES_IN_PRODUCTION = wanted
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", engine)

    messages = checks.check_embedded_is_wanted(None)

    assert [message.id for message in messages] == found


def test_it_is_a_deployment_check_only():
    assert checks.check_embedded_is_wanted in registry.deployment_checks
    assert checks.check_embedded_is_wanted not in registry.registered_checks


@pytest.mark.parametrize(
    ("major", "minor", "found"),
    [
        (14, 24, ["PostgreSQL 14.24; Routebook needs 15 or newer."]),
        (15, 18, ["PostgreSQL 15.18 lacks security fixes; update it to 15.19."]),
        (15, 19, []),
        (18, 5, ["PostgreSQL 18.5 lacks security fixes; update it to 18.6."]),
        (19, 0, []),
    ],
)
def test_an_old_server_is_refused_and_an_unpatched_one_warned_of(major, minor, found):
    messages = checks.judge_version(major, minor)

    assert [message.msg.removeprefix("The server of DATABASE_URL is ") for message in messages] == found


def test_an_address_that_could_never_be_asked_is_told(settings):
    settings.ROAD_SERVERS = {"osrm": "not an address"}

    (found,) = checks.check_road_servers(None)

    assert found.id == "routebook.E003"
    assert "OSRM" in found.msg
