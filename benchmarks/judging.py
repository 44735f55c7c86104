"""How long it takes to read a request, to judge a plan of it and to find places for one more job.

    .venv/bin/python benchmarks/judging.py

Prints the median of several runs in milliseconds. The requests use windows (hard and soft), loads, skills, priorities,
breaks and costs; routes have some twenty stops.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from vrp import planner
from vrp.domain import evaluator, request
from vrp.domain.plan import Plan, Route, Step

PLACES = 4_000
STOPS_A_ROUTE = 20


def document(jobs: int) -> dict[str, Any]:
    """A day of deliveries around a town, by coordinates."""
    pick = random.Random(7)
    at = [
        [round(16 + pick.random() / 2, 5), round(48 + pick.random() / 3, 5)] for _ in range(min(PLACES, jobs))
    ]
    at.sort(key=_to_and_fro)
    vans = -(-jobs // STOPS_A_ROUTE)
    pause = {"id": "lunch", "service": 1800, "time_windows": [[39_600, 50_400]]}
    van = {
        "start": at[0],
        "end": at[0],
        "capacity": [400, 60],
        "skills": ["tail lift"],
        "time_window": [21_600, 79_200],
        "breaks": [pause],
        "costs": {"fixed": 80, "per_hour": 30, "per_km": 0.4, "per_wait_hour": 12},
    }
    return {
        "jobs": [_job(number, at[number * len(at) // jobs], pick) for number in range(jobs)],
        "vehicles": [{"id": f"van {number}", **van} for number in range(vans)],
    }


def _to_and_fro(place: list[float]) -> tuple[int, float]:
    """Places in an order in which they can be visited: strip after strip."""
    strip = int(place[0] * 30)
    return strip, place[1] if strip % 2 else -place[1]


def _job(number: int, place: list[float], pick: random.Random) -> dict[str, Any]:
    soft = {"end": 60_000, "cost_per_hour_late": 5}
    window: Any = [28_800, 72_000] if number % 3 else {"start": 28_800, "end": 72_000, "soft": soft}
    return {
        "id": number,
        "location": place,
        "delivery": [pick.randint(1, 20), pick.randint(1, 3)],
        "setup": 60,
        "service": 120,
        "time_windows": [window],
        "skills": ["tail lift"] if number % 5 == 0 else [],
        "priority": number % 4,
    }


def plan(jobs: int) -> Plan:
    routes = []
    for number in range(-(-jobs // STOPS_A_ROUTE)):
        first = number * STOPS_A_ROUTE
        steps = [Step("job", name) for name in range(first, min(jobs, first + STOPS_A_ROUTE))]
        routes.append(Route(f"van {number}", (*steps[:10], Step("break", "lunch"), *steps[10:])))
    return Plan(tuple(routes))


def median(work: Callable[[], object], times: int) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def main() -> None:
    for jobs, times in ((1_000, 15), (10_000, 5)):
        asked, routes = document(jobs), plan(jobs)
        problem = planner.prepare(asked)
        reading = median(partial(request.read, asked), times)
        judging = median(partial(evaluator.evaluate, problem, routes), times)
        print(f"read a request of {jobs:6,} jobs   {reading:8.1f} ms")
        print(f"judge a plan of   {jobs:6,} stops  {judging:8.1f} ms")
    asked, routes = document(500), plan(500)
    payload = evaluator.payload(evaluator.evaluate(planner.prepare(asked), routes))
    new = {"job": _job(500, asked["jobs"][3]["location"], random.Random(1))}
    taken = median(lambda: planner.insertions(asked, payload, new, 5), 9)
    print(f"best 5 places for one more job among 500 stops {taken:8.1f} ms")


if __name__ == "__main__":
    main()
