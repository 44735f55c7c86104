"""The tables: means of means, and nothing without a plan inside them."""

import pytest

from vrp.management.benchmark import tables
from vrp.tests.benchmark.build import a_run


def rows(runs, section):
    """The rows of one section as lists of cells, without the heading."""
    text = tables.markdown(runs).partition(f"## {section}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def notes(runs):
    return [line for line in tables.markdown(runs).splitlines() if line.startswith("- ")]


def test_the_mean_is_that_of_the_seeds_then_of_the_instances():
    runs = [a_run(cost=101.0), a_run(seed=2, cost=103.0), a_run(instance="two", cost=108.0)]

    assert rows(runs, "Means")[0][:2] == ["CVRP", "2"]
    assert rows(runs, "Means")[0][2] == "5.00"


def test_each_engine_and_time_has_its_column_the_shortest_time_first():
    runs = [a_run(seconds=60.0, cost=101.0), a_run(engine="pyvrp", cost=102.0), a_run(cost=103.0)]

    head = next(line for line in tables.markdown(runs).splitlines() if line.startswith("| set | instances"))

    assert head == "| set | instances | pyvrp 2 s | sisr 2 s | sisr 60 s |"
    assert rows(runs, "Means") == [["CVRP", "1", "2.00", "3.00", "1.00"]]


def test_a_run_without_a_plan_stands_instead_of_the_mean_and_is_named_below():
    runs = [a_run(cost=101.0), a_run(seed=2, state="failed", why="2 of 10 orders are not served")]

    assert rows(runs, "Means")[0][2] == "✗ 1 of 2"
    assert rows(runs, "CVRP")[0][4] == "✗ 1 of 2"
    assert "- ✗ CVRP/one, sisr, 2 s, seed 2: 2 of 10 orders are not served" in notes(runs)


def test_a_plan_of_a_run_that_failed_later_is_part_of_no_mean():
    runs = [a_run(cost=101.0), a_run(seed=2, state="failed", cost=102.0, why="it crashed")]

    assert rows(runs, "Means")[0][2] == "✗ 1 of 2"


def test_what_an_engine_cannot_do_is_a_dash_with_the_reason_below():
    runs = [a_run(state="cannot", why="it does not model breaks"), a_run(engine="pyvrp", cost=101.0)]

    assert rows(runs, "Means")[0][2:] == ["–", "1.00"]
    assert "- – sisr on CVRP/one: it does not model breaks" in notes(runs)


def test_a_column_that_has_not_run_everywhere_says_so():
    runs = [a_run(cost=101.0), a_run(engine="pyvrp", cost=101.0), a_run(engine="pyvrp", seed=2, cost=103.0)]

    assert rows(runs, "Means")[0][2:] == ["1.00 (1 of 2)", "2.00"]


def test_a_plan_better_than_the_best_known_has_a_gap_below_zero():
    assert rows([a_run(cost=99.0)], "Means")[0][2] == "-1.00"


def test_where_vehicles_are_minimised_first_the_best_plan_of_the_runs_is_the_reference():
    runs = [a_run(set="GH", cost=88.0), a_run(set="GH", cost=80.0, engine="pyvrp")]

    assert rows(runs, "Means")[0][2:] == ["10.00", "0.00"]
    assert "GH: what is published minimises vehicles first" in tables.markdown(runs)


@pytest.mark.parametrize(
    ("cost", "expected"),
    [(101.0, "+0.00 pyvrp"), (101.1, "+0.10 pyvrp"), (101.11, "**+0.11** pyvrp"), (100.0, "-1.00 pyvrp")],
)
def test_more_than_a_tenth_of_a_point_above_the_best_peer_is_marked(cost, expected):
    runs = [a_run(cost=cost), a_run(engine="pyvrp", cost=101.0), a_run(engine="vroom", cost=105.0)]

    assert rows(runs, "CVRP")[0][-1] == expected


def test_auto_is_compared_where_it_ran_and_our_own_engine_is_no_peer():
    runs = [a_run(engine="auto", cost=102.0), a_run(cost=100.0), a_run(engine="vroom", cost=103.0)]

    assert rows(runs, "CVRP")[0][-1] == "-1.00 vroom"


def test_peers_are_compared_at_equal_time():
    runs = [a_run(cost=102.0), a_run(engine="pyvrp", seconds=60.0, cost=101.0)]

    assert [row[-1] for row in rows(runs, "CVRP")] == ["", ""]


def test_no_plan_of_ours_where_a_peer_has_one_is_marked():
    runs = [a_run(state="failed", why="it crashed"), a_run(engine="pyvrp", cost=101.0)]

    assert rows(runs, "CVRP")[0][-1] == "**no plan**, pyvrp has"


def test_a_peer_without_a_plan_for_every_seed_is_not_the_best():
    runs = [a_run(seed=seed, cost=102.0) for seed in (1, 2)]
    runs += [a_run(engine="pyvrp", cost=100.0), a_run(engine="pyvrp", seed=2, state="failed", why="no plan")]
    runs += [a_run(engine="vroom", seed=seed, cost=103.0) for seed in (1, 2)]

    assert rows(runs, "CVRP")[0][-1] == "-1.00 vroom"


@pytest.mark.parametrize(("share", "mark"), [(0.95, ""), (0.9, ""), (0.89, " †"), (None, "")])
def test_a_run_that_had_too_little_of_the_processor_is_marked(share, mark):
    runs = [a_run(cost=101.0), a_run(seed=2, cost=101.0, cpu_share=share)]

    assert rows(runs, "Means")[0][2] == f"1.00{mark}"
    assert any(line.startswith("- † 1 of 2 runs") for line in notes(runs)) == bool(mark)


@pytest.mark.parametrize(("took", "mark"), [(2.1, ""), (2.2, " ‡")])
def test_a_run_that_ended_late_is_marked(took, mark):
    runs = [a_run(cost=101.0, took=took)]

    assert rows(runs, "Means")[0][2] == f"1.00{mark}"
    assert any("after 2.2 s" in line for line in notes(runs)) == bool(mark)


def test_first_plans_memory_and_processor_are_summed_up():
    runs = [
        a_run(first_plan=0.5, memory_mb=60.0, took=2.0, ready=0.4, cpu_seconds=1.6, cpu_share=1.0),
        a_run(seed=2, first_plan=1.5, memory_mb=80.0, took=2.0, ready=0.4, cpu_seconds=1.6, cpu_share=0.95),
    ]

    assert rows(runs, "Time and memory") == [
        ["CVRP", "sisr 2 s", "0.4", "1.0", "1.5", "80", "2.0", "1.00", "0.95"]
    ]


def test_the_first_plan_of_runs_of_which_one_has_none_is_no_mean():
    runs = [a_run(first_plan=0.5), a_run(seed=2, state="failed", why="no plan")]

    assert rows(runs, "Time and memory")[0][3:5] == ["✗", "✗"]


def test_the_heading_says_when_where_and_with_what():
    text = tables.markdown([a_run(), a_run(engine="auto", version="pyvrp 0.14")])

    assert (
        "2026-01-02. 2 cores (a processor), Python 3.11, code abc. Engines: sisr (1), auto (pyvrp 0.14)."
        in text
    )


def test_where_nothing_is_published_the_best_plan_of_these_runs_is_the_reference():
    runs = [a_run(best_known=None, cost=100.0), a_run(best_known=None, engine="pyvrp", cost=102.0)]

    assert "CVRP: the reference is the best plan of these runs." in tables.markdown(runs)
    assert rows(runs, "Means") == [["CVRP", "1", "0.00", "2.00"]]


def test_where_nothing_is_published_and_nobody_has_a_plan_there_is_no_reference():
    runs = [a_run(best_known=None, state="failed", why="no plan")]

    assert rows(runs, "CVRP")[0][2:5] == ["–", "2", "✗"]
