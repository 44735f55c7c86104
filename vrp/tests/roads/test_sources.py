"""What every source of roads by address must do: the real servers where they are here, the fakes held to the same."""

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import numpy as np
import osmium
import pytest

from vrp.domain import polyline
from vrp.roads import tables
from vrp.roads.base import NO_WAY, RoadsFailed, Source, Watch
from vrp.roads.graphhopper import GraphHopper
from vrp.roads.openrouteservice import OpenRouteService
from vrp.roads.osrm import Osrm
from vrp.roads.servers import SERVERS
from vrp.roads.valhalla import Valhalla
from vrp.tests.roads import fakes, town

# Two corners of the one-way street, another, two of the island, and one 100 m south of a street.
POINTS = np.array(
    [
        town.corner(town.ONE_WAY, 3),
        town.corner(town.ONE_WAY, 4),
        town.corner(0, 3),
        town.island(0, 3),
        town.island(0, 5),
        (town.corner(0, 5)[0], town.SOUTH - 0.0009),
    ]
)
EASTWARDS, WESTWARDS = (0, 1), (1, 0)
IN_TOWN, ON_ISLAND, OFF_ROAD = [0, 1, 2, 5], [3, 4], 5
EVERYWHERE = np.array([town.corner(row, column) for row in range(town.SIZE) for column in range(town.SIZE)])


def older_osrm(address: str) -> fakes.Answer:
    """OSRM before 26: it looks at nothing but the line of a GET."""

    def answer(asked: fakes.Asked) -> fakes.Reply:
        if asked.method == "POST":
            return fakes.Reply(b"<html><head><title>Bad Request</title></head></html>", 400)
        query = "&".join(f"{name}={values[0]}" for name, values in asked.query.items())
        try:
            with urlopen(f"{address}{asked.path}?{query}") as real:
                return fakes.Reply(real.read())
        except HTTPError as refused:
            with refused:
                return fakes.Reply(refused.read(), refused.code)

    return answer


