import numpy as np
import pytest

from vrp.roads.base import NO_WAY, RoadsFailed
from vrp.roads.graphhopper import GraphHopper
from vrp.tests.roads import fakes, town
from vrp.tests.roads.fakes import Reply, scripted

POINTS = np.array([town.corner(0, 0), town.corner(3, 4), (town.WEST + 1, town.SOUTH)])


@pytest.mark.parametrize(
    ("name", "own"), [("van", "car"), ("driving-hgv", "truck"), ("cycling-regular", "bike"), ("foot", "foot")]
)
def test_vehicles_are_called_as_it_calls_them(name, own):
    assert GraphHopper("http://roads.example").profile(name) == own


def test_the_key_is_sent_in_the_query_of_every_question():
    with fakes.serving(fakes.graphhopper) as serving:
        source = GraphHopper(serving.url, "a&b c")
        source.block(POINTS, [0], [1], "car")
        source.route(POINTS[:2], "car")
        assert source.dataset == f"graphhopper {serving.url} 2026-11-20T20:20:30Z"

    assert [(asked.path, asked.query) for asked in serving.asked] == [
        (path, {"key": ["a&b c"]}) for path in ("/matrix", "/route", "/info")
    ]


def test_an_own_server_needs_no_key():
    with fakes.serving(fakes.graphhopper) as serving:
        GraphHopper(serving.url).route(POINTS[:2], "car")

    assert serving.asked[0].query == {}


def test_what_can_be_reached_is_asked_for_although_something_cannot():
    with fakes.serving(fakes.graphhopper) as serving:
        block = GraphHopper(serving.url).block(POINTS, range(3), range(3), "car")

    assert serving.asked[0].body["fail_fast"] is False
    assert (block.durations[2] == NO_WAY).all()
    assert block.durations[0, 1] > 0


def test_a_route_is_asked_for_five_places_at_a_time():
    places = np.array([town.corner(row, 0) for row in (0, 3, 1, 7, 5, 2, 6)])

    with fakes.serving(fakes.graphhopper) as serving:
        route = GraphHopper(serving.url).route(places, "car")

    assert [len(asked.body["points"]) for asked in serving.asked] == [5, 3]
    assert route.durations == (61, 41, 122, 41, 61, 82)


def test_a_limit_is_told_in_its_words():
    reply = Reply({"message": "Too many points: 6, allowed: 5", "hints": []}, 400)

    with fakes.serving(scripted(reply)) as serving, pytest.raises(RoadsFailed, match="Too many points: 6"):
        GraphHopper(serving.url).block(POINTS, [0], [1], "car")
