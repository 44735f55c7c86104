from uuid import uuid4

import pytest
from django.urls import reverse

from vrp.tests.factories import ScenarioFactory, SolutionFactory
from vrp.tests.web.conftest import VAN, checked, monaco
from vrp.tests.web.test_solutions import text_of

COSTS = {"per_hour": 60, "fixed": 10}


def planned(session, *jobs, **changes):
    document = monaco(jobs=monaco()["jobs"][:2], vehicles=[VAN | {"costs": COSTS}]) | changes
    payload = checked(document, *(f"job:{job}" for job in jobs))
    scenario = ScenarioFactory(session=session, name="Monday", request=document)
    return SolutionFactory(scenario=scenario, succeeded=True, payload=payload)


def compared(client, *plans):
    return client.get(reverse("web:compare"), {"plan": [getattr(plan, "pk", plan) for plan in plans]})


def test_plans_stand_side_by_side_with_what_differs(alices, session):
    a, b = planned(session, 2, 1), planned(session, 1, 2)

    html = compared(alices, a, b).content.decode()

    assert "2 plans side by side" in html
    assert "2 stops differ" in html
    assert "van, 1, " in html


def test_what_another_plan_leaves_out_is_named(alices, session):
    html = compared(alices, planned(session, 2, 1), planned(session, 2)).content.decode()

    told = text_of(html, 'id="against-B"', "</section>")
    assert "not served" in told
    assert "less for hours on the road" in told


def test_two_plans_alike_say_so(alices, session):
    html = compared(alices, planned(session, 2, 1), planned(session, 2, 1)).content.decode()

    assert "B against A: costs no more" in html
    assert "Every stop is at the same place and time in both." in html


def test_up_to_four_are_compared_with_the_first(alices, session):
    html = compared(alices, *(planned(session, 2, 1) for _ in range(4))).content.decode()

    assert [f"{letter} against A" in html for letter in "BCDE"] == [True, True, True, False]


def test_the_page_of_a_scenario_lets_plans_be_chosen(alices, session):
    a = planned(session, 2, 1)
    b = SolutionFactory(scenario=a.scenario, succeeded=True, payload=a.payload)

    html = alices.get(reverse("web:scenario", args=[a.scenario.pk])).content.decode()

    assert all(f'name="plan" value="{plan.pk}"' in html for plan in (a, b))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_fewer_than_two_or_more_than_four_are_refused(alices, session, count):
    answer = compared(alices, *(planned(session, 2, 1) for _ in range(count)))

    assert answer.status_code == 400
    assert "Choose two to 4 plans" in answer.content.decode()


def test_a_plan_of_somebody_else_is_as_good_as_none(alices, session, charlie):
    own, strange = planned(session, 2, 1), SolutionFactory(scenario__session__user=charlie, succeeded=True)

    answers = [compared(alices, own, other) for other in (strange, uuid4(), "none")]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_a_solution_without_a_plan_cannot_be_compared(alices, session):
    own = planned(session, 2, 1)

    assert compared(alices, own, SolutionFactory(scenario=own.scenario)).status_code == 409
