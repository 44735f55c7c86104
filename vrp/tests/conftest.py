import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from vrp.roads import adding, basemap, regions
from vrp.roads.base import RoadsFailed
from vrp.roads.embedded import binaries, server
from vrp.roads.embedded.binaries import Binaries
from vrp.roads.fetch import EXTRACT, VENDOR
from vrp.roads.regions import Region
from vrp.tests.roads import extracts, town
from vrp.tests.web.chromium import browser, complaints, logged_in, open_page  # noqa: F401  fixtures


@pytest.fixture(autouse=True)
def _empty_queue(request: pytest.FixtureRequest) -> Iterator[None]:
    """The tables of the queue's library are not Django's to flush after a test that really commits."""
    mark = request.node.get_closest_marker("django_db")
    commits = mark and mark.kwargs.get("transaction")
    if not commits and not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture(scope="session")
def osrm() -> Binaries:
    """OSRM's programs. They come from a package index, so a machine may be without; CI may not."""
    try:
        return binaries.find()
    except RoadsFailed as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def town_data(osrm: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the region `town`, for car and foot. Not to be changed: see `own_town`."""
    folder = tmp_path_factory.mktemp("town-region")
    file = extracts.town_extract(folder / "town.osm.pbf")
    adding.add(folder / "data", file, name="town", profiles=("car", "foot"))
    yield folder / "data"
    _leave(regions.listed(folder / "data"))


@pytest.fixture
def own_town(town_data: Path, tmp_path: Path) -> Iterator[Path]:
    """The same, for one test to do with as it likes."""
    shutil.copytree(town_data, tmp_path / "data")
    before = regions.listed(tmp_path / "data")
    yield tmp_path / "data"
    _leave([*before, *regions.listed(tmp_path / "data")])


@pytest.fixture(scope="session")
def monaco_extract() -> Path:
    """A real town. It comes from a package index too."""
    file = VENDOR / EXTRACT
    if not file.exists():
        assert not os.environ.get("CI"), f"{file} is missing: run vrp/roads/fetch.py"
        pytest.skip(f"{file} is missing: run vrp/roads/fetch.py")
    return file


@pytest.fixture(scope="session")
def monaco_data(
    osrm: Binaries, monaco_extract: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A data folder with the region `monaco`, for cars: large enough to keep OSRM at work for a while."""
    folder = tmp_path_factory.mktemp("monaco-region")
    adding.add(folder, monaco_extract, name="monaco")
    yield folder
    _leave(regions.listed(folder))


@pytest.fixture(scope="session")
def town_map(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base map of the tiny town."""
    folder = tmp_path_factory.mktemp("town-map")
    town.write(folder / "town.osm")
    basemap.build(folder / "town.osm", folder / "map.pmtiles")
    return folder / "map.pmtiles"


def _leave(there: list[Region]) -> None:
    """Their servers are needed no more."""
    for region in there:
        for profile in region.profiles:
            server.leave(region.graph(profile), region.stamp)
