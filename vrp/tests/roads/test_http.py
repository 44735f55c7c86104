"""How every source takes a server that is away, slow, rude or wrong: in bounded time, and in words that help."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from vrp.roads import http
from vrp.roads.base import RoadsFailed, Source
from vrp.roads.graphhopper import GraphHopper
from vrp.roads.http import Server
from vrp.roads.openrouteservice import OpenRouteService
from vrp.roads.osrm import Osrm
from vrp.roads.valhalla import Valhalla
from vrp.tests.roads import fakes, town
from vrp.tests.roads.fakes import Reply, scripted

POINTS = np.array([town.corner(0, 0), town.corner(3, 4), town.corner(5, 1)])
QUICK = {"seconds": 20.0, "pause": 0.01}
KINDS: dict[type, fakes.Answer] = {
    Osrm: fakes.osrm,
    Valhalla: fakes.valhalla,
    OpenRouteService: fakes.openrouteservice,
    GraphHopper: fakes.graphhopper,
}
Run = Callable[[fakes.Answer], fakes.Serving]


@pytest.fixture
def run() -> Iterator[Run]:
    """`run(answer)` is a server on loopback, for as long as the test."""
    with ExitStack() as running:
        yield lambda answer: running.enter_context(fakes.serving(answer))


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type:
    return request.param


def block(source: Source) -> np.ndarray:
    return source.block(POINTS, range(3), range(3), source.profile("car")).durations


def questions(server: fakes.Serving) -> int:
    return sum(not asked.path.startswith("/nearest") for asked in server.asked)


def test_a_server_that_is_not_there_is_named(kind):
    source = kind("http://127.0.0.1:9", **QUICK)
    began = time.monotonic()

    with pytest.raises(RoadsFailed, match=r"127\.0\.0\.1:9 cannot be reached .*Is it running"):
        block(source)

    assert time.monotonic() - began < 2


def test_too_many_requests_are_asked_again(kind, run):
    server = run(scripted(Reply({"message": "slow down"}, 429), Reply(b"", 503), then=KINDS[kind]))

    durations = block(kind(server.url, **QUICK))

    assert durations.shape == (3, 3)
    assert questions(server) == 3


def test_retry_after_is_waited_for(kind, run):
    server = run(scripted(Reply(b"", 429, {"Retry-After": "1"}), then=KINDS[kind]))
    began = time.monotonic()

    block(kind(server.url, **QUICK))

    assert 1 <= time.monotonic() - began < 2


def test_a_wait_longer_than_our_patience_fails_at_once(kind, run):
    server = run(scripted(Reply({"message": "Daily limit reached"}, 429, {"Retry-After": "86400"})))
    began = time.monotonic()

    with pytest.raises(RoadsFailed, match=r"429.*Daily limit reached"):
        block(kind(server.url, **QUICK))

    assert time.monotonic() - began < 1
    assert questions(server) == 1


def test_a_server_that_stays_away_is_asked_a_few_times_only(kind, run):
    server = run(scripted(Reply({"error": "Bad gateway"}, 502)))

    with pytest.raises(RoadsFailed, match="502 Bad Gateway: Bad gateway"):
        block(kind(server.url, **QUICK))

    assert questions(server) == 4


def test_a_refusal_is_told_and_not_asked_again(kind, run):
    server = run(scripted(Reply({"error": {"code": 6004, "message": "Too many cells"}}, 400)))

    with pytest.raises(RoadsFailed, match="400 Bad Request: Too many cells"):
        block(kind(server.url, **QUICK))

    assert questions(server) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_told(kind, run, status):
    server = run(scripted(Reply({"message": "Wrong credentials"}, status)))

    with pytest.raises(RoadsFailed, match=r"Wrong credentials\. Is its key right"):
        block(kind(server.url, **QUICK))


@pytest.mark.parametrize("how", ["block", "route"])
def test_a_connection_that_is_cut_in_the_middle_fails_in_time(kind, run, how):
    server = run(scripted(Reply(b'{"durations": [[0, 1', promised=1000)))
    source = kind(server.url, **QUICK)
    began = time.monotonic()

    with pytest.raises(RoadsFailed, match=r"127\.0\.0\.1"):
        block(source) if how == "block" else source.route(POINTS, source.profile("car"))

    assert time.monotonic() - began < 3


def test_a_server_that_ends_a_connection_is_asked_on_another(kind, run):
    server = run(scripted(Reply(status=0), then=KINDS[kind]))

    assert block(kind(server.url, attempts=1)).shape == (3, 3)


def test_a_server_that_ends_every_connection_is_away(kind, run):
    server = run(scripted(Reply(status=0)))

    with pytest.raises(RoadsFailed, match="cannot be reached"):
        block(kind(server.url, attempts=1))

    assert questions(server) == 2


def test_a_server_that_says_nothing_fails_in_time(kind, run):
    def silent(asked: fakes.Asked) -> Reply:
        if not asked.path.startswith("/nearest"):
            time.sleep(1.5)
        return Reply({"code": "Ok"})

    began = time.monotonic()

    with pytest.raises(RoadsFailed, match=r"did not answer within 0\.5 seconds"):
        block(kind(run(silent).url, seconds=0.5))

    assert time.monotonic() - began < 1.5


def test_an_answer_that_drips_fails_in_time(kind, run):
    server = run(scripted(Reply(b'{"durations": [[' + b" " * 100, drip=0.05)))
    began = time.monotonic()

    with pytest.raises(RoadsFailed, match=r"did not answer within 0\.5 seconds"):
        block(kind(server.url, seconds=0.5))

    assert time.monotonic() - began < 2


def test_a_huge_answer_is_not_read(kind, run, monkeypatch):
    monkeypatch.setattr(http, "_MOST_BYTES", 1_000_000)
    server = run(scripted(Reply(b" " * 2_000_000)))

    with pytest.raises(RoadsFailed, match="more than 1 MB"):
        block(kind(server.url, **QUICK))


@pytest.mark.parametrize("content", [b"<html>Welcome to nginx</html>", b"\xff\xfe", b"", b"[1, 2]", b"null"])
def test_an_answer_that_is_not_an_object_of_json_fails(kind, run, content):
    server = run(scripted(Reply(content)))

    with pytest.raises(RoadsFailed, match="something else than JSON"):
        block(kind(server.url, **QUICK))


TABLES = {
    "short": [[1.0, 2.0, 3.0]],
    "ragged": [[1], [1, 2, 3], []],
    "words": [["a"] * 3] * 3,
    "objects": {"a": 1},
}


@pytest.mark.parametrize("rows", [*TABLES.values(), [[1e300] * 3] * 3, None, 5], ids=repr)
def test_a_table_of_another_shape_fails(kind, run, rows):
    answer = {"durations": rows, "distances": rows, "times": rows, "sources_to_targets": rows}
    server = run(scripted(Reply(answer | {"sources": [], "destinations": []})))

    with pytest.raises(RoadsFailed, match="something else than a table"):
        block(kind(server.url, **QUICK))


ROUTES = [
    {},
    {"routes": []},
    {
        "routes": [{"legs": [], "segments": [], "geometry": "??"}],
        "paths": [{"points": "", "instructions": []}],
    },
    {"routes": None, "trip": {"legs": [{"shape": "\u20ac", "summary": {}}]}, "paths": 5},
]


@pytest.mark.parametrize("answer", ROUTES, ids=repr)
def test_a_route_of_another_shape_fails(kind, run, answer):
    source = kind(run(scripted(Reply(answer))).url, **QUICK)

    with pytest.raises(RoadsFailed, match="something else than a route"):
        source.route(POINTS, source.profile("car"))


def test_a_redirect_is_not_followed(kind, run):
    elsewhere = run(KINDS[kind])
    server = run(scripted(Reply(b"", 302, {"Location": f"{elsewhere.url}/x?key=secret"})))

    with pytest.raises(RoadsFailed, match=f"sends elsewhere, to {elsewhere.url}: set the address") as failure:
        block(kind(server.url, **QUICK))

    assert elsewhere.asked == []
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize(
    "answer",
    [
        Reply({"message": "Bad key s3cr&t k"}, 401),
        Reply(b"s3cr%26t%20k", 400),
        Reply({"message": "Bad keys: " + "s3cr&t k " * 90}, 403),
    ],
    ids=range(3),
)
@pytest.mark.parametrize("keyed", [OpenRouteService, GraphHopper], ids=lambda kind: kind.name)
def test_a_key_stays_out_of_every_text(keyed, run, answer, caplog):
    server = run(scripted(answer))

    with caplog.at_level(logging.INFO), pytest.raises(RoadsFailed) as failure:
        block(keyed(server.url, "s3cr&t k", **QUICK))

    assert "s3cr" not in f"{failure.value!r} {failure.value} {caplog.text}"
    assert "***" in str(failure.value)


def test_a_password_in_the_address_is_used_and_never_told(kind, run):
    server = run(scripted(Reply({"message": "no hunter2 here"}, 400)))
    source = kind(server.url.replace("//", "//joe:hunter2@"), **QUICK)

    with pytest.raises(RoadsFailed) as failure:
        block(source)

    assert server.asked[-1].headers["Authorization"].startswith("Basic ")
    assert "hunter2" not in str(failure.value)


def test_a_password_is_no_part_of_the_dataset(kind, run):
    address = run(KINDS[kind]).url

    assert kind(address.replace("//", "//joe:hunter2@")).dataset.startswith(f"{kind.name} {address}")


def test_a_dataset_is_asked_for_anew_after_a_while(kind, run, monkeypatch):
    server = run(KINDS[kind])
    source = kind(server.url)

    assert source.dataset == source.dataset
    assert len(server.asked) == 1
    monkeypatch.setattr(http, "_REMEMBERED", 0.0)
    assert source.dataset
    assert len(server.asked) == 2


def test_a_dataset_stays_known_while_the_server_is_away(kind, monkeypatch):
    monkeypatch.setattr(http, "_REMEMBERED", 0.0)
    with fakes.serving(KINDS[kind]) as server:
        source = kind(server.url, **QUICK)
        known = source.dataset

    assert source.dataset == known


def test_a_server_that_tells_nothing_of_its_data_is_known_by_its_address(kind, run):
    server = run(lambda asked: Reply(b"<html>Not here</html>", 404))

    assert kind(server.url).dataset == f"{kind.name} {server.url}"


@pytest.mark.parametrize(
    "address", ["", "roads", "ftp://roads.example", "http://", "http://[::1", "http://a/?key=1"]
)
def test_an_address_that_is_none_is_refused(kind, address):
    with pytest.raises(RoadsFailed, match="must be like https://"):
        kind(address)


def test_the_path_of_an_address_is_kept(kind, run):
    server = run(scripted(Reply(b"", 400)))

    with pytest.raises(RoadsFailed):
        block(kind(f"{server.url}/some/path/", **QUICK))

    assert server.asked[-1].path.startswith("/some/path/")
    assert "//" not in server.asked[-1].path


def test_loopback_is_never_asked_through_a_proxy(run, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with http._client.__wrapped__(process=0, direct=True) as fresh:
        monkeypatch.setattr(http, "_client", lambda process, direct: fresh if direct else None)

        assert Server("Anything", run(scripted(Reply({"a": 1}))).url).get("/") == {"a": 1}


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("", 0),
        ("7", 7),
        ("soon", 0),
        ("-3", 0),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0),
        ("9" * 400, float("inf")),
    ],
)
def test_what_retry_after_says(header, seconds):
    assert http._wait(header) == seconds
