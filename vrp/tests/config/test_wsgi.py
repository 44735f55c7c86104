"""Bodies that tell no length, as HTTP's chunked transfer sends them."""

import io
import json

import pytest
from django.test import RequestFactory

from config.wsgi import application

pytestmark = pytest.mark.django_db  # a request looks after old connections


class Stream(io.BytesIO):
    """Gives a few bytes at a time, as a socket does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(-1 if size is None or size < 0 else min(size, 7))


def send(body: bytes) -> tuple[str, bytes, io.BytesIO]:
    stream, codes = Stream(body), []
    environ = RequestFactory().post("/api/v1/auth/token/", content_type="application/json").environ
    environ |= {"CONTENT_LENGTH": "", "wsgi.input": stream, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = application(environ, lambda status, headers: codes.append(status[:3]))
    return codes[0], b"".join(answer), stream


def test_a_body_in_chunks_is_read():
    code, answer, _ = send(b'{"email": "nobody@example.org"}')

    assert code == "422"
    assert [fault["loc"] for fault in json.loads(answer)["detail"]] == [["password"]]


def test_a_body_in_chunks_that_is_too_large_is_refused_without_reading_it_all(settings):
    settings.MAX_BODY_BYTES = 100

    code, answer, stream = send(b"x" * 1_000)

    assert code == "413"
    assert b"100 bytes" in answer
    assert stream.tell() == 101


def test_a_body_in_chunks_may_be_empty():
    assert send(b"")[0] == "422"
