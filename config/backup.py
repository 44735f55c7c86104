"""The whole database to a file and back, by PostgreSQL's own pg_dump and pg_restore."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from django.db import OperationalError, ProgrammingError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from config.embedded import place


class BackupError(Exception):
    """The dump or the restore was refused or failed, and why. Nothing has changed."""


def dump(connection: BaseDatabaseWrapper, file: Path) -> None:
    """Save the database as of this moment. This will write a new file that only its owner can read."""
    if file.exists():
        raise BackupError(f"{file} exists already")
    partial = file.with_name(f"{file.name}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise BackupError(f"{file} cannot be written: {error.strerror}") from error
    try:
        _run(_program("pg_dump", connection), connection, "--format=custom", f"--file={partial}")
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(connection: BaseDatabaseWrapper, file: Path, into: str | None = None) -> str | None:
    """Bring a dump back, whole or not at all. This will return the name under which the old data is kept, if any.

    A database with tables in it is replaced only if `into` repeats its name.
    """
    program = _program("pg_restore", connection)
    _check_readable(program, file)
    name = connection.settings_dict["NAME"]
    if into not in (None, name):
        raise BackupError(f"the database is {name}, not {into}")
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor, include_views=True)
    if not tables:
        _restore_into(name, program, connection, file)
        return None
    if into is None:
        raise BackupError(f"{name} is not empty ({len(tables)} tables): to replace it, add --into {name}")
    return _replace(name, program, connection, file)


def _replace(name: str, program: Path, connection: BaseDatabaseWrapper, file: Path) -> str:
    """Fill a new database and swap the names in one transaction; the old one stays beside it."""
    fresh, replaced = f"{name}_restoring", f"{name}_replaced"
    old, new, kept = map(connection.ops.quote_name, (name, fresh, replaced))
    with connection._nodb_cursor() as cursor:
        try:
            cursor.execute(f"DROP DATABASE IF EXISTS {new}")
            cursor.execute(f"CREATE DATABASE {new} TEMPLATE template0 ENCODING 'UTF8'")
        except ProgrammingError as error:
            raise BackupError(f"{error}; restore into an empty database instead") from error
        try:
            _restore_into(fresh, program, connection, file)
        except BackupError:
            cursor.execute(f"DROP DATABASE {new}")
            raise
        connection.close()
        cursor.execute(f"DROP DATABASE IF EXISTS {kept}")
        for attempt in range(20):  # a running Routebook is thrown out, and may come back in between
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            try:
                cursor.execute(f"ALTER DATABASE {old} RENAME TO {kept}; ALTER DATABASE {new} RENAME TO {old}")
                return replaced
            except OperationalError as error:
                if attempt == 19:
                    raise BackupError(f"{name} is in use: stop Routebook first") from error
                time.sleep(0.1)
    raise AssertionError("unreachable")


def _restore_into(name: str, program: Path, connection: BaseDatabaseWrapper, file: Path) -> None:
    # Owners and grants name roles of the machine the dump comes from.
    whole = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    _run(program, connection, *whole, str(file), database=name)


def _check_readable(program: Path, file: Path) -> None:
    """Read all of it, contents and data: a file cut short has a good list of contents."""
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    done = subprocess.run([program, "--file=/dev/null", file], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(f"{file} is not a whole dump: {done.stderr.strip()}")


def _run(
    program: Path, connection: BaseDatabaseWrapper, *arguments: str, database: str | None = None
) -> None:
    given = connection.get_connection_params()
    # Only what was asked for: an older program does not know every default of the driver's own library.
    known = {option.keyword.decode() for option in Conninfo.get_defaults()} - {"password", "client_encoding"}
    where = make_conninfo(**{name: value for name, value in given.items() if name in known})
    if database:
        where = make_conninfo(where, dbname=database)
    secret = {"PGPASSWORD": given["password"]} if given.get("password") else {}  # a command line is public
    command = [str(program), f"--dbname={where}", *arguments]
    done = subprocess.run(command, env=os.environ | secret, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BackupError(done.stderr.strip())


def _program(name: str, connection: BaseDatabaseWrapper) -> Path:
    """The program of the server's version, else the nearest newer one: an older one cannot read the server."""
    ours = place.binaries() / name
    if "EMBEDDED_DATA" in connection.settings_dict:
        return ours
    installed = [ours]
    if found := shutil.which(name):
        installed.insert(0, Path(found))
    server = connection.get_database_version()[0]
    suitable = [program for program in installed if place.major(program) >= server]
    if not suitable:
        raise BackupError(f"the server is PostgreSQL {server}: install its client programs ({name})")
    return min(suitable, key=place.major)
