"""Engines on the roads of a town: twenty problems with time windows, travel time the cost, all plans judged.

    .venv/bin/python benchmarks/roads_race.py [SECONDS] --out FOLDER [--engines …] [--seeds …] [--problems …]

Stops lie on streets where people live around Heidelberg. The problems are made once, with their tables of travel, and
kept in FOLDER/problems; runs in FOLDER/runs.jsonl are not made again. All engines run in turn on one problem and seed
before the next, as `manage.py benchmark` runs them. Who leaves a stop out, or has no legal plan, has lost.
"""

import argparse
import math
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
import orjson

from benchmarks import roads
from vrp import engines
from vrp.engines.sisr import compiled
from vrp.management.benchmark import runs, series, tables
from vrp.management.benchmark.runs import Run
from vrp.management.benchmark.sets import Instance
from vrp.roads.embedded import Embedded, server

PROBLEMS, LEAST, MOST = 20, 200, 1_000
_DAY, _FARTHEST = 10 * 3600, 3600  # seconds; every stop is less than the latter from any other
_NO_WINDOW = 0.2  # of the stops
_TIGHT, _WIDE = (1800, 3600, 7200), (7200, 3 * 3600, 5 * 3600)


@dataclass(frozen=True)
class Family:
    """What a problem is like, by its number: every mix of windows, routes and depots, ever more stops."""

    number: int

    @property
    def stops(self) -> int:
        return LEAST + round((MOST - LEAST) * (self.number - 1) / (PROBLEMS - 1))

    @property
    def widths(self) -> tuple[int, ...]:
        return _TIGHT if self.number % 2 else _WIDE

    @property
    def capacity(self) -> int:
        """Of routes of about 10 stops, or 36."""
        return 55 if self.number // 2 % 2 else 200

    @property
    def depots(self) -> int:
        return 1 + self.number % 3

    @property
    def name(self) -> str:
        windows = "tight" if self.widths is _TIGHT else "wide"
        routes = "short" if self.capacity < 100 else "long"
        return f"{self.number:02}-{self.stops}-{windows}-{routes}-{self.depots}"

    def instance(self, folder: Path) -> Instance:
        return Instance("roads", self.name, self.stops, folder / f"{self.name}.json")


# The problems -----------------------------------------------------------------------------------------------


def write(families: Sequence[Family], folder: Path) -> None:
    """What is not there yet."""
    missing = [family for family in families if not family.instance(folder).file.exists()]
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        town = roads.region(Path(data))
        source, places = Embedded(town), roads.homes(town.extract)
        for family in missing:
            file = family.instance(folder).file
            torn = file.with_suffix(".part")
            torn.write_bytes(
                orjson.dumps(document(family, source, places), option=orjson.OPT_SERIALIZE_NUMPY)
            )
            torn.rename(file)
        server.leave(town.graph("car"), town.stamp)


def document(family: Family, source: Embedded, places: np.ndarray) -> dict[str, Any]:
    """A request that needs no roads. Each stop can be served in time from any depot; there are twice the vans that the
    load needs, and some for routes that windows cut short."""
    pick = random.Random(family.number)
    at = roads.some(places, family.depots + family.stops, family.number)
    every = range(len(at))
    table = source.block(at, every, every, "car")
    assert 0 <= table.durations.min() <= table.durations.max() < _FARTHEST
    jobs = [_job(row, at[row].tolist(), family, pick) for row in every[family.depots :]]
    load = sum(job["delivery"][0] for job in jobs)
    vans = math.ceil((2 * load / family.capacity + family.stops / 40) / family.depots)
    return {
        "jobs": jobs,
        "vehicles": [_vans(row, at[row].tolist(), family, vans) for row in range(family.depots)],
        "matrices": {"car": {"durations": table.durations, "distances": table.distances}},
    }


def _job(row: int, location: list[float], family: Family, pick: random.Random) -> dict[str, Any]:
    service = pick.randint(1, 8) * 60
    job = {"id": row, "location": location, "location_index": row, "service": service}
    job["delivery"] = [pick.randint(1, 10)]
    if pick.random() < _NO_WINDOW:
        return job
    width = pick.choice(family.widths)
    opens = pick.randint(_FARTHEST, _DAY - _FARTHEST - service - width)
    return job | {"time_windows": [[opens, opens + width]]}


def _vans(row: int, location: list[float], family: Family, count: int) -> dict[str, Any]:
    ends = {"start": location, "start_index": row, "end": location, "end_index": row}
    return {
        "id": f"depot {row}",
        **ends,
        "capacity": [family.capacity],
        "time_window": [0, _DAY],
        "count": count,
    }


def asymmetry(instance: Instance) -> tuple[float, float]:
    """By how many per cent the ways there and back differ in the mean; how many per cent of them by more than 10."""
    rows = orjson.loads(instance.file.read_bytes())["matrices"]["car"]["durations"]
    there = np.array(rows)[np.triu_indices(len(rows), 1)]
    back = np.array(rows).T[np.triu_indices(len(rows), 1)]
    apart = 200 * np.abs(there - back) / np.maximum(there + back, 1)
    return float(apart.mean()), float(100 * (apart > 10).mean())


