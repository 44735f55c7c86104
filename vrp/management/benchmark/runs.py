"""The runs made so far, a line of JSON each in a file that grows."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

from vrp.management.files import BadInput

VEHICLES_FIRST = ("GH", "PDPTW")  # sets whose best known plans are no bound on distance
Key = tuple[str, str, str, float, int]


@dataclass(frozen=True, slots=True)
class Run:
    """One engine on one instance, once. Without a plan that serves all and breaks nothing `cost` is None and `why`
    says why. Seconds count from before the file was read; `gap` is in percent above `best_known`, None
    where that is."""

    set: str
    instance: str
    n: int  # customers
    engine: str
    seconds: float
    seed: int
    best_known: float | None
    machine: dict[str, Any]
    date: str
    state: Literal["ok", "failed", "cannot"]
    why: str = ""
    version: str = ""
    cost: float | None = None
    gap: float | None = None
    feasible: bool = False
    unserved: int | None = None  # of what has to be served
    routes: int | None = None
    trace: list[list[float]] = field(
        default_factory=list
    )  # [elapsed, cost] of each better plan that serves all
    first_plan: float | None = None
    ready: float | None = None  # when the problem was read and built
    took: float | None = None
    memory_mb: float | None = None
    cpu_seconds: float | None = None
    cpu_share: float | None = None  # of the processor time it could have used

    @property
    def key(self) -> Key:
        """What is not run twice."""
        return self.set, self.instance, self.engine, self.seconds, self.seed


def read(file: Path) -> list[Run]:
    """This will return the runs in a file. A last line that is torn, as by a loss of power, is cut off."""
    if not file.exists():
        return []
    data = file.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        file.write_bytes(whole)
    return [_run(file, number, line) for number, line in enumerate(whole.splitlines(), 1)]


def _run(file: Path, number: int, line: bytes) -> Run:
    try:
        return Run(**orjson.loads(line))
    except (orjson.JSONDecodeError, TypeError) as error:
        raise BadInput(f"{file}, line {number}: not a run of this version: {error}") from error


def add(file: Path, run: Run) -> None:
    """This will write a run to the end of a file."""
    with file.open("ab") as out:
        out.write(orjson.dumps(asdict(run), option=orjson.OPT_APPEND_NEWLINE))


def gap(cost: float, reference: float) -> float:
    """This will return by how many percent a cost is above another."""
    return 100 * (cost / reference - 1)


def references(runs: Sequence[Run]) -> dict[tuple[str, str], float]:
    """This will return what each instance's costs are compared with: the best known plan, or the best one of these runs
    where none is published, or where that is better and what is published minimises vehicles first."""
    best: dict[tuple[str, str], float] = {}
    for run in runs:
        place = run.set, run.instance
        best.setdefault(place, math.inf if run.best_known is None else run.best_known)
        if run.cost is not None and (run.best_known is None or run.set in VEHICLES_FIRST):
            best[place] = min(best[place], run.cost)
    return best
