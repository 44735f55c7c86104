"""`manage.py benchmark` as the shell's user meets it."""

import io
import json
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command

from vrp.management.benchmark import trial
from vrp.tests.benchmark.build import a_run, folder_with


def benchmark(*words):
    """What it writes to standard error, and its exit status."""
    said = io.StringIO()
    try:
        call_command("benchmark", *map(str, words), stdout=io.StringIO(), stderr=said)
    except SystemExit as ended:
        return said.getvalue(), ended.code
    return said.getvalue(), 0


@pytest.fixture
def data(tmp_path):
    return folder_with(tmp_path / "data")


def lines(folder):
    return [json.loads(line) for line in (folder / "runs.jsonl").read_text().splitlines()]


@pytest.fixture
def at_once(monkeypatch):
    """Runs that end at once: real ones are in test_trial.py."""

    def run(instance, engine, seconds, seed):
        about = {"set": instance.set, "instance": instance.name, "engine": engine}
        return a_run(**about, seconds=seconds, seed=seed, trace=[[0.5, 110.0]])

    monkeypatch.setattr(trial, "run", run)


def test_engines_run_in_turn_before_the_next_seed_and_time(tmp_path, data, at_once):
    words = ("--engines", "pyvrp,sisr", "--seconds", "2,1", "--seeds", "3,4")

    _, status = benchmark("CVRP", *words, "--data", data, "--out", tmp_path / "out")

    assert status == 0
    assert [(run["seconds"], run["seed"], run["engine"]) for run in lines(tmp_path / "out")] == [
        (2, 3, "pyvrp"), (2, 3, "sisr"), (2, 4, "pyvrp"), (2, 4, "sisr"),
        (1, 3, "pyvrp"), (1, 3, "sisr"), (1, 4, "pyvrp"), (1, 4, "sisr"),
    ]  # fmt: skip


def test_a_table_and_a_plot_of_each_set_are_left_beside_the_runs(tmp_path, data, at_once):
    said, _ = benchmark("CVRP", "--data", data, "--out", tmp_path / "out")

    assert "1 of 1  CVRP/ten  auto, 10 s, seed 1: 110" in said
    assert "| CVRP | 1 | 10.00 |" in (tmp_path / "out" / "table.md").read_text()
    assert (tmp_path / "out" / "CVRP.svg").read_text().startswith("<svg")


def test_what_ran_already_is_not_run_again(tmp_path, data, at_once):
    words = ("CVRP/ten", "--data", data, "--out", tmp_path)
    benchmark(*words)

    said, _ = benchmark(*words, "--seeds", "1,2")

    assert "1 of 2 runs are in" in said
    assert [run["seed"] for run in lines(tmp_path)] == [1, 2]


def test_without_a_set_the_table_is_made_anew_of_what_is_there(tmp_path, data, at_once):
    benchmark("CVRP", "--data", data, "--out", tmp_path)
    (tmp_path / "table.md").unlink()

    _, status = benchmark("--out", tmp_path)

    assert status == 0
    assert (tmp_path / "table.md").exists()
    assert len(lines(tmp_path)) == 1


def test_the_sets_are_found_by_the_environment(tmp_path, data, at_once, monkeypatch):
    monkeypatch.setenv("ROUTEBOOK_BENCHMARKS", str(data))

    _, status = benchmark("CVRP", "--out", tmp_path)

    assert (status, len(lines(tmp_path))) == (0, 1)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["XXL"], "there is no set or instance XXL; there are CVRP"),
        (["CVRP/nine"], "there is no set or instance CVRP/nine; there are ten"),
        ([], "name a set to run"),
        (["CVRP", "--engines", "pyvrp,magic"], "--engines: there is no 'magic'; choose of auto, sisr, pyvrp"),
        (["CVRP", "--engines", ","], "--engines: there is no ','"),
        (["CVRP", "--seconds", "0"], "--seconds: should be numbers from 0.1 to 3600"),
        (["CVRP", "--seconds", "ten"], "--seconds: should be numbers from 0.1 to 3600"),
        (["CVRP", "--seeds", "-1"], "--seeds: should be numbers from 0 to"),
        (["CVRP", "--seeds", "1.5"], "--seeds: should be numbers from 0 to"),
    ],
)
def test_what_cannot_be_run_is_refused_in_words_and_leaves_nothing(tmp_path, data, words, expected):
    said, status = benchmark(*words, "--data", data, "--out", tmp_path / "out")

    assert status == 2
    assert expected in said
    assert not (tmp_path / "out").exists()


def test_a_folder_without_sets_is_refused(tmp_path):
    said, status = benchmark("CVRP", "--data", tmp_path / "nowhere", "--out", tmp_path)

    assert status == 2
    assert f"no benchmark sets at {tmp_path / 'nowhere'}" in said


def test_an_output_folder_that_is_a_file_is_refused(tmp_path, data):
    (tmp_path / "out").write_text("")

    said, status = benchmark("CVRP", "--data", data, "--out", tmp_path / "out")

    assert status == 2
    assert str(tmp_path / "out") in said


def test_an_interrupted_benchmark_keeps_what_it_has_and_goes_on(tmp_path, data):
    words = [
        "CVRP",
        "--engines",
        "pyvrp",
        "--seconds",
        "1.5",
        "--seeds",
        "1,2",
        "--data",
        data,
        "--out",
        tmp_path,
    ]
    command = [sys.executable, settings.BASE_DIR / "manage.py", "benchmark", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        while not running.stderr.readline().startswith("1 of 2  "):
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]

    assert (running.returncode, len(lines(tmp_path))) == (130, 1)
    assert "The same command goes on from here." in said
    assert (tmp_path / "table.md").exists()
    assert "1 of 2 runs are in" in benchmark(*words)[0]
    assert [run["seed"] for run in lines(tmp_path)] == [1, 2]
