"""The small pure parts: how values are written, names of stops and vehicles, the curve."""

import pytest

from vrp.tests.web.conftest import monaco
from vrp.web import curve, legend, show


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "–"), (31_559, "8:45"), (0, "0:00"), (86_400 + 60, "+1d 0:01")]
)
def test_clock_values_are_shown_to_the_minute(seconds, text):
    assert show.at(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "0"), (40, "40 s"), (720, "12 min"), (3_900, "1 h 05"), (3_599, "1 h 00")],
)
def test_durations_are_shown_in_hours_and_minutes(seconds, text):
    assert show.lasting(seconds) == text


@pytest.mark.parametrize(("amount", "text"), [(None, "–"), (1250, "1,250"), (99.5, "99.50"), (-3, "-3")])
def test_money_has_two_decimals_where_there_are_any(amount, text):
    assert show.money(amount) == text


def test_distances_are_shown_in_kilometres():
    assert (show.km(12_340), show.km(None)) == ("12.3 km", "–")


def test_legend_names_vehicles_of_a_count_apart():
    names = legend.of(
        monaco(vehicles=[{"id": "van", "count": 2, "description": "White van", "start": [7, 43]}])
    )

    assert [names.vehicle(key).text for key in ("van#1", "van#2")] == ["White van 1", "White van 2"]


def test_legend_finds_a_stop_by_the_id_of_its_place():
    jobs = [{"id": 1, "location": "shop"}]
    names = legend.of(monaco(jobs=jobs, locations=[{"id": "shop", "coordinates": [7.4, 43.7]}]))

    assert names.stop("job", 1).location == (7.4, 43.7)


def test_legend_shows_what_it_does_not_know_by_its_id():
    assert legend.of(monaco()).stop("job", "gone").text == "gone"


def test_curve_goes_down_as_costs_do_and_ends_at_the_right_edge():
    drawn = curve.of([[0.1, 900], [0.5, 700]], until=2)

    heights = [float(point.split(",")[1]) for point in drawn.points.split()]
    assert heights == sorted(heights)
    assert drawn.points.endswith(f"{curve.WIDTH:.1f},{heights[-1]}")


def test_curve_of_nothing_is_none():
    assert curve.of([], until=2) is None
