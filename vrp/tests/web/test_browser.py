"""The pages in a real Chromium."""

import threading
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse

from vrp.models import Solution
from vrp.roads.gazetteer import Entry
from vrp.services import addresses, solving
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.chromium import drawn, needs_the_map, picture, wait_for_map

SAMPLES = Path(settings.BASE_DIR) / "vrp" / "static" / "vrp" / "samples"
PASSWORD = "six brown teapots"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def solve_what_waits():
    """What the worker does, in a thread beside the browser."""
    thread = threading.Thread(target=solving.run, args=[Solution.objects.get(status="queued").pk])
    thread.start()
    return thread


def test_planner_goes_from_a_file_to_routes_on_a_map(open_page, live_server):
    needs_the_map()
    page = open_page()
    page.goto(live_server.url + reverse("accounts:signup"))
    page.fill("[name=email]", "planner@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    page.click("text=Log out")
    page.fill("[name=username]", "planner@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")

    page.fill("[name=name]", "Monday")
    page.click("text=Create session")
    page.click("text=Import stops")
    page.set_input_files("#id_file", SAMPLES / "stops.csv")
    page.click("text=Show what is in it")
    page.set_input_files("#id_vehicles_file", SAMPLES / "vehicles.csv")
    page.click("text=Check again")
    page.wait_for_selector("text=can be imported")
    picture(page, "import")
    page.fill("[name=name]", "Monaco, Monday morning")
    page.click("text=Create scenario")
    page.wait_for_selector("h2:has-text('Find routes')")
    picture(page, "scenario")
    page.fill("[name=time_limit]", "2")
    page.click("main button.primary")
    page.wait_for_selector("#progress progress")
    worker = solve_what_waits()
    wait_for_map(page)
    worker.join()

    assert drawn(page, "stops") == 24
    assert drawn(page, "lines") >= 1
    assert page.locator(".lane .work").count() == 24
    page.locator("details.route summary").first.click()
    picture(page, "plan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plan_page_shows_everything_on_a_phone_too(scheme, logged_in, live_server, solution):
    needs_the_map()
    page = logged_in(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))
    wait_for_map(page)

    assert drawn(page, "unassigned") == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    picture(page, f"plan-phone-{scheme}", full_page=True)


def test_hovering_a_route_lights_it_up_everywhere(logged_in, live_server, solution):
    needs_the_map()
    page = logged_in()
    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))
    wait_for_map(page)

    page.hover("details.route summary")

    assert page.locator(".lane.lit").count() == 1
    assert page.evaluate("routebookMap.getPaintProperty('lines', 'line-opacity')") != 1


def test_clicking_a_stop_on_the_map_says_what_it_is_as_text(logged_in, live_server, solution):
    needs_the_map()
    page = logged_in()
    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))
    wait_for_map(page)
    place = page.evaluate("(({x, y}) => ({x, y}))(routebookMap.project([7.427, 43.739]))")

    page.locator("#map canvas").click(position=place)

    assert "<b>Café</b> & Söhne" in page.locator(".maplibregl-popup-content").inner_text()


def test_page_of_a_plan_does_without_scripts(logged_in, live_server, solution):
    page = logged_in(java_script_enabled=False)

    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))

    assert "The map needs JavaScript" in page.inner_text("#map")
    assert page.is_visible("text=مطعم البحر")


def test_a_change_is_one_press_without_scripts_as_well(logged_in, live_server, solution):
    page = logged_in(java_script_enabled=False)
    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))

    page.click("text=Let van carry 96 more")

    fresh = Solution.objects.get(status="queued")
    assert page.url == live_server.url + reverse("web:solution", args=[fresh.pk])
    assert page.is_visible("text=Waiting for a free worker")


