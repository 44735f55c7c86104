"""Dump and restore, on embedded servers and on one of an older version that stands for DATABASE_URL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.backends.base.base import BaseDatabaseWrapper

from config import backup
from config.embedded import server
from vrp.management.commands import pg

from .conftest import ask, clean_up, open_folder

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def machine() -> Iterator[Path]:
    """One server for all these tests: making one takes longer than most of them."""
    path = open_folder()
    yield path / "data"
    clean_up(path / "data")
    shutil.rmtree(path)


def fresh(machine: Path, name: str, connect) -> BaseDatabaseWrapper:
    server.ensure(machine)
    for database in (name, f"{name}_replaced", f"{name}_restoring"):
        ask(machine, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", database="postgres")
    ask(machine, f"CREATE DATABASE {name}", database="postgres")
    return connect(ENGINE="config.embedded", NAME=name, EMBEDDED_DATA=machine)


@pytest.fixture
def used(machine, connect) -> BaseDatabaseWrapper:
    """A database with rows, a sequence, a constraint and a document."""
    database = fresh(machine, "used", connect)
    with database.cursor() as cursor:
        cursor.execute("CREATE TABLE stops (id bigserial PRIMARY KEY, name text UNIQUE, plan jsonb)")
        cursor.execute(
            "INSERT INTO stops (name, plan) SELECT 'stop ' || n, jsonb_build_object('noise', md5(n::text))"
            " FROM generate_series(1, 20000) AS n"
        )
    return database


@pytest.fixture
def empty(machine, connect) -> BaseDatabaseWrapper:
    return fresh(machine, "empty", connect)


@pytest.fixture
def older(folder, connect, monkeypatch) -> Iterator[BaseDatabaseWrapper]:
    """A server of version 15, reached as one of DATABASE_URL is."""
    if not DEBIAN_15.exists():
        pytest.skip(f"needs the PostgreSQL 15 of {DEBIAN_15}")
    monkeypatch.setenv("ROUTEBOOK_PG_BIN", str(DEBIAN_15))
    host = server.ensure(folder / "older")
    monkeypatch.delenv("ROUTEBOOK_PG_BIN")
    yield connect(ENGINE="django.db.backends.postgresql", HOST=str(host), PORT="5432")
    server.leave(folder / "older")


def digest(connection: BaseDatabaseWrapper) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), md5(string_agg(stops::text, ',' ORDER BY id)) FROM stops")
        return cursor.fetchone()


def test_a_dump_comes_back_on_an_empty_machine_with_every_row(used, folder, connect):
    empty = connect(ENGINE="config.embedded", EMBEDDED_DATA=folder / "other")
    backup.dump(used, folder / "a.dump")

    replaced = backup.restore(empty, folder / "a.dump")

    assert replaced is None
    assert digest(empty) == digest(used)
    with empty.cursor() as cursor:
        cursor.execute("INSERT INTO stops (name) VALUES ('next') RETURNING id")
        assert cursor.fetchone() == (20001,)


def test_a_dump_is_for_its_owner_only_and_never_overwrites(used, folder):
    backup.dump(used, folder / "a.dump")

    assert (folder / "a.dump").stat().st_mode & 0o777 == 0o600
    with pytest.raises(backup.BackupError, match=r"a\.dump exists already"):
        backup.dump(used, folder / "a.dump")


def test_a_failed_dump_leaves_no_file(used, folder, monkeypatch):
    monkeypatch.setattr(backup, "_program", lambda name, connection: Path("/bin/false"))

    with pytest.raises(backup.BackupError):
        backup.dump(used, folder / "a.dump")

    assert list(folder.glob("a.dump*")) == []


@pytest.mark.parametrize("typed", [None, "postgres"])
def test_a_database_with_tables_is_not_touched_unless_its_name_is_typed(used, folder, typed):
    backup.dump(used, folder / "a.dump")
    with used.cursor() as cursor:
        cursor.execute("DELETE FROM stops WHERE id > 10")
    before = digest(used)

    with pytest.raises(backup.BackupError, match=r"add --into used|the database is used, not postgres"):
        backup.restore(used, folder / "a.dump", into=typed)

    assert digest(used) == before


def test_a_database_whose_name_is_typed_is_replaced_and_kept_beside(used, folder):
    backup.dump(used, folder / "a.dump")
    at_the_dump = digest(used)
    with used.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (stop bigint REFERENCES stops)")

    for _ in range(2):
        replaced = backup.restore(used, folder / "a.dump", into="used")

    assert digest(used) == at_the_dump
    assert used.introspection.table_names() == ["stops"]
    assert replaced == "used_replaced"
    with used.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'used%' ORDER BY 1")
        assert cursor.fetchall() == [("used",), ("used_replaced",)]


def test_a_database_in_use_is_replaced_under_its_users(used, folder):
    backup.dump(used, folder / "a.dump")
    other = used.copy()
    other.ensure_connection()

    backup.restore(used, folder / "a.dump", into="used")

    other.close()
    assert digest(other) == digest(used)
    other.close()


@pytest.mark.parametrize("fault", ["empty", "text", "cut short", "one byte"])
def test_a_broken_dump_is_refused_whole(used, empty, folder, fault):
    backup.dump(used, folder / "a.dump")
    whole = (folder / "a.dump").read_bytes()
    middle = len(whole) // 2
    broken = {
        "empty": b"",
        "text": b"SELECT 1;\n",
        "cut short": whole[:middle],
        "one byte": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :],
    }
    (folder / "b.dump").write_bytes(broken[fault])

    with pytest.raises(backup.BackupError, match="is not a whole dump"):
        backup.restore(empty, folder / "b.dump")
    with pytest.raises(backup.BackupError, match="is not a whole dump"):
        backup.restore(used, folder / "b.dump", into="used")

    assert empty.introspection.table_names() == []
    assert digest(used)[0] == 20000


def test_a_dump_that_breaks_while_it_is_restored_leaves_nothing(used, empty, folder, monkeypatch):
    with used.cursor() as cursor:
        cursor.execute("CREATE TABLE zones (id int)")
    backup.dump(used, folder / "a.dump")
    whole = (folder / "a.dump").read_bytes()
    (folder / "b.dump").write_bytes(whole.replace(b"CREATE TABLE public.zones", b"CREATE TABLE public.stops"))

    with pytest.raises(backup.BackupError, match="already exists"):
        backup.restore(empty, folder / "b.dump")
    with pytest.raises(backup.BackupError, match="already exists"):
        backup.restore(used, folder / "b.dump", into="used")

    assert empty.introspection.table_names() == []
    assert digest(used)[0] == 20000


def test_a_dump_of_version_15_comes_back_on_18(older, empty, folder):
    with older.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE stops AS SELECT n AS id, 'stop ' || n AS name FROM generate_series(1, 99) AS n"
        )

    backup.dump(older, folder / "a.dump")
    backup.restore(empty, folder / "a.dump")

    assert digest(empty) == digest(older)


def test_a_server_newer_than_every_program_is_a_clear_refusal(older, folder, monkeypatch):
    monkeypatch.setattr(older, "get_database_version", lambda: (99, 1))

    with pytest.raises(backup.BackupError, match="the server is PostgreSQL 99: install its client programs"):
        backup.dump(older, folder / "a.dump")


def test_the_command_tells_what_it_did(used, folder, monkeypatch, capsys):
    monkeypatch.setattr(pg, "connection", used)

    call_command("pg", "status")
    call_command("pg", "dump", str(folder / "a.dump"))
    call_command("pg", "restore", str(folder / "a.dump"), "--into", "used")
    call_command("pg", "stop")
    with pytest.raises(SystemExit) as down:
        call_command("pg", "status")

    said = capsys.readouterr().out
    assert "Embedded PostgreSQL 18 is up, process" in said
    assert "Saved used to" in said
    assert "is kept as the database used_replaced" in said
    assert "Stopped." in said
    assert down.value.code == 3


def test_the_command_says_what_it_refuses(older, folder, monkeypatch, capsys):
    monkeypatch.setattr(pg, "connection", older)

    call_command("pg", "status")

    assert f"PostgreSQL 15.{older.get_database_version()[1]} of DATABASE_URL" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not ours to stop"):
        call_command("pg", "stop")
    with pytest.raises(CommandError, match="there is no file"):
        call_command("pg", "restore", os.devnull)
