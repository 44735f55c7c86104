"""Nothing a caller sends gives a 5xx: each case gets the contract's error with its place, and nothing is written."""

import json

import pytest

from vrp.models import PlanningSession, Scenario, ScenarioRevision, Solution
from vrp.tests.factories import ScenarioFactory, two_stops

TOO_LARGE = 40 * 2**20


@pytest.fixture
def scenario(alice) -> Scenario:
    return ScenarioFactory(session__user=alice)


@pytest.fixture(params=["POST", "PATCH"])
def send(request, alice, api_client, scenario):
    """Sends bytes to where a scenario is created, and to where one is changed; both must leave no trace."""
    address = {
        "POST": f"/api/v1/sessions/{scenario.session_id}/scenarios/",
        "PATCH": f"/api/v1/scenarios/{scenario.pk}/",
    }[request.param]
    before = list(_everything())

    def send(body: bytes, content_type: str = "application/json"):
        return api_client(alice).generic(request.param, address, body, content_type)

    yield send
    assert list(_everything()) == before


def _everything():
    for model in (PlanningSession, Scenario, ScenarioRevision, Solution):
        yield from model.objects.order_by("pk").values()


def with_request(changes: str) -> bytes:
    """A body whose request has these keys, written by hand because some of it is not JSON."""
    return b'{"name": "x", "request": {%s}}' % changes.encode("utf-8", "surrogatepass")


VAN = '"vehicles": [{"id": 1, "start": [16, 48]}]'


@pytest.mark.parametrize(
    "body",
    [
        b"no", b"{", b'{"name": "x",}', b"{'name': 'x'}", b'{"name": "x"} {}', b"\xef\xbb\xbf{}", b"\xff\xfe{\0",
        b'{"name": "\xe9"}', b'{"name": NaN}', b'{"name": Infinity}', b'{"name": -Infinity}',
        with_request('"meta": {"n": 1e400}'), with_request(f'"meta": {{"n": {"9" * 400}}}'),
        with_request('"meta": {"text": "\\ud800"}'), with_request('"meta": {"text": "\ud800"}'),
        with_request('"meta": ' + "[" * 65 + "]" * 65), b"[" * 100_000, b'{"a":' * 100_000,
        with_request('"meta": ' + '{"a":' * 100_000 + "1" + "}" * 100_000),
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
def test_what_is_not_json_is_400(send, body):
    response = send(body)

    assert response.status_code == 400
    assert response.json().keys() == {"detail"}


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        (f'"jobs": [{{"id": 1, "location": [16, 48], "service": -1}}], {VAN}', ["jobs", 0, "service"]),
        (f'"jobs": [{{"id": 1, "location": [16, 48], "service": "soon"}}], {VAN}', ["jobs", 0, "service"]),
        (f'"jobs": [{{"id": 1, "location": [16, 48], "service": 1e300}}], {VAN}', ["jobs", 0, "service"]),
        (f'"jobs": [{{"id": 1, "location": [16, 48], "service": true}}], {VAN}', ["jobs", 0, "service"]),
        (f'"jobs": [{{"id": 1, "location": [16, 48], "servise": 1}}], {VAN}', ["jobs", 0, "servise"]),
        (f'"jobs": [{{"id": 1, "location": [16, 91]}}], {VAN}', ["jobs", 0, "location"]),
        (f'"jobs": [{{"id": 1}}], {VAN}', ["jobs", 0]),
        (f'"jobs": {{"id": 1}}, {VAN}', ["jobs"]),
        (f'"jobs": [{{"id": 1, "location": [16, 48]}}, {{"id": 1, "location": [16, 48]}}], {VAN}', ["jobs", 1, "id"]),
        (
            f'"jobs": [{{"id": 1, "location": [16, 48], "time_windows": [[20, 10]]}}], {VAN}',
            ["jobs", 0, "time_windows", 0],
        ),
        ('"jobs": []', ["vehicles"]),
        ('"vehicles": []', ["vehicles"]),
        ('"vehicles": 5', ["vehicles"]),
        (f'"matrices": {{"car": {{"durations": [[0, 1], [1]]}}}}, {VAN}', ["matrices", "car", "durations"]),
        (f'"matrices": {{"car": {{"durations": [[0, "x"], [1, 0]]}}}}, {VAN}', ["matrices", "car", "durations"]),
        (f'"meta": {{"a\\u0000b": 1}}, {VAN}', ["request", "meta", "a\0b"]),
        (f'"meta": {{"text": ["", "\\u0000"]}}, {VAN}', ["request", "meta", "text", 1]),
        # amplifiers
        ('"vehicles": [{"id": 1, "start": [16, 48], "count": 1000000000}]', ["vehicles"]),
        (
            '"vehicles": [{"id": 1, "reload": {"locations": [[16, 48]], "max_reloads": 1000000000}}]',
            ["vehicles", 0, "reload", "max_reloads"],
        ),
        (f'"options": {{"time_limit": 1000000000}}, {VAN}', ["options", "time_limit"]),
        (f'"jobs": [{"{}," * 32_001}{{}}], {VAN}', ["jobs"]),
        (
            f'"jobs": [{{"id": 1, "location": [16, 48], "time_windows": [{"[0, 1]," * 100_000}[0, 1]]}}], {VAN}',
            ["jobs", 0, "time_windows"],
        ),
        (f'"matrices": {{"car": {{"durations": [{"[]," * 6_000}[]]}}}}, {VAN}', ["matrices", "car", "durations"]),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)  # fmt: skip
def test_what_breaks_the_schema_is_422_with_its_place(send, changes, loc):
    response = send(with_request(changes))

    assert response.status_code == 422
    assert loc in [fault["loc"] for fault in response.json()["detail"]]
    assert all(fault.keys() == {"loc", "msg", "type"} for fault in response.json()["detail"])


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ([], []),
        ("text", []),
        (None, []),
        ({"name": ""}, ["name"]),
        ({"name": "  "}, ["name"]),
        ({"name": "n" * 201}, ["name"]),
        ({"name": None}, ["name"]),
        ({"name": 5}, ["name"]),
        ({"name": True}, ["name"]),
        ({"name": ["x"]}, ["name"]),
        ({"request": None}, ["request"]),
        ({"request": []}, ["request"]),
        ({"request": "{}"}, ["request"]),
        ({"owner": "me"}, ["owner"]),
        ({"session": "00000000-0000-0000-0000-000000000000"}, ["session"]),
        ({"original_request": {}}, ["original_request"]),
        ({"request_digest": "0"}, ["request_digest"]),
        ({"revision": 7}, ["revision"]),
        ({"created_at": "2020-01-01T00:00:00Z"}, ["created_at"]),
        ({"id": "00000000-0000-0000-0000-000000000000"}, ["id"]),
    ],
)
def test_a_body_of_another_shape_is_422(send, body, loc):
    response = send(json.dumps(body).encode())

    assert response.status_code == 422
    assert loc in [fault["loc"] for fault in response.json()["detail"]]


