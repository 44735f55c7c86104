"""Every route of the site, asked by nobody, by a stranger and by an operator: only the owner gets through.

A new route must be added to `ROUTES` with what its owner can do there; a route without a line here fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver

from accounts.models import Login, User
from accounts.tests.factories import LoginFactory
from vrp import planner
from vrp.domain import evaluator
from vrp.domain import plan as plans
from vrp.models import Scenario, Solution
from vrp.tests.factories import ScenarioFactory, SolutionFactory, a_plan, two_stops
from vrp.tests.plans import LONGER, a_plan_proposing, a_short_day

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
CSRF_TOKEN = re.compile(rb"[A-Za-z0-9]{64}")  # masked anew in every answer
NOT_FOUND = b'{"detail":"Not found"}'
NOT_AUTHENTICATED = b'{"detail":"Not authenticated"}'


@dataclass(frozen=True)
class Anybody:
    """Open to those who are not signed in; knows nothing of anybody's rows."""

    reason: str


@dataclass(frozen=True)
class Mine:
    """No id in the address: everybody gets their own. `does`: what the owner sends, by method."""

    does: dict[str, Any] = field(default_factory=lambda: {"GET": None})


@dataclass(frozen=True)
class Row:
    """`<pk>` is a row of one person: nobody else can tell it from one that does not exist."""

    kind: str
    does: dict[str, Any]


@dataclass(frozen=True)
class Admin:
    """The operators' door, closed to people without a staff account."""


Policy = Anybody | Mine | Row | Admin
GET: dict[str, Any] = {"GET": None}
POST: dict[str, Any] = {"POST": {}}
NAME = {"name": "New name"}
A_CHANGE = {"type": "job", "id": "2", "change": "0"}
A_STEP = {"type": "job", "id": "2"}
A_JOB = {"job": {"id": "new", "location": [16.38, 48.2]}}
A_SCENARIO = {"name": "New", "request": two_stops()}