def test_page_of_a_plan_does_without_the_map_library(logged_in, live_server, solution, complaints):
    page = logged_in()
    page.route("**/vendor/**", lambda route: route.fulfill(status=404, body=""))

    page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))

    page.wait_for_selector("#map[data-ready=no]")
    assert "The map cannot be shown here" in page.inner_text("#map")
    assert any("could not be drawn" in text for text in complaints)
    complaints.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_keep_the_rules_of_accessibility(scheme, logged_in, live_server, session, scenario, solution):
    page = logged_in(color_scheme=scheme)
    rows = {
        "sessions": None,
        "session": session,
        "import": session,
        "scenario": scenario,
        "solution": solution,
    }

    for name, row in rows.items():
        page.goto(live_server.url + reverse(f"web:{name}", args=[row.pk] if row else []))
        page.wait_for_load_state("networkidle")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_progress_refreshes_and_gives_way_to_the_plan(logged_in, live_server, scenario, solution):
    running = SolutionFactory(scenario=scenario, running=True)
    page = logged_in()
    page.goto(live_server.url + reverse("web:solution", args=[running.pk]))
    assert page.is_visible("text=No plan yet")

    trace = {"cost": 700, "vehicles_used": 1, "unassigned": 0, "trace": [[0.1, 900], [0.5, 700]]}
    Solution.objects.filter(pk=running.pk).update(progress=trace)
    page.wait_for_selector("text=best so far 700")
    picture(page, "solving")
    Solution.objects.filter(pk=running.pk).update(
        status="succeeded", payload=solution.payload, plan_status="partial", finished_at=running.started_at
    )

    page.wait_for_selector("text=1 not served")


@pytest.fixture
def addresses_of_monaco(transactional_db):
    entries = [
        Entry("address", "Rue Grimaldi", 7.418, 43.734, "12", city="Monaco"),
        Entry("street", "Rue Grimaldi", 7.419, 43.735, city="Monaco"),
        Entry("poi", "Grimaldi Forum", 7.43, 43.744, city="Monaco"),
    ]
    addresses.load("monaco", "stamp", entries)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_a_stop_is_added_with_the_keyboard(
    width, scheme, logged_in, live_server, scenario, addresses_of_monaco
):
    page = logged_in(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(live_server.url + reverse("web:scenario", args=[scenario.pk]))

    page.focus("#add-stop summary")
    page.keyboard.press("Enter")
    page.focus("#id_q")
    page.keyboard.type("grimaldi", delay=20)
    page.wait_for_selector("#found label:nth-of-type(3)")
    page.focus("#found input:checked")
    page.keyboard.press("ArrowDown")
    page.fill("#id_service", "5")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"add-stop-{width}-{scheme}", full_page=True)
    page.focus("#id_amount")
    page.keyboard.press("Enter")

    page.wait_for_selector("text=was added.")
    assert page.is_visible("td:has-text('Grimaldi Forum, Monaco')")
    picture(page, f"stop-added-{width}-{scheme}", full_page=True)


def test_a_stop_is_added_in_two_steps_without_scripts(logged_in, live_server, scenario, addresses_of_monaco):
    page = logged_in(java_script_enabled=False)
    page.goto(live_server.url + reverse("web:scenario", args=[scenario.pk]))

    page.click("#add-stop summary")
    page.fill("#id_q", "12 rue grimaldi")
    page.click("#add-stop button:has-text('Search')")
    page.click("text=Add the stop")

    assert page.is_visible("text=was added.")
    assert page.is_visible("td:has-text('12 Rue Grimaldi, Monaco')")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_the_preview_of_addresses_can_be_read(
    width, scheme, logged_in, live_server, session, addresses_of_monaco
):
    page = logged_in(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(live_server.url + reverse("web:import", args=[session.pk]))
    page.click("text=or paste text")
    page.fill("#id_text", "id,address\n1,12 rue Grimaldi\n2,rue Grimaldi 9\n3,Grimaldi Forum\n")
    page.click("text=Vehicles, where the file")
    page.fill("#id_depot", "12 rue Grimaldi, Monaco")

    page.click("text=Show what is in it")

    page.wait_for_selector("text=2 not sure")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture(page, f"import-addresses-{width}-{scheme}", full_page=True)
