"""System checks of the deployment: is this the PostgreSQL that production should run on?"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

from vrp.roads import geocoders, servers
from vrp.roads.base import RoadsFailed

OLDEST_POSTGRES = 15
# The minor releases of August 2026, which close ways to run code as the server's user (CVE-2026-14680, -16239).
SAFE_MINORS = {15: 19, 16: 15, 17: 11, 18: 6}


def _is_embedded(settings_of_database: dict[str, Any]) -> bool:
    return settings_of_database["ENGINE"] == "config.embedded"


@register(deploy=True)
def check_embedded_is_wanted(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The embedded PostgreSQL is for one machine and its maker, unless somebody says otherwise by name."""
    if settings.DEBUG or settings.EMBEDDED_POSTGRES_IN_PRODUCTION:
        return []
    if not _is_embedded(settings.DATABASES["default"]):
        return []
    return [
        Error(
            "DEBUG is off and the data lies in the embedded PostgreSQL.",
            hint="Set DATABASE_URL, or EMBEDDED_POSTGRES_IN_PRODUCTION=true if one machine is all you need.",
            id="routebook.E001",
        )
    ]


@register()
def check_road_servers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Addresses of routing servers and geocoders that could never be asked."""
    made = servers.made(settings.ROAD_SERVERS, settings.ROAD_SERVER_KEYS)
    wrong = {name: source.error for name, source in made.items() if isinstance(source, servers.Unusable)}
    for name, kind in (("nominatim", geocoders.Nominatim), ("photon", geocoders.Photon)):
        try:
            kind(getattr(settings, f"{name.upper()}_URL") or "http://localhost")
        except RoadsFailed as error:
            wrong[name] = error
    return [
        Error(str(error), hint=f"Set {name.upper()}_URL right, or not at all.", id="routebook.E003")
        for name, error in wrong.items()
    ]


@register(Tags.database)
def check_server_version(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Run by `migrate` and `check --database default`, because it has to connect."""
    found = []
    for alias in databases or []:
        if connections[alias].vendor == "postgresql" and not _is_embedded(connections[alias].settings_dict):
            found += judge_version(*connections[alias].get_database_version())
    return found


def judge_version(major: int, minor: int) -> list[CheckMessage]:
    """Whether this server will do. This will refuse what is too old and warn of known holes."""
    if major < OLDEST_POSTGRES:
        return [
            Error(
                f"The server of DATABASE_URL is PostgreSQL {major}.{minor}; Routebook needs"
                f" {OLDEST_POSTGRES} or newer.",
                id="routebook.E002",
            )
        ]
    if minor < SAFE_MINORS.get(major, 0):
        return [
            Warning(
                f"PostgreSQL {major}.{minor} lacks security fixes; update it to {major}.{SAFE_MINORS[major]}.",
                id="routebook.W001",
            )
        ]
    return []
