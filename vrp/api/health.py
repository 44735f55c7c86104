"""What must be up before anybody is sent here. Run one after the other in the request's own thread and connection."""

from dataclasses import dataclass
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from health_check.base import HealthCheck
from health_check.checks import Database
from health_check.exceptions import HealthCheckException, ServiceUnavailable

from vrp.services import liveness


@dataclass
class Migrations(HealthCheck):
    """The tables are those this code was written for."""

    def run(self) -> None:
        try:
            _migrated()
        except DatabaseError:
            raise ServiceUnavailable("cannot be read") from None


@dataclass
class Queue(HealthCheck):
    """At least one worker takes jobs."""

    def run(self) -> None:
        try:
            workers = liveness.workers()
        except DatabaseError:
            raise ServiceUnavailable("cannot be read") from None
        if not workers:
            raise ServiceUnavailable("no worker is running")


@cache  # once true it stays true while this process lives; a failure is not kept
def _migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ServiceUnavailable("not all are applied")


CHECKS: dict[str, type[HealthCheck]] = {"database": Database, "migrations": Migrations, "queue": Queue}


def results() -> dict[str, str]:
    """This will run every check: `ok`, or what is wrong."""
    return {name: _result(check()) for name, check in CHECKS.items()}


def _result(check: HealthCheck) -> str:
    try:
        check.run()
    except HealthCheckException as error:
        return error.message
    return "ok"