ROUTES: dict[str, Policy] = {
    "/api/v1/auth/register/": Anybody("makes an account"),
    "/api/v1/auth/token/": Anybody("signs in"),
    "/api/v1/auth/token/refresh/": Anybody("the refresh token says who"),
    "/api/v1/auth/logout/": Anybody("the refresh token says who"),
    "/api/v1/auth/logins/": Mine(),
    "/api/v1/auth/logins/<pk>/": Row("login", {"GET": None, "DELETE": None}),
    "/api/v1/users/me/": Mine({"GET": None, "PATCH": {"display_name": "New"}}),
    "/api/v1/sessions/": Mine({"GET": None, "POST": NAME}),
    "/api/v1/sessions/<pk>/": Row("session", {"GET": None, "PATCH": NAME, "DELETE": None}),
    "/api/v1/sessions/<pk>/scenarios/": Row("session", {"GET": None, "POST": A_SCENARIO}),
    "/api/v1/scenarios/import/": Mine({}),  # the id is in the body: see below
    "/api/v1/scenarios/<pk>/": Row("scenario", {"GET": None, "PATCH": NAME, "DELETE": None}),
    "/api/v1/scenarios/<pk>/duplicate/": Row("scenario", POST),
    "/api/v1/scenarios/<pk>/reset/": Row("scenario", POST),
    "/api/v1/scenarios/<pk>/revisions/": Row("scenario", GET),
    "/api/v1/scenarios/<pk>/solutions/": Row("scenario", GET | POST),
    "/api/v1/solutions/compare/": Mine({}),  # the ids are in the query: see below
    "/api/v1/solutions/<pk>/": Row("solution", {"GET": None, "DELETE": None}),
    "/api/v1/solutions/<pk>/apply/": Row("proposing", {"POST": A_CHANGE | {"change": 0}}),
    "/api/v1/solutions/<pk>/cancel/": Row("waiting", POST),
    "/api/v1/solutions/<pk>/export/": Row("solution", GET),
    "/api/v1/solutions/<pk>/insert/": Row("solution", {"POST": A_JOB}),
    "/plans/compare/": Mine({}),  # the same
    "/api/v1/addresses/": Mine({}),  # the question is in the query: see test_addresses
    "/api/v1/capabilities/": Anybody("what the service can do"),
    "/api/v1/health/live/": Anybody("for monitors"),
    "/api/v1/health/ready/": Anybody("for monitors"),
    "/api/v1/schema/": Anybody("the description of the API"),
    "/api/v1/docs/": Anybody("the description of the API"),
    "/signup/": Anybody("makes an account"),
    "/login/": Anybody("signs in"),
    "/logout/": Anybody("only ends what the cookie names"),
    "/profile/": Mine(),
    "/profile/password/": Mine(),
    "/profile/devices/<pk>/revoke/": Row("login", POST),
    "/": Mine({"GET": None, "POST": NAME}),
    "/sessions/<pk>/": Row("session", GET),
    "/sessions/<pk>/rename/": Row("session", {"POST": NAME}),
    "/sessions/<pk>/delete/": Row("session", POST),
    "/sessions/<pk>/demo/": Row("session", POST),
    "/sessions/<pk>/import/": Row("session", GET),
    "/scenarios/<pk>/": Row("scenario", GET),
    "/scenarios/<pk>/stops/": Row("scenario", {"POST": {"place": "16.38 48.2 Somewhere"}}),
    "/addresses/": Mine(),
    "/scenarios/<pk>/solve/": Row("scenario", {"POST": {"engine": "auto", "time_limit": "2"}}),
    "/scenarios/<pk>/rename/": Row("scenario", {"POST": NAME}),
    "/scenarios/<pk>/duplicate/": Row("scenario", POST),
    "/scenarios/<pk>/reset/": Row("scenario", POST),
    "/scenarios/<pk>/delete/": Row("scenario", POST),
    "/solutions/<pk>/": Row("solution", GET),
    "/solutions/<pk>/progress/": Row("waiting", GET),
    "/solutions/<pk>/cancel/": Row("waiting", POST),
    "/solutions/<pk>/again/": Row("solution", POST),
    "/solutions/<pk>/apply/": Row("proposing", {"POST": A_CHANGE}),
    "/solutions/<pk>/step/": Row("solution", GET),
    "/solutions/<pk>/move/": Row("solution", {"POST": A_STEP}),
    "/solutions/<pk>/leave/": Row("solution", {"POST": A_STEP}),
    "/solutions/<pk>/hold/": Row("solution", {"POST": A_STEP | {"level": "full"}}),
    "/solutions/<pk>/search-on/": Row("solution", POST),
    "/solutions/<pk>/delete/": Row("solution", POST),
    "/solutions/<pk>/export/<kind>/": Row("solution", GET),
    "/tiles/<region>/<stamp>/<z>/<x>/<y>.pbf": Mine({}),  # the same map for everybody who is signed in
    "/admin/login/": Anybody("signs in"),
    "/admin/logout/": Anybody("only ends what the cookie names"),
}


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, here)
        else:
            yield re.sub(r"<\w+:", "<", simplify_regex(here))


ALL = sorted(set(routes(get_resolver())))
POLICIES = {route: ROUTES.get(route) or (Admin() if route.startswith("/admin/") else None) for route in ALL}


def of(kind: type) -> list[str]:
    return [route for route, policy in POLICIES.items() if isinstance(policy, kind)]


# --- the world -------------------------------------------------------------------------


@pytest.fixture
def hers(alice) -> dict[str, Any]:
    """One row of each kind, all Alice's."""
    scenario = ScenarioFactory(session__user=alice, session__name="Hers alone", name="Hers alone")
    problem = planner.prepare(scenario.request)
    plan = evaluator.payload(evaluator.evaluate(problem, plans.read(a_plan())))
    return {
        "session": scenario.session,
        "scenario": scenario,
        "solution": SolutionFactory(scenario=scenario, succeeded=True, payload=plan),
        "waiting": SolutionFactory(scenario=scenario),
        "proposing": SolutionFactory(
            scenario__session=scenario.session,
            scenario__request=a_short_day(),
            succeeded=True,
            payload=a_plan_proposing(LONGER),
        ),
        "login": LoginFactory(user=alice, user_agent="Hers alone"),
    }


