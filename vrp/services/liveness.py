"""Who is alive? A worker holds an advisory lock for each of its solves; PostgreSQL gives it back when it dies."""

import hashlib
from uuid import UUID

from django.db import connection


def take(solution_id: UUID, attempt: int) -> bool:
    """This will take the lock of one attempt for this thread's connection; False if another one has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key(solution_id, attempt)])
        return bool(cursor.fetchone()[0])


def holders() -> dict[int, int]:
    """This will return the locks of all live workers and, for each, the PostgreSQL process that serves its holder."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint, pid FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return dict(cursor.fetchall())


def cut_off(pid: int) -> None:
    """This will end a worker's connection: the lock is free, and should the worker thaw, it finds itself outside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def key(solution_id: UUID, attempt: int) -> int:
    """The number of the lock. Each attempt has its own, so a new one never waits for a frozen old one."""
    name = f"routebook solve {solution_id} {attempt}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def say_alive() -> None:
    """This will mark this thread's connection as a worker's; to be repeated every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'routebook worker'")


def workers() -> int:
    """This will return how many workers have been alive within the last seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'routebook worker'"
            " AND datname = current_database() AND state_change > now() - interval '10 seconds'"
        )
        return int(cursor.fetchone()[0])
