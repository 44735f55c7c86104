"""A plan changed by hand in a real Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from vrp.models import Solution
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.chromium import needs_the_map, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def stops(solution):
    return [step["id"] for step in solution.payload["routes"][0]["steps"] if step["type"] == "job"]


def row(page, name):
    return page.locator(f"tr[data-id='{name}']")


@pytest.fixture
def on_plan(logged_in, live_server, solution):
    def opened(**options):
        page = logged_in(**options)
        page.goto(live_server.url + reverse("web:solution", args=[solution.pk]))
        return page

    return opened


def test_a_stop_is_dragged_to_another_place_and_back_again(on_plan, solution):
    page = on_plan()

    row(page, 2).drag_to(row(page, 1))
    page.wait_for_selector("dialog[open]")
    assert "Move " in page.locator("dialog h2").inner_text()
    picture(page, "dragged")
    page.click("text=Make this move")
    page.wait_for_selector("text=by hand")

    assert stops(Solution.objects.exclude(pk=solution.pk).get()) == [1, 2]
    page.click("text=Undo")
    page.wait_for_selector("text=Redo")
    assert page.url.endswith(reverse("web:solution", args=[solution.pk]))


def test_a_move_that_is_not_made_leaves_all_as_it_was(on_plan):
    page = on_plan()

    row(page, 2).drag_to(row(page, 1))
    page.click("text=Leave it where it is")

    assert page.locator("dialog[open]").count() == 0
    assert Solution.objects.count() == 1


def test_stops_are_filtered_by_name_and_by_what_is_late(on_plan):
    page = on_plan()

    page.fill("#filter-text", "café")
    assert (row(page, 1).is_visible(), row(page, 2).is_visible()) == (True, False)
    page.fill("#filter-text", "van")
    assert (row(page, 1).is_visible(), row(page, 2).is_visible()) == (True, True)
    page.check("#filter-late")
    assert page.locator("#filter-count").inner_text() == "0 stops"
    page.uncheck("#filter-late")
    page.fill("#filter-text", "")
    assert row(page, 2).is_visible()


def test_a_stop_is_moved_with_the_keyboard_alone(on_plan, solution):
    page = on_plan()

    row(page, 2).locator("a").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Where else")
    page.locator("select[name=position]").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Make this move")
    page.get_by_text("Make this move").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=by hand")

    assert stops(Solution.objects.exclude(pk=solution.pk).get()) == [1, 2]


def test_maps_of_plans_side_by_side_show_the_same_part_of_the_world(logged_in, live_server, solution):
    needs_the_map()
    other = SolutionFactory(scenario=solution.scenario, succeeded=True, payload=solution.payload)
    page = logged_in()
    page.goto(f"{live_server.url}{reverse('web:compare')}?plan={solution.pk}&plan={other.pk}")
    for letter in "AB":
        page.wait_for_selector(f".map[data-letter={letter}][data-ready=yes]", timeout=60_000)

    page.evaluate("routebookMaps[0].jumpTo({center: [7.42, 43.73], zoom: 15})")

    assert page.evaluate("[routebookMaps[1].getZoom(), routebookMaps[1].getCenter().lng]") == [15, 7.42]
    picture(page, "compare", full_page=True)


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_a_plan_can_be_used_by_everybody(logged_in, live_server, solution, scheme, width):
    other = SolutionFactory(scenario=solution.scenario, succeeded=True, payload=solution.payload)
    page = logged_in(viewport={"width": width, "height": 900}, color_scheme=scheme)
    step = reverse("web:solution-step", args=[solution.pk]) + "?type=job&id=1"
    addresses = {
        "step": step,
        "outlook": f"{step}&vehicle=van&position=0",
        "compare": f"{reverse('web:compare')}?plan={solution.pk}&plan={other.pk}",
        "scenario": reverse("web:scenario", args=[solution.scenario_id]),
    }

    for name, address in addresses.items():
        page.goto(live_server.url + address)
        for drawing in page.locator(".compared-maps .map").all():
            drawing.and_(page.locator("[data-ready=yes]")).wait_for(timeout=60_000)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        picture(page, f"{name}-{scheme}-{width}", full_page=True)