@pytest.fixture(params=["charlie", "operator"])
def stranger(request) -> User:
    """Somebody else; an operator is one too, except in the admin."""
    return request.getfixturevalue(request.param)


Send = Callable[..., Any]


@pytest.fixture
def send() -> Send:
    browsers: dict[User | None, Client] = {}

    def send(person: User | None, method: str, address: str, body: Any = None, **kind: str) -> Any:
        if person not in browsers:
            browsers[person] = Client()
            if person:
                browsers[person].force_login(person)
        call = getattr(browsers[person], method.lower())
        if method not in ("POST", "PUT", "PATCH"):
            return call(address)
        if address.startswith("/api/") and not kind:
            kind = {"content_type": "application/json"}
        return call(address, body or {}, **kind)

    return send


def filled(route: str, pk: Any) -> str:
    address = (
        route.replace("<pk>", str(pk)).replace("<kind>", "csv").replace("/step/", "/step/?type=job&id=2")
    )
    address = address.replace("<region>/<stamp>/<z>/<x>/<y>", "town/stamp/0/0/0")
    return re.sub("<[a-z_]+>", str(pk), address)


def seen(response: Any) -> tuple[Any, ...]:
    """All of an answer that could tell one thing from another."""
    headers = {name: value for name, value in response.headers.items() if name != "X-Request-ID"}
    return response.status_code, CSRF_TOKEN.sub(b"", response.content), headers


# --- nothing is forgotten ----------------------------------------------------------------


def test_every_route_has_a_policy():
    assert [route for route, policy in POLICIES.items() if policy is None] == []


def test_no_policy_is_left_from_a_route_that_is_gone():
    assert set(ROUTES) - set(ALL) == set()


# --- nobody ------------------------------------------------------------------------------


@pytest.mark.parametrize("route", of(Mine) + of(Row))
def test_nobody_is_asked_to_sign_in(route, hers, send):
    policy = POLICIES[route]
    pk = hers[policy.kind].pk if isinstance(policy, Row) else ""
    for method in METHODS:
        response = send(None, method, filled(route, pk))

        if route.startswith("/api/"):
            assert response.status_code == 401, method
            assert response.content == (b"" if method == "HEAD" else NOT_AUTHENTICATED)
            assert response["WWW-Authenticate"] == "Bearer"
        else:
            assert response.status_code == 302, method
            assert response["Location"].startswith("/login/?next="), method


# --- a stranger -----------------------------------------------------------------------------


@pytest.mark.parametrize("route", of(Row))
def test_a_stranger_cannot_tell_her_row_from_none(route, hers, stranger, send):
    policy = POLICIES[route]
    before = everything()
    send(stranger, "GET", "/api/v1/users/me/")  # so that signing in is not among the queries below
    for method in METHODS:
        body = policy.does.get(method)
        with CaptureQueriesContext(connection) as for_hers:
            of_hers = send(stranger, method, filled(route, hers[policy.kind].pk), body)
        with CaptureQueriesContext(connection) as for_none:
            of_none = send(stranger, method, filled(route, uuid4()), body)

        assert seen(of_hers) == seen(of_none), method
        assert len(for_hers) == len(for_none), method
        if method in policy.does:
            assert of_hers.status_code == 404, method
        else:
            assert of_hers.status_code in (200, 404, 405), method
        if method in policy.does and route.startswith("/api/"):
            assert of_hers.content == NOT_FOUND
    assert everything() == before


@pytest.mark.parametrize("route", of(Mine))
def test_a_stranger_sees_nothing_of_hers_in_lists(route, hers, stranger, send):
    response = send(stranger, "GET", route)

    for row in hers.values():
        assert str(row.pk).encode() not in response.content
    assert b"Hers alone" not in response.content


def test_a_stranger_cannot_bring_a_file_into_her_session(hers, stranger, send):
    def bring(session):
        file = SimpleUploadedFile("stops.json", b'{"vehicles": [{"id": 1, "start": [16, 48]}]}')
        body = {"file": file, "session": session}
        return send(stranger, "POST", "/api/v1/scenarios/import/", body, content_type=MULTIPART_CONTENT)

    before = everything()

    assert seen(bring(hers["session"].pk)) == seen(bring(uuid4()))
    assert bring(hers["session"].pk).content == NOT_FOUND
    assert everything() == before


