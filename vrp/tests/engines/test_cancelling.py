"""How long it takes until a solve of the largest problems there may be comes back, once somebody asks it to stop."""

import time
from statistics import median

import pytest

from vrp import planner
from vrp.domain.problem import Problem
from vrp.engines.base import Budget
from vrp.engines.child import run
from vrp.tests.engines.test_many_places import scattered

SOON = 0.3  # seconds
AT_WORST = 1.0  # on a machine that others keep busy
MOMENTS = (0.0, 0.3, 0.7, 1.1, 1.6, 2.2, 2.9, 3.5, 4.2, 5.0, 6.0, 8.0, 11.0)


def late(problem: Problem, moment: float) -> float:
    """Seconds from the moment somebody asks to stop until there is a judged answer."""
    began = time.monotonic()

    def should_stop() -> bool:
        return time.monotonic() >= began + moment

    contest = planner.Contest(problem, lambda progress: None, should_stop=should_stop)
    outcome = run("sisr", problem, Budget(60, should_stop=should_stop), contest)
    contest(outcome.plan)
    answered = time.monotonic()
    assert outcome.stop_reason == "stopped"
    assert contest.best is None or not contest.best.violations
    return answered - began - moment


@pytest.mark.evidence
def test_a_solve_of_30_000_stops_ends_soon_whenever_it_is_asked_to() -> None:
    problem = scattered(30_000)

    waits = [late(problem, moment) for moment in MOMENTS]

    assert median(waits) < SOON
    assert max(waits) < AT_WORST
