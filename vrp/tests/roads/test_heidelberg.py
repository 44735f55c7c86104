"""What roads of a real town take and are worth; `benchmarks/roads.py` and `roads_or_lines.py` print the figures.

`CPU` is that of this process, the road server and the database together, so that a busy machine changes little.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import roads, roads_or_lines
from vrp.models import RoadAnswer
from vrp.roads import Atlas
from vrp.roads.embedded import Embedded, server
from vrp.roads.regions import Region

pytestmark = [
    pytest.mark.evidence,
    pytest.mark.skipif(
        not roads.EXTRACT.exists(),
        reason=f"no extract of Heidelberg at {roads.EXTRACT} (ROUTEBOOK_BENCHMARKS names another folder)",
    ),
]


@pytest.fixture(scope="module")
def data(osrm: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("heidelberg")


@pytest.fixture(scope="module")
def region(data: Path) -> Iterator[Region]:
    made = roads.region(data)
    yield made
    server.leave(made.graph("car"), made.stamp)


@pytest.fixture(scope="module")
def homes(region: Region) -> np.ndarray:
    return roads.homes(region.extract)


def test_a_table_of_a_thousand_places_takes_less_than_three_seconds_of_cpu(db, region, homes):
    kept = roads.table(Embedded(region), roads.some(homes, 1_000, seed=1))

    assert kept.asked + kept.read_back < 3


@pytest.mark.django_db(transaction=True)  # another process writes
def test_five_thousand_places_take_less_than_a_minute_and_half_a_gigabyte(data, region):
    found = roads.many(data, region)

    assert found.places > 5_000
    assert RoadAnswer.objects.count() == 1  # it was kept
    assert found.cpu < 60
    assert found.peak < 500
    assert found.server_peak < 500


def test_the_shape_of_a_route_of_25_stops_takes_less_than_50_milliseconds(db, region, homes):
    assert roads.shapes(Embedded(region), homes).cpu < 50


def test_routes_take_as_long_as_the_table_says(region, homes):
    found = roads.differences(Embedded(region), roads.some(homes, 1_000, seed=1))

    assert found.legs > 2_000
    assert found.leg <= 1
    assert found.route <= 1


def test_plans_made_on_roads_are_a_tenth_shorter_than_those_made_on_straight_lines(data, region, homes):
    atlas, found = Atlas(data), []

    for seed in range(1, 7):
        asked = roads_or_lines.document(homes, seed)
        found.append(roads_or_lines.drives(asked, atlas, "pyvrp", 3, seed))

    assert roads_or_lines.shorter(found, "lines") > 10
    assert roads_or_lines.shorter(found, "fitted") > 10
