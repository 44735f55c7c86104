"""Every engine on more places than a whole table of travel is kept for: what it plans, how soon, in how much memory.

    .venv/bin/python benchmarks/many_places.py [STOPS [SECONDS [ENGINE …]]]

Travel is exact among neighbours and to the depot, estimated beyond. Each engine works in its own child process.
"""

import random
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from vrp import engines
from vrp.domain import evaluator, request
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem, build, places_of
from vrp.domain.travel import Estimate, Travel, great_circles
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, run

NEIGHBOURS = 60
ROADS = Estimate((0.0, 1_000.0, 5_000.0), (1.5, 1.4, 1.3), (7.0, 9.0, 14.0))


def document(stops: int) -> dict[str, Any]:
    """Deliveries in a town and its surroundings, from one depot in the middle."""
    pick = random.Random(1)
    at = [[round(pick.gauss(8.68, 0.08), 5), round(pick.gauss(49.4, 0.05), 5)] for _ in range(stops)]
    van = {
        "id": "van",
        "start": [8.68, 49.4],
        "end": [8.68, 49.4],
        "capacity": [100],
        "count": stops // 16 + 2,
    }
    jobs = [
        {"id": number, "location": place, "delivery": [pick.randint(1, 10)], "service": 60}
        for number, place in enumerate(at)
    ]
    return {"jobs": jobs, "vehicles": [van]}


def problem(stops: int) -> Problem:
    asked = request.read(document(stops))
    places = places_of(asked)
    points = np.array([place.coordinates for place in places.rows])
    return build(asked, places, {"car": roads(points, hub=places.at["vehicles", 0, "start"])})


def roads(points: np.ndarray, hub: int) -> Travel:
    """Each way between neighbours is longer or slower than the next by chance, as roads are."""
    pick, size = np.random.default_rng(1), len(points)
    near = [np.argpartition(row, NEIGHBOURS)[: NEIGHBOURS + 1] for row in _rows(points)]
    here, there = np.repeat(np.arange(size), NEIGHBOURS + 1), np.concatenate(near)
    every, hubs = np.arange(size), np.full(size, hub)
    rows = np.concatenate([here, there, every, hubs])
    columns = np.concatenate([there, here, hubs, every])
    guess = Travel.sparse(points, *[np.empty(0, dtype=np.int32)] * 4, ROADS)
    metres = guess.distances[rows, columns] * pick.uniform(0.8, 1.5, len(rows))
    seconds = metres / pick.uniform(6, 12, len(rows))
    return Travel.sparse(points, rows, columns, seconds.astype(np.int32), metres.astype(np.int32), ROADS)


def _rows(points: np.ndarray) -> Any:
    for first in range(0, len(points), 500):
        yield from great_circles(points[first : first + 500], points)


def trial(engine: str, stops: int, seconds: float) -> str:
    asked, began, first = problem(stops), time.monotonic(), []

    def report(plan: Plan) -> None:
        first[:] = first or [time.monotonic() - began]

    try:
        outcome = run(engine, asked, Budget(seconds), report)
        judged = evaluator.evaluate(asked, outcome.plan)
        said = f"{judged.cost:>14,.0f} {len(judged.missing):>9} {outcome.runtime:>8.1f} {outcome.stop_reason}"
    except EngineFailed as failed:
        said = str(failed)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return f"{engine:>8} {first[0] if first else float('nan'):>10.1f} {most:>8.2f} {said}"


def main() -> None:
    stops, seconds = int((sys.argv[1:] or ["6000"])[0]), float((sys.argv[2:] or ["60"])[0])
    for name in engines.ENGINES:
        print(name, "lacks:", engines.missing(name, problem(stops)) or "nothing")
    print(f"{'engine':>8} {'first s':>10} {'peak GB':>8} {'cost':>14} {'left out':>9} {'seconds':>8}")
    for name in sys.argv[3:] or engines.ENGINES:
        with ProcessPoolExecutor(
            max_workers=1
        ) as alone:  # so that its children's memory is that of one engine
            print(alone.submit(trial, name, stops, seconds).result(), flush=True)


if __name__ == "__main__":
    main()
