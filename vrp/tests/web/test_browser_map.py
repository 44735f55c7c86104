"""The plan's map in a real Chromium, above the base map of a real town."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from vrp.roads import basemap, regions
from vrp.roads.regions import Region
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.chromium import drawn, needs_the_map, picture, wait_for_map
from vrp.tests.web.conftest import judged

ROADS = (
    (Path(__file__).parent / "data" / "monaco.polyline").read_text().strip()
)  # as OSRM drives the plan below
STYLE = "https://tiles.example.org/style.json"
CLOSER = """() => new Promise((ready) => {
    routebookMap.once("idle", ready);
    routebookMap.jumpTo({center: [7.4205, 43.735], zoom: 16.5});
})"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def monaco_map(monaco_extract, tmp_path_factory):
    target = tmp_path_factory.mktemp("monaco") / "map.pmtiles"
    basemap.build(monaco_extract, target)
    return target


@pytest.fixture
def region(monaco_map, settings, tmp_path):
    needs_the_map()
    settings.ROUTEBOOK_DATA = tmp_path
    folder = tmp_path / "regions" / "monaco"
    folder.mkdir(parents=True)
    region = Region("monaco", folder, "stamp", (7.40, 43.72, 7.45, 43.76), ("car",), "1")
    region.base_map.symlink_to(monaco_map)
    regions.write(region)
    return region


@pytest.fixture
def on_roads(scenario):
    """The page of a plan whose route follows the streets."""
    plan = judged(scenario.request, 2, 1)
    plan["routes"][0]["geometry"] = ROADS
    figures = {key: plan["summary"][key] for key in ("cost", "vehicles_used", "assigned", "unassigned")}
    solution = SolutionFactory(
        scenario=scenario, succeeded=True, payload=plan, plan_status=plan["status"], **figures
    )
    return reverse("web:solution", args=[solution.pk])


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_routes_follow_streets_on_a_map_that_asks_nobody_else(
    scheme, width, logged_in, live_server, region, on_roads
):
    page = logged_in(viewport={"width": width, "height": 900}, color_scheme=scheme)

    page.goto(live_server.url + on_roads)
    wait_for_map(page)

    for layer in ("roads", "land", "water", "lines", "stops"):
        assert drawn(page, layer) > 0, layer
    credit = page.locator(".map-credit")
    assert credit.inner_text() == "© OpenStreetMap contributors"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    picture(page, f"map-{width}-{scheme}", full_page=width < 1000)


def test_credit_is_seen_and_nothing_lies_over_it(logged_in, live_server, region, on_roads):
    page = logged_in(viewport={"width": 360, "height": 740})
    page.goto(live_server.url + on_roads)
    wait_for_map(page)

    page.locator(".map-credit").click(trial=True)


def test_names_of_streets_appear_when_one_comes_closer(logged_in, live_server, region, on_roads):
    page = logged_in()
    page.goto(live_server.url + on_roads)
    wait_for_map(page)

    page.evaluate(CLOSER)

    assert drawn(page, "street-names") > 3
    assert drawn(page, "buildings") > 0
    assert drawn(page, "arrows") > 0
    picture(page, "map-close")


def test_map_changes_with_the_scheme(logged_in, live_server, region, on_roads):
    page = logged_in(color_scheme="light")
    page.goto(live_server.url + on_roads)
    wait_for_map(page)
    ground = "routebookMap.getPaintProperty('ground', 'background-color')"
    by_day = page.evaluate(ground)

    page.emulate_media(color_scheme="dark")

    page.wait_for_function(f"by_day => routebookMap.getLayer('ground') && {ground} !== by_day", arg=by_day)
    page.wait_for_function("routebookMap.queryRenderedFeatures({layers: ['stops']}).length === 2")


def test_style_of_the_operator_lies_under_the_routes(logged_in, live_server, on_roads, settings, complaints):
    needs_the_map()
    settings.MAP_STYLE_URL = STYLE
    elsewhere = {"version": 8, "sources": {}, "layers": [{"id": "theirs", "type": "background"}]}
    page = logged_in(color_scheme="dark")
    page.route(
        STYLE, lambda route: route.fulfill(json=elsewhere, headers={"Access-Control-Allow-Origin": "*"})
    )

    page.goto(live_server.url + on_roads)
    wait_for_map(page)

    assert page.evaluate("routebookMap.getLayersOrder().indexOf('theirs')") >= 0
    assert drawn(page, "stops") == 2
    assert page.is_visible("text=© OpenStreetMap contributors")
    assert complaints == [STYLE]
    complaints.clear()


def test_routes_are_drawn_when_the_style_of_the_operator_is_away(
    logged_in, live_server, on_roads, settings, complaints
):
    needs_the_map()
    settings.MAP_STYLE_URL = STYLE
    page = logged_in()
    page.route(STYLE, lambda route: route.abort())

    page.goto(live_server.url + on_roads)
    wait_for_map(page)

    assert drawn(page, "stops") == 2
    assert any("is not there" in text for text in complaints)
    complaints.clear()