@pytest.mark.parametrize("places", ["a", "b", "ab"])
def test_a_stranger_cannot_compare_with_hers(hers, stranger, send, places):
    own = SolutionFactory(scenario__session__user=stranger, succeeded=True)

    def compare(other):
        query = "&".join(f"{name}={other if name in places else own.pk}" for name in "ab")
        return send(stranger, "GET", f"/api/v1/solutions/compare/?{query}")

    def side_by_side(other):
        query = "&".join(f"plan={other if name in places else own.pk}" for name in "ab")
        return send(stranger, "GET", f"/plans/compare/?{query}")

    assert seen(compare(hers["solution"].pk)) == seen(compare(uuid4()))
    assert compare(hers["solution"].pk).content == NOT_FOUND
    if places != "ab":  # one plan alone is none of hers yet
        assert seen(side_by_side(hers["solution"].pk)) == seen(side_by_side(uuid4()))
        assert side_by_side(hers["solution"].pk).status_code == 404
    assert send(stranger, "GET", f"/api/v1/solutions/compare/?a={own.pk}&b={own.pk}").status_code == 200


def test_a_cursor_of_hers_leads_a_stranger_to_nothing(hers, alice, stranger, send):
    ScenarioFactory(session__user=alice)
    page = send(alice, "GET", "/api/v1/sessions/?page_size=1").json()

    assert send(stranger, "GET", page["next"]).json()["results"] == []


# --- she herself: what is refused above is not simply broken -------------------------------------


@pytest.mark.parametrize(
    ("route", "method"),
    [(route, method) for route in of(Mine) + of(Row) for method in POLICIES[route].does],
)
def test_she_gets_through(route, method, hers, alice, send):
    policy = POLICIES[route]
    pk = hers[policy.kind].pk if isinstance(policy, Row) else ""

    response = send(alice, method, filled(route, pk), policy.does[method])

    if route.startswith("/api/") or method == "GET":
        assert 200 <= response.status_code < 300
    else:
        assert response.status_code == 302
        assert not response["Location"].startswith("/login/")


def test_she_brings_a_file_and_compares(hers, alice, send):
    file = SimpleUploadedFile("stops.json", b'{"vehicles": [{"id": 1, "start": [16, 48]}]}')
    body, pk = {"file": file, "session": hers["session"].pk}, hers["solution"].pk

    brought = send(alice, "POST", "/api/v1/scenarios/import/", body, content_type=MULTIPART_CONTENT)

    assert brought.status_code == 201
    assert send(alice, "GET", f"/api/v1/solutions/compare/?a={pk}&b={pk}").status_code == 200


# --- the operators' door ----------------------------------------------------------------------------


@pytest.mark.parametrize("route", of(Admin))
def test_the_admin_is_closed_to_people_and_to_nobody(route, hers, alice, charlie, send):
    before = everything()
    for person in (None, charlie, alice):
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = send(person, method, filled(route, hers["solution"].pk))

            assert response.status_code == 302, (person, method)
            assert response["Location"].startswith("/admin/login/?next="), (person, method)
    assert everything() == before


def test_the_admin_is_open_to_an_operator(operator, hers, send):
    address = f"/admin/vrp/solution/{hers['solution'].pk}/change/"

    assert send(operator, "GET", address).status_code == 200


# --- open doors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", of(Anybody))
def test_an_open_door_gives_nothing_away(route, hers, alice, send):
    for method in METHODS:
        response = send(None, method, route)

        assert response.status_code != 401 or b"token" in route.encode(), method
        assert response.status_code < 500 or route.endswith("/ready/"), method
        for row in hers.values():
            assert str(row.pk).encode() not in response.content
        assert alice.email.encode() not in response.content


def everything() -> list[Any]:
    """All that strangers could have changed of hers."""
    return [
        list(
            model.objects.filter(**{owner: User.objects.get(email="alice@example.org")})
            .order_by("pk")
            .values()
        )
        for model, owner in (
            (Login, "user"),
            (Scenario, "session__user"),
            (Solution, "scenario__session__user"),
        )
    ]
