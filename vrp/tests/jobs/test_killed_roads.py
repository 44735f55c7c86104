"""OSRM killed under a real worker: every solve ends, on roads, or with a note or an error that says why."""

import random
import shutil
import time
from collections import Counter
from contextlib import suppress

import psutil
import pytest

from vrp.models import Solution
from vrp.roads import extract, regions
from vrp.roads.embedded import server
from vrp.tests.jobs.stack import Stack, say

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(600)]
KILLS = 20


def test_killed_osrm_loses_no_solve_of_a_worker(stack: Stack, monaco_data):
    shutil.copytree(monaco_data / "regions", stack.data / "regions")
    region = regions.get(stack.data, "monaco")
    dice = random.Random(8)
    corners = [list(place) for place in dice.sample(extract.survey(region.extract).sample, 60)]
    stack.worker()
    tally: Counter[tuple[str, bool]] = Counter()
    took: list[float] = []

    for done in range(KILLS):
        # other places each time: what was measured is kept
        jobs = [{"id": n, "location": [lon, lat + done * 1e-5]} for n, (lon, lat) in enumerate(corners[1:])]
        vehicles = [{"id": "V", "start": corners[0], "end": corners[0]}]
        solution = stack.start(stack.scenario(jobs=jobs, vehicles=vehicles), time_limit=1)
        time.sleep(dice.uniform(0, 1.5))
        is_hit = _kill(region, dice.choice(["osrm", "osrm", "keeper"]))
        took.append(stack.wait_for("succeeded", "failed", count=done + 1, seconds=40))
        solution.refresh_from_db()
        plan = solution.payload or {}
        words = solution.error or "; ".join(note["msg"] for note in plan["roads"]["notes"])
        on_roads = bool(plan) and not plan["estimated"] and all(route["geometry"] for route in plan["routes"])
        assert on_roads or words
        tally["on roads" if on_roads else words, "struck" if is_hit else "missed"] += 1

    print(f"\n{tally}")
    say("solves after a kill of OSRM", took)
    assert set(Solution.objects.values_list("status", flat=True)) == {"succeeded"}
    assert sum(count for (outcome, _), count in tally.items() if outcome == "on roads") >= KILLS - 2


def _kill(region: regions.Region, whom: str) -> bool:
    with suppress(psutil.Error):
        found = psutil.Process(server.pid(region.graph("car"), region.stamp) or 2**22)
        (found if whom == "osrm" else found.parent()).kill()
        return True
    return False
