"""Headings and what their columns hold."""

import pytest

from vrp.formats import columns


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        *[
            ("LAT", "latitude", ""),
            ("Longitude ", "longitude", ""),
            ("Länge", "longitude", ""),
            ("y", "latitude", ""),
        ],
        *[
            ("Długość", "longitude", ""),
            ("Service (min)", "service", "min"),
            ("service_time_min", "service", "min"),
        ],
        *[("Weight [kg]", "delivery", ""), ("demand_2", "delivery", ""), ("timeWindowStart", "open", "")],
        *[("Öffnungszeiten", "time_windows", ""), ("duration s", "service", "s"), ("Colour", None, "")],
    ],
)
def test_a_column_is_known_by_its_heading(heading, field, unit):
    (column,) = columns.recognise([heading], "stops")

    assert (column.field, column.unit) == (field, unit)


def test_a_distance_may_be_in_kilometres_and_a_cost_per_kilometre():
    distance, cost = columns.recognise(["max distance (km)", "Cost per km"], "vehicles")

    assert (distance.field, distance.unit) == ("max_distance", "km")
    assert (cost.field, cost.unit) == ("per_km", "")


def test_of_two_columns_for_one_thing_the_first_counts():
    assert [column.field for column in columns.recognise(["lat", "Latitude"], "stops")] == ["latitude", None]


def test_loads_may_have_several_columns():
    assert {column.field for column in columns.recognise(["weight", "volume"], "stops")} == {"delivery"}


def test_no_synonym_means_two_things():
    for table in (columns._STOPS, columns._VEHICLES):
        words = [word for line in table.values() for word in line.split()]
        assert len(words) == len(set(words))
