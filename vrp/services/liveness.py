"""Who is alive? A worker holds an advisory lock for each of its solves; PostgreSQL gives it back when it dies. And who
has nothing to do? The name of a worker's connection says on which machine it is, and whether it solves something.
"""

import hashlib
import platform
import re
from functools import cache
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

solves_here: set[str] = set()  # the solutions this process works on
_WORKERS = (
    "WITH workers AS (SELECT split_part(application_name, ' ', 3) AS machine,"
    " application_name LIKE '%% free' AS is_free"
    " FROM pg_stat_activity WHERE application_name LIKE 'routebook worker %%' AND datname = current_database()"
    " AND state_change > now() - interval '10 seconds') "
)


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
    state = "busy" if solves_here or not settings.SUB_SOLVES else "free"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('application_name', %s, false)", [f"routebook worker {machine()} {state}"]
        )


def workers() -> int:
    """This will return how many workers have been alive within the last seconds."""
    return _number(_WORKERS + "SELECT count(*) FROM workers")  # noqa: S608 constants


def is_free() -> bool:
    """This will tell whether no worker of this machine solves anything."""
    busy = "SELECT count(*) FROM workers WHERE machine = %s AND NOT is_free"
    return not solves_here and not _number(_WORKERS + busy, machine())


def free_machines() -> int:
    """This will return how many other machines have workers and none that solves anything."""
    free = "SELECT machine FROM workers WHERE machine <> %s GROUP BY machine HAVING bool_and(is_free)"
    return _number(_WORKERS + f"SELECT count(*) FROM ({free}) AS machines", machine())  # noqa: S608 constants


@cache
def machine() -> str:
    """This will return a name of this machine: the same for all that share its cores, also from within containers."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = settings.MACHINE or (boot.read_text()[:13] if boot.exists() else platform.node())
    return (
        re.sub(r"[^\w.-]", "-", name)[:30] or "machine"
    )  # names of connections are short, and cut at spaces


def _number(statement: str, *arguments: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return int(cursor.fetchone()[0])
