"""What real roads are worth: plans made on Heidelberg's roads and on straight lines, all judged on the roads.

    .venv/bin/python benchmarks/roads_or_lines.py [SECONDS [ENGINE]]

A hundred stops on streets where people live, from one depot; no stop is ever left out. `lines` are great circles at
the same detour and speed everywhere, what there is without a region; `fitted` ones have those of this region. For each
problem every plan gets the same seconds and seed, one after the other, and each kind of plan is the first in its turn.
"""

import random
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from benchmarks import roads
from vrp import planner
from vrp.domain import evaluator
from vrp.domain.evaluator import Evaluation
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.child import run
from vrp.roads import Atlas

STOPS, PROBLEMS, WITH_WINDOWS = 100, 20, 10
WAYS = ("roads", "lines", "fitted")
_DAY, _WINDOW = 8 * 3600, 2 * 3600


@dataclass(frozen=True)
class Drive:
    """A plan on the roads: seconds of travel, and those its maker took it for; stops that are late, and how much."""

    travel: int
    believed: int
    late: int
    seconds_late: int


def document(places: np.ndarray, seed: int, *, has_windows: bool = False) -> dict[str, Any]:
    """Six vans are needed for the load; with windows there are more, so that all can be served in time."""
    pick = random.Random(seed)
    depot, *stops = roads.some(places, STOPS + 1, seed).tolist()
    day = {"time_window": [0, _DAY]} if has_windows else {}
    van = {
        "id": "van",
        "start": depot,
        "end": depot,
        "capacity": [100],
        "count": 16 if has_windows else 8,
        **day,
    }
    return {
        "jobs": [_job(number, stop, pick, has_windows) for number, stop in enumerate(stops)],
        "vehicles": [van],
    }


def _job(number: int, stop: list[float], pick: random.Random, has_windows: bool) -> dict[str, Any]:
    job = {"id": number, "location": stop, "delivery": [pick.randint(1, 10)], "service": 120}
    opens = pick.randint(3600, _DAY - 3600 - _WINDOW)
    return job | ({"time_windows": [[opens, opens + _WINDOW]]} if has_windows else {})


def drives(asked: dict[str, Any], atlas: Atlas, engine: str, seconds: float, seed: int) -> dict[str, Drive]:
    """The same request planned in all three ways."""
    straight = asked | {"options": {"matrix_source": "straight_line"}}
    on = {
        "roads": planner.prepare(asked, atlas=atlas),
        "lines": planner.prepare(asked),
        "fitted": planner.prepare(straight, atlas=atlas),
    }
    turn = seed % len(WAYS)
    return {way: _drive(on[way], on["roads"], engine, seconds, seed) for way in (*WAYS[turn:], *WAYS[:turn])}


def _drive(problem: Problem, real: Problem, engine: str, seconds: float, seed: int) -> Drive:
    plan = run(engine, problem, Budget(seconds, seed)).plan
    believed, judged = evaluator.evaluate(problem, plan), evaluator.evaluate(real, plan)
    assert not believed.violations
    assert not judged.left_out
    assert {broken.cause for broken in judged.violations} <= {"delay"}
    late = [visit.late for route in judged.routes for _, visit, _ in route.tasks if visit.late]
    return Drive(_travel(judged), _travel(believed), len(late), sum(late))


def _travel(judged: Evaluation) -> int:
    return sum(route.total("travel_time") for route in judged.routes)


def shorter(found: Iterable[dict[str, Drive]], way: str) -> float:
    """By how many per cent plans made on roads are shorter than these, in the mean of the problems."""
    return statistics.mean(100 * (1 - drive["roads"].travel / drive[way].travel) for drive in found)


# The program ------------------------------------------------------------------------------------------------


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    engine = sys.argv[2] if len(sys.argv) > 2 else "pyvrp"
    with tempfile.TemporaryDirectory() as folder:
        town = roads.region(Path(folder))
        atlas, places = Atlas(Path(folder)), roads.homes(town.extract)
        for has_windows, count in ((False, PROBLEMS), (True, WITH_WINDOWS)):
            windows = "with" if has_windows else "without"
            print(f"{engine}, {seconds:g} s, {windows} windows; minutes of travel on the roads")
            print(f"{'':>4}" + "".join(f"{way:>32}" for way in WAYS))
            found = []
            for seed in range(1, count + 1):
                asked = document(places, seed, has_windows=has_windows)
                found.append(drives(asked, atlas, engine, seconds, seed))
                print(f"{seed:>4}" + "".join(_cell(found[-1][way]) for way in WAYS), flush=True)
            print(*(_sum(found, way) for way in WAYS), sep="\n", flush=True)


def _cell(drive: Drive) -> str:
    late = f", {drive.late} late" if drive.late else ""
    return f"{drive.travel / 60:.0f} (believed {drive.believed / 60:.0f}{late})".rjust(32)


def _sum(found: list[dict[str, Drive]], way: str) -> str:
    mine = [drive[way] for drive in found]
    travel, believed = sum(one.travel for one in mine), sum(one.believed for one in mine)
    late, delay = sum(one.late for one in mine), sum(one.seconds_late for one in mine)
    words = [
        f"{way}: {travel / len(mine) / 60:.0f} minutes of travel, believed {believed / len(mine) / 60:.0f}"
    ]
    if way != "roads":
        each = [shorter([drive], way) for drive in found]
        words.append(f"on roads {shorter(found, way):.1f} % shorter ({min(each):.1f} to {max(each):.1f} %)")
    if late:
        words.append(f"{late / len(mine):.1f} stops late, by {delay / late / 60:.0f} minutes each")
    return "; ".join(words)


if __name__ == "__main__":
    main()
