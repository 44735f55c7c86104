import numpy as np
import pytest

from vrp.domain import polyline
from vrp.roads.base import NO_WAY, RoadsFailed
from vrp.roads.valhalla import Valhalla
from vrp.tests.roads import fakes, town
from vrp.tests.roads.fakes import Reply, scripted

MANY = np.array([town.corner(row, column) for row in range(5) for column in range(8)])
NOWHERE = (town.WEST + 1, town.SOUTH)


@pytest.mark.parametrize(
    ("name", "own"), [("van", "auto"), ("driving-hgv", "truck"), ("bike", "bicycle"), ("foot", "pedestrian")]
)
def test_vehicles_are_called_as_it_calls_them(name, own):
    assert Valhalla("http://roads.example").profile(name) == own


def test_the_dataset_has_the_moment_its_tiles_were_made():
    with fakes.serving(fakes.valhalla) as serving:
        assert Valhalla(serving.url).dataset == f"valhalla {serving.url} 1795386776"


def test_lines_are_given_to_five_decimals():
    with fakes.serving(fakes.valhalla) as serving:
        shape = Valhalla(serving.url).route(MANY[[0, 39]], "auto")

    assert np.abs(polyline.decode(shape.line)[[0, -1]] - MANY[[0, 39]]).max() < 0.00001


def test_one_place_without_any_road_leaves_the_others_theirs():
    points = np.array([*MANY, NOWHERE])

    with fakes.serving(fakes.valhalla) as serving:
        block = Valhalla(serving.url).block(points, range(41), range(41), "auto")

    assert (block.durations[:40, :40] >= 0).all()
    assert (block.durations[40] == NO_WAY).all()
    assert (block.durations[:, 40] == NO_WAY).all()
    assert np.isnan(block.sources_off[40])
    assert len(serving.asked) < 20  # found by halves, not one by one


def test_an_older_server_that_does_not_tell_where_roads_are_will_do():
    cell = {"time": 12, "distance": 0.3456, "from_index": 0, "to_index": 0}

    with fakes.serving(scripted(Reply({"sources_to_targets": [[cell]]}))) as serving:
        block = Valhalla(serving.url).block(MANY, [0], [1], "auto")

    assert (block.durations.tolist(), block.distances.tolist()) == ([[12]], [[346]])
    assert np.isnan(block.sources_off).all()


def test_a_table_beyond_its_limits_is_told():
    words = "Path distance exceeds the max distance limit: 400000 meters"
    reply = Reply({"error_code": 154, "error": words, "status_code": 400}, 400)

    with fakes.serving(scripted(reply)) as serving, pytest.raises(RoadsFailed, match=words):
        Valhalla(serving.url).block(MANY, [0], [1], "auto")

    assert len(serving.asked) == 1