@pytest.fixture(scope="session")
def real_valhalla(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Valhalla's own server, from the unpacked wheel `pyvalhalla` in the folder ROUTEBOOK_VALHALLA."""
    wheel = Path(os.environ.get("ROUTEBOOK_VALHALLA", "") or "/nowhere") / "valhalla"
    if not wheel.exists():
        pytest.skip("ROUTEBOOK_VALHALLA names no folder with the wheel pyvalhalla")
    folder = tmp_path_factory.mktemp("valhalla")
    town.write(folder / "town.osm")
    with osmium.SimpleWriter(str(folder / "town.osm.pbf")) as writer:
        for thing in osmium.FileProcessor(str(folder / "town.osm")):
            writer.add(thing)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.json"
    settings: list[str | Path] = [
        "--mjolnir-tile-dir",
        folder / "tiles",
        "--httpd-service-listen",
        f"tcp://127.0.0.1:{port}",
    ]
    (folder / "tiles").mkdir()
    with config.open("wb") as file:
        subprocess.run(
            [sys.executable, wheel / "valhalla_build_config.py", *settings], stdout=file, check=True
        )
    build = [wheel / "bin" / "valhalla_build_tiles", "-c", config, folder / "town.osm.pbf"]
    subprocess.run(build, check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([wheel / "bin" / "valhalla_service", config, "1"], stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/status")
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urlopen(address).close()
        except URLError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"{address} does not come up")


FAKES: dict[str, tuple[Callable[..., Source], fakes.Answer]] = {
    "osrm-fake": (Osrm, fakes.osrm),
    "valhalla-fake": (Valhalla, fakes.valhalla),
    "openrouteservice-fake": (OpenRouteService, fakes.openrouteservice),
    "graphhopper-fake": (GraphHopper, fakes.graphhopper),
}


@pytest.fixture(params=["osrm", "osrm-by-get", "valhalla", *FAKES])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    with ExitStack() as running:
        if request.param == "osrm":
            yield Osrm(request.getfixturevalue("town_osrm"))
        elif request.param == "osrm-by-get":
            older = older_osrm(request.getfixturevalue("town_osrm"))
            yield Osrm(running.enter_context(fakes.serving(older)).url)
        elif request.param == "valhalla":
            yield Valhalla(request.getfixturevalue("real_valhalla"))
        else:
            kind, answer = FAKES[request.param]
            yield kind(running.enter_context(fakes.serving(answer)).url)


@pytest.fixture
def car(source: Source) -> str:
    return source.profile("car")


def test_a_table_is_whole_numbers_of_32_bits(source, car):
    block = source.block(POINTS, range(6), range(6), car)

    assert (block.durations.dtype, block.durations.shape) == (np.int32, (6, 6))
    assert (block.distances.dtype, block.distances.shape) == (np.int32, (6, 6))
    assert not np.diagonal(block.durations).any()


def test_a_block_is_that_part_of_the_whole_table(source, car):
    whole = source.block(POINTS, range(6), range(6), car)

    block = source.block(POINTS, [2, 0], np.array([1, 5, 2]), car)

    assert block.durations.tolist() == whole.durations[np.ix_([2, 0], [1, 5, 2])].tolist()
    assert block.distances.tolist() == whole.distances[np.ix_([2, 0], [1, 5, 2])].tolist()


def test_against_a_one_way_street_it_takes_longer(source, car):
    block = source.block(POINTS, range(2), range(2), car)

    assert block.durations[EASTWARDS] < block.durations[WESTWARDS]
    assert 190 < block.distances[EASTWARDS] < 210
    assert 590 < block.distances[WESTWARDS] < 610


def test_between_places_without_a_way_there_is_no_way(source, car):
    block = source.block(POINTS, range(6), range(6), car)

    across = [np.ix_(IN_TOWN, ON_ISLAND), np.ix_(ON_ISLAND, IN_TOWN)]
    assert all((block.durations[grid] == NO_WAY).all() for grid in across)
    assert all((block.distances[grid] == NO_WAY).all() for grid in across)
    assert (block.durations[np.ix_(ON_ISLAND, ON_ISLAND)] >= 0).all()
    assert (block.durations[np.ix_(IN_TOWN, IN_TOWN)] >= 0).all()


def test_a_block_may_be_nothing_but_no_way(source, car):
    block = source.block(POINTS, IN_TOWN, ON_ISLAND, car)

    assert (block.durations == NO_WAY).all()


def test_how_far_a_place_lies_off_the_road_is_told(source, car):
    block = source.block(POINTS, IN_TOWN, [OFF_ROAD, 0], car)

    if source.name == "graphhopper":  # it does not tell
        assert block.sources_off is block.targets_off is None
        return
    assert block.sources_off == pytest.approx([0, 0, 0, 100], abs=1.5)
    assert block.targets_off == pytest.approx([100, 0], abs=1.5)


def test_the_legs_of_a_route_take_as_long_as_the_table_says(source, car):
    stops = np.random.default_rng(1).permutation(len(EVERYWHERE))[:60]
    route = source.route(EVERYWHERE[stops], car)

    legs = tuple(itertools.pairwise(stops))
    table = tables.table(source, EVERYWHERE, car, tables.Forgetful(), Watch())
    assert list(route.durations) == [table.durations[leg] for leg in legs]
    assert list(route.distances) == pytest.approx([table.distances[leg] for leg in legs], abs=1)


def test_the_line_of_a_route_leads_through_its_stops_in_their_order(source, car):
    stops = EVERYWHERE[[0, 63, 7, 35, 7, 20]]

    line = polyline.decode(source.route(stops, car).line)

    at = 0
    for stop in stops:
        near = np.flatnonzero(np.abs(line[at:] - stop).max(axis=1) < 0.00002)
        assert len(near)
        at += near[0]
    assert np.abs(line[-1] - stops[-1]).max() < 0.00002


def test_a_stop_may_follow_itself(source, car):
    route = source.route(POINTS[[0, 0, 2]], car)

    assert (route.durations[0], route.distances[0]) == (0, 0)
    assert route.durations[1] > 0


def test_a_route_of_one_stop_has_no_legs(source, car):
    route = source.route(POINTS[:1], car)

    assert (route.durations, route.distances) == ((), ())
    assert len(polyline.decode(route.line)) == 1


def test_a_route_that_cannot_be_driven_fails_with_what_the_server_said(source, car):
    with pytest.raises(RoadsFailed, match=r"127\.0\.0\.1.*(oute|unconnected|not found)"):
        source.route(POINTS[[0, 3]], car)


def test_the_dataset_names_the_server(source):
    assert source.dataset.startswith(f"{source.name} http://127.0.0.1:")


def test_vehicles_it_knows_nothing_of_have_no_profile(source):
    assert source.profile("submarine") is None


def test_every_server_an_operator_may_set_is_tried_here():
    assert {kind.name for kind, _ in FAKES.values()} == set(SERVERS)
