"""Real roads around Heidelberg: a table, travel among neighbours, shapes of routes, and whether these agree.

    .venv/bin/python benchmarks/roads.py

CPU seconds are those of this process, the road server and the database's process for this connection, together. The
region is made in a temporary folder, the cache lies in a database that is made for it and removed.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import numpy as np
import osmium
import psutil
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from osmium.filter import KeyFilter

from vrp import planner
from vrp.domain import limits
from vrp.domain.travel import Sparse
from vrp.roads import Atlas, Watch, adding, tables
from vrp.roads.embedded import Embedded, server
from vrp.roads.regions import Region
from vrp.services.road_cache import RoadCache

DATA = Path(os.environ.get("ROUTEBOOK_BENCHMARKS") or ROOT.parent / "shared" / "data")
EXTRACT = DATA / "osm" / "ors-heidelberg.osm.pbf"
_HOMES = {"residential", "living_street"}


# Where ------------------------------------------------------------------------------------------------------


def region(data: Path) -> Region:
    """Heidelberg's roads, made in a folder."""
    return adding.add(data, EXTRACT, name="heidelberg")


def homes(extract: Path) -> np.ndarray:
    """The corners of all streets where people live."""
    things = osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    found = {
        (round(node.location.lon, 6), round(node.location.lat, 6))
        for way in things.with_filter(KeyFilter("highway"))
        if isinstance(way, osmium.osm.Way) and way.tags["highway"] in _HOMES
        for node in way.nodes
        if node.location.valid()
    }
    return np.array(sorted(found))


def some(places: np.ndarray, count: int, seed: int) -> np.ndarray:
    return places[np.random.default_rng(seed).choice(len(places), count, replace=False)]


# What it takes ----------------------------------------------------------------------------------------------


class Cpu:
    """CPU seconds of all who work on roads, since it was made."""

    def __init__(self, source: Embedded) -> None:
        routed = server.pid(source.region.graph("car"), source.region.stamp)
        self._others = [process for process in (_process(routed, "osrm"), _database()) if process]
        self._began = self._now()

    def seconds(self) -> float:
        return self._now() - self._began

    def _now(self) -> float:
        return time.process_time() + sum(sum(process.cpu_times()[:2]) for process in self._others)


def _database() -> psutil.Process | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return _process(cursor.fetchone()[0], "postgres")


def _process(pid: int | None, name: str) -> psutil.Process | None:
    """A process of this machine: a database may be elsewhere."""
    found = psutil.Process(pid) if pid and psutil.pid_exists(pid) else None
    return found if found and found.name().startswith(name) else None


def peak(pid: int) -> float:
    """The most megabytes a process has had. (`getrusage` counts those of the process that began it as well.)"""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


# What is measured -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """CPU seconds of a table that was asked for and kept, and of reading it back."""

    asked: float
    read_back: float


def table(source: Embedded, points: np.ndarray) -> Kept:
    source.block(points[:2], [0], [1], "car")  # the server is up
    cpu = Cpu(source)
    first = tables.table(source, points, "car", RoadCache(), Watch())
    asked = cpu.seconds()
    again = tables.table(source, points, "car", RoadCache(), Watch(progress=_must_not_ask))
    assert np.array_equal(first.durations, again.durations)
    assert np.array_equal(first.distances, again.distances)
    return Kept(asked, cpu.seconds() - asked)


def _must_not_ask(done: int, total: int) -> None:
    raise AssertionError("the table was not kept")


@dataclass(frozen=True)
class Many:
    """What a request of more places than a whole table is kept for took: wall and CPU seconds, megabytes."""

    places: int
    seconds: float
    cpu: float
    peak: float
    server_peak: float


