import numpy as np
import pytest

from vrp.roads.base import NO_WAY, RoadsFailed
from vrp.roads.openrouteservice import OpenRouteService
from vrp.tests.roads import fakes, town
from vrp.tests.roads.fakes import Reply, scripted

POINTS = np.array([town.corner(0, 0), town.corner(3, 4), (town.WEST + 1, town.SOUTH)])


@pytest.mark.parametrize(
    ("name", "own"),
    [("van", "driving-car"), ("truck", "driving-hgv"), ("cycling-regular", "cycling-regular")],
)
def test_vehicles_are_called_as_it_calls_them(name, own):
    assert OpenRouteService("http://roads.example").profile(name) == own


def test_the_key_is_sent_as_a_header():
    with fakes.serving(fakes.openrouteservice) as serving:
        OpenRouteService(serving.url, " secret\n").block(POINTS, [0], [1], "driving-car")

    assert serving.asked[0].headers["authorization"] == "secret"
    assert serving.asked[0].path == "/v2/matrix/driving-car"


def test_an_own_server_needs_no_key():
    with fakes.serving(fakes.openrouteservice) as serving:
        OpenRouteService(serving.url).route(POINTS[:2], "driving-car")

    assert "authorization" not in {name.lower() for name in serving.asked[0].headers}


def test_the_dataset_has_the_dates_an_own_server_tells():
    with fakes.serving(fakes.openrouteservice) as serving:
        assert OpenRouteService(serving.url).dataset == f"openrouteservice {serving.url} 2025-01-27T13:20:23Z"


def test_the_dataset_of_the_public_server_is_its_address():
    with fakes.serving(scripted(Reply({"error": "Not found"}, 404))) as serving:
        assert OpenRouteService(serving.url).dataset == f"openrouteservice {serving.url}"


def test_a_place_that_it_finds_no_road_for_has_no_way_and_no_distance():
    with fakes.serving(fakes.openrouteservice) as serving:
        block = OpenRouteService(serving.url).block(POINTS, range(3), range(3), "driving-car")

    assert (block.durations[2] == NO_WAY).all()
    assert np.isnan(block.sources_off).tolist() == [False, False, True]


def test_a_limit_is_told_in_its_words():
    words = (
        "Request parameters exceed the server configuration limits. Only a total of 3500 routes are allowed."
    )
    reply = Reply({"error": {"code": 6004, "message": words}, "info": {}}, 400)

    with fakes.serving(scripted(reply)) as serving, pytest.raises(RoadsFailed, match="Only a total of 3500"):
        OpenRouteService(serving.url).block(POINTS, [0], [1], "driving-car")


def test_a_quota_that_is_used_up_is_told():
    reply = Reply({"error": "Quota exceeded"}, 403)

    with fakes.serving(scripted(reply)) as serving, pytest.raises(RoadsFailed, match=r"403.*Quota exceeded"):
        OpenRouteService(serving.url, "k").block(POINTS, [0], [1], "driving-car")