def test_every_fault_is_told_at_once(send):
    request = two_stops()
    request["jobs"][0]["service"] = -1
    request["jobs"][1]["location"] = [500, 0]

    response = send(json.dumps({"name": 5, "owner": "me", "request": request}).encode())

    locs = [fault["loc"] for fault in response.json()["detail"]]
    assert sorted(locs, key=str) == sorted(
        [["name"], ["owner"], ["jobs", 0, "service"], ["jobs", 1, "location"]], key=str
    )


def test_a_thousand_faults_are_cut_at_a_hundred(send):
    jobs = [{"id": number, "location": [16, 48], "service": -1} for number in range(1000)]

    response = send(json.dumps({"name": "x", "request": two_stops(jobs=jobs)}).encode())

    assert len(response.json()["detail"]) == 100


def test_too_large_a_body_is_413_with_the_limit(send, settings):
    response = send(b" " * TOO_LARGE)

    assert response.status_code == 413
    assert str(settings.MAX_BODY_BYTES) in response.json()["detail"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
)
def test_another_content_type_is_415(send, content_type):
    assert send(b'{"name": "x"}', content_type).status_code == 415


@pytest.mark.parametrize(
    "name", ["🚚🚚🚚", "مسار الشحن", "\u202egnp.exe", "<script>alert(1)</script>", "../../etc", "n" * 200]
)
def test_odd_names_are_just_names(alice, api_client, scenario, name):
    response = api_client(alice).patch(f"/api/v1/scenarios/{scenario.pk}/", {"name": name})

    assert (response.status_code, response.json()["name"]) == (200, name)


def test_whole_numbers_beyond_64_bits_stay_json(alice, api_client, scenario):
    body = with_request(f'"meta": {{"n": {"9" * 30}}}, {VAN}').replace(b'"name": "x", ', b"")

    response = api_client(alice).generic(
        "PATCH", f"/api/v1/scenarios/{scenario.pk}/", body, "application/json"
    )

    assert response.status_code == 200
    assert api_client(alice).get(f"/api/v1/scenarios/{scenario.pk}/").json()["request"]["meta"]["n"] == 10**30


@pytest.mark.parametrize(
    "identifier", ["1", "x", "00000000-0000-0000-0000-00000000000g", "%00", "é", "a" * 5000]
)
def test_an_id_that_is_none_is_404(alice, api_client, identifier):
    for kind in ("sessions", "scenarios", "solutions"):
        response = api_client(alice).get(f"/api/v1/{kind}/{identifier}/")
        assert (response.status_code, response.content) == (404, b'{"detail":"Not found"}')
