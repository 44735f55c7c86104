"""OSRM's servers: started on first use, shared, and gone with whoever needs them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import psutil
import pytest
from django.conf import settings

from vrp.roads import embedded, regions
from vrp.roads.base import NO_WAY, RoadsFailed
from vrp.roads.embedded import Embedded, binaries, server
from vrp.tests.roads import town
from vrp.tests.roads.asking import points
from vrp.tests.roads.processes import is_gone, wait_until

USE = """
import sys
from pathlib import Path
from vrp.roads import regions
from vrp.roads.embedded import binaries, server
region = regions.get(Path(sys.argv[1]), "town")
server.ensure(binaries.find(), region.graph("car"), region.algorithms["car"], region.stamp)
print(server.pid(region.graph("car"), region.stamp), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def region(own_town):
    return regions.get(own_town, "town")


def ask(region):
    """Seconds from one corner of the town to another."""
    found = Embedded(region).block(points(town.corner(0, 0), town.corner(3, 3)), [0], [1], "car")
    return int(found.durations[0, 0])


def serving(region, profile="car"):
    return server.pid(region.graph(profile), region.stamp)


def keeper_of(region):
    return psutil.Process(serving(region)).parent()


def servers_of(region):
    """All there are, known to us or not."""
    graph = str(region.graph("car"))
    every = psutil.process_iter(["name", "cmdline"])
    return [
        row for row in every if row.info["name"] == "osrm-routed" and graph in (row.info["cmdline"] or [])
    ]


class User(subprocess.Popen):
    """Another process that needs the car's server of the town."""

    def __init__(self, region):
        data = region.folder.parents[1]
        super().__init__(
            [sys.executable, "-c", USE, data],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=settings.BASE_DIR,
        )  # fmt: skip

    def server(self):
        return int(self.stdout.readline())

    def end(self):
        self.stdin.close()
        self.wait(10)


@contextmanager
def users(region, count) -> Iterator[list[User]]:
    there = [User(region) for _ in range(count)]
    try:
        yield there
    finally:
        for user in there:
            user.kill()
            user.wait()
            user.stdin.close()
            user.stdout.close()


def test_a_server_is_started_by_the_first_question(region):
    assert serving(region) is None

    ask(region)

    assert psutil.Process(serving(region)).name() == "osrm-routed"


def test_a_second_question_is_answered_by_the_same_server(region):
    ask(region)
    first = serving(region)

    ask(region)

    assert serving(region) == first


def test_each_profile_has_a_server_of_its_own(region):
    roads, places = Embedded(region), points(town.corner(0, 0), town.corner(3, 3))

    car, foot = (int(roads.block(places, [0], [1], name).durations[0, 0]) for name in ("car", "foot"))

    assert foot > 2 * car
    assert serving(region, "car") != serving(region, "foot")


def test_a_server_listens_on_loopback_only(region):
    ask(region)

    listening = psutil.Process(serving(region)).net_connections()

    assert {row.laddr.ip for row in listening if row.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_two_processes_share_one_server(region):
    with users(region, 2) as both:
        pids = {user.server() for user in both}  # both begin at once

        assert len(pids) == 1
        assert serving(region) in pids


def test_many_threads_that_ask_at_once_start_one_server(region):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(region))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert len(servers_of(region)) == 1


def test_a_server_ends_when_its_last_user_has_ended(region):
    with users(region, 2) as (one, other):
        found = psutil.Process(one.server())
        other.server()
        keeper = found.parent()

        one.end()
        time.sleep(0.8)
        assert not is_gone(found), "the other one still needs it"
        other.end()

        wait_until(lambda: is_gone(found) and is_gone(keeper))


def test_a_server_ends_when_its_users_are_killed(region):
    with users(region, 2) as both:
        found = psutil.Process({user.server() for user in both}.pop())
        for user in both:
            user.kill()

        wait_until(lambda: is_gone(found))


def test_a_server_that_is_left_ends_and_another_is_started_when_it_is_needed_again(region):
    ask(region)
    first = psutil.Process(serving(region))

    server.leave(region.graph("car"), region.stamp)
    wait_until(lambda: is_gone(first))

    assert ask(region) > 0
    assert serving(region) != first.pid


def test_who_comes_while_a_server_is_ending_gets_one_that_works(region):
    for pause in (0, 0.1, 0.3, 0.45, 0.5, 0.55, 0.7):
        ask(region)
        server.leave(region.graph("car"), region.stamp)
        time.sleep(pause)

        assert ask(region) > 0


def test_a_killed_server_is_started_again_by_the_next_question(region):
    ask(region)
    first = psutil.Process(serving(region))

    first.kill()

    assert ask(region) > 0
    second = serving(region)
    time.sleep(0.8)  # the keeper of the first has seen it
    assert ask(region) > 0
    assert [process.pid for process in servers_of(region)] == [second]


def test_a_killed_keeper_takes_its_server_along_and_the_next_question_starts_both(region):
    ask(region)
    first, keeper = psutil.Process(serving(region)), keeper_of(region)

    keeper.kill()
    wait_until(lambda: is_gone(first))

    assert ask(region) > 0
    assert keeper_of(region) != keeper


def test_a_keeper_that_is_told_to_end_takes_its_server_along(region):
    ask(region)
    first = psutil.Process(serving(region))

    keeper_of(region).terminate()

    wait_until(lambda: is_gone(first))


def test_a_server_that_hangs_is_replaced(region, monkeypatch):
    monkeypatch.setattr(embedded, "_PATIENCE", 2)
    ask(region)
    hanging = psutil.Process(serving(region))
    hanging.send_signal(signal.SIGSTOP)
    wait_until(lambda: hanging.status() == psutil.STATUS_STOPPED)
    started = time.monotonic()

    assert ask(region) > 0

    assert time.monotonic() - started < 15
    wait_until(lambda: is_gone(hanging))


def test_a_server_that_hangs_again_and_again_is_given_up_in_words(region, monkeypatch):
    monkeypatch.setattr(embedded, "_PATIENCE", 0)
    started = time.monotonic()

    with pytest.raises(
        RoadsFailed, match=r"The roads of town gave no answer in 3 tries: .* did not answer within"
    ):
        ask(region)

    assert time.monotonic() - started < 15


@pytest.mark.parametrize("of", ["somebody-else", "the-dead"])
def test_another_server_on_the_port_of_a_stale_state_is_not_taken_for_ours(region, of):
    ask(region)
    dead = keeper_of(region)
    run = server._run_folder(region.graph("car"), region.stamp)
    state = json.loads((run / "server.json").read_text())
    dead.kill()
    dead.wait()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        pid = os.getpid() if of == "somebody-else" else state["pid"]
        stale = state | {"port": stranger.getsockname()[1], "pid": pid}
        (run / "server.json").write_text(json.dumps(stale))

        assert ask(region) > 0

        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.accept()  # nobody has called


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"port": 1}', '{"pid": "x", "port": 1, "keeper": 1}']
)
def test_a_damaged_state_is_none(region, content):
    (server._run_folder(region.graph("car"), region.stamp) / "server.json").write_text(content)

    assert ask(region) > 0


