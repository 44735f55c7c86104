"""The embedded PostgreSQL as Django's database engine."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import OperationalError
from procrastinate.contrib.django import utils
from procrastinate.psycopg_connector import PsycopgConnector

from .conftest import answers, postmaster


def manage(data, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "ROUTEBOOK_DATA": str(data), "DATABASE_URL": "", "DEBUG": "true"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "command", [["check"], ["makemigrations", "--check"], ["pg", "status"], ["pg", "stop"]]
)
def test_commands_that_need_no_database_start_none(fresh, command):
    manage(fresh, *command)

    assert not (fresh / "pg").exists()


def test_the_first_real_connection_starts_the_server(database, data):
    _ = database.settings_dict, database.features, database.ops
    before = answers(data)

    with database.cursor() as cursor:
        cursor.execute("SELECT current_database()")

        assert cursor.fetchone() == ("routebook",)
    assert not before
    assert answers(data)


def test_upper_case_works_beyond_ascii(database):
    with database.cursor() as cursor:
        cursor.execute("SELECT upper('straßenbahn für José')")

        assert cursor.fetchone()[0].startswith("STRA")
        cursor.execute("SELECT upper('é')")
        assert cursor.fetchone() == ("É",)


def test_a_connection_reconnects_to_a_killed_server_within_two_seconds(database, data):
    database.ensure_connection()
    os.kill(postmaster(data), signal.SIGKILL)
    began = time.monotonic()
    time.sleep(0.1)
    database.close_if_unusable_or_obsolete()  # as at the end of each request
    database.close()

    with database.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert time.monotonic() - began < 2


def test_a_server_that_cannot_start_is_an_ordinary_operational_error(connect, fresh):
    fresh.mkdir()
    (fresh / "pg").symlink_to(fresh / "gone")
    database = connect(ENGINE="config.embedded", EMBEDDED_DATA=fresh)

    with pytest.raises(OperationalError, match="which is gone"):
        database.ensure_connection()

    (fresh / "pg").unlink()


def test_the_worker_of_the_queue_connects_to_it_and_reconnects(database, data, monkeypatch):
    monkeypatch.setattr(utils, "connections", {"default": database})
    connector = PsycopgConnector(kwargs=utils.connector_params, min_size=1, max_size=1)

    async def work() -> list[dict]:
        await connector.open_async()
        try:
            before = await connector.execute_query_one_async("SELECT 1 AS one")
            os.kill(postmaster(data), signal.SIGKILL)
            await asyncio.sleep(0.2)  # a session that still answers would only then break off
            return [before, await connector.execute_query_one_async("SELECT 1 AS one")]
        finally:
            await connector.close_async()

    assert asyncio.run(work()) == [{"one": 1}, {"one": 1}]


def test_dbshell_needs_no_psql_of_the_machine(database, data):
    arguments, _ = database.client.settings_to_cmd_args_env(database.settings_dict, ["-Atc", "SELECT 6 * 7"])

    done = subprocess.run(arguments, capture_output=True, text=True)

    assert done.stdout == "42\n"
