"""Routing servers on loopback: what Valhalla, openrouteservice, GraphHopper and OSRM answer about the tiny town, in
their documented formats, and a server that answers whatever a test wants. The contract tests of `test_sources.py` hold
the fakes to what the real ones do."""

import heapq
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from vrp.domain import polyline
from vrp.domain.travel import great_circles
from vrp.tests.roads import town

Place = tuple[float, float]
METRES, SECONDS = 200.25, 20.4  # of a block of the town: rounding them is a part of what is tried


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Reply:
    """`promised` is how many bytes are announced beyond those that come; `drip` the seconds between bytes; a status of
    0 is no answer at all, but the end of the connection."""

    document: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    promised: int = 0
    drip: float = 0.0

    @property
    def content(self) -> bytes:
        return self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()


Answer = Callable[[Asked], Reply]


@dataclass
class Serving:
    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def serving(answer: Answer) -> Iterator[Serving]:
    """Runs a server on a free port of loopback."""
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    here = Serving(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(answer, here)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *arguments: object) -> None:
        """Who asked has hung up: that is what some tests are about."""


def _handler(answer: Answer, here: Serving) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = 5

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            asked = Asked(self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()), body)
            here.asked.append(asked)
            self.say(answer(asked))

        do_POST = do_GET

        def say(self, reply: Reply) -> None:
            if not reply.status:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content) + reply.promised))
            self.end_headers()
            try:
                if reply.drip:
                    for byte in reply.content:
                        self.wfile.write(bytes([byte]))
                        time.sleep(reply.drip)
                else:
                    self.wfile.write(reply.content)
            except OSError:  # nobody listens any more
                self.close_connection = True
            self.close_connection = self.close_connection or bool(reply.promised)

        def log_message(self, *arguments: object) -> None:
            pass

    return Handler


def scripted(*replies: Reply, then: Answer | None = None) -> Answer:
    """Answers one after the other, and then as `then`, or as the last one for ever. OSRM's greeting does not count."""
    left = list(replies)

    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/nearest"):
            return Reply({"code": "Ok"})
        if len(left) > 1 or (left and then):
            return left.pop(0)
        return then(asked) if then else left[0]

    return answer


# The town as a network -------------------------------------------------------------------------------------------

Node = tuple[str, int, int]
_NODES: dict[Node, Place] = {
    (name, row, column): where(row, column)
    for name, where in (("town", town.corner), ("island", town.island))
    for row in range(town.SIZE if name == "town" else 2)
    for column in range(town.SIZE)
}


def _next_to(node: Node) -> Iterator[Node]:
    part, row, column = node
    steps = [(0, 1), (0, -1)] if (part, row) != ("town", town.ONE_WAY) else [(0, 1)]
    if part == "town" or column == 0:
        steps += [(1, 0), (-1, 0)]
    for up, right in steps:
        if (part, row + up, column + right) in _NODES:
            yield part, row + up, column + right


@cache
def _blocks_from(start: Node) -> dict[Node, tuple[int, Node | None]]:
    """Each node that can be got to: how many blocks away, and the one before it."""
    found: dict[Node, tuple[int, Node | None]] = {}
    queue: list[tuple[int, Node, Node | None]] = [(0, start, None)]
    while queue:
        blocks, node, before = heapq.heappop(queue)
        if node not in found:
            found[node] = (blocks, before)
            for other in _next_to(node):
                heapq.heappush(queue, (blocks + 1, other, node))
    return found


def _snapped(place: Sequence[float]) -> tuple[Node | None, float]:
    """The nearest corner and how many metres off it is; none beyond 35 km."""
    metres = great_circles(np.array([place]), np.array(list(_NODES.values())))[0]
    nearest = int(metres.argmin())
    return (list(_NODES)[nearest] if metres[nearest] < 35_000 else None), float(metres[nearest])


def _blocks(here: Sequence[float], there: Sequence[float]) -> int | None:
    start, end = _snapped(here)[0], _snapped(there)[0]
    if start is None or end is None or end not in _blocks_from(start):
        return None
    return _blocks_from(start)[end][0]


def _times(blocks: int | None, unit: float) -> float | None:
    return None if blocks is None else blocks * unit


def _line(places: Sequence[Sequence[float]]) -> list[Place]:
    points: list[Place] = []
    for here, there in itertools.pairwise(places):
        start, node = _snapped(here)[0], _snapped(there)[0]
        back = []
        while node is not None:
            back.append(_NODES[node])
            node = _blocks_from(start)[node][1]
        points += reversed(back)
    return points


def _table(sources: Any, targets: Any, unit: float) -> list[list[float | None]]:
    return [[_times(_blocks(here, there), unit) for there in targets] for here in sources]


def _legs(places: Any) -> list[int | None]:
    return [_blocks(here, there) for here, there in itertools.pairwise(places)]


# Dialects --------------------------------------------------------------------------------------------------------


