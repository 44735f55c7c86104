import io
import logging
from uuid import UUID

import pytest
import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from config import urls as site
from config.middleware import BodyLimitMiddleware, RequestIdMiddleware

seen: list[dict[str, object]] = []


def note(request: HttpRequest) -> HttpResponse:
    seen.append({"attribute": request.request_id} | structlog.contextvars.get_contextvars())
    logging.getLogger("vrp").warning("inside")
    return HttpResponse(request.body)


urlpatterns = [path("api/v1/note/", note), path("note/", note), path("", include(site))]
handler404, handler500 = site.handler404, site.handler500
pytestmark = pytest.mark.urls(__name__)
URL = "/api/v1/note/"


@pytest.fixture(autouse=True)
def _nothing_seen_yet():
    seen.clear()


@pytest.mark.parametrize("given", ["a", "abc-123", "A" * 64, "0b6e6a0e-7a3c-4f55-9f0e-3a0a4f3f6f43"])
def test_a_harmless_request_id_is_kept(client, given):
    answer = client.get(URL, HTTP_X_REQUEST_ID=given)

    assert answer["X-Request-ID"] == given
    assert seen[0]["attribute"] == seen[0]["request_id"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a" * 65,
        "a b",
        "a\nb",
        "a\n",
        "a\r\nX-Evil: 1",
        '{"a":1}',
        "a\x1b[31m",
        "é",
        "../x",
        "a_b",
        "a;b",
        "%0a",
    ],
)
def test_any_other_request_id_is_replaced(client, given):
    answer = client.get(URL, HTTP_X_REQUEST_ID=given)

    assert UUID(answer["X-Request-ID"])
    assert seen[0]["request_id"] == answer["X-Request-ID"] != given


def test_two_requests_have_two_ids(client):
    assert client.get(URL)["X-Request-ID"] != client.get(URL)["X-Request-ID"]


def test_an_unknown_address_has_an_id_too(client):
    assert client.get("/api/v1/nothing/")["X-Request-ID"]


def test_what_one_request_bound_is_gone_in_the_next():
    def leave_something(request: HttpRequest) -> HttpResponse:
        seen.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(user_id="alice")
        return HttpResponse()

    middleware = RequestIdMiddleware(leave_something)
    for _ in range(2):
        middleware(RequestFactory().get("/"))

    assert "user_id" not in seen[1]


def test_every_log_line_of_a_request_carries_its_id(client, caplog):
    client.get(URL, HTTP_X_REQUEST_ID="abc-1")

    finished = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert [(line["event"], line["request_id"]) for line in finished] == [("request_finished", "abc-1")]


@pytest.mark.parametrize("url", [URL, "/note/", "/api/v1/nothing/"])
def test_too_large_a_body_is_refused_before_it_is_read(settings, url):
    settings.MAX_BODY_BYTES = 10

    class Unreadable(io.BytesIO):
        def read(self, *_: object) -> bytes:
            pytest.fail("the body was read")

    answer = Client().post(
        url, b"", content_type="application/json", CONTENT_LENGTH="11", **{"wsgi.input": Unreadable()}
    )

    assert answer.status_code == 413
    assert "The body is larger than 10 bytes." in answer.content.decode()
    assert not seen


def test_a_body_of_just_the_limit_is_read(settings, client):
    settings.MAX_BODY_BYTES = 10

    assert client.post(URL, b"1234567890", content_type="application/json").status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "gzip, gzip", "x"])
def test_a_compressed_body_is_refused(client, encoding):
    answer = client.post(URL, b"", content_type="application/json", HTTP_CONTENT_ENCODING=encoding)

    assert answer.status_code == 415
    assert answer.json() == {"detail": "Compressed request bodies are not accepted."}


@pytest.mark.parametrize("length", ["", "x", "-1", "1_0", "²"])
def test_an_odd_length_is_no_way_around(length):
    request = RequestFactory().get("/")
    request.META["CONTENT_LENGTH"] = length

    assert BodyLimitMiddleware(lambda _: HttpResponse("through"))(request).content == b"through"


@pytest.mark.django_db
def test_a_database_that_goes_away_in_middleware_is_503_too(client, monkeypatch):
    from django.contrib.sessions.middleware import SessionMiddleware

    def lost(*_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(SessionMiddleware, "process_response", lost)
    client.raise_request_exception = False

    answer = client.get(URL)

    assert answer.status_code == 503
    assert answer.json() == {"detail": "Service temporarily unavailable"}
    assert answer["X-Request-ID"]
