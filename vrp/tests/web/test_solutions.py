import json

import pytest
from django.urls import reverse
from django.utils.timezone import now

from vrp.models import Solution
from vrp.services import scenarios
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.conftest import judged, monaco
from vrp.web.solutions import DOWNLOADS


def page(client, solution, name="solution"):
    return client.get(reverse(f"web:{name}", args=[solution.pk]))


def test_plan_shows_figures_routes_and_why_something_is_left_out(alices, solution):
    html = page(alices, solution).content.decode()

    assert "partial" in html
    assert "estimated road times" in html
    assert "&lt;b&gt;Café&lt;/b&gt; &amp; Söhne" in html
    assert "1 not served" in html
    assert "has not enough room for it" in html
    assert "10:00–11:00" in html


def test_plan_gives_the_map_its_data_as_json_and_never_as_markup(alices, solution):
    html = page(alices, solution).content.decode()

    start = html.index('<script id="map-data" type="application/json">')
    text = html[start : html.index("</script>", start)].partition(">")[2]
    found = json.loads(text)
    assert [stop["properties"]["title"] for stop in found["stops"]["features"]] == [
        "مطعم البحر",
        "<b>Café</b> & Söhne",
    ]
    assert [mark["properties"]["title"] for mark in found["unassigned"]["features"]] == ["huge"]
    assert "<b>" not in text


def test_plan_names_what_it_breaks_at_the_stop(alices, scenario):
    plan = judged(scenario.request, 1, 2, "huge")
    solution = SolutionFactory(scenario=scenario, succeeded=True, payload=plan, plan_status=plan["status"])

    html = page(alices, solution).content.decode()

    assert plan["status"] == "infeasible"
    assert "This plan breaks" in html
    assert 'class="violation"' in html


def test_plan_without_coordinates_says_why_there_is_no_map(alices, session):
    document = {
        "jobs": [{"id": 1, "location_index": 1}],
        "vehicles": [{"id": "van", "start_index": 0, "end_index": 0}],
        "matrices": {"car": {"durations": [[0, 60], [60, 0]]}},
    }
    plan = judged(document, 1)
    solution = SolutionFactory(
        succeeded=True, scenario__session=session, scenario__request=document, payload=plan
    )

    html = page(alices, solution).content.decode()

    assert "no coordinates" in html
    assert 'id="map-data"' not in html


def test_plan_says_that_its_scenario_has_changed_since(alices, alice, solution):
    scenarios.update(scenario=solution.scenario, document=monaco(jobs=[]), by=alice, now=now())

    assert "The scenario has changed since this plan" in page(alices, solution).content.decode()


def test_running_solve_refreshes_itself_and_can_be_stopped(alices, scenario):
    progress = {"cost": 700, "vehicles_used": 1, "unassigned": 0, "trace": [[0.1, 900], [0.5, 700]]}
    solution = SolutionFactory(scenario=scenario, running=True, progress=progress)

    html = page(alices, solution).content.decode()
    fragment = page(alices, solution, "progress")

    assert 'hx-trigger="every 1s"' in html
    assert "best so far 700" in fragment.content.decode()
    assert "<polyline" in fragment.content.decode()
    assert "HX-Refresh" not in fragment

    alices.post(reverse("web:solution-cancel", args=[solution.pk]))
    assert "Stopping" in page(alices, solution).content.decode()


def test_waiting_solve_says_how_many_are_before_it(alices, scenario):
    SolutionFactory(scenario=scenario)
    solution = SolutionFactory(scenario=scenario)

    assert "1 before it" in page(alices, solution).content.decode()


def test_fragment_asks_for_the_whole_page_once_the_solve_is_over(alices, solution):
    assert page(alices, solution, "progress")["HX-Refresh"] == "true"


def test_failed_solve_says_why(alices, scenario):
    solution = SolutionFactory(scenario=scenario, finished=True, status="failed", error="No engine <could>")

    assert "No engine &lt;could&gt;" in page(alices, solution).content.decode()


def test_solve_stopped_before_it_had_a_plan_says_so(alices, scenario):
    solution = SolutionFactory(scenario=scenario)

    alices.post(reverse("web:solution-cancel", args=[solution.pk]))

    assert "Stopped before there was a plan" in page(alices, solution).content.decode()


def test_stop_that_comes_too_late_shows_what_came_out(alices, solution):
    answer = alices.post(reverse("web:solution-cancel", args=[solution.pk]), follow=True)

    assert "Café" in answer.content.decode()


def test_again_leads_to_the_new_solve(alices, solution):
    answer = alices.post(reverse("web:solution-again", args=[solution.pk]))

    fresh = Solution.objects.exclude(pk=solution.pk).get()
    assert answer["Location"] == reverse("web:solution", args=[fresh.pk])


def test_solution_is_deleted(alices, solution):
    answer = alices.post(reverse("web:solution-delete", args=[solution.pk]))

    assert answer["Location"] == reverse("web:scenario", args=[solution.scenario_id])
    assert not Solution.objects.exists()


@pytest.mark.parametrize("kind", DOWNLOADS)
def test_plan_is_downloaded(alices, solution, kind):
    answer = alices.get(reverse("web:solution-export", args=[solution.pk, kind]))

    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith('attachment; filename="First try.')
    assert answer.content


def test_download_keeps_any_name_inside_its_header(alices, solution):
    solution.scenario.name = 'إلى "x"\r\nSet-Cookie: a=b'
    solution.scenario.save()

    answer = alices.get(reverse("web:solution-export", args=[solution.pk, "json"]))

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_download_of_an_unknown_kind_says_which_there_are(alices, solution):
    answer = alices.get(reverse("web:solution-export", args=[solution.pk, "pdf"]))

    assert answer.status_code == 422
    assert "geojson" in answer.content.decode()


def test_download_without_a_plan_is_a_conflict(alices, scenario):
    answer = alices.get(reverse("web:solution-export", args=[SolutionFactory(scenario=scenario).pk, "json"]))

    assert answer.status_code == 409