def many(data: Path, region: Region) -> Many:
    """In a process of its own, as in a worker: the request is read, its roads are measured and kept."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as alone:
        return alone.submit(_many, data, region, connection.settings_dict["NAME"]).result()


def _many(data: Path, region: Region, database: str) -> Many:
    connection.settings_dict["NAME"] = database
    source = Embedded(region)
    document = delivery(some(homes(region.extract), limits.MAX_ROWS + 1, seed=1))
    source.block(np.array([job["location"] for job in document["jobs"][:2]]), [0], [1], "car")
    cpu, began = Cpu(source), time.perf_counter()
    problem = planner.prepare(document, atlas=Atlas(data, {}, RoadCache()))
    seconds, spent = time.perf_counter() - began, cpu.seconds()
    routed = server.pid(region.graph("car"), region.stamp)
    assert routed
    assert isinstance(problem.vehicles[0].travel.durations, Sparse)
    return Many(len(problem.places), seconds, spent, peak(os.getpid()), peak(routed))


def delivery(at: np.ndarray) -> dict[str, Any]:
    """From the first place to all others, by vans that take about sixteen stops."""
    depot, *stops = at.tolist()
    van = {"id": "van", "start": depot, "end": depot, "capacity": [100], "count": len(stops) // 16 + 2}
    pick = random.Random(1)
    jobs = [
        {"id": number, "location": stop, "delivery": [pick.randint(1, 10)], "service": 120}
        for number, stop in enumerate(stops, 1)
    ]
    return {"jobs": jobs, "vehicles": [van]}


@dataclass(frozen=True)
class Shapes:
    """Milliseconds for the shape of one route: of the clock (the median) and of the CPU."""

    wall: float
    cpu: float


def shapes(source: Embedded, places: np.ndarray, stops: int = 25, times: int = 50) -> Shapes:
    source.route(places[:2], "car")
    cpu, taken = Cpu(source), []
    for number in range(times):
        through = some(places, stops, number)
        began = time.perf_counter()
        source.route(through, "car")
        taken.append(1000 * (time.perf_counter() - began))
    return Shapes(statistics.median(taken), 1000 * cpu.seconds() / times)


@dataclass(frozen=True)
class Differences:
    """Seconds by which shapes take longer or shorter than the table says: the most of any leg, of any whole route."""

    legs: int
    leg: int
    route: int


def differences(source: Embedded, places: np.ndarray, routes: int = 200) -> Differences:
    """Of random routes of 2 to 30 stops."""
    every = range(len(places))
    durations = source.block(places, every, every, "car").durations
    apart = []
    for number in range(routes):
        pick = random.Random(number)
        order = np.array([pick.randrange(len(places)) for _ in range(pick.randint(2, 30))])
        shape = source.route(places[order], "car")
        apart.append(np.array(shape.durations) - durations[order[:-1], order[1:]])
    return Differences(
        sum(map(len, apart)),
        max(int(np.abs(legs).max()) for legs in apart),
        max(abs(int(legs.sum())) for legs in apart),
    )


# The program ------------------------------------------------------------------------------------------------


@contextmanager
def empty_database() -> Iterator[None]:
    connection.settings_dict["TEST"]["NAME"] = "test_benchmark"
    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(made, verbosity=0)


def main() -> None:
    with empty_database(), tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        town = region(Path(folder))
        source, places = Embedded(town), homes(town.extract)
        print(
            f"region made of the extract: {time.perf_counter() - began:.1f} s; {len(places):,} corners of streets"
        )
        found = many(Path(folder), town)
        print(
            f"request of {found.places:,} places, the nearest exact: {found.seconds:.1f} s ({found.cpu:.1f} s of CPU),"
            f" at most {found.peak:.0f} MB and {found.server_peak:.0f} MB of the road server"
        )
        kept = [table(source, some(places, 1_000, seed)) for seed in range(3)]
        asked, read = (
            statistics.median(getattr(one, name) for one in kept) for name in ("asked", "read_back")
        )
        print(
            f"table of 1,000 × 1,000, asked for and kept: {asked:.2f} s of CPU; read back {read:.2f} s;"
            f" together {asked + read:.2f} s"
        )
        shape = shapes(source, places)
        print(f"shape of a route of 25 stops: {shape.wall:.1f} ms ({shape.cpu:.1f} ms of CPU)")
        apart = differences(source, some(places, 1_000, seed=1))
        print(
            f"200 routes of 2 to 30 stops, {apart.legs:,} legs: shape and table differ by at most {apart.leg} s"
            f" on a leg, {apart.route} s on a route"
        )


if __name__ == "__main__":
    main()
