"""OSRM dies, or hangs, at any moment: tables and plans come out right or with a word about why, and none hangs."""

import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress

import numpy as np
import psutil
import pytest

from vrp import planner
from vrp.roads import Atlas, embedded, extract, regions, tables
from vrp.roads.base import RoadsFailed, Watch
from vrp.roads.embedded import Embedded, server
from vrp.roads.tables import Forgetful
from vrp.tests.jobs.stack import say

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(600)]
HANGS_FOR = 3  # seconds until somebody who asks loses patience
MOST = 30  # seconds that anything may take


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(embedded, "_PATIENCE", HANGS_FOR)


@pytest.fixture(scope="module")
def region(monaco_data):
    return regions.get(monaco_data, "monaco")


@pytest.fixture(scope="module")
def corners(region):
    """Places on the roads of Monaco, in no order."""
    found = extract.survey(region.extract).sample
    return tables.rounded(np.array(random.Random(4).sample(found, 1_000)))


def processes(region):
    """The server and its keeper, where they live."""
    with suppress(psutil.Error):
        found = psutil.Process(server.pid(region.graph("car"), region.stamp) or 0)
        return {"osrm": found, "keeper": found.parent()}
    return {}


class Strike(threading.Thread):
    """Sends a signal to the server or its keeper after so many seconds; `is_hit` tells whether there was one."""

    def __init__(self, region, after, whom, number):
        super().__init__(daemon=True)
        self.region, self.after, self.whom, self.number = region, after, whom, number
        self.is_hit = False

    def run(self):
        time.sleep(self.after)
        victim = processes(self.region).get(self.whom)
        if victim and victim.pid > 1:
            with suppress(psutil.Error):
                victim.send_signal(self.number)
                self.is_hit = True
                if (self.whom, self.number) == ("keeper", signal.SIGSTOP):
                    time.sleep(1)
                    victim.send_signal(signal.SIGCONT)


def strikes(region, seed, longest, count=20):
    """Who is struck, with what, and when: mostly the server is killed."""
    dice = random.Random(seed)
    ways = [("osrm", signal.SIGKILL)] * 12 + [("keeper", signal.SIGKILL)] * 5 + [("osrm", signal.SIGSTOP)] * 2
    ways.append(("keeper", signal.SIGSTOP))
    return [Strike(region, dice.uniform(0, longest), *ways[number % len(ways)]) for number in range(count)]


def table(region, places):
    return tables.table(Embedded(region), places, "car", Forgetful(), Watch())


def test_tables_come_out_right_though_osrm_is_killed_at_any_moment(region, corners):
    table(region, corners[:100])
    started = time.monotonic()
    right = table(region, corners)
    longest = time.monotonic() - started
    tally, took = Counter(), []

    for strike in strikes(region, 1, longest):
        started = time.monotonic()
        strike.start()
        try:
            found = table(region, corners)
            is_right = np.array_equal(found.durations, right.durations)
            outcome = "right" if is_right and np.array_equal(found.distances, right.distances) else "WRONG"
        except RoadsFailed as error:
            outcome = f"error: {error}"
        strike.join()
        took.append(time.monotonic() - started)
        tally[outcome, "struck" if strike.is_hit else "missed"] += 1

    print(f"\n{tally}, undisturbed {longest:.1f} s")
    say("tables", took)
    assert tally["right", "struck"] >= 18
    assert not [outcome for outcome, _ in tally if outcome == "WRONG"]
    assert max(took) < MOST


def test_a_table_ends_though_osrm_is_killed_again_and_again(region, corners):
    """Every block may be asked three times; who kills more often gets words."""
    is_over = threading.Event()

    def rage():
        while not is_over.wait(0.15):
            if found := processes(region):
                with suppress(psutil.Error):
                    found["osrm"].kill()

    killer, started = threading.Thread(target=rage), time.monotonic()
    killer.start()
    try:
        outcome = f"right to {table(region, corners).durations.max()} s"
    except RoadsFailed as error:
        outcome = f"error: {error}"
    finally:
        is_over.set()
        killer.join()

    took = time.monotonic() - started
    print(f"\n{outcome}, after {took:.1f} s")
    assert took < MOST


def document(corners):
    depot = corners[0].tolist()
    return {
        "vehicles": [{"id": f"V{n}", "start": depot, "end": depot, "max_tasks": 20} for n in range(4)],
        "jobs": [{"id": n, "location": place} for n, place in enumerate(corners[1:61].tolist(), 1)],
    }


def verdict(plan):
    return plan["status"], plan["verification"]["ok"], sorted(row["id"] for row in plan["unassigned"])


def test_plans_come_out_right_though_osrm_is_killed_at_any_moment(region, corners, monaco_data):
    asked, here = document(corners), Atlas(monaco_data)
    started = time.monotonic()
    right = planner.solve(asked, time_limit=1, atlas=here)
    longest = time.monotonic() - started
    tally, took = Counter(), []

    for strike in strikes(region, 2, longest):
        started = time.monotonic()
        strike.start()
        plan = planner.solve(asked, time_limit=1, atlas=here)
        strike.join()
        took.append(time.monotonic() - started)
        assert verdict(plan) == verdict(right)
        shapes = all(route["geometry"] for route in plan["routes"])
        words = "; ".join(note["msg"] for note in plan["roads"]["notes"])
        if plan["estimated"] or not shapes:
            assert words
        tally[
            "estimated" if plan["estimated"] else "on roads", "shapes" if shapes else "no shapes", words
        ] += 1

    print(f"\n{tally}, undisturbed {longest:.1f} s")
    say("plans", took)
    assert tally["on roads", "shapes", ""] >= 18
    assert max(took) < MOST


def test_plans_come_out_right_though_osrm_is_killed_while_roads_are_measured(region, corners, monaco_data):
    """The kills fall into the measuring: nothing is searched, one given route is judged."""
    depot, jobs = corners[0].tolist(), range(1, 400)
    steps = [{"type": "job", "id": n} for n in jobs]
    asked = {
        "vehicles": [{"id": "V", "start": depot, "end": depot, "steps": steps}],
        "jobs": [{"id": n, "location": corners[n].tolist()} for n in jobs],
        "options": {"mode": "check"},
    }
    here = Atlas(monaco_data)
    started = time.monotonic()
    right = planner.solve(asked, atlas=here)
    longest = time.monotonic() - started
    tally, took = Counter(), []

    for strike in strikes(region, 3, longest / 2):
        started = time.monotonic()
        strike.start()
        plan = planner.solve(asked, atlas=here)
        strike.join()
        took.append(time.monotonic() - started)
        words = "; ".join(note["msg"] for note in plan["roads"]["notes"])
        tally["estimated" if plan["estimated"] else "on roads", words, strike.is_hit] += 1
        assert plan["estimated"] == bool(words)
        if not plan["estimated"]:
            assert plan["summary"]["travel_time"] == right["summary"]["travel_time"]

    print(f"\n{tally}, undisturbed {longest:.1f} s")
    say("plans while measuring", took)
    assert max(took) < MOST
