from collections.abc import Iterator
from pathlib import Path

import pytest

from vrp.roads.base import RoadsFailed
from vrp.roads.embedded import binaries, build, server
from vrp.tests.roads import town


@pytest.fixture(scope="session")
def town_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The car's road graph of the tiny town, made by the real OSRM."""
    try:
        programs = binaries.find()
    except RoadsFailed as missing:
        pytest.skip(str(missing))
    folder = tmp_path_factory.mktemp("town")
    town.write(folder / "town.osm")
    build.graph(programs, folder / "town.osm", "car", folder / "car", "CH")
    return folder / "car" / "roads"


@pytest.fixture(scope="session")
def town_osrm(town_graph: Path) -> Iterator[str]:
    """The address of an OSRM that knows the tiny town."""
    yield server.ensure(binaries.find(), town_graph, "CH", "town")
    server.leave(town_graph, "town")
