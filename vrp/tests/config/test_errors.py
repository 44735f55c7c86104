"""The contract's table "Errors", each line asked for over HTTP."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from config import urls as site
from vrp.errors import Conflict, Fault, Invalid, Malformed, TooLarge, Unavailable

raising: Exception | None = None  # what the views below raise


class Probe(APIView):
    authentication_classes = []
    permission_classes = []

    def get(self, request: Request) -> Response:
        if raising:
            raise raising
        return Response({"is": "well"})

    def post(self, request: Request) -> Response:
        return Response(request.data)


def plain(request: HttpRequest) -> HttpResponse:
    if raising:
        raise raising
    return HttpResponse("well")


urlpatterns = [
    path("api/v1/probe/", Probe.as_view()),
    path("api/v1/plain/", plain),
    path("page/", plain),
    path("", include(site)),
]
handler400, handler403 = site.handler400, site.handler403
handler404, handler500 = site.handler404, site.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def ask(monkeypatch):
    """`ask("/page/", error)` opens the address while its view raises the error."""

    def get(url: str, error: Exception | None = None, **headers):
        monkeypatch.setattr(f"{__name__}.raising", error)
        return APIClient(raise_request_exception=False).get(url, **headers)

    return get


@pytest.mark.parametrize(
    ("error", "code", "detail", "headers"),
    [
        (Malformed("Not JSON"), 400, "Not JSON", {}),
        (exceptions.ParseError("odd"), 400, "odd", {}),
        (SuspiciousOperation("secret detail"), 400, "Bad request", {}),
        (exceptions.NotAuthenticated(), 401, "Not authenticated", {"WWW-Authenticate": "Bearer"}),
        (exceptions.AuthenticationFailed("why"), 401, "Not authenticated", {"WWW-Authenticate": "Bearer"}),
        (Http404("No Scenario matches"), 404, "Not found", {}),
        (exceptions.NotFound("why"), 404, "Not found", {}),
        (PermissionDenied("why"), 404, "Not found", {}),
        (exceptions.PermissionDenied("why"), 404, "Not found", {}),
        (Conflict("already running"), 409, "already running", {}),
        (TooLarge("at most 10"), 413, "at most 10", {}),
        (exceptions.UnsupportedMediaType("x/y"), 415, 'Unsupported media type "x/y" in request.', {}),
        (exceptions.Throttled(3), 429, None, {"Retry-After": "3"}),
        (exceptions.Throttled(), 429, None, {"Retry-After": "1"}),
        (Unavailable("no queue"), 503, "no queue", {"Retry-After": "5"}),
        (Unavailable(), 503, "Service temporarily unavailable", {"Retry-After": "5"}),
        (OperationalError("host"), 503, "Service temporarily unavailable", {"Retry-After": "5"}),
        (InterfaceError("closed"), 503, "Service temporarily unavailable", {"Retry-After": "5"}),
    ],
    ids=repr,
)
def test_each_error_gets_its_answer(ask, error, code, detail, headers):
    answer = ask("/api/v1/probe/", error)

    assert answer.status_code == code
    assert answer.json().keys() == {"detail"}
    assert detail is None or answer.json()["detail"] == detail
    assert headers.items() <= answer.headers.items()
    assert answer["X-Request-ID"]


def test_anything_else_is_our_fault_and_can_be_quoted(ask, caplog):
    answer = ask("/api/v1/probe/", ZeroDivisionError("secret"), HTTP_X_REQUEST_ID="abc-1")

    assert answer.status_code == 500
    assert answer.json() == {"detail": "Internal server error", "request_id": "abc-1"}
    assert answer["Content-Type"] == "application/json"
    assert "secret" in caplog.text  # the log has the traceback, the caller has not


class Stop(serializers.Serializer):
    service = serializers.IntegerField()


class Problem(serializers.Serializer):
    name = serializers.CharField()
    stops = Stop(many=True)
    weights = serializers.ListField(child=serializers.IntegerField())

    def validate(self, given):
        raise serializers.ValidationError("does not fit together", code="unfit")


def invalid(data: object) -> Exception:
    try:
        Problem(data=data).is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "faults"),
    [
        (
            Invalid([Fault(("jobs", 3, "service"), "must not be negative", "greater_than_equal")]),
            [(["jobs", 3, "service"], "must not be negative", "greater_than_equal")],
        ),
        (
            invalid({"stops": [{"service": 1}, {}, {"service": "x"}], "weights": [1, "x"]}),
            [
                (["name"], "This field is required.", "required"),
                (["stops", 1, "service"], "This field is required.", "required"),
                (["stops", 2, "service"], "A valid integer is required.", "invalid"),
                (["weights", 1], "A valid integer is required.", "invalid"),
            ],
        ),
        (invalid({"name": "a", "stops": [], "weights": []}), [([], "does not fit together", "unfit")]),
        (invalid(["x"]), [([], "Invalid data. Expected a dictionary, but got list.", "invalid")]),
        (exceptions.ValidationError("odd"), [([], "odd", "invalid")]),
        (DjangoValidationError({"name": ["too long"]}), [(["name"], "too long", "invalid")]),
    ],
    ids=repr,
)
def test_validation_lists_every_fault_with_its_place(ask, error, faults):
    answer = ask("/api/v1/probe/", error)

    assert answer.status_code == 422
    assert answer.json() == {"detail": [{"loc": loc, "msg": msg, "type": kind} for loc, msg, kind in faults]}


def test_of_many_faults_the_first_hundred_are_told(ask):
    error = exceptions.ValidationError({str(number): "odd" for number in range(150)})

    answer = ask("/api/v1/probe/", error)

    assert len(answer.json()["detail"]) == 100


@pytest.mark.parametrize(
    ("error", "code", "body"),
    [
        (Http404(), 404, {"detail": "Not found"}),
        (PermissionDenied(), 404, {"detail": "Not found"}),
        (SuspiciousOperation(), 400, {"detail": "Bad request"}),
        (OperationalError("host"), 503, {"detail": "Service temporarily unavailable"}),
        (ZeroDivisionError(), 500, {"detail": "Internal server error", "request_id": "abc-1"}),
    ],
    ids=repr,
)
def test_outside_the_framework_the_api_says_the_same(ask, error, code, body):
    answer = ask("/api/v1/plain/", error, HTTP_X_REQUEST_ID="abc-1")

    assert answer.status_code == code
    assert answer.json() == body


def test_an_unknown_address_answers_like_an_unknown_row(ask):
    unknown, row = ask("/api/v1/nothing/here/"), ask("/api/v1/probe/", Http404())

    assert unknown.status_code == row.status_code == 404
    assert unknown.content == row.content == b'{"detail":"Not found"}'


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (Http404(), 404, "There is nothing at this address"),
        (PermissionDenied(), 403, "Not allowed"),
        (SuspiciousOperation(), 400, "Bad request"),
        (OperationalError("host"), 503, "The database cannot be reached"),
        (ZeroDivisionError("secret"), 500, "abc-1"),
    ],
    ids=repr,
)
def test_people_get_a_page(ask, error, code, words):
    answer = ask("/page/", error, HTTP_X_REQUEST_ID="abc-1")

    assert answer.status_code == code
    assert answer["Content-Type"].startswith("text/html")
    assert words in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_the_page_without_a_database_asks_the_database_nothing(ask, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = ask("/page/", OperationalError("host"))

    assert answer["Retry-After"] == "5"


def test_a_method_that_is_not_there_is_405(ask):
    answer = APIClient().delete("/api/v1/probe/")

    assert answer.status_code == 405
    assert answer.json() == {"detail": 'Method "DELETE" not allowed.'}
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("body", [b"{", b"[NaN]", b"\xef\xbb\xbf{}", b"[" * 100_000, b'"\xff"'])
def test_a_body_that_is_not_json_is_400(body):
    answer = APIClient().post("/api/v1/probe/", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json().keys() == {"detail"}


def test_a_null_character_in_the_body_is_422():
    answer = APIClient().post("/api/v1/probe/", rb'{"a": ["\u0000"]}', content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["a", 0]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "x"])
def test_another_kind_of_body_is_415(kind):
    answer = APIClient().post("/api/v1/probe/", b"{}", content_type=kind)

    assert answer.status_code == 415
    assert answer.json().keys() == {"detail"}
