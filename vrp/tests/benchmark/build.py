"""A set of one tiny instance on disk, and runs nobody made."""

from pathlib import Path

from vrp.management.benchmark import sets
from vrp.management.benchmark.runs import Run
from vrp.management.benchmark.sets import Instance

TEN = (Path(__file__).parents[1] / "formats" / "data" / "ten.vrp").read_text()
HEAD = "variant,name,locations,depots,recomputed_in_scaled_units,scale_mode\n"
MACHINE = {"cores": 2, "cpu": "a processor", "python": "3.11", "code": "abc"}


def folder_with(folder: Path, text: str = TEN, set_name: str = "CVRP") -> Path:
    """A folder as ROUTEBOOK_BENCHMARKS names it, whose only instance is `ten`."""
    (folder / "instances" / set_name).mkdir(parents=True)
    (folder / "instances" / "BKS.csv").write_text(f"{HEAD}{set_name},ten,11,1,400,round\n")
    (folder / "instances" / set_name / "ten.vrp").write_text(text)
    return folder


def ten(folder: Path, text: str = TEN) -> Instance:
    return sets.read(folder_with(folder, text))[0]


def a_run(**changes) -> Run:
    about = {"set": "CVRP", "instance": "one", "n": 10, "engine": "sisr", "seconds": 2.0, "seed": 1}
    about |= {"best_known": 100.0, "machine": MACHINE, "date": "2026-01-02T03:04:05+00:00", "state": "ok"}
    found = {
        "version": "1",
        "cost": 110.0,
        "gap": 10.0,
        "feasible": True,
        "first_plan": 0.5,
        "ready": 0.4,
        "took": 2.0,
    }
    if changes.get("state", "ok") != "ok":
        found = {"took": 2.0}
    return Run(**about | found | {"cpu_share": 0.99, "cpu_seconds": 1.6} | changes)