def test_the_port_of_a_server_is_given_to_nobody_else(region):
    """OSRM shares its port with whoever asks for it by number, and the kernel would send questions to either."""
    ask(region)
    address = server.ensure(binaries.find(), region.graph("car"), "CH", region.stamp)
    port = int(address.rpartition(":")[2])

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))


def test_servers_of_two_regions_answer_with_their_own_data(own_town, tmp_path):
    shutil.copytree(own_town / "regions" / "town", own_town / "regions" / "twin")
    twin = regions.Region(
        **{**vars(regions.get(own_town, "town")), "name": "twin", "folder": own_town / "regions" / "twin"}
    )
    regions.write(twin)

    ask(regions.get(own_town, "town"))
    ask(twin)

    assert serving(twin) not in (None, serving(regions.get(own_town, "town")))


@pytest.mark.parametrize("missing", ["roads.osrm.names", "roads.osrm.fileIndex"])
def test_a_graph_with_a_missing_file_says_which(region, missing):
    (region.folder / "car" / missing).unlink()

    with pytest.raises(RoadsFailed, match=f"road server of car did not start: .*{missing}"):
        ask(region)


def test_a_graph_without_its_shortcuts_says_so(region):
    (region.folder / "car" / "roads.osrm.hsgr").unlink()

    with pytest.raises(RoadsFailed, match="Could not find any metrics for CH"):
        ask(region)