def osrm(asked: Asked) -> Reply:
    service = asked.path.split("/")[1]
    if service == "nearest":
        return Reply({"code": "Ok", "data_version": "2026-11-22"})
    places = asked.body["coordinates"]
    if service == "route":
        legs = _legs(places)
        if None in legs:
            return Reply({"code": "NoRoute", "message": "Impossible route between points"}, 400)
        told = [{"duration": n * SECONDS, "distance": n * METRES, "steps": []} for n in legs]
        return Reply({"code": "Ok", "routes": [{"legs": told, "geometry": polyline.encode(_line(places))}]})
    sources = [places[i] for i in asked.body["sources"]]
    targets = [places[i] for i in asked.body["destinations"]]
    return Reply(
        {
            "code": "Ok",
            "durations": _table(sources, targets, SECONDS),
            "distances": _table(sources, targets, METRES),
            "sources": [{"distance": _snapped(place)[1]} for place in sources],
            "destinations": [{"distance": _snapped(place)[1]} for place in targets],
        }
    )


def valhalla(asked: Asked) -> Reply:
    if asked.path == "/status":
        return Reply({"version": "3.9.1", "tileset_last_modified": 1795386776})
    names = ("locations",) if asked.path == "/route" else ("sources", "targets")
    sources, *targets = [[(row["lon"], row["lat"]) for row in asked.body[name]] for name in names]
    nodes = [_snapped(place)[0] for place in sum(targets, sources)]
    if None in nodes:
        return _valhalla_error(171, "No suitable edges near location")
    if len({node[0] for node in nodes}) > 1:
        return _valhalla_error(170, "Locations are in unconnected regions. Go check/edit the map at osm.org")
    if not targets:
        legs = [
            {
                "summary": {"time": n * SECONDS, "length": round(n * METRES / 1000, 3)},
                "shape": polyline.encode(_line([here, there]), 6),
            }
            for here, there, n in zip(sources, sources[1:], _legs(sources), strict=False)
        ]
        return Reply({"trip": {"legs": legs, "units": "kilometers"}})
    return Reply({"sources_to_targets": [[_cell(here, there) for there in targets[0]] for here in sources]})


def _cell(here: Place, there: Place) -> dict[str, Any]:
    blocks = _blocks(here, there)
    begin, end = _NODES[_snapped(here)[0]], _NODES[_snapped(there)[0]]
    return {
        "time": None if blocks is None else int(blocks * SECONDS),
        "distance": None if blocks is None else round(blocks * METRES / 1000, 3),
        "begin_lon": begin[0],
        "begin_lat": begin[1],
        "end_lon": end[0],
        "end_lat": end[1],
    }


def _valhalla_error(code: int, words: str) -> Reply:
    return Reply({"error_code": code, "error": words, "status_code": 400, "status": "Bad Request"}, 400)


def openrouteservice(asked: Asked) -> Reply:
    if asked.path == "/v2/status":
        return Reply(
            {"engine": {"version": "9.0", "build_date": "2025-01-27T13:20:23Z"}, "services": ["matrix"]}
        )
    if asked.path.startswith("/v2/directions/"):
        places = asked.body["coordinates"]
        legs = _legs(places)
        if None in legs:
            words = "Route could not be found - Unable to find a route between points 1 and 2."
            return Reply({"error": {"code": 2009, "message": words}, "info": {"timestamp": 1}}, 404)
        told = [{"duration": round(n * SECONDS, 1), "distance": round(n * METRES, 1)} for n in legs]
        return Reply({"routes": [{"segments": told, "geometry": polyline.encode(_line(places))}]})
    places = asked.body["locations"]
    sources = [places[i] for i in asked.body["sources"]]
    targets = [places[i] for i in asked.body["destinations"]]
    return Reply(
        {
            "durations": _table(sources, targets, SECONDS),
            "distances": _table(sources, targets, METRES),
            "sources": [_found(place) for place in sources],
            "destinations": [_found(place) for place in targets],
        }
    )


def _found(place: Sequence[float]) -> dict[str, Any] | None:
    node, metres = _snapped(place)
    return {"location": _NODES[node], "snapped_distance": round(metres, 2)} if node else None


def graphhopper(asked: Asked) -> Reply:
    if asked.path == "/info":
        return Reply({"version": "10.0", "bbox": [9, 49, 11, 51], "data_date": "2026-11-20T20:20:30Z"})
    if asked.path == "/matrix":
        sources, targets = asked.body["from_points"], asked.body["to_points"]
        rounded = _table(sources, targets, SECONDS), _table(sources, targets, METRES)
        times, distances = ([[n if n is None else round(n) for n in row] for row in rows] for rows in rounded)
        return Reply({"times": times, "distances": distances, "info": {"took": 1}})
    places = asked.body["points"]
    legs = _legs(places)
    if None in legs:
        return Reply({"message": "Connection between locations not found", "hints": []}, 400)
    told = []
    for number, blocks in enumerate(legs, start=1):
        told += [{"sign": 0, "time": round(SECONDS * 1000), "distance": METRES, "text": "Continue"}] * blocks
        sign = 4 if number == len(legs) else 5
        told.append({"sign": sign, "time": 0, "distance": 0.0, "text": f"Waypoint {number}"})
    path = {"points_encoded": True, "points": polyline.encode(_line(places)), "instructions": told}
    return Reply({"paths": [path]})
