"""The base map's door: who gets which tiles, and which region lies under a plan."""

import gzip
import json
import os
import re
from html import unescape

import pytest
from django.urls import reverse

from vrp.roads import regions
from vrp.roads.regions import Region
from vrp.tests.factories import SolutionFactory
from vrp.tests.roads import town
from vrp.tests.web.conftest import judged
from vrp.web import tiles

EAST, NORTH = town.corner(town.SIZE - 1, town.SIZE - 1)
BOUNDS = (town.WEST, town.SOUTH, EAST, NORTH)
MIDDLE = town.corner(4, 4)
ELSEWHERE = (30.0, 10.0)
TILE = (14, 8647, 5556)  # of a corner of the town


@pytest.fixture
def add(settings, tmp_path, town_map):
    """Adds regions to the data folder in use; they all have the town's map, unless without."""
    settings.ROUTEBOOK_DATA = tmp_path

    def add(name, bounds=BOUNDS, content=None):
        folder = tmp_path / "regions" / name
        folder.mkdir(parents=True)
        region = Region(name, folder, f"stamp-of-{name}", bounds, ("car",), "1")
        if content != b"":
            region.base_map.write_bytes(content or town_map.read_bytes())
        regions.write(region)
        return region

    return add


def address(places=(MIDDLE,), z=TILE[0], x=TILE[1], y=TILE[2]):
    return tiles.covering(places)["tiles"].format(z=z, x=x, y=y)


def test_tile_comes_as_it_lies_in_the_file_and_may_be_kept(add, alices):
    add("town")

    answer = alices.get(address())

    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert b"Column" in gzip.decompress(answer.content)


def test_tile_where_nothing_is_drawn_is_empty_and_may_be_kept(add, alices):
    add("town")

    answer = alices.get(address(x=0, y=0))

    assert answer.status_code == 204
    assert answer.content == b""
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "where", [{"z": 4, "x": 0, "y": 0}, {"z": 15}, {"x": 2**14}, {"y": 2**14}, {"z": 10**30}], ids=str
)
def test_what_is_not_on_the_map_is_not_found(add, alices, where):
    add("town")

    answer = alices.get(address(**where))

    assert answer.status_code == 404
    assert "immutable" not in answer.get("Cache-Control", "")


@pytest.mark.parametrize(
    ("part", "other"), [("town", "nowhere"), ("town", "preferred"), ("stamp-of", "older-than")]
)
def test_another_region_or_stamp_is_not_found(add, alices, part, other):
    add("town")

    assert alices.get(address().replace(part, other, 1)).status_code == 404


@pytest.mark.parametrize("content", [b"", b"not tiles", b"PMTiles\x03 and then nothing"])
def test_region_without_a_map_that_can_be_read_has_no_tiles(add, alices, content):
    region = add("town", content=content)
    stamp = tiles._stamp(region) or "none"

    assert alices.get(reverse("web:tile", args=["town", stamp, *TILE])).status_code == 404
    assert tiles.covering([MIDDLE]) is None


def test_map_that_is_drawn_anew_has_another_address(add, alices, town_map):
    region = add("town")
    before = address()

    os.utime(region.base_map, ns=(1, 1))

    assert alices.get(before).status_code == 404
    assert alices.get(address()).status_code == 200


def test_base_map_is_that_of_the_region_with_most_places(add):
    add("elsewhere", bounds=(29, 9, 31, 11))
    add("town")

    found = tiles.covering([MIDDLE, MIDDLE, ELSEWHERE])

    assert re.fullmatch(r"/tiles/town/stamp-of-town-[0-9a-f]+/{z}/{x}/{y}\.pbf", found["tiles"])
    assert (found["minzoom"], found["maxzoom"]) == (5, 14)
    assert found["bounds"][0] == pytest.approx(town.WEST)


def test_preferred_region_goes_before_another_of_the_same_places(add, tmp_path):
    add("another")
    add("town")

    regions.prefer(tmp_path, "town")

    assert tiles.covering([MIDDLE])["tiles"].startswith("/tiles/town/")


@pytest.mark.parametrize("places", [[ELSEWHERE], [MIDDLE, ELSEWHERE]])
def test_without_a_region_for_most_places_there_is_no_base_map(add, places):
    add("town")

    assert tiles.covering(places) is None


def test_style_of_the_operator_takes_the_place_of_all_regions(add, settings):
    add("town")
    settings.MAP_STYLE_URL = "https://tiles.example.org/style.json"

    assert tiles.covering([MIDDLE]) == {"style": "https://tiles.example.org/style.json"}


def read(html, name):
    start = html.index(f'<script id="{name}" type="application/json">')
    return json.loads(html[start : html.index("</script>", start)].partition(">")[2])


def page_of(client, scenario, **route):
    plan = judged(scenario.request, 2, 1)
    plan["routes"][0] |= route
    solution = SolutionFactory(scenario=scenario, succeeded=True, payload=plan, plan_status=plan["status"])
    return unescape(client.get(reverse("web:solution", args=[solution.pk])).content.decode())


def test_plan_on_a_base_map_says_whose_it_is(add, alices, scenario):
    add("monaco", bounds=(7.4, 43.7, 7.5, 43.8))

    html = page_of(alices, scenario)

    assert "/tiles/monaco/" in read(html, "base-map")["tiles"]
    assert "© OpenStreetMap contributors" in html


def test_plan_with_the_shape_of_roads_says_whose_they_are(add, alices, scenario):
    html = page_of(alices, scenario, geometry="gjsiGgwdl@oA}@")

    assert read(html, "base-map") is None
    assert "© OpenStreetMap contributors" in html


def test_plan_without_roads_and_base_map_owes_nobody(add, alices, scenario):
    assert "OpenStreetMap" not in page_of(alices, scenario)


def test_roads_are_drawn_as_they_run_and_stops_off_them_are_tied_to_them(add, alices, scenario):
    html = page_of(alices, scenario, geometry="_p~iF~ps|U_ulLnnqC_mqNvxq`@")

    found = read(html, "map-data")
    (line,) = found["lines"]["features"]
    assert line["geometry"]["coordinates"] == [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]
    assert len(found["ties"]["features"]) == 3
