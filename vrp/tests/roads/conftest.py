from collections.abc import Iterator
from pathlib import Path

import pytest

from vrp.roads.embedded import build, server
from vrp.roads.embedded.binaries import Binaries
from vrp.tests.roads import town


@pytest.fixture(scope="session")
def town_graph(osrm: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The car's road graph of the tiny town, made by the real OSRM."""
    folder = tmp_path_factory.mktemp("town")
    town.write(folder / "town.osm")
    build.graph(osrm, folder / "town.osm", "car", folder / "car", "CH")
    return folder / "car" / "roads"


@pytest.fixture(scope="session")
def town_osrm(osrm: Binaries, town_graph: Path) -> Iterator[str]:
    """The address of an OSRM that knows the tiny town."""
    yield server.ensure(osrm, town_graph, "CH", "town")
    server.leave(town_graph, "town")