# The result -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """Mean costs of ours and of another on each problem, infinite where a run has no plan."""

    pairs: list[tuple[float, float]]

    @property
    def won(self) -> int:
        return sum(ours < other for ours, other in self.pairs)

    @property
    def differences(self) -> list[float]:
        """In per cent, of the problems that both have solved."""
        return [runs.gap(*pair) for pair in self.pairs if all(map(math.isfinite, pair))]

    def __str__(self) -> str:
        words = f"better on {self.won} of {len(self.pairs)}"
        if not self.differences:
            return f"{words}; none solved by both"
        mean = f"{statistics.mean(self.differences):+.2f} % in the mean"
        return f"{words}; {mean} of the {len(self.differences)} solved by both"


def cost(found: Sequence[Run]) -> float:
    """The mean of the seeds."""
    return statistics.mean(
        run.cost if run.state == "ok" and run.cost is not None else math.inf for run in found
    )


def result(instances: Sequence[Instance], made: Sequence[Run], names: Sequence[str]) -> Iterator[str]:
    """Mean costs by problem, then ours against each of the others and against the best of them."""
    yield f"{'problem':<24}{'differ':>8}{'> 10 %':>8}" + "".join(f"{name:>12}" for name in names)
    rows = []
    for instance in instances:
        here = [run for run in made if run.instance == instance.name]
        costs = {name: cost([run for run in here if run.engine == name]) for name in names}
        rows.append(costs)
        apart, share = asymmetry(instance)
        cells = "".join(f"{_cell(costs[name]):>12}" for name in names)
        yield f"{instance.name:<24}{apart:>6.1f} %{share:>6.1f} %{cells}"
    yield "differ: ways there and back, in the mean of all pairs; > 10 %: such pairs. ✗: a run has no plan of all stops"
    yield from _matches(rows, names)
    starved = sum(run.cpu_share is not None and run.cpu_share < tables.STARVED for run in made)
    yield f"{starved} of {len(made)} runs had less than {tables.STARVED} of the processor time they could have used"
    failed = [run for run in made if run.state != "ok"]
    yield from (f"✗ {run.instance}, {run.engine}, seed {run.seed}: {run.why}" for run in failed)


def _matches(rows: list[dict[str, float]], names: Sequence[str]) -> Iterator[str]:
    others = [name for name in names if name not in tables.OWN]
    for own in (name for name in names if name in tables.OWN):
        for other in others:
            yield f"{own} against {other}: {Match([(row[own], row[other]) for row in rows])}"
        if len(others) > 1:
            best = [(row[own], min(row[name] for name in others)) for row in rows]
            yield f"{own} against the best of them on each: {Match(best)}"


def _cell(cost: float) -> str:
    return f"{cost:,.0f}" if math.isfinite(cost) else "✗"


# The program ------------------------------------------------------------------------------------------------


def main() -> None:
    asked = _asked()
    instances = [Family(number).instance(asked.out / "problems") for number in asked.problems]
    write([Family(number) for number in asked.problems], asked.out / "problems")
    for kind in compiled.STANDARD:  # without these `auto` would not take ours
        compiled.compile_now(kind)
    file = asked.out / "runs.jsonl"
    made = runs.read(file)
    trials = list(product(instances, [asked.seconds], asked.seeds, asked.engines))
    try:
        series.make(trials, file, made, lambda text: print(text, file=sys.stderr, flush=True))
    except KeyboardInterrupt:
        sys.exit("Stopped. The same command goes on from here.")
    finally:
        if made:
            series.publish(asked.out, made)
    wanted = {series.key(*trial) for trial in trials}
    print(f"{asked.seconds:g} s, seeds {', '.join(map(str, asked.seeds))}; seconds of travel")
    print(*result(instances, [run for run in made if run.key in wanted], asked.engines), sep="\n")


def _asked() -> argparse.Namespace:
    known = ("auto", *engines.installed())
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("seconds", type=float, nargs="?", default=10.0, help="of each run (default: 10)")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="for problems, runs and table"
    )
    parser.add_argument("--engines", type=_words, default=["auto", "pyvrp", "ortools", "vroom"])
    parser.add_argument("--seeds", type=_numbers, default=[1, 2, 3])
    parser.add_argument(
        "--problems", type=_numbers, default=list(range(1, PROBLEMS + 1)), help="such as 1,20"
    )
    asked = parser.parse_args()
    if unknown := set(asked.engines) - set(known):
        parser.error(
            f"--engines: {', '.join(sorted(unknown))} is not installed here; choose of {', '.join(known)}"
        )
    if not set(asked.problems) <= set(range(1, PROBLEMS + 1)):
        parser.error(f"--problems: numbers from 1 to {PROBLEMS}")
    return asked


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(text.split(",")))


def _numbers(text: str) -> list[int]:
    return [int(word) for word in _words(text)]


if __name__ == "__main__":
    main()