def test_a_graph_that_was_cut_short_says_so_and_nothing_hangs(region):
    graph = region.folder / "car" / "roads.osrm.hsgr"
    graph.write_bytes(graph.read_bytes()[:100])

    with pytest.raises(RoadsFailed, match=r"did not start: Problem opening file: .*hsgr"):
        ask(region)


def test_an_algorithm_that_the_graph_was_not_made_for_says_so(region):
    wrong = regions.Region(**{**vars(region), "algorithms": {"car": "MLD"}})

    with pytest.raises(RoadsFailed, match="MLD"):
        ask(wrong)


def test_a_machine_without_room_for_a_server_says_so(region, monkeypatch, tmp_path):
    (tmp_path / "full").write_text("")
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.tempdir", str(tmp_path / "full"))
        with pytest.raises(RoadsFailed, match=r"road server of car cannot be started: .*Not a directory"):
            ask(region)


def test_a_region_that_is_removed_is_used_to_the_end_by_those_who_use_it(own_town, region):
    seconds = ask(region)

    regions.remove(own_town, "town")

    assert ask(region) == seconds


def test_a_region_that_is_removed_and_whose_server_has_ended_is_said_to_be_missing(own_town, region):
    ask(region)
    regions.remove(own_town, "town")
    psutil.Process(serving(region)).kill()

    with pytest.raises(RoadsFailed, match=r"did not start: .*Missing"):
        ask(region)


def test_programs_that_are_not_there_say_how_to_get_them(region, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    with pytest.raises(RoadsFailed, match=r"not installed here .*fetch\.py"):
        ask(region)


def test_a_program_that_is_not_osrm_says_so(region, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "osrm-routed").symlink_to("/bin/false")
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    with pytest.raises(RoadsFailed, match="not installed here"):
        ask(region)


def test_a_route_takes_as_long_as_the_table_says_and_may_turn_at_a_stop(region):
    roads = Embedded(region)
    places = points(
        town.corner(0, 0), town.corner(2, 5), town.corner(2, 1), town.corner(6, 6), town.corner(6, 6)
    )

    table, shape = roads.block(places, range(5), range(5), "car"), roads.route(places, "car")

    assert list(shape.durations) == pytest.approx([table.durations[i, i + 1] for i in range(4)], abs=1)
    assert list(shape.distances) == pytest.approx([table.distances[i, i + 1] for i in range(4)], abs=1)


def test_a_route_to_the_island_fails_in_words(region):
    with pytest.raises(RoadsFailed, match="Impossible route"):
        Embedded(region).route(points(town.corner(0, 0), town.island(0, 3)), "car")


@pytest.mark.parametrize(
    "place",
    [(0, 90), (0, -90), (180, 0), (-180, 0), (180, 90), (-180, -90), (0, 0), (179.999999, -89.999999)],
)
def test_places_at_the_ends_of_the_world_are_far_from_any_road(region, place):
    found = Embedded(region).block(points(place, town.corner(0, 0)), [0, 1], [0, 1], "car")

    assert found.sources_off[0] > 1_000_000
    assert found.durations[1, 1] == 0


@pytest.mark.evidence
def test_random_places_are_answered_or_refused_in_words(region):
    roads, dice = Embedded(region), np.random.default_rng(5)
    west, south, east, north = region.bounds
    corners = [(x, y) for x in (west, east, -180, 180) for y in (south, north, -90, 90)]
    refused = 0
    for _ in range(200):
        anywhere = np.round(dice.uniform((-180, -90), (180, 90), (3, 2)), 6)
        near = np.round(dice.uniform((west, south), (east, north), (3, 2)), 6)
        places = np.vstack([anywhere, near, [corners[dice.integers(len(corners))]]])
        found = roads.block(places, range(7), range(7), "car")
        assert ((found.durations >= 0) | (found.durations == NO_WAY)).all()
        try:
            roads.route(dice.permutation(places), "car")
        except RoadsFailed:
            refused += 1
    print(f"\n{refused} of 200 routes were refused in words")


@pytest.mark.parametrize("name", ["car", "van", "driving-car"])
def test_a_profile_is_known_by_its_other_names(region, name):
    assert Embedded(region).profile(name) == "car"


def test_a_profile_without_roads_is_not_known(region):
    assert Embedded(region).profile("bicycle") is None
