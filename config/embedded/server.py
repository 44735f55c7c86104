"""The embedded PostgreSQL: started by the first process that needs it, stopped by the last one to end.

Kernel locks say who needs it, so a killed process leaves nothing to clean up: everybody holds `users.lock`
shared, and whoever gets it exclusively at the end stops the server. Starting is done under `start.lock`.
Whether the server is up is asked of the server, never of a file.
"""

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from psycopg import pq

from config.embedded import place as places
from config.embedded.place import PORT, USER, EmbeddedError, Place

PATIENCE = 3600  # seconds: replaying a long log after a crash is no failure
LOG_LIMIT = 5_000_000  # bytes; one older file of that size is kept

# Statements and the values of rows stay out of the log, and it stays small.
SETTINGS = """
# Routebook
log_min_messages = log
log_min_error_statement = panic
log_checkpoints = off
"""


@dataclass(frozen=True)
class Status:
    """What `manage.py pg status` tells."""

    running: bool
    version: int
    pid: int | None
    data: Path
    socket: Path
    log: Path


# The clusters this process uses, each with its lock file. Forked children share the lock by sharing the file.
_joined: dict[Path, tuple[Place, int]] = {}


def ensure(data: Path) -> Path:
    """The folder of the socket of this data folder's server. This will start the server if need be."""
    data = Path(data).resolve()
    if data in _joined and _ping(place := _joined[data][0]) == pq.Ping.OK:
        return place.socket_folder
    try:
        data.mkdir(parents=True, exist_ok=True)
        with _start_lock(data):
            place = places.find(data) or places.make(data)
            _join(data, place)
            _start(place)
    except OSError as error:
        raise EmbeddedError(f"the embedded PostgreSQL in {data} did not start: {error}") from error
    return place.socket_folder


def stop(data: Path) -> bool:
    """Stop the server of this data folder. This will end its connections; False if it was not running."""
    data = Path(data).resolve()
    if not (data / "pg").exists():
        return False
    with _start_lock(data):
        place = places.find(data)
        return place is not None and _stop(place)


def status(data: Path) -> Status | None:
    """How the server of this data folder is. This will start nothing; None if it was never made."""
    place = places.find(Path(data).resolve())
    if place is None:
        return None
    postmaster = _postmaster(place)
    return Status(
        running=_ping(place) == pq.Ping.OK,
        version=place.version,
        pid=postmaster.pid if postmaster else None,
        data=place.data,
        socket=place.socket,
        log=place.log,
    )


# --- who uses it -----------------------------------------------------------------


