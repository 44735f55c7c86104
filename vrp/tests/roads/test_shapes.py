import pytest

from vrp.roads import shapes
from vrp.roads.base import RoadsFailed, Shape
from vrp.roads.measuring import Roads
from vrp.roads.tables import Forgetful

PLACES = [(7.42, 43.73), (7.43, 43.74)]


class Drawn:
    """A source that draws what it is told."""

    name, dataset, most_cells, most_points = "osrm", "one", 100, 10

    def __init__(self, text):
        self.text, self.asked = text, 0

    def profile(self, name):
        return name if name == "car" else None

    def route(self, points, profile):
        self.asked += 1
        return Shape(self.text, (60,), (500,))


class Kept(Forgetful):
    def __init__(self):
        self.rows = {}

    def get(self, key):
        return self.rows.get(key)

    def put(self, key, content):
        self.rows[key] = content


def test_a_line_is_asked_for_once():
    source = Drawn("_p~iF~ps|U")
    roads = Roads({}, "osrm", "one", source, Kept())

    first, second = shapes.line(roads, PLACES, "car"), shapes.line(roads, PLACES, "car")

    assert first == second == "_p~iF~ps|U"
    assert source.asked == 1


def test_a_truck_takes_the_cars_line_where_there_are_no_roads_for_trucks():
    assert shapes.line(Roads({}, "osrm", "one", Drawn("_p~iF~ps|U")), PLACES, "truck") == "_p~iF~ps|U"


def test_estimates_have_no_line():
    assert shapes.line(Roads({}, "straight_line"), PLACES, "car") is None


@pytest.mark.parametrize("text", ["_", "_p~iF", "\x00", "€"])
def test_what_is_no_line_never_gets_into_a_plan(text):
    with pytest.raises(RoadsFailed, match="osrm drew a route"):
        shapes.line(Roads({}, "osrm", "one", Drawn(text)), PLACES, "car")
