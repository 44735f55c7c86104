"""A process kept ready for the next solve: nobody waits for what it imports, and losing it loses nothing."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator

import psutil
import pytest

from vrp.engines.base import Budget
from vrp.engines.child import kept_ready, run, started_early
from vrp.tests.engines.test_child import LONG, children, only_child, two_stops

IsReady = Callable[[float], bool]


@pytest.fixture(autouse=True)
def is_ready() -> Iterator[IsReady]:
    with kept_ready("pyvrp") as is_ready:
        assert is_ready(LONG)
        yield is_ready
    assert children() == []


def solved(engine: str = "pyvrp") -> int:
    """The process that did it."""
    working: list[psutil.Process] = []
    outcome = run(engine, two_stops(), Budget(LONG), lambda plan: working.append(only_child()))
    assert outcome.plan.claimed_cost == 40
    return working[0].pid


@pytest.mark.parametrize("engine", ["pyvrp", "vroom"])
def test_the_process_that_is_ready_does_the_work_for_any_engine(engine: str) -> None:
    ready = only_child().pid

    assert solved(engine) == ready


def test_another_is_ready_once_the_work_is_done(is_ready: IsReady) -> None:
    first = solved()

    assert is_ready(LONG)
    assert solved() != first


def test_none_is_made_ready_while_another_is_at_work(is_ready: IsReady) -> None:
    with started_early("pyvrp"):
        assert not is_ready(0.3)
        assert len(children()) == 1

    assert is_ready(LONG)


def test_none_is_made_ready_before_it_has_been_quiet_for_a_while() -> None:
    with kept_ready("pyvrp", pause=LONG) as is_ready:
        assert not is_ready(0.3)


def test_without_one_that_lives_a_new_one_does_the_work() -> None:
    ready = only_child()
    ready.kill()
    ready.wait()

    assert run("pyvrp", two_stops(), Budget(LONG)).plan.claimed_cost == 40


def test_it_dies_with_its_parent() -> None:
    script = """
        import time
        from vrp.engines.child import kept_ready
        from vrp.tests.engines.test_child import only_child

        with kept_ready("pyvrp") as is_ready:
            assert is_ready(60)
            print(only_child().pid, flush=True)
            time.sleep(60)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    ready = psutil.Process(int(parent.stdout.readline()))

    parent.kill()
    parent.wait()

    ready.wait(timeout=5)
    parent.stdout.close()
