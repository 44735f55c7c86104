"""kill -9 at random moments: no solve lost, none finished twice, all done in the end, going again within 5 s."""

import random
import time
from collections import Counter
from collections.abc import Callable

import pytest

from vrp.models import Solution
from vrp.tests.jobs.stack import Kept, Stack

pytestmark = pytest.mark.timeout(600)
few_then_many = pytest.mark.parametrize(
    "kills", [3, pytest.param(20, marks=pytest.mark.evidence)], ids=["a-few", "evidence"]
)


def rounds(stack: Stack, worker: Kept, kills: int, kill: Callable[[], None]) -> list[float]:
    """Each round starts three solves and kills something at a random moment. How long until work went on."""
    chance = random.Random(20)
    scenario = stack.scenario(takes=0.6)
    recoveries, started = [], []
    for done in range(kills):
        started += [stack.start(scenario).pk for _ in range(3)]
        time.sleep(chance.uniform(0, 1.2))
        killed_at = time.time()
        kill()
        stack.wait_for("succeeded", count=3 * (done + 1), seconds=30)
        recoveries += stack.recoveries(killed_at)
    assert set(Solution.objects.values_list("pk", flat=True)) == set(started)
    finishes = Counter(pk for pk, _, now, _, _ in stack.audit() if now in Solution.FINISHED)
    assert finishes == Counter(started)
    return recoveries


@few_then_many
def test_killed_worker_loses_no_solve(stack: Stack, kills: int, record_property):
    worker = stack.fake_worker()

    recoveries = rounds(stack, worker, kills, lambda: worker.process.kill())

    record_property("recoveries", recoveries)
    print(sorted(recoveries))
    assert max(recoveries, default=0) <= 5


@few_then_many
def test_killed_database_loses_no_solve(stack: Stack, kills: int, record_property):
    worker = stack.fake_worker()

    recoveries = rounds(stack, worker, kills, stack.kill_postgres)

    record_property("recoveries", recoveries)
    print(sorted(recoveries))
    assert max(recoveries, default=0) <= 5
