"""Every published solution of the benchmark sets is feasible and has its published cost, by our own evaluator."""

import csv
import os
import pathlib

import numpy as np
import pytest

from vrp.domain import evaluator
from vrp.domain import request as requests
from vrp.domain.problem import Problem, build, inline_travel, places_of
from vrp.formats import solutions, vrplib_files

CHECKOUT = pathlib.Path(__file__).parents[3]
SETS = (
    pathlib.Path(os.environ.get("ROUTEBOOK_BENCHMARKS") or CHECKOUT.parent / "shared" / "data") / "instances"
)
TABLE = SETS / "BKS.csv"
ROWS = list(csv.DictReader(TABLE.read_text().splitlines())) if TABLE.exists() else []
CASES = [row for row in ROWS if int(row["locations"]) <= 1001]

pytestmark = pytest.mark.skipif(
    not ROWS, reason=f"no benchmark sets at {SETS} (ROUTEBOOK_BENCHMARKS names another folder)"
)


def problem_of(document: dict) -> Problem:
    request = requests.read(document)
    return build(request, places_of(request), inline_travel(request))


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row['variant']}-{row['name']}")
def test_the_best_known_solution_is_feasible_and_has_its_published_cost(row):
    file = SETS / row["variant"] / row["name"]
    document = vrplib_files.read(file.with_suffix(".vrp").read_bytes(), row["scale_mode"])
    problem = problem_of(document)
    plan = solutions.plan(solutions.read(file.with_suffix(".sol").read_bytes()), problem.request)

    answer = evaluator.payload(evaluator.evaluate(problem, plan))

    assert answer["status"] == "feasible"
    assert answer["summary"]["cost"] == int(row["recomputed_in_scaled_units"])


@pytest.mark.parametrize("row", CASES[::5], ids=lambda row: f"{row['variant']}-{row['name']}")
def test_distances_are_those_of_pyvrp_to_the_last_unit(row):
    pyvrp = pytest.importorskip("pyvrp")
    file = (SETS / row["variant"] / row["name"]).with_suffix(".vrp")

    ours = vrplib_files.read(file.read_bytes(), row["scale_mode"])["matrices"]["car"]["distances"]

    theirs = np.asarray(pyvrp.read(file, row["scale_mode"]).distance_matrix(0))
    possible = ours >= 0
    assert (ours[possible] == theirs[possible]).all()
    assert (theirs[~possible] > 10**9).all()
