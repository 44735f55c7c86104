from django.urls import reverse
from django.utils.timezone import now

from vrp.models import Scenario, Solution
from vrp.services import scenarios
from vrp.tests.factories import ScenarioFactory
from vrp.tests.web.conftest import VAN, monaco


def page(client, scenario):
    return client.get(reverse("web:scenario", args=[scenario.pk])).content.decode()


def solve(client, scenario, **fields):
    return client.post(
        reverse("web:solve", args=[scenario.pk]), {"engine": "auto", "time_limit": "5", **fields}
    )


def test_scenario_shows_its_stops_and_vehicles_in_words(alices, scenario):
    html = page(alices, scenario)

    assert "&lt;b&gt;Café&lt;/b&gt; &amp; Söhne" in html
    assert "10:00–11:00" in html
    assert "43.73900, 7.42700" in html
    assert "8:00–16:00" in html


def test_scenario_shows_both_ends_of_a_shipment(alices, session):
    ends = {"pickup": {"location": [7.42, 43.73]}, "delivery": {"location": [7.43, 43.74], "service": 120}}
    request = monaco(jobs=[], shipments=[{"id": "S", "description": "Piano", "amount": [1], **ends}])

    html = page(alices, ScenarioFactory(session=session, request=request))

    assert html.count("<bdi>Piano</bdi>") == 2
    assert "2 min" in html


def test_scenario_shows_clock_values_written_as_dates(alices, session):
    request = monaco()
    request["jobs"][0]["time_windows"] = [["2026-11-23T08:30:00Z", "2026-11-23T09:30:00Z"]]

    assert "8:30–9:30" in page(alices, ScenarioFactory(session=session, request=request))


def test_long_lists_of_stops_come_in_pages(alices, session):
    jobs = [{"id": f"J{number}", "location": [7.4, 43.7]} for number in range(201)]
    scenario = ScenarioFactory(session=session, request=monaco(jobs=jobs))

    assert "J200" not in page(alices, scenario)
    assert "J200" in alices.get(reverse("web:scenario", args=[scenario.pk]) + "?page=2").content.decode()


def test_engines_that_cannot_do_the_scenario_say_why_and_cannot_be_chosen(alices, session):
    breaks = [{"id": 1, "service": 600, "time_windows": [[39_600, 43_200]]}]
    scenario = ScenarioFactory(session=session, request=monaco(vehicles=[VAN | {"breaks": breaks}]))

    html = page(alices, scenario)

    assert 'value="pyvrp" disabled' in html
    assert "Cannot do this scenario: breaks" in html


def test_solve_starts_and_leads_to_the_solution(alices, scenario):
    answer = solve(alices, scenario, seed="7")

    solution = Solution.objects.get()
    assert answer["Location"] == reverse("web:solution", args=[solution.pk])
    assert (solution.engine, solution.time_limit, solution.seed) == ("auto", 5, 7)


def test_solve_with_a_wrong_limit_says_so_at_the_field(alices, scenario):
    answer = solve(alices, scenario, time_limit="0")

    assert answer.status_code == 422
    assert 'id="time-limit-error"' in answer.content.decode()
    assert not Solution.objects.exists()


def test_solve_with_an_engine_that_cannot_says_what_it_lacks(alices, session):
    breaks = [{"id": 1, "service": 600, "time_windows": [[39_600, 43_200]]}]
    scenario = ScenarioFactory(session=session, request=monaco(vehicles=[VAN | {"breaks": breaks}]))

    answer = solve(alices, scenario, engine="pyvrp")

    assert answer.status_code == 422
    assert "breaks" in answer.content.decode()
    assert not Solution.objects.exists()


def test_changed_scenario_offers_its_original_and_its_history(alices, alice, scenario):
    scenarios.update(scenario=scenario, document=monaco(jobs=[]), by=alice, now=now())

    html = page(alices, scenario)
    assert "Back to the original" in html
    assert "2: edit" in html

    alices.post(reverse("web:scenario-reset", args=[scenario.pk]))
    scenario.refresh_from_db()
    assert scenario.request == scenario.original_request


def test_duplicate_leads_to_the_copy(alices, scenario):
    answer = alices.post(reverse("web:scenario-duplicate", args=[scenario.pk]))

    copy = Scenario.objects.exclude(pk=scenario.pk).get()
    assert answer["Location"] == reverse("web:scenario", args=[copy.pk])


def test_scenario_is_renamed(alices, scenario):
    alices.post(reverse("web:scenario-rename", args=[scenario.pk]), {"name": "Second try"})

    scenario.refresh_from_db()
    assert scenario.name == "Second try"


def test_scenario_is_deleted(alices, scenario):
    answer = alices.post(reverse("web:scenario-delete", args=[scenario.pk]))

    assert answer["Location"] == reverse("web:session", args=[scenario.session_id])
    assert not Scenario.objects.exists()
