import pytest

from vrp.management.benchmark import runs
from vrp.management.files import BadInput
from vrp.tests.benchmark.build import a_run


def test_runs_are_read_back_as_they_were_written(tmp_path):
    first, second = a_run(trace=[[0.5, 120.0], [1.0, 110.0]]), a_run(seed=2, state="failed", why="no plan")

    for run in (first, second):
        runs.add(tmp_path / "runs.jsonl", run)

    assert runs.read(tmp_path / "runs.jsonl") == [first, second]


def test_a_torn_last_line_is_cut_off_and_the_next_run_stands_on_its_own_line(tmp_path):
    file = tmp_path / "runs.jsonl"
    runs.add(file, a_run())
    file.write_bytes(file.read_bytes() + b'{"set": "CV')

    runs.read(file)
    runs.add(file, a_run(seed=2))

    assert [run.seed for run in runs.read(file)] == [1, 2]


def test_a_line_that_is_no_run_is_refused_with_its_number(tmp_path):
    file = tmp_path / "runs.jsonl"
    runs.add(file, a_run())
    file.write_bytes(file.read_bytes() + b'{"stranger": 1}\n')

    with pytest.raises(BadInput, match="line 2"):
        runs.read(file)


def test_a_cheaper_plan_of_these_runs_is_the_reference_where_vehicles_are_minimised_first():
    found = runs.references([a_run(set="PDPTW", cost=90.0), a_run(set="PDPTW", cost=95.0, engine="pyvrp")])

    assert found == {("PDPTW", "one"): 90.0}


def test_elsewhere_the_reference_stays_the_best_known_plan():
    assert runs.references([a_run(cost=90.0)]) == {("CVRP", "one"): 100.0}


def test_the_best_plan_of_these_runs_is_the_reference_where_none_is_published():
    found = [a_run(best_known=None, cost=cost, seed=seed) for seed, cost in enumerate((95.0, 90.0))]

    assert runs.references(found) == {("CVRP", "one"): 90.0}
