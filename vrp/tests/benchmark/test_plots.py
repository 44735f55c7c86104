"""The plot: mean step curves on logarithmic axes, as well-formed SVG."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from vrp.management.benchmark import plots
from vrp.management.benchmark.runs import references
from vrp.tests.benchmark.build import a_run

SVG = "{http://www.w3.org/2000/svg}"


def curve(runs):
    return plots.mean_curve(runs, references(runs))


def drawn(runs):
    root = ElementTree.fromstring(plots.svg(runs))
    lines = [path.get("d") for path in root.iter(f"{SVG}path") if path.get("class") == "line"]
    return lines, [(text.text, text) for text in root.iter(f"{SVG}text")]


def names(runs):
    return [(text, float(mark.get("y"))) for text, mark in drawn(runs)[1] if mark.get("style")]


def test_the_mean_begins_when_every_run_has_a_plan_and_changes_with_each():
    one = a_run(trace=[[0.5, 120.0], [1.0, 110.0]])
    other = a_run(instance="two", trace=[[0.8, 130.0], [1.5, 102.0]])

    found = curve([one, other])

    assert [moment for moment, _ in found] == [0.8, 1.0, 1.5]
    assert [value for _, value in found] == pytest.approx([25.0, 20.0, 6.0])


def test_two_plans_at_one_moment_leave_the_later():
    assert curve([a_run(trace=[[0.5, 120.0], [0.5, 110.0]])])[-1] == (0.5, pytest.approx(10.0))


def test_an_engine_without_a_plan_for_each_run_has_no_curve_but_its_name():
    runs = [a_run(trace=[[0.5, 110.0]]), a_run(instance="two", state="failed", why="no plan")]

    lines, _ = drawn(runs)

    assert lines == []
    assert [name for name, _ in names(runs)] == ["sisr: no plan"]


def test_the_runs_with_the_most_time_are_drawn():
    runs = [a_run(trace=[[0.5, 110.0]]), a_run(seconds=60.0, cost=105.0, trace=[[0.5, 105.0]])]

    lines, texts = drawn(runs)

    assert len(lines) == 1
    assert texts[0][0] == "CVRP: mean gap over time, runs of 60 s"


def test_lines_go_across_then_down_inside_the_axes():
    (line,), _ = drawn([a_run(seconds=10.0, trace=[[1.0, 110.0], [10.0, 101.0]])])

    assert line.startswith("M")
    x, y = line.split("H")[-2].split("V")
    assert (float(x), float(y)) == (plots.RIGHT, plots.BOTTOM)
    assert line.endswith(f"H{plots.RIGHT}")


def test_names_of_engines_that_end_alike_stand_apart_and_above_the_axis():
    runs = [a_run(engine=name, trace=[[0.5, 110.0]]) for name in ("auto", "sisr", "pyvrp", "vroom")]
    runs += [a_run(engine="ortools", state="cannot", why="breaks")]

    heights = sorted(y for _, y in names(runs))

    assert len(heights) == 5
    assert all(b - a >= 14 for a, b in pairwise(heights))
    assert heights[-1] <= plots.BOTTOM + 5


@pytest.mark.parametrize("cost", [100.0, 90.0, 100_000.0])
def test_gaps_of_nothing_below_nothing_and_beyond_reason_are_drawn(cost):
    lines, _ = drawn([a_run(trace=[[2.0, cost]], cost=cost)])

    assert len(lines) == 1
    assert "nan" not in lines[0]


def test_light_and_dark_both_have_colours():
    assert "color-scheme: light dark" in plots.svg([a_run(trace=[[0.5, 110.0]])])
