"""Two machines (here: two names for one), a large solve, and what becomes of it when one of them dies."""

import random
import time
from typing import Any

import pytest
from django.utils import timezone

from vrp.models import Scenario, Solution, SubSolve
from vrp.services import solutions
from vrp.tests.jobs.stack import Kept, Stack

pytestmark = [pytest.mark.evidence, pytest.mark.timeout(300)]
LIMIT = 30


def machine(stack: Stack, name: str) -> Kept:
    return stack.worker(MACHINE=name, SUB_SOLVES_FROM="600", SOLVES_AT_ONCE="1")


def large(stack: Stack) -> Scenario:
    chance = random.Random(5)
    jobs: list[dict[str, Any]] = [
        {"id": k, "location": [16 + chance.random(), 48 + chance.random()], "delivery": [1]}
        for k in range(800)
    ]
    depot = {"start": [16.5, 48.5], "end": [16.5, 48.5]}
    vans = [{"id": "van", "count": 60, "capacity": [20]} | depot]
    return stack.scenario(jobs=jobs, vehicles=vans, options={"geometry": False})


def shared(stack: Stack) -> tuple[Solution, dict[str, Kept]]:
    """A solve of which another machine has a part; the machines by name, the coordinator's first."""
    workers = {name: machine(stack, name) for name in ("here", "there")}
    solution = stack.start(large(stack), engine="pyvrp", time_limit=LIMIT)
    stack.wait_until(lambda: SubSolve.objects.filter(status="running").exists(), seconds=60)
    part = SubSolve.objects.get()
    assert {part.machine, part.taken_by} == set(workers)
    return solution, {name: workers[name] for name in (part.machine, part.taken_by)}


def improved(solution: Solution) -> None:
    """All of the plan is there, and it is no worse than the first one."""
    solution.refresh_from_db()
    assert (solution.status, solution.unassigned) == ("succeeded", 0)
    costs = [cost for _, cost in solution.payload["engine"]["trace"]]
    assert solution.cost <= costs[0]
    assert solution.payload["verification"]["ok"]
    assert not SubSolve.objects.exists()


def test_two_machines_solve_together(stack: Stack):
    solution, _ = shared(stack)

    stack.wait_until(lambda: SubSolve.objects.filter(status="done", plan__isnull=False).exists(), seconds=60)
    stack.wait_for("succeeded", seconds=90)

    improved(solution)


def test_killed_helper_changes_nothing_but_time(stack: Stack):
    solution, workers = shared(stack)
    _, helper = workers.values()

    helper.kill()

    stack.wait_for("succeeded", seconds=90)
    improved(solution)
    assert (solution.attempt, solution.crashes) == (1, 0)


def test_killed_coordinator_loses_no_solve_and_leaves_no_parts(stack: Stack):
    solution, workers = shared(stack)
    coordinator, _ = workers.values()
    old = set(SubSolve.objects.values_list("pk", flat=True))

    coordinator.kill()

    stack.wait_until(lambda: not SubSolve.objects.filter(pk__in=old).exists(), seconds=15)
    stack.wait_for("succeeded", seconds=120)
    improved(solution)
    assert (solution.attempt, solution.crashes) == (2, 1)


def test_stop_keeps_the_plan_and_frees_the_helper(stack: Stack):
    solution, _ = shared(stack)

    asked = time.monotonic()
    solutions.cancel(solution=solution, now=timezone.now())

    stack.wait_for("cancelled", seconds=10)
    assert time.monotonic() - asked < 5
    solution.refresh_from_db()
    assert solution.payload["status"] == "feasible"
    assert not SubSolve.objects.exists()
