import re

from django.contrib.staticfiles import finders
from django.test import Client

from vrp.tests.factories import ScenarioFactory, SolutionFactory

HTML = {"Accept": "text/html"}


def test_a_browser_can_walk_the_api(alice, client):
    scenario = ScenarioFactory(session__user=alice)
    solution = SolutionFactory(scenario=scenario, succeeded=True)
    client.force_login(alice)

    for address in (
        "sessions/",
        f"sessions/{scenario.session_id}/",
        f"sessions/{scenario.session_id}/scenarios/",
        f"scenarios/{scenario.pk}/",
        f"scenarios/{scenario.pk}/revisions/",
        f"scenarios/{scenario.pk}/solutions/",
        f"solutions/{solution.pk}/",
        "capabilities/",
        "health/live/",
        "users/me/",
    ):
        response = client.get(f"/api/v1/{address}", headers=HTML)
        assert response.status_code == 200, address
        assert response["Content-Type"].startswith("text/html"), address


def test_its_pages_ask_nothing_of_other_sites(alice, client):
    client.force_login(alice)

    page = client.get("/api/v1/sessions/", headers=HTML).content.decode()

    assets = re.findall(r"""<(?:script|link|img)[^>]+(?:src|href)=["']([^"']+)""", page)
    assert assets
    assert all(finders.find(asset.removeprefix("/static/")) for asset in assets)


def test_a_session_cookie_alone_changes_nothing(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    response = client.post("/api/v1/sessions/", {"name": "x"}, content_type="application/json")

    assert response.status_code == 403
