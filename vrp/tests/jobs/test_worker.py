"""The real `manage.py worker`, a real PostgreSQL, a planner that takes as long as it is told to."""

from vrp.tests.jobs.stack import Stack


def test_worker_solves_what_is_queued(stack: Stack):
    stack.fake_worker()
    scenario = stack.scenario(takes=0.1)

    for _ in range(4):
        stack.start(scenario)

    stack.wait_for("succeeded", count=4)
