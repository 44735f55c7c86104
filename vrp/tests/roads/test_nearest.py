"""More places than a whole table holds: neighbours and depots are exact, the rest is estimated."""

import numpy as np
import pytest

from vrp import roads
from vrp.domain import limits
from vrp.domain import request as requests
from vrp.domain.problem import places_of
from vrp.domain.travel import great_circles
from vrp.roads import Atlas, nearest, regions
from vrp.roads.base import NO_WAY, RoadsStopped, Watch
from vrp.roads.embedded import Embedded
from vrp.roads.straight_line import PROFILES
from vrp.roads.tables import Forgetful
from vrp.tests.roads import town
from vrp.tests.roads.asking import Counting, document, points, scattered

FEW = 5  # neighbours


@pytest.fixture(autouse=True)
def few_neighbours(monkeypatch):
    monkeypatch.setattr(nearest, "NEIGHBOURS", FEW)
    monkeypatch.setattr(nearest, "_LEAF", 8)


@pytest.fixture
def source(town_data):
    return Counting(Embedded(regions.get(town_data, "town")))


class Kept(Forgetful):
    """A cache in memory."""

    def __init__(self):
        self.contents = {}

    def get(self, key):
        return self.contents.get(key)

    def put(self, key, content):
        self.contents[key] = content


def measured(source, places, hubs=(0,), cache=None, watch=None):
    hubs = np.array(hubs, dtype=np.int64)
    cache, watch = cache or Forgetful(), watch or Watch()
    return nearest.travel(source, places, hubs, "car", PROFILES["car"], cache, watch)


def whole(source, places):
    return source.source.block(places, range(len(places)), range(len(places)), "car")


def test_the_nearest_places_are_exact_both_ways(source):
    places = scattered(120)
    exact = whole(source, places)

    travel, _ = measured(source, places)

    order = np.argsort(great_circles(places, places), axis=1)[:, 1 : FEW + 1]
    for place, neighbours in enumerate(order.tolist()):
        for near in neighbours:
            assert travel.is_known(place, near)
            assert travel.is_known(near, place)
            assert travel.durations.item(place, near) == exact.durations[place, near]
            assert travel.distances.item(near, place) == exact.distances[near, place]


def test_every_value_that_is_held_is_exact(source):
    places = scattered(120)
    exact = whole(source, places)

    travel, _ = measured(source, places)

    held = [(a, b) for a in range(120) for b in range(120) if a != b and travel.is_known(a, b)]
    assert len(held) < 120 * 60
    assert all(travel.durations.item(a, b) == exact.durations[a, b] for a, b in held)
    assert all(travel.distances.item(a, b) == exact.distances[a, b] for a, b in held)


def test_depots_are_exact_to_and_from_everywhere(source):
    places = scattered(120)
    exact = whole(source, places)

    travel, _ = measured(source, places, hubs=(3, 77))

    for hub in (3, 77):
        assert np.array_equal(travel.durations[hub], exact.durations[hub])
        assert np.array_equal(travel.durations[:, hub], exact.durations[:, hub])


def test_the_rest_is_estimated_and_says_so(source):
    places = scattered(120)

    travel, _ = measured(source, places)

    circles = great_circles(places, places)
    a, b = np.unravel_index(circles.argmax(), circles.shape)
    assert not travel.is_known(int(a), int(b))
    assert travel.distances.item(int(a), int(b)) == pytest.approx(1.4 * circles[a, b], abs=1)


def test_fewer_places_than_neighbours_are_all_exact(source):
    travel, _ = measured(source, scattered(4))

    assert all(travel.is_known(a, b) for a in range(4) for b in range(4))


def test_an_island_stays_out_of_reach(source):
    places = np.vstack(
        [scattered(80), points(*(town.island(row, column) for row in (0, 1) for column in range(8)))]
    )

    travel, _ = measured(source, places)

    assert all(travel.durations.item(0, place) == NO_WAY for place in range(80, 96))
    assert all(travel.distances.item(place, 0) == NO_WAY for place in range(80, 96))
    assert travel.durations.item(80, 81) > 0
    assert travel.has_no_way


def test_how_far_places_lie_off_the_road_is_told_of_all(source):
    places = scattered(90)

    _, off = measured(source, places)

    assert off == pytest.approx(whole(source, places).sources_off, abs=0.1)


def test_it_is_asked_once(source):
    cache, places = Kept(), scattered(90)
    first, off = measured(source, places, cache=cache)
    source.asked.clear()

    second, again = measured(source, places, cache=cache)

    assert source.asked == []
    assert np.array_equal(np.asarray(first.durations), np.asarray(second.durations))
    assert np.array_equal(off, again)


@pytest.mark.parametrize("change", ["dataset", "depots", "places"])
def test_another_question_is_not_answered_from_the_cache(source, change):
    cache, places = Kept(), scattered(90)
    measured(source, places, cache=cache)
    source.asked.clear()

    if change == "dataset":
        source.dataset = "newer"
    other = places[::-1] if change == "places" else places
    measured(source, other, hubs=(5,) if change == "depots" else (0,), cache=cache)

    assert source.asked


def test_progress_is_told_and_a_stop_ends_it(source):
    told = []
    watch = Watch(lambda done, total: told.append((done, total)), should_stop=lambda: len(told) == 4)

    with pytest.raises(RoadsStopped):
        measured(source, scattered(120), watch=watch)

    assert [done for done, _ in told] == [0, 1, 2, 3]


def test_blocks_are_no_larger_than_the_source_takes(source):
    places = scattered(60)
    small = Counting(source.source, most_cells=50, most_points=14)

    travel, _ = measured(small, places)

    assert np.array_equal(np.asarray(travel.durations), np.asarray(measured(source, places)[0].durations))


def test_a_request_with_many_places_is_measured_so(town_data, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 50)
    request = requests.read(document(*scattered(80).tolist()))
    places = places_of(request)

    found = roads.measure(request, places, Atlas(town_data), Watch())

    travel, depot = found.travels["car"], places.at[("vehicles", 0, "start")]
    assert found.name == "roads"
    assert not travel.estimated
    assert all(travel.is_known(depot, place) and travel.is_known(place, depot) for place in range(81))
    assert not all(travel.is_known(a, b) for a in range(81) for b in range(81))
