import os
import signal
from pathlib import Path

import numpy as np
import pytest

from vrp.roads import http, tables
from vrp.roads.base import RoadsFailed, Watch
from vrp.roads.embedded import binaries, server
from vrp.roads.osrm import Osrm
from vrp.tests.roads import fakes, town
from vrp.tests.roads.fakes import Reply, scripted

POINTS = np.array([town.corner(0, 0), town.corner(3, 4), town.corner(5, 1)])


def test_one_server_is_taken_to_know_cars():
    source = Osrm("http://roads.example")

    assert [source.profile(name) for name in ("car", "van", "driving-car")] == ["car"] * 3
    assert [source.profile(name) for name in ("truck", "bicycle", "foot")] == [None] * 3


def test_profile_in_the_address_makes_a_server_for_each_kind_of_vehicle():
    with fakes.serving(fakes.osrm) as serving:
        source = Osrm(serving.url + "/routed-{profile}")

        with pytest.raises(RoadsFailed):  # the fake knows no such path
            source.block(POINTS, [0], [1], source.profile("cycling-regular"))

    assert serving.asked[-1].path.startswith("/routed-bicycle/")


def test_profiles_may_be_called_anything():
    source = Osrm("http://{profile}.roads.example", profiles={"car": "auto", "truck": "hgv"})

    assert (source.profile("truck"), source.profile("bicycle")) == ("hgv", None)


def test_a_profile_that_is_not_its_own_reaches_no_server():
    with fakes.serving(fakes.osrm) as serving:
        source = Osrm(serving.url.replace("127.0.0.1", "{profile}"), profiles={"car": "127.0.0.1"})

        with pytest.raises(KeyError):
            source.block(POINTS, [0], [1], "elsewhere.example")

    assert serving.asked == []


def test_the_dataset_has_the_version_of_the_data():
    with fakes.serving(fakes.osrm) as serving:
        assert Osrm(serving.url).dataset == f"osrm {serving.url} 2026-11-22"


def test_a_dataset_that_is_given_is_not_asked_for():
    assert Osrm("http://127.0.0.1:9", "heidelberg-1").dataset == "heidelberg-1"


def test_without_any_answer_there_is_no_dataset():
    with pytest.raises(RoadsFailed, match="cannot be reached"):
        _ = Osrm("http://127.0.0.1:9", pause=0.01).dataset


def test_a_server_that_nobody_needs_may_be_away():
    with fakes.serving(fakes.osrm) as serving:
        here = serving.url.rsplit(":", 1)[1]
        source = Osrm("http://127.0.0.1:{profile}", profiles={"car": here, "foot": "9"}, pause=0.01)

        assert set(source.dataset.split()) == {"osrm", "http://127.0.0.1:9", serving.url, "2026-11-22"}


def test_a_server_is_tried_with_json_once():
    with fakes.serving(fakes.osrm) as serving:
        source = Osrm(serving.url)
        for _ in range(3):
            source.block(POINTS, [0], [1, 2], "car")

    assert [asked.path for asked in serving.asked] == ["/nearest/v1/driving"] + ["/table/v1/driving"] * 3


def test_only_places_that_are_asked_about_are_sent():
    with fakes.serving(fakes.osrm) as serving:
        Osrm(serving.url).block(POINTS, [2], [0, 2], "car")

    assert serving.asked[-1].body["coordinates"] == POINTS[[0, 2]].tolist()
    assert (serving.asked[-1].body["sources"], serving.asked[-1].body["destinations"]) == ([1], [0, 1])


def test_a_route_may_turn_round_at_a_stop():
    with fakes.serving(fakes.osrm) as serving:
        Osrm(serving.url).route(POINTS, "car")

    assert serving.asked[-1].body["continue_straight"] is False


def test_a_table_that_is_too_big_is_told_with_what_to_do(town_osrm):
    points = np.array([town.corner(0, 0)] * 101) + np.arange(101)[:, None] / 1e5
    many = fakes.Reply({"code": "TooBig", "message": "Too many table coordinates"}, 400)

    with fakes.serving(scripted(many)) as serving, pytest.raises(RoadsFailed, match="--max-table-size"):
        Osrm(serving.url).block(points, range(101), range(101), "car")

    assert Osrm(town_osrm).block(points, range(101), range(99), "car").durations.shape == (101, 99)


def test_a_server_that_is_killed_is_told(town_graph: Path):
    source = Osrm(server.ensure(binaries.find(), town_graph, "CH", "killed"), seconds=2, pause=0.01)
    source.block(POINTS, [0], [1], "car")
    os.kill(server.pid(town_graph, "killed"), signal.SIGKILL)

    with pytest.raises(RoadsFailed, match="cannot be reached"):
        source.block(POINTS, [0], [1], "car")

    server.leave(town_graph, "killed")


def test_a_cell_of_which_one_number_is_missing_is_no_way():
    answer = {"durations": [[5.5]], "distances": [[None]], "sources": [{"distance": 0}]}
    replies = scripted(Reply(answer | {"destinations": [{"distance": None}]}))

    with fakes.serving(replies) as serving:
        block = Osrm(serving.url).block(POINTS, [0], [1], "car")

    assert (block.durations.tolist(), block.distances.tolist()) == ([[-1]], [[-1]])
    assert np.isnan(block.targets_off).all()


def test_a_distance_of_some_decimetres_below_nothing_is_nothing():
    answer = {"durations": [[0]], "distances": [[-0.6]], "sources": [{"distance": 0}]}
    replies = scripted(Reply(answer | {"destinations": [{"distance": 0}]}))

    with fakes.serving(replies) as serving:
        block = Osrm(serving.url).block(POINTS, [0], [1], "car")

    assert (block.durations.tolist(), block.distances.tolist()) == ([[0]], [[0]])


class Kept(tables.Forgetful):
    """A cache that remembers under which datasets it was to keep something."""

    def __init__(self) -> None:
        self.datasets: list[str] = []

    def keep(self, dataset: str, profile: str, table: tables.Table) -> None:
        self.datasets.append(dataset)


@pytest.mark.parametrize(("versions", "kept"), [(["1", "1"], 1), (["1", "2"], 0)])
def test_a_table_is_kept_only_if_the_data_stayed_the_same_all_along(monkeypatch, versions, kept):
    monkeypatch.setattr(http, "_REMEMBERED", 0.0)
    told = [Reply({"code": "Ok", "data_version": version}) for version in versions]

    def answer(asked: fakes.Asked) -> Reply:
        return told.pop(0) if asked.method == "GET" else fakes.osrm(asked)

    cache = Kept()
    with fakes.serving(answer) as serving:
        tables.table(Osrm(serving.url), POINTS, "car", cache, Watch())

    assert len(cache.datasets) == kept
