"""`manage.py solve` and `manage.py check` as programs call them: files in, JSON out, an exit status."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from vrp.tests import problems
from vrp.tests.domain.build import document, job, van

DATA = Path(__file__).parent / "formats" / "data"
BENCHMARKS = Path(os.environ.get("ROUTEBOOK_BENCHMARKS") or settings.BASE_DIR.parent / "shared" / "data")
SETS = BENCHMARKS / "instances"
TABLE = SETS / "BKS.csv"
ROWS = list(csv.DictReader(TABLE.read_text().splitlines())) if TABLE.exists() else []


def manage(*words, folder=None):
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"
    }  # no database is touched
    return subprocess.run(
        [sys.executable, settings.BASE_DIR / "manage.py", *map(str, words)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def written(folder, doc, name="problem.json"):
    path = folder / name
    path.write_text(doc if isinstance(doc, str) else json.dumps(doc))
    return path


def test_solve_writes_the_plan_to_standard_output_and_progress_to_standard_error(tmp_path):
    done = manage("solve", written(tmp_path, document([job(1), job(2)])), "--time-limit", 0.5)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["cost"] == 400
    assert "feasible: cost 400" in done.stderr


def test_solve_writes_the_plan_to_a_file_and_check_finds_it_feasible(tmp_path):
    plan = tmp_path / "plan.json"

    solved = manage("solve", DATA / "ten.vrp", "--time-limit", 0.5, "--out", plan)
    checked = manage("check", DATA / "ten.vrp", plan)

    assert (solved.returncode, solved.stdout, checked.returncode) == (0, "", 0), (
        solved.stderr + checked.stderr
    )
    cost = json.loads(plan.read_text())["summary"]["cost"]
    assert checked.stdout.startswith(f"feasible; cost {cost}, ")


@pytest.mark.parametrize("name", ["ten_solomon.txt", "ten_lilim.txt"])
def test_solve_reads_the_other_benchmark_formats(name):
    done = manage("solve", DATA / name, "--time-limit", 0.5, "--round-func", "dimacs")

    assert done.returncode == 0, done.stderr


def test_solve_reads_stops_and_vehicles_from_two_tables(tmp_path):
    stops = written(tmp_path, "id;lat;lon\na;48,20;16,37\nb;48,21;16,39\n", "stops.csv")
    vans = written(tmp_path, "id,start lat,start lon\nv,48.2,16.3\n", "vans.csv")

    done = manage("solve", stops, "--vehicles", vans, "--time-limit", 0.5)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"]["assigned"] == 2


def test_what_cannot_all_be_served_exits_with_3_and_still_writes_the_plan(tmp_path):
    done = manage(
        "solve", written(tmp_path, document([job(1), job(2, skills=["crane"])])), "--time-limit", 0.5
    )

    assert done.returncode == 3
    assert json.loads(done.stdout)["status"] == "partial"
    said = done.stderr[done.stderr.index("not served: job J2") :].splitlines()
    assert said[1].startswith("    Vehicle V: a skill it needs is missing")
    assert said[2].startswith("    smallest change: Give V what J2 needs: crane. Cost +")


def test_what_no_single_change_lets_in_says_so(tmp_path):
    doc = document([job(1), job(2, skills=["crane"], delivery=[9])], [van(capacity=[4])])

    done = manage("solve", written(tmp_path, doc), "--time-limit", 0.5)

    assert done.stderr.endswith("no single change would let it in\n")


def test_bad_input_exits_with_2_and_names_each_fault_on_a_line_of_its_own(tmp_path):
    done = manage("solve", written(tmp_path, document([job(1, service=-1), job(2, speed=9)])))

    assert (done.returncode, done.stdout) == (2, "")
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == ["jobs/0/service", "jobs/1/speed"]


@pytest.mark.parametrize("words", [("no-such-file.json",), (".",), (DATA / "ten.vrp", "--time-limit", "0")])
def test_what_cannot_be_read_exits_with_2_and_says_why(words, tmp_path):
    done = manage("solve", *words, folder=tmp_path)

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_where_the_plan_cannot_be_written_the_search_does_not_begin(tmp_path):
    done = manage("solve", DATA / "ten.vrp", "--out", tmp_path / "nowhere" / "plan.json")

    assert done.returncode == 2
    assert done.stderr.strip().endswith("No such file or directory")


def test_solve_takes_limit_and_seed_from_the_file_unless_told_otherwise(tmp_path):
    problem = written(tmp_path, document([job(1)], options={"time_limit": 0.4, "seed": 77}))

    engine = json.loads(manage("solve", problem).stdout)["engine"]

    assert engine["seed"] == 77
    assert engine["runtime_ms"] < 5_000


def test_an_interrupt_writes_the_best_plan_so_far(tmp_path):
    plan = tmp_path / "plan.json"
    jobs = [problems.job(number, number) for number in range(1, 60)]
    problem = written(tmp_path, problems.request([problems.vehicle()], jobs, tuple(range(60))))
    words = [sys.executable, settings.BASE_DIR / "manage.py", "solve", problem]
    solving = subprocess.Popen(
        [*words, "--time-limit", "60", "--out", plan], stderr=subprocess.PIPE, text=True
    )
    assert "cost" in solving.stderr.readline()

    solving.send_signal(signal.SIGINT)

    solving.communicate(timeout=30)
    assert solving.returncode == 0
    assert json.loads(plan.read_text())["engine"]["stop_reason"] == "stopped"


def test_a_plan_that_leaves_out_what_it_could_serve_is_not_feasible(tmp_path):
    problem, plan = written(tmp_path, document([job(1)])), written(tmp_path, {"routes": []}, "plan.json")

    done = manage("check", problem, plan)

    assert done.returncode == 1
    assert "not served: job J1" in done.stdout


def test_a_feature_the_engine_does_not_model_exits_with_2_and_its_name(tmp_path):
    doc = document([job(1), job(2)], relations=[{"type": "same_vehicle", "ids": ["J1", "J2"]}])

    done = manage("solve", written(tmp_path, doc), "--engine", "vroom")

    assert done.returncode == 2
    assert "relations" in done.stderr


def test_check_prints_what_a_plan_breaks_and_exits_with_1(tmp_path):
    problem = written(tmp_path, document([job(1, delivery=[5])], [van(capacity=[4])]))
    plan = written(
        tmp_path, {"routes": [{"vehicle": "V", "steps": [{"type": "job", "id": "J1"}]}]}, "plan.json"
    )

    done = manage("check", problem, plan)

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "route 1, vehicle V, 0:00 to 0:03:20, 1 stop",
        "  vehicle V carries 5 after start, its capacity is 4 (dimension 0); 1 too much [load]",
        "not feasible: 1 violation on 1 of 1 routes; cost 200, 1 vehicles, 0 unassigned",
    ]


def test_check_tells_stop_and_time_and_by_how_much_route_by_route(tmp_path):
    vans = [van(), van(id="W"), van(id="X", steps=[{"type": "job", "id": "J3", "locked": "vehicle"}])]
    jobs = [job(1), job(2, time_windows=[[0, 80]]), job(3), job(4, skills=["crane"])]
    routes = {"V": ("J1",), "W": ("J1", "J4", "J2")}
    rows = [
        {"vehicle": name, "steps": [{"type": "job", "id": step} for step in steps]}
        for name, steps in routes.items()
    ]

    done = manage(
        "check",
        written(tmp_path, document(jobs, vans)),
        written(tmp_path, {"routes": rows}, "plan.json"),
    )

    assert done.stdout.splitlines() == [
        "route 2, vehicle W, 0:00 to 0:13:20, 3 stops",
        "  at 0:01:40, stop 1: job J1 is served twice [duplicate]",
        "  at 0:06:40, stop 2: job J4 needs crane; vehicle W lacks it [skills]",
        "  at 0:10, stop 3: job J2 begins at 0:10, its time window closed at 0:01:20; 8 min 40 s too late [delay]",
        "in no route",
        "  job J3 is locked to vehicle X, which does not make it [locked]",
        "not served: job J3",
        "not feasible: 4 violations on 1 of 2 routes; cost 1000, 2 vehicles, 1 unassigned",
    ]


def test_check_of_a_plan_that_names_strangers_exits_with_2(tmp_path):
    plan = written(tmp_path, {"routes": [{"vehicle": "W", "steps": []}]}, "plan.json")

    done = manage("check", written(tmp_path, document([job(1)])), plan)

    assert done.returncode == 2
    assert "routes/0/vehicle: there is no vehicle with the id 'W'" in done.stderr


def test_check_without_files_is_still_djangos_own():
    assert "System check identified no issues" in manage("check").stdout + manage("check").stderr


@pytest.mark.evidence
@pytest.mark.skipif(
    not ROWS, reason=f"no benchmark sets at {SETS} (ROUTEBOOK_BENCHMARKS names another folder)"
)
@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if int(row["locations"]) <= 1001],
    ids=lambda row: f"{row['variant']}-{row['name']}",
)
def test_solve_finds_a_feasible_plan_for_every_published_instance(row, tmp_path):
    file = SETS / row["variant"] / f"{row['name']}.vrp"
    plan = tmp_path / "plan.json"

    solved = manage("solve", file, "--round-func", row["scale_mode"], "--time-limit", 8, "--out", plan)
    checked = manage("check", file, plan, "--round-func", row["scale_mode"])

    assert solved.returncode == 0, solved.stderr
    assert checked.returncode == 0, checked.stdout
    gap = json.loads(plan.read_text())["summary"]["cost"] / int(row["recomputed_in_scaled_units"]) - 1
    print(f"{row['variant']} {row['name']}: {100 * gap:.2f} % above the best known")
