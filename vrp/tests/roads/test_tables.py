"""Whole tables: asked in blocks, from a cache as far as that goes, with OSRM's own values."""

from dataclasses import dataclass, field

import httpx
import numpy as np
import pytest

from vrp.roads import regions, tables
from vrp.roads.base import NO_WAY, Block, RoadsFailed, RoadsStopped, Watch
from vrp.roads.embedded import Embedded, binaries, server
from vrp.roads.tables import Forgetful, Table
from vrp.tests.roads import town
from vrp.tests.roads.asking import Counting, points, scattered


@dataclass
class Remembering(Forgetful):
    """A cache in memory that knows the last table only."""

    kept: list[Table] = field(default_factory=list)

    def closest(self, dataset, profile, points):
        return self.kept[-1] if self.kept else None

    def keep(self, dataset, profile, table):
        self.kept.append(table)


@pytest.fixture
def region(town_data):
    return regions.get(town_data, "town")


@pytest.fixture
def roads(region):
    return Counting(Embedded(region))


def table(roads, places, cache=None, watch=None):
    return tables.table(roads, tables.rounded(places), "car", cache or Forgetful(), watch or Watch())


def test_values_are_those_of_osrm_rounded_half_up(roads, region):
    places = scattered(12)
    address = server.ensure(binaries.find(), region.graph("car"), "CH", region.stamp)
    words = ";".join(f"{x:.6f},{y:.6f}" for x, y in places)
    said = httpx.get(f"{address}/table/v1/driving/{words}?annotations=duration,distance").json()

    found = table(roads, places)

    assert np.array_equal(found.durations, np.floor(np.array(said["durations"]) + 0.5))
    assert np.array_equal(found.distances, np.floor(np.array(said["distances"]) + 0.5))
    assert found.durations.dtype == found.distances.dtype == np.int32


def test_the_island_cannot_be_reached_nor_left(roads):
    found = table(roads, points(town.corner(0, 0), town.island(0, 2), town.island(1, 3)))

    assert found.durations.tolist()[0][1:] == [NO_WAY, NO_WAY]
    assert found.distances[1:, 0].tolist() == [NO_WAY, NO_WAY]
    assert found.durations[1, 2] > 0


def test_a_one_way_street_takes_longer_one_way(roads):
    west, east = town.corner(town.ONE_WAY, 2), town.corner(town.ONE_WAY, 5)

    found = table(roads, points(west, east))

    assert found.distances[0, 1] == pytest.approx(601, abs=3)
    assert found.distances[1, 0] > found.distances[0, 1] + 300


def test_it_is_told_how_far_places_lie_off_the_road(roads):
    column = (town.corner(0, 1)[0] + 0.0014, 50.0009)  # the middle of a block

    found = table(roads, points(town.corner(3, 3), column))

    assert found.off[0] == pytest.approx(0, abs=1)
    assert found.off[1] == pytest.approx(100, abs=5)


def test_a_place_alone_has_a_table_of_nothing_and_a_way_off_the_road(roads):
    found = table(roads, points((town.corner(0, 1)[0] + 0.0014, 50.0009)))

    assert (found.durations.tolist(), found.distances.tolist()) == ([[0]], [[0]])
    assert found.off[0] == pytest.approx(100, abs=5)


def test_rows_are_asked_in_blocks_and_progress_is_told_after_each(roads):
    told = []

    table(roads, scattered(600), watch=Watch(lambda done, total: told.append((done, total))))

    assert [total for _, total in told] == [360_000] * len(told)
    assert [done for done, _ in told] == [0, 150_000, 300_000, 360_000]


def test_a_stop_ends_it_before_the_next_block(roads):
    told = []
    watch = Watch(lambda done, total: told.append(done), should_stop=lambda: len(told) > 1)

    with pytest.raises(RoadsStopped):
        table(roads, scattered(600), watch=watch)

    assert len(roads.asked) == 150_000


def test_blocks_are_no_larger_than_the_source_takes(region):
    sizes = []

    class Small(Counting):
        def block(self, points, sources, targets, profile):
            sizes.append((len(sources), len(targets)))
            return super().block(points, sources, targets, profile)

    small = Small(Embedded(region), most_cells=100, most_points=30)
    places = scattered(37)

    found = table(small, places)

    assert max(high * wide for high, wide in sizes) <= 100
    assert max(high + wide for high, wide in sizes) <= 30
    assert np.array_equal(found.durations, table(Embedded(region), places).durations)


def test_what_is_known_is_not_asked_again(roads):
    cache, places = Remembering(), scattered(20)
    first = table(roads, places, cache)
    roads.asked.clear()

    second = table(roads, places, cache)

    assert roads.asked == []
    assert np.array_equal(first.durations, second.durations)


def test_one_more_place_asks_for_its_row_and_its_column_only(roads):
    cache, places = Remembering(), scattered(20)
    table(roads, places[:19], cache)
    roads.asked.clear()

    found = table(roads, places, cache)

    new = tuple(places[19].tolist())
    assert len(roads.asked) == 39
    assert all(new in pair for pair in roads.asked)
    assert np.array_equal(found.durations, table(roads, places).durations)
    assert np.array_equal(found.off, table(roads, places).off)


def test_the_order_of_places_does_not_matter(roads):
    cache, places = Remembering(), scattered(20)
    table(roads, places, cache)
    roads.asked.clear()

    found = table(roads, places[::-1], cache)

    assert roads.asked == []
    assert np.array_equal(found.distances, table(roads, places[::-1]).distances)


def test_places_among_others_that_are_known_ask_nothing(roads):
    cache, places = Remembering(), scattered(20)
    table(roads, places, cache)
    roads.asked.clear()

    found = table(roads, places[[7, 3, 11]], cache)

    assert roads.asked == []
    assert np.array_equal(found.durations, table(roads, places[[7, 3, 11]]).durations)


def test_no_way_is_remembered_as_such(roads):
    cache, places = Remembering(), points(town.corner(0, 0), town.island(0, 2), town.island(1, 3))
    table(roads, places, cache)

    assert table(roads, places[::-1], cache).durations[2, 0] == NO_WAY


def test_a_block_of_another_shape_than_asked_for_is_refused(roads):
    class Short(Counting):
        def block(self, points, sources, targets, profile):
            found = super().block(points, sources, targets, profile)
            return Block(found.durations[:-1], found.distances[:-1])

    with pytest.raises(RoadsFailed, match=r"where .* were asked for"):
        table(Short(roads), scattered(5))


def test_places_are_the_same_to_a_tenth_of_a_metre():
    assert tables.rounded([(10.0000001, -0.0000001)]).tolist() == [[10.0, 0.0]]
    assert str(tables.rounded([(-0.0, -0.0)]).tolist()) == "[[0.0, 0.0]]"
