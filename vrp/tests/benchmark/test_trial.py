"""One run: its clock, what it keeps of the plans, and what it says when there is none."""

import time

import orjson
import pytest

from vrp.domain.plan import Plan, Route, Step
from vrp.engines import child
from vrp.engines.child import EngineFailed, Outcome
from vrp.formats import files
from vrp.management.benchmark import trial
from vrp.management.benchmark.sets import Instance
from vrp.tests.benchmark.build import TEN, ten

LOADS = {2: 16, 3: 4, 4: 6, 5: 10, 6: 4, 7: 15, 8: 4, 9: 10, 10: 4, 11: 7}
LEGAL = [[2, 3, 4, 5, 6, 8, 10], [7, 9, 11]]  # by load: 48 and 32 of 50


def plan_of(routes: list[list[int]]) -> Plan:
    return Plan(
        tuple(
            Route(f"1#{number}", tuple(Step("job", node) for node in nodes))
            for number, nodes in enumerate(routes, 1)
        )
    )


@pytest.fixture
def engine_finds(monkeypatch):
    """Lets the engine report the plans given, one after the other."""

    def finds(*plans, failure=None):
        def run(engine, problem, budget, report):
            for plan in plans:
                report(plan)
            if failure:
                raise EngineFailed(engine, failure, plans[-1] if plans else None)
            return Outcome(plans[-1] if plans else Plan(), "finished", 0.5)

        monkeypatch.setattr(child, "run", run)

    return finds


def test_a_run_keeps_the_cost_the_gap_and_what_it_took(tmp_path):
    found = trial.run(ten(tmp_path), "ortools", 1.0, 1)

    assert (found.state, found.feasible, found.unserved, found.n) == ("ok", True, 0, 10), found.why
    assert found.cost == found.trace[-1][1]
    assert found.gap == pytest.approx(100 * (found.cost / 400 - 1), abs=1e-4)
    assert found.ready < found.first_plan <= found.took
    assert found.memory_mb > 20
    assert found.cpu_seconds > 0.1
    assert 0 < found.cpu_share <= 1


def test_auto_names_the_engine_it_chose(tmp_path, engine_finds):
    engine_finds(plan_of(LEGAL))

    assert trial.run(ten(tmp_path), "auto", 60.0, 1).version.startswith("sisr ")


@pytest.fixture
def slow_reading(monkeypatch):
    read = files.preview
    monkeypatch.setattr(files, "preview", lambda *args, **options: time.sleep(0.7) or read(*args, **options))


def test_the_clock_runs_while_the_file_is_read(tmp_path, slow_reading):
    found = trial.run(ten(tmp_path), "pyvrp", 4.0, 1)

    assert found.ready > 0.7
    assert found.took < found.ready + 3.8, "the engine got the whole time once more"


def test_reading_that_takes_all_the_time_leaves_no_plan(tmp_path, slow_reading):
    found = trial.run(ten(tmp_path), "pyvrp", 0.5, 1)

    assert (found.state, found.feasible) == ("failed", False)
    assert found.why == f"reading the file took {found.ready:.1f} s"


def test_an_engine_that_does_not_model_the_problem_says_why(tmp_path):
    limited = TEN.replace("CAPACITY : 50", "CAPACITY : 50\nDISTANCE : 1000")

    found = trial.run(ten(tmp_path, limited), "vroom", 1.0, 1)

    assert (found.state, found.cost) == ("cannot", None)
    assert "does not model max_duration" in found.why


def test_a_file_that_cannot_be_read_is_told_as_such(tmp_path):
    found = trial.run(ten(tmp_path, TEN.replace("DIMENSION : 11", "DIMENSION : 12")), "pyvrp", 60.0, 1)

    assert found.state == "cannot"
    assert found.why


REQUEST = {
    "jobs": [{"id": 2, "location_index": 1}, {"id": 3, "location_index": 2}],
    "vehicles": [{"id": "1", "start_index": 0, "end_index": 0}],
    "matrices": {"car": {"durations": [[0, 10, 20], [30, 0, 40], [50, 60, 0]]}},
}


def request_in(folder, content):
    file = folder / "two.json"
    file.write_bytes(content)
    return Instance("roads", "two", 2, file)


def test_a_request_of_which_no_best_plan_is_known_has_a_cost_and_no_gap(tmp_path, engine_finds):
    engine_finds(Plan((Route("1", (Step("job", "2"), Step("job", "3"))),)))

    found = trial.run(request_in(tmp_path, orjson.dumps(REQUEST)), "pyvrp", 60.0, 1)

    assert (found.state, found.cost) == ("ok", 10 + 40 + 50), found.why
    assert (found.gap, found.best_known) == (None, None)


def test_a_torn_request_is_told_as_such(tmp_path):
    found = trial.run(request_in(tmp_path, orjson.dumps(REQUEST)[:-1]), "pyvrp", 60.0, 1)

    assert found.state == "cannot"
    assert "unexpected end" in found.why


def test_a_plan_that_leaves_orders_out_has_no_cost(tmp_path, engine_finds):
    engine_finds(plan_of([[2, 3]]))

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert (found.state, found.feasible, found.unserved) == ("failed", False, 8)
    assert (found.cost, found.gap, found.first_plan, found.trace) == (None, None, None, [])
    assert found.why == "8 of 10 orders are not served"


def test_the_trace_begins_with_the_first_plan_that_serves_all(tmp_path, engine_finds):
    engine_finds(plan_of([[2]]), plan_of(LEGAL))

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert [cost for _, cost in found.trace] == [found.cost]
    assert (found.first_plan, found.routes) == (found.trace[0][0], 2)


def test_a_last_plan_that_breaks_rules_fails_the_run_although_an_earlier_one_stands(tmp_path, engine_finds):
    engine_finds(plan_of(LEGAL), plan_of([list(LOADS)]))

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert (found.state, found.feasible) == ("failed", True)
    assert "80" in found.why, "the load"


def test_an_engine_without_a_plan_fails(tmp_path, engine_finds):
    engine_finds()

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert (found.state, found.why, found.cost) == ("failed", "it found no plan", None)


def test_a_plan_that_names_strangers_fails(tmp_path, engine_finds):
    engine_finds(plan_of([[99]]))

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert (found.state, found.feasible) == ("failed", False)
    assert "99" in found.why


def test_an_engine_that_crashes_fails_and_says_how(tmp_path, engine_finds):
    engine_finds(failure="killed by SIGKILL")

    found = trial.run(ten(tmp_path), "pyvrp", 60.0, 1)

    assert (found.state, found.why) == ("failed", "The engine pyvrp failed: killed by SIGKILL.")
