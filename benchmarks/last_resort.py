"""Plans for requests with breaks, which PyVRP does not model: the engine that `auto` takes beside the others.

    .venv/bin/python benchmarks/last_resort.py [SECONDS]

Each engine gets the same request and the same seconds, one after the other; costs are the evaluator's. Smaller is
better; the last column is what the dearest engine's plan costs more than the cheapest's.
"""

import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from vrp import engines
from vrp.domain import evaluator
from vrp.engines.base import Budget
from vrp.tests import problems

ENGINES = ("sisr", "vroom", "ortools")


def document(stops: int) -> dict[str, Any]:
    """Stops in a square of half an hour's drive, half of them with a window of two hours; a break for each van."""
    pick = random.Random(1)
    at = [(pick.random() * 1800, pick.random() * 1800) for _ in range(stops + 1)]
    apart = [[int(((a - c) ** 2 + (b - d) ** 2) ** 0.5) for c, d in at] for a, b in at]
    pause = {"id": "lunch", "service": 1800, "time_windows": [[10_000, 16_000]]}
    van = {
        "start_index": 0,
        "end_index": 0,
        "capacity": [100],
        "time_window": [0, 28_800],
        "costs": {"fixed": 1000},
        "breaks": [pause],
    }
    return {
        "jobs": [_job(number, pick) for number in range(1, stops + 1)],
        "vehicles": [{"id": f"van {number}", **van} for number in range(stops // 12 + 2)],
        "matrices": {"car": {"durations": apart, "distances": apart}},
    }


def _job(number: int, pick: random.Random) -> dict[str, Any]:
    begins = pick.randint(0, 20_000)
    windows = [[begins, begins + 7200]] if pick.random() < 0.5 else []
    row = {"id": number, "location_index": number, "service": 120, "delivery": [pick.randint(1, 10)]}
    return row | ({"time_windows": windows} if windows else {})


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{'stops':>6} " + " ".join(f"{name:>14}" for name in ENGINES))
    for stops in (20, 50, 100, 200, 500):
        problem = problems.build(document(stops))
        cells = []
        costs = []
        for name in ENGINES:
            plan = engines.get(name).solve(problem, Budget(seconds), lambda _: None)
            judged = evaluator.evaluate(problem, plan)
            cells.append(f"{judged.cost:>10,.0f} -{len(judged.missing):<3}")
            costs.append(judged.cost)
        print(f"{stops:>6} " + " ".join(cells) + f"  +{100 * (max(costs) / min(costs) - 1):.1f} %")
    print("(-n: n stops are left out)")


if __name__ == "__main__":
    main()
