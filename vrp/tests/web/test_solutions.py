import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from vrp.models import Scenario, Solution
from vrp.services import scenarios
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.conftest import VAN, checked, judged, monaco
from vrp.web.show import money
from vrp.web.solutions import DOWNLOADS


def page(client, solution, name="solution"):
    return client.get(reverse(f"web:{name}", args=[solution.pk]))


def text_of(html, start, end):
    """What a part of a page says, without its markup."""
    part = html[html.index(start) : html.index(end, html.index(start))]
    return " ".join(unescape(re.sub("<[^>]*>", " ", part)).split())


def test_plan_shows_figures_routes_and_why_something_is_left_out(alices, solution):
    html = page(alices, solution).content.decode()

    assert "partial" in html
    assert "estimated road times" in html
    assert "&lt;b&gt;Café&lt;/b&gt; &amp; Söhne" in html
    assert "1 not served" in html
    assert "not enough room for it" in html
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
    broken = text_of(html, 'id="violations"', "</details>")
    assert broken.startswith('id="violations" open> This plan breaks rules 1 van')
    assert broken.endswith(
        "Vehicle van carries 106 after start, its capacity is 10 (dimension 0), 96 too much"
    )
    assert 'class="violation"' in html


def test_plan_says_what_would_let_in_what_it_leaves_out(alices, solution):
    html = page(alices, solution).content.decode()

    panel = text_of(html, 'id="unassigned"', "A button changes")
    assert "huge Vehicle van: not enough room for it, 96 short" in panel
    assert "Cheapest place: van, after مطعم البحر (cost +" in panel
    assert "There it would break: Vehicle van carries 106 after start, its capacity is 10" in panel
    assert "Let van carry 96 more (10 → 106) cost +" in panel


def applied(alices, solution, **given):
    body = {"type": "job", "id": "huge", "change": "0"} | given
    return alices.post(reverse("web:solution-apply", args=[solution.pk]), body, follow=True)


def test_pressing_a_change_edits_the_scenario_and_leads_to_its_new_solve(alices, solution):
    answer = applied(alices, solution)

    fresh = Solution.objects.exclude(pk=solution.pk).get()
    assert answer.redirect_chain == [(reverse("web:solution", args=[fresh.pk]), 302)]
    assert (fresh.status, fresh.revision) == ("queued", 2)
    assert fresh.scenario.request["vehicles"][0]["capacity"] == [106]


def test_pressing_a_change_that_does_not_fit_any_more_says_so_on_the_page(alices, alice, solution):
    document = monaco(vehicles=[VAN | {"capacity": [20]}])
    scenarios.update(scenario=solution.scenario, document=document, by=alice, now=now())

    html = applied(alices, solution).content.decode()

    assert "this change does not fit it any more (/vehicles/0/capacity/0 is 20, not 10)" in html
    assert (Scenario.objects.get().revision, Solution.objects.count()) == (2, 1)


@pytest.mark.parametrize("given", [{"change": "x"}, {"change": ""}, {"id": ""}])
def test_a_form_that_is_none_of_ours_is_refused(alices, solution, given):
    assert applied(alices, solution, **given).status_code == 400
    assert Scenario.objects.get().revision == 1


def test_plan_says_what_each_stop_costs_and_who_did_what(alices, session):
    document = monaco(jobs=monaco()["jobs"][:2])
    plan = checked(document, "job:2", "job:1")
    solution = SolutionFactory(
        succeeded=True, scenario__session=session, scenario__request=document, payload=plan
    )

    html = page(alices, solution).content.decode()

    saved = [step["marginal_cost"] for step in plan["routes"][0]["steps"] if step["type"] == "job"]
    assert len(saved) == 2
    assert all(f'<td class="num">{money(cost)}</td>' in html for cost in saved)
    assert "Checked capacity, delivery" in text_of(html, 'id="receipt"', "</details>")


def test_plan_shows_reloads_rests_overtime_and_missed_wishes(alices, session):
    van = VAN | {
        "capacity": [4],
        "reload": {"locations": [[7.45, 43.75]], "duration": 600},
        "drive_break": {"max_driving": 300, "duration": 900},
        "overtime": {"after": 1_800, "max": 36_000, "cost_per_hour": 10},
    }
    wish = {"start": 28_800, "end": 57_600, "soft": {"end": 28_800, "cost_per_hour_late": 1}}
    jobs = [monaco()["jobs"][0] | {"time_windows": [wish]}, monaco()["jobs"][1]]
    document = monaco(jobs=jobs, vehicles=[van])
    plan = checked(document, "job:2", "reload:0", "job:1")
    solution = SolutionFactory(
        succeeded=True, scenario__session=session, scenario__request=document, payload=plan
    )

    html = page(alices, solution).content.decode()

    assert plan["status"] == "feasible_with_soft_violations"
    route = text_of(html, "data-route", "</details>")
    assert "Reload" in route
    assert "Rest" in route
    assert "later than wished" in route
    assert "1 h 00 overtime" in route
    assert 'class="reload"' in html
    assert '"title": "Reload"' in html


def test_plan_lists_whose_arrival_moves_those_not_served_first(alices, session):
    document = monaco(objective={"stability": {"eta_limit": 600}})
    plan = judged(document, 2, 1)
    before = {"vehicle": "van", "service_start": 30_000}
    plan["eta_changes"] = [
        {
            "type": "job",
            "id": 2,
            "before": before,
            "after": before | {"service_start": 31_200},
            "shift": 1_200,
        },
        {
            "type": "job",
            "id": 1,
            "before": before,
            "after": before | {"service_start": 27_600},
            "shift": -2_400,
        },
        {"type": "job", "id": "huge", "before": before, "after": None, "shift": None},
    ]
    solution = SolutionFactory(
        succeeded=True, scenario__session=session, scenario__request=document, payload=plan
    )

    moves = text_of(page(alices, solution).content.decode(), 'id="eta-changes"', "</details>")

    assert moves.endswith(
        "3 stops move by more than 10 min Stop Before Now Moves huge 8:20 not served"
        " <b>Café</b> & Söhne 8:20 7:40 −40 min مطعم البحر 8:20 8:40 +20 min"
    )


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
    answer = alices.get(reverse("web:solution-export", args=[solution.pk, "doc"]))

    assert answer.status_code == 422
    assert "geojson" in answer.content.decode()


def test_download_without_a_plan_is_a_conflict(alices, scenario):
    answer = alices.get(reverse("web:solution-export", args=[SolutionFactory(scenario=scenario).pk, "json"]))

    assert answer.status_code == 409