@contextmanager
def _start_lock(data: Path) -> Iterator[None]:
    lock = _open_lock(data / "start.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:  # the folder's owner may come later, and must be able to open it
        folder = path.parent.stat()
        os.fchown(lock, folder.st_uid, folder.st_gid)
    return lock


def _join(data: Path, place: Place) -> None:
    """Say that this process needs the server. This will wait while somebody is stopping it."""
    lock = _open_lock(place.home / "users.lock")
    fcntl.flock(lock, fcntl.LOCK_SH)
    if data in _joined:
        os.close(_joined[data][1])
    else:
        atexit.register(leave, data)
    _joined[data] = place, lock


def leave(data: Path) -> None:
    """Say that this process needs the server no more. This will stop it if nobody else does."""
    if data not in _joined:
        return
    place, lock = _joined.pop(data)
    os.close(lock)  # never LOCK_UN: that would take the lock from forked children too
    try:
        lock = _open_lock(place.home / "users.lock")
    except OSError:  # the whole folder is gone
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _stop(place)
    except BlockingIOError:  # somebody else needs it
        pass
    finally:
        os.close(lock)


# --- up and down -----------------------------------------------------------------


def _ping(place: Place) -> pq.Ping:
    where = f"host={place.socket_folder} port={PORT} user={USER} dbname=postgres connect_timeout=5"
    return pq.Ping(pq.PGconn.ping(where.encode()))


def _start(place: Place) -> None:
    deadline = time.monotonic() + PATIENCE
    failures = 0
    while (answer := _ping(place)) != pq.Ping.OK:
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL in {place.home} lets nobody in; its log is {place.log}")
        if answer == pq.Ping.REJECT:  # starting, recovering or stopping; its starter may have been killed
            time.sleep(0.05)
            continue
        try:
            _launch(place)
        except EmbeddedError:  # it may have been killed while it started
            failures += 1
            if failures == 3:
                raise
    _trim_log(place)


def _launch(place: Place) -> None:
    programs = places.binaries_for(place)
    place.make_folder(place.socket_folder)
    place.make_folder(place.log.parent)
    if not place.data.exists():
        _initialise(place, programs)
    _clear_after_crash(place)
    size = place.log.stat().st_size if place.log.exists() else 0
    options = f"-p {PORT} -c listen_addresses= -c unix_socket_permissions=0700"
    options += f" -c unix_socket_directories={place.socket_folder}"
    # Names relative to the home: pg_ctl hands its arguments to a shell.
    start = ["-D", place.data.name, "-l", "log/postgres.log", "-o", options, "-t", str(PATIENCE), "start"]
    done = place.run(programs / "pg_ctl", *start)
    if done.returncode != 0 and _ping(place) == pq.Ping.NO_RESPONSE:
        said = done.stdout + _log_since(place, size)
        raise EmbeddedError(f"PostgreSQL in {place.home} did not start:\n{said}")


def _initialise(place: Place, programs: Path) -> None:
    """Made aside and renamed: a crash in the middle leaves nothing half made."""
    for other in place.home.glob("[0-9]*/PG_VERSION"):
        raise EmbeddedError(
            f"{other.parent} holds the data of another PostgreSQL than the {place.version} installed now:"
            " dump it with the programs of its own version (ROUTEBOOK_PG_BIN), then restore it here"
        )
    fresh = place.home / "init.tmp"
    shutil.rmtree(fresh, ignore_errors=True)
    place.make_folder(fresh)
    locale = ["--locale=C.UTF-8"]
    if place.version >= 17:  # the same order of words on every machine
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    # Trust, because only the server's user can enter the socket's folder.
    options = ["--username", USER, "--encoding=UTF8", *locale, "--auth=trust"]
    _check(place.run(programs / "initdb", "--pgdata", fresh.name, *options))
    _check(place.run("sh", "-c", "cat >> init.tmp/postgresql.conf", stdin=SETTINGS))
    alone: list[str | Path] = [programs / "postgres", "--single", "-D", fresh.name, "template1"]
    _check(place.run(*alone, stdin=f"CREATE DATABASE {USER}\n"))
    fresh.rename(place.data)
    _sync_folder(place.home)


def _check(done: "subprocess.CompletedProcess[str]") -> None:
    if done.returncode != 0:
        raise EmbeddedError(f"PostgreSQL could not make its files:\n{done.stdout[-2000:]}")


def _clear_after_crash(place: Place) -> None:
    """Take away what a dead server left: its lock files, whoever has its number now, and its orphans."""
    if _postmaster(place):
        if place.socket.exists():
            return  # it lives and does not answer: starting will fail and say so
        _stop(place)  # nobody can reach it: somebody removed the socket
    for orphan in _processes(place):
        # They hold the dead server's shared memory, and end by themselves only when their statement does.
        with suppress(psutil.Error):
            orphan.kill()
    _wait_until_gone(place, seconds=10)
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    place.socket.with_name(f"{place.socket.name}.lock").unlink(missing_ok=True)


def _stop(place: Place) -> bool:
    postmaster = _postmaster(place)
    if postmaster is None:
        return False
    with suppress(psutil.NoSuchProcess):
        postmaster.send_signal(signal.SIGINT)  # "fast": ends the sessions, writes everything, goes
    _wait_until_gone(place, seconds=300)
    return True


def _wait_until_gone(place: Place, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while _processes(place):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"PostgreSQL in {place.home} does not stop; its log is {place.log}")
        time.sleep(0.02)


def _postmaster(place: Place) -> psutil.Process | None:
    try:
        pid = int((place.data / "postmaster.pid").read_text().partition("\n")[0])
    except (OSError, ValueError):
        return None
    return next((process for process in _processes(place) if process.pid == pid), None)


def _processes(place: Place) -> list[psutil.Process]:
    """The server's live processes: all of them work in its data folder. A pid alone may be anybody's."""
    return [process for process in psutil.process_iter(["name"]) if _is_of(place, process)]


def _is_of(place: Place, process: psutil.Process) -> bool:
    try:
        return process.info["name"] == "postgres" and process.cwd() == str(place.data)
    except psutil.Error:  # gone, a zombie, or somebody else's
        return False


# --- files -----------------------------------------------------------------


def _trim_log(place: Place) -> None:
    """Done by each process that joins. The server appends, so the file can be emptied under it."""
    if place.log.stat().st_size > LOG_LIMIT:
        place.run("sh", "-c", "cp log/postgres.log log/postgres.log.1 && : > log/postgres.log")


def _log_since(place: Place, start: int) -> str:
    with suppress(OSError), place.log.open("rb") as log:
        log.seek(start)
        return log.read()[-2000:].decode(errors="replace")
    return ""


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)
