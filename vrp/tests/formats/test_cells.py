"""What a cell of a table may say."""

from datetime import datetime, time, timedelta

import pytest

from vrp.formats import cells


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("5", 5),
        ("5.0", 5),
        ("1234,5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("−3", -3),
        (" 1 000 ", 1000),
    ],
)
def test_numbers_may_have_decimal_commas(cell, said):
    assert cells.number(cell) == said


def test_a_comma_before_three_digits_is_decimal_only_where_decimals_are_expected():
    assert cells.number("48,208", decimals=True) == 48.208
    with pytest.raises(ValueError, match="without the comma"):
        cells.number("48,208")


@pytest.mark.parametrize("cell", ["x", "", "nan", "inf", "1e999", "1_0", "٣", True, time(8), 10.0**300])
def test_what_is_no_number_is_refused(cell):
    with pytest.raises(ValueError, match=r"is not a number|too large"):
        cells.number(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        *[("8:30", "", 30600), ("08:30:15", "", 30615), ("24:00", "", 86400), ("+1d 1:00", "", 90000)],
        *[("8:30 pm", "", 73800), ("12:05 a.m.", "", 300), ("8 pm", "", 72000), ("30600", "", 30600)],
        *[
            ("0.25", "", 21600),
            (0.25, "", 21600),
            ("90", "min", 5400),
            (1.5, "h", 5400),
            (30600.0, "", 30600),
        ],
        *[(time(8, 30), "", 30600), (timedelta(hours=30), "", 108000)],
    ],
)
def test_clock_values_become_seconds_from_midnight(cell, unit, seconds):
    assert cells.clock(cell, unit) == seconds


@pytest.mark.parametrize("cell", ["2026-03-01 08:30", "2026-03-01T08:30:00", datetime(2026, 3, 1, 8, 30)])
def test_a_date_with_a_time_stays_one(cell):
    assert cells.clock(cell) == "2026-03-01T08:30:00"


@pytest.mark.parametrize("cell", ["8:75", "13:00 pm", "soon", "8-30", "2026-13-01 08:30"])
def test_what_is_no_time_is_refused(cell):
    with pytest.raises(ValueError, match="is not a"):
        cells.clock(cell)


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        ("0:10", "", 600),
        ("10 min", "", 600),
        ("1.5h", "", 5400),
        ("90", "", 90),
        ("90", "s", 90),
        ("2,5", "min", 150),
    ],
)
def test_durations_become_seconds(cell, unit, seconds):
    assert cells.duration(cell, unit) == seconds


def test_a_date_is_no_duration():
    with pytest.raises(ValueError, match="is a date"):
        cells.duration("2026-03-01 08:30")


@pytest.mark.parametrize(
    "cell",
    [
        "8:00-10:00; 14:00-16:00",
        "8:00 – 10:00 | 14:00 to 16:00",
        "8 am - 10 am, 2 pm/4 pm",
        "8:00-10:00\n14:00-16:00;",
    ],
)
def test_several_windows_stand_in_one_cell(cell):
    assert cells.windows(cell) == [[28800, 36000], [50400, 57600]]


def test_a_window_needs_two_ends():
    with pytest.raises(ValueError, match="write it as 8:00-10:00"):
        cells.windows("8:00")


@pytest.mark.parametrize(
    ("cell", "name"), [(17.0, 17), ("17", 17), ("007", "007"), ("A-1", "A-1"), ("-4", -4), ("+4", "+4")]
)
def test_ids_are_numbers_unless_leading_zeros_mean_something(cell, name):
    assert cells.identifier(cell) == name
