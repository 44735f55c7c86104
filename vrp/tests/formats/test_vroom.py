"""VROOM's JSON and openrouteservice's."""

import orjson
import pytest

from vrp.domain import request as requests
from vrp.errors import Invalid
from vrp.formats import vroom

OPENROUTESERVICE = {
    "jobs": [{"id": 1, "service": 300, "amount": [1], "location": [1.98935, 48.701], "skills": [1]}],
    "vehicles": [
        {
            "id": 1,
            "profile": "driving-car",
            "start": [2.35044, 48.71764],
            "end": [2.35044, 48.71764],
            "capacity": [4],
            "skills": [1, 14],
            "time_window": [28800, 43200],
        }
    ],
    "options": {"g": True},
}


def test_a_problem_for_openrouteservice_is_a_request():
    request = requests.read(vroom.read(orjson.dumps(OPENROUTESERVICE)))

    assert request.jobs[0].delivery == (1,)
    assert request.vehicles[0].profile == "driving-car"


def test_the_older_matrix_is_that_of_every_profile():
    document = {
        "jobs": [{"id": 1, "location_index": 1}],
        "vehicles": [{"id": 1, "start_index": 0}, {"id": 2, "start_index": 0, "profile": "bike"}],
        "matrix": [[0, 5], [5, 0]],
    }

    request = requests.read(vroom.read(orjson.dumps(document)))

    assert sorted(request.matrices) == ["bike", "car"]


def test_a_byte_order_mark_is_no_harm():
    assert vroom.read(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "should be an object"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"code": 0, "routes": []}', "this is a plan"),
        (b'{"meta": ' + b"[" * 70 + b"]" * 70 + b"}", "nested deeper than 64"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_problem_is_refused(data, said):
    with pytest.raises(Invalid, match=said):
        vroom.read(data)


@pytest.mark.parametrize("part", [b'"x"', b"null", b"[1]", b"{}"])
def test_parts_of_another_shape_are_left_to_the_request(part):
    with pytest.raises(Invalid):
        requests.read(vroom.read(b'{"jobs": %b, "vehicles": %b, "matrix": %b}' % (part, part, part)))
