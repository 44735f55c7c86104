import pytest

from vrp.roads import map_features
from vrp.roads.map_features import Drawn


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential", "name": "Elm"}, Drawn("road", 11, {"kind": "street", "name": "Elm"})),
        ({"highway": "motorway", "ref": "A 5;E 35"}, Drawn("road", 5, {"kind": "motorway", "name": "A 5 · E 35"})),
        ({"highway": "primary_link", "bridge": "yes"}, Drawn("road", 11, {"kind": "primary", "bridge": 1, "link": 1})),
        ({"highway": "service", "tunnel": "yes"}, Drawn("road", 13, {"kind": "service", "tunnel": 1})),
        ({"highway": "service", "tunnel": "building_passage"}, Drawn("road", 13, {"kind": "service"})),
        ({"highway": "service", "service": "driveway"}, Drawn("road", 14, {"kind": "driveway"})),
        ({"highway": "tertiary", "oneway": "-1"}, Drawn("road", 10, {"kind": "tertiary", "oneway": -1})),
        ({"railway": "rail", "service": "siding"}, Drawn("rail", 13, {"kind": "rail"})),
        ({"railway": "tram"}, Drawn("rail", 12, {"kind": "tram"})),
        ({"waterway": "river", "name": "Neckar"}, Drawn("waterway", 8, {"kind": "river", "name": "Neckar"})),
        ({"boundary": "administrative", "admin_level": "2"}, Drawn("border", 5, {})),
    ],
)  # fmt: skip
def test_line_is_drawn_as_what_it_is(tags, expected):
    assert map_features.line(tags) == expected


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "construction"},
        {"highway": "pedestrian", "area": "yes"},
        {"railway": "abandoned"},
        {"boundary": "administrative", "admin_level": "2", "maritime": "yes"},
        {"boundary": "administrative", "admin_level": "8"},
        {},
    ],
)
def test_line_is_left_out(tags):
    assert map_features.line(tags) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"building": "yes", "leisure": "park"}, Drawn("building", 14, {})),
        ({"natural": "water"}, Drawn("water", 6, {})),
        ({"leisure": "swimming_pool"}, Drawn("water", 14, {"kind": "pool"})),
        ({"leisure": "park"}, Drawn("land", 10, {"kind": "park"})),
        ({"landuse": "forest"}, Drawn("land", 8, {"kind": "wood"})),
        ({"highway": "pedestrian", "area": "yes"}, Drawn("land", 13, {"kind": "paved"})),
    ],
)
def test_area_is_filled_as_what_it_is(tags, expected):
    assert map_features.area(tags) == expected


@pytest.mark.parametrize("tags", [{"building": "no"}, {"highway": "pedestrian"}, {"landuse": "military"}])
def test_area_is_left_out(tags):
    assert map_features.area(tags) is None


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"place": "city", "name": "Monaco"}, "city"),
        ({"railway": "station", "name": "Hauptbahnhof"}, "station"),
        ({"leisure": "park", "name": "Rosengarten"}, "park"),
    ],
)
def test_name_is_written(tags, kind):
    assert map_features.label(tags).properties == {"kind": kind, "name": tags["name"]}


@pytest.mark.parametrize("tags", [{"place": "city"}, {"name": "Kiosk", "shop": "kiosk"}])
def test_name_is_not_written(tags):
    assert map_features.label(tags) is None


def test_what_is_drawn_is_read():
    tables = [map_features.WATER, map_features.LAND, map_features.LANDMARKS]
    drawn = {key for table in tables for key in table} | {
        "highway",
        "railway",
        "waterway",
        "building",
        "place",
    }

    assert drawn <= set(map_features.KEYS)
