import pytest

from vrp.domain import words


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0"), (40, "40 s"), (720, "12 min"), (3_900, "1 h 05"), (-5_400, "-1 h 30")]
)
def test_durations_are_said_in_hours_and_minutes(seconds, text):
    assert words.lasting(seconds) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("delay", 600, "10 min"),
        ("time_windows", 600, "10 min"),
        ("max_distance", 2_500, "2.5 km"),
        ("max_distance", 250, "250 m"),
        ("max_tasks", 1, "1 task"),
        ("max_tasks", 2, "2 tasks"),
        ("load", 1_200, "1,200"),
        ("penalty", 2.5, "2.50"),
    ],
)
def test_amounts_are_said_in_the_unit_of_what_they_are_of(name, value, text):
    assert words.amount(name, value) == text


@pytest.mark.parametrize(
    ("cause", "value", "text"),
    [
        ("delay", 2_460, "41 min too late"),
        ("load", 12, "12 too much"),
        ("min_tasks", 1, "1 task too few"),
        ("skills", 1, ""),
        ("delay", None, ""),
    ],
)
def test_a_broken_rule_says_by_how_much(cause, value, text):
    assert words.beyond(cause, value) == text


def test_a_route_that_stays_too_full_says_so_once():
    violations = [
        {"cause": "load", "amount": 6},
        {"cause": "delay", "amount": 60},
        {"cause": "load", "amount": 9},
        {"cause": "delay", "amount": 60},
    ]

    told = words.breaches(violations)

    assert [(one["cause"], one["amount"], one["times"]) for one in told] == [
        ("load", 9, 2),
        ("delay", 60, 1),
        ("delay", 60, 1),
    ]
