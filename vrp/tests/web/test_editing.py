import re
from html import unescape

import pytest
from django.urls import reverse

from vrp.models import Solution
from vrp.tests.factories import SolutionFactory
from vrp.tests.web.conftest import checked, monaco


def step_page(client, solution, name="1", **asked):
    asked |= {"type": "job", "id": name}
    return client.get(reverse("web:solution-step", args=[solution.pk]), asked)


def post(client, solution, name, **given):
    return client.post(reverse(f"web:solution-{name}", args=[solution.pk]), given, follow=True)


def test_a_stop_of_a_plan_leads_to_where_else_it_could_go(alices, solution):
    plan = alices.get(reverse("web:solution", args=[solution.pk])).content.decode()
    html = step_page(alices, solution).content.decode()

    assert f'href="{reverse("web:solution-step", args=[solution.pk])}?type=job&amp;id=1"' in plan
    assert "&lt;b&gt;Café&lt;/b&gt; &amp; Söhne" in html
    assert "Where else" in html
    assert "after مطعم البحر" in html


def test_what_a_move_would_do_is_told_before_it_is_made(alices, solution):
    html = step_page(alices, solution, vehicle="van", position="0").content.decode()

    assert "Arrivals that change" in html
    assert "Make this move" in html
    assert Solution.objects.count() == 1


def test_a_move_that_would_break_a_rule_says_which(alices, solution):
    html = step_page(alices, solution, "huge", vehicle="van", position="0").content.decode()

    assert "It would break 1 rule more" in html
    assert "its capacity is 10" in html


def test_a_move_leads_to_the_plan_that_comes_of_it_and_back(alices, solution):
    answer = post(alices, solution, "move", type="job", id="1", vehicle="van", position="0")

    fresh = Solution.objects.exclude(pk=solution.pk).get()
    html = answer.content.decode()
    assert answer.redirect_chain == [(reverse("web:solution", args=[fresh.pk]), 302)]
    assert "by hand" in html
    assert f'href="{reverse("web:solution", args=[solution.pk])}" title="Moved ' in html  # undo
    before = alices.get(reverse("web:solution", args=[solution.pk])).content.decode()
    assert f'href="{reverse("web:solution", args=[fresh.pk])}" title="Moved ' in before  # redo


def test_a_plan_says_what_the_change_made_of_its_figures(alices, solution):
    html = post(alices, solution, "leave", type="job", id="1").content.decode()

    fresh = Solution.objects.exclude(pk=solution.pk).get()
    saved = solution.cost - fresh.cost
    assert f'title="Against the plan before">cost −{saved:,.0f}</small>' in html
    assert 'class="bad" title="Against the plan before">+1</small>' in html


def test_a_stop_that_is_held_is_marked_and_can_be_let_go(alices, solution):
    html = post(alices, solution, "hold", type="job", id="1", level="full").content.decode()
    held = Solution.objects.exclude(pk=solution.pk).get()

    assert ">held</span>" in html
    assert "Let go" in step_page(alices, held).content.decode()


def test_a_stop_can_be_left_out(alices, solution):
    assert "2 not served" in post(alices, solution, "leave", type="job", id="1").content.decode()


def test_a_search_goes_on_from_a_plan(alices, solution):
    post(alices, solution, "search-on", vehicle="van")

    fresh = Solution.objects.exclude(pk=solution.pk).get()
    assert (fresh.status, fresh.change) == ("queued", "Searched on for van alone")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("move", {"type": "start", "id": "1"}),
        ("move", {"type": "job", "id": "1", "position": "-1"}),
        ("leave", {"type": "job"}),
        ("hold", {"type": "job", "id": "1", "level": "tight"}),
        ("hold", {"level": "full"}),
    ],
)
def test_a_form_that_is_none_of_ours_is_refused(alices, solution, name, given):
    assert post(alices, solution, name, **given).status_code == 400
    assert Solution.objects.count() == 1


def test_a_stop_that_is_not_there_is_refused(alices, solution):
    assert step_page(alices, solution, "nobody").status_code == 400


def test_a_move_to_a_vehicle_that_is_not_there_says_so(alices, solution):
    html = step_page(alices, solution, vehicle="bus").content.decode()

    assert "there is no vehicle with the id" in html


@pytest.mark.parametrize("name", ["..", "a\nb", "a&b=?#%", "x/"])
def test_a_stop_may_be_called_anything(alices, session, name):
    document = monaco(jobs=[monaco()["jobs"][1] | {"id": name}])
    payload = checked(document, f"job:{name}")
    solution = SolutionFactory(
        scenario__session=session, scenario__request=document, succeeded=True, payload=payload
    )

    plan = alices.get(reverse("web:solution", args=[solution.pk])).content.decode()
    address = unescape(re.search(r'href="([^"]*/step/[^"]*)"', plan)[1])

    assert alices.get(address).status_code == 200
