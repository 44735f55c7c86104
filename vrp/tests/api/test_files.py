"""Files in and out over HTTP. What each format means is tested with the formats."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vrp import planner
from vrp.domain import evaluator
from vrp.domain import plan as plans
from vrp.models import Scenario
from vrp.tests.factories import ScenarioFactory, SessionFactory, SolutionFactory, a_plan, two_stops

IMPORT = "/api/v1/scenarios/import/"


@pytest.fixture
def bring(alice, api_client):
    """Brings a file to a session of Alice's."""
    session = SessionFactory(user=alice)

    def bring(data: bytes, filename: str = "stops.json", **fields):
        body = {"file": SimpleUploadedFile(filename, data), "session": str(session.pk)} | fields
        return api_client(alice).post(IMPORT, body, format="multipart")

    return bring


def test_a_file_becomes_a_scenario_named_after_it(alice, api_client, bring):
    response = bring(json.dumps(two_stops()).encode(), "Monday.json")

    assert response.status_code == 201
    assert response.json()["name"] == "Monday"
    assert response.json()["request"] == two_stops()
    assert api_client(alice).get(response["Location"]).json() == response.json()


def test_a_name_can_be_given(bring):
    assert bring(json.dumps(two_stops()).encode(), name="Tuesday").json()["name"] == "Tuesday"


def test_a_table_of_vehicles_can_come_beside_one_of_stops(bring):
    vans = SimpleUploadedFile("vans.csv", b"id,lon,lat,capacity\nbig,16.35,48.19,9\n")

    response = bring(b"id;lon;lat;demand\nA;16,37;48,21;3\n", "stops.csv", vehicles=vans)

    assert response.status_code == 201
    assert [vehicle["id"] for vehicle in response.json()["request"]["vehicles"]] == ["big"]


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"", "empty.csv"),
        (b"\0\1\2\3", "broken.xlsx"),
        (b"PK\3\4 and then nothing", "broken.xlsx"),
        (b"{", "broken.json"),
        (b"id;lon;lat\nA;here;48\n", "stops.csv"),
        (b"[" * 100_000, "deep.json"),
    ],
)
def test_a_file_that_makes_no_sense_is_422_and_leaves_nothing(bring, data, filename):
    response = bring(data, filename)

    assert response.status_code == 422
    assert response.json()["detail"]
    assert not Scenario.objects.exists()


@pytest.mark.parametrize("filename", ["../../etc/passwd", "🚚مسار\u202e.json", 'a"b;' + "x" * 300])
def test_odd_file_names_do_no_harm(bring, filename):
    response = bring(json.dumps(two_stops()).encode(), filename)

    assert response.status_code == 201
    assert not set(response.json()["name"]) & set("/\\")


@pytest.mark.parametrize(
    ("field", "value"),
    [("session", "x"), ("file", "not a file"), ("owner", "me"), ("name", "n" * 201), ("name", "\0")],
)
def test_what_else_is_sent_must_make_sense(bring, field, value):
    response = bring(json.dumps(two_stops()).encode(), **{field: value})

    assert response.status_code == 422
    assert [fault["loc"] for fault in response.json()["detail"]] == [[field]]
    assert not Scenario.objects.exists()


def test_a_file_beyond_the_limit_is_413(bring, settings):
    response = bring(b"x" * settings.MAX_BODY_BYTES, "big.csv")

    assert response.status_code == 413
    assert str(settings.MAX_BODY_BYTES) in response.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=file\r\n"])
def test_a_broken_multipart_body_is_no_crash(alice, api_client, body):
    response = api_client(alice).generic("POST", IMPORT, body, "multipart/form-data; boundary=x")

    assert response.status_code in (400, 422)


def test_multipart_without_a_boundary_is_400(alice, api_client):
    assert api_client(alice).generic("POST", IMPORT, b"x", "multipart/form-data").status_code == 400


# --- out -------------------------------------------------------------------------------


@pytest.fixture
def solution(alice):
    problem = planner.prepare(two_stops())
    plan = evaluator.payload(evaluator.evaluate(problem, plans.read(a_plan())))
    return SolutionFactory(
        scenario__session__user=alice, scenario__name='Über "alles"\r\n🚚', succeeded=True, payload=plan
    )


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("json", "application/json"),
        ("csv", "text/csv; charset=utf-8"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("geojson", "application/geo+json"),
        ("gpx", "application/gpx+xml"),
        ("vroom", "application/json"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "text/csv", "text/html"])
def test_a_plan_can_be_taken_away(alice, api_client, solution, kind, media_type, accept):
    address = f"/api/v1/solutions/{solution.pk}/export/"

    response = api_client(alice).get(address, {"as": kind}, headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (200, media_type)
    assert response["Content-Disposition"].startswith('attachment; filename="Uber ')
    assert response.content


def test_an_export_is_the_plan_unless_said_otherwise(alice, api_client, solution):
    assert api_client(alice).get(f"/api/v1/solutions/{solution.pk}/export/").json() == solution.payload


def test_an_unknown_format_is_422(alice, api_client, solution):
    response = api_client(alice).get(f"/api/v1/solutions/{solution.pk}/export/", {"as": "doc"})

    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["as"]


def test_there_is_nothing_to_take_away_before_there_is_a_plan(alice, api_client):
    waiting = SolutionFactory(scenario=ScenarioFactory(session__user=alice))

    assert api_client(alice).get(f"/api/v1/solutions/{waiting.pk}/export/").status_code == 409
