"""Every page, walked as its owner, as a stranger and as nobody. A new address is walked without being added here."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from vrp.models import PlanningSession, Scenario, Solution
from vrp.web.urls import urlpatterns

NO_ROWS = ("sessions", "addresses", "tile", "compare")
ADDRESSES = [pattern.name for pattern in urlpatterns if pattern.name not in NO_ROWS]


def address(name, session, scenario, solution, pk=None):
    by_first_word = {"session": session, "import": session, "scenario": scenario, "solve": scenario}
    row = by_first_word.get(name.split("-")[0], solution)
    arguments = [pk or row.pk] + (["json"] if name == "solution-export" else [])
    query = "?type=job&id=1" if name == "solution-step" else ""
    return reverse(f"web:{name}", args=arguments) + query


def without_token(answer):
    """The page apart from its CSRF token, which is another one each time."""
    return re.sub(rb'(name="csrfmiddlewaretoken" value=")[^"]*', rb"\1", answer.content)


@pytest.fixture(params=ADDRESSES)
def name(request):
    return request.param


@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_gets_the_page_of_a_row_that_does_not_exist(
    name, method, client, charlie, session, scenario, solution
):
    client.force_login(charlie)

    answer = getattr(client, method)(address(name, session, scenario, solution))
    absent = getattr(client, method)(address(name, session, scenario, solution, uuid4()))

    assert answer.status_code in (404, 405)
    assert answer.status_code == absent.status_code
    assert without_token(answer) == without_token(absent)
    assert PlanningSession.objects.count() == Scenario.objects.count() == Solution.objects.count() == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_the_log_in(name, method, client, session, scenario, solution):
    answer = getattr(client, method)(address(name, session, scenario, solution))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("accounts:login"))
    assert PlanningSession.objects.count() == Scenario.objects.count() == Solution.objects.count() == 1


def test_owner_is_let_in(name, alices, session, scenario, solution):
    assert alices.get(address(name, session, scenario, solution)).status_code in (200, 405)


def test_nobody_is_sent_to_the_log_in_from_the_start_page(client, db):
    assert client.get("/")["Location"].startswith(reverse("accounts:login"))
