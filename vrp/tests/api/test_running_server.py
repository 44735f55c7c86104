"""Bombs against the real server: its threads have small stacks, where a parser that recurses ends the process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import psutil
import pytest
from django.conf import settings

pytestmark = pytest.mark.evidence

ADDRESS = "/api/v1/auth/register/"  # open, and reads its body before it asks the database anything
MB = 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """One worker, in a folder of its own; nothing here needs the database, so none is started."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
    environment = os.environ | {"ROUTEBOOK_DATA": str(tmp_path_factory.mktemp("data")), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _wait_for(client)
            yield client, psutil.Process(process.pid).children()[-1]
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/api/v1/health/live/").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


@pytest.mark.parametrize("depth", [65, 900, 1_000, 100_000, 1_000_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
@pytest.mark.parametrize("is_closed", [True, False])
def test_deep_nesting_is_400_and_the_worker_lives(server, depth, opening, closing, is_closed):
    client, worker = server
    body = opening * depth + ("1" + closing * depth if is_closed else "")

    response = client.post(ADDRESS, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert response.json().keys() == {"detail"}
    assert worker.is_running()
    assert client.get("/api/v1/health/live/").is_success


def test_a_body_beyond_the_limit_is_refused_without_being_read(server):
    client, worker = server
    before = worker.memory_info().rss

    headers = {"Content-Type": "application/json", "Content-Length": str(40 * MB)}
    request = client.build_request("POST", ADDRESS, content=iter([b"[" * MB] * 40), headers=headers)
    with suppress(httpx.WriteError):  # it may answer and hang up while we are still sending
        assert client.send(request).status_code == 413

    assert worker.is_running()
    assert worker.memory_info().rss - before < 64 * MB


def test_a_body_without_a_length_is_no_way_around_it(server):
    client, worker = server
    before = worker.memory_info().rss

    headers = {"Content-Type": "application/json"}
    with suppress(httpx.WriteError):
        response = client.post(ADDRESS, content=iter([b"[" * MB] * 40), headers=headers)
        assert 400 <= response.status_code < 500

    assert worker.is_running()
    assert worker.memory_info().rss - before < 64 * MB


LONG = b"9" * 10**6


@pytest.mark.parametrize("body", [b'{"n": %b}' % LONG, b'{"%b": 1}' % LONG, b'{"k": "\\ud800"}'], ids=len)
def test_odd_documents_do_not_hurt(server, body):
    client, worker = server

    response = client.post(ADDRESS, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= response.status_code < 500
    assert worker.is_running()


def test_a_million_keys_are_refused(server):
    client, worker = server
    body = b"{" + b",".join(b'"k%d":1' % number for number in range(10**6)) + b"}"

    started = time.monotonic()
    response = client.post(ADDRESS, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 422
    assert len(response.json()["detail"]) == 100
    assert time.monotonic() - started < 5
    assert worker.is_running()
