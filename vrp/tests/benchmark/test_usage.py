import subprocess
import sys

import pytest

from vrp.management.benchmark.usage import CORES, Usage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc to look things up in")

BUSY = """
import time
held = bytearray(80_000_000)
while time.process_time() < 0.5:
    sum(range(1000))
"""
THROUGH_A_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.mark.parametrize("words", [[BUSY], [THROUGH_A_CHILD, BUSY]])
def test_the_processor_time_and_the_most_memory_of_all_descendants_is_seen(words):
    with Usage() as usage:
        subprocess.run([sys.executable, "-c", *words], check=True)

    assert usage.memory_mb > 80_000_000 / 2**20
    assert usage.cpu_seconds > 0.1
    assert 0 < usage.cpu_share <= 1


def watched(seconds, *threads):
    usage = Usage()
    usage.began, usage.looked_at, usage.shares = 0.0, seconds, {}
    for number, (ran, waited) in enumerate(threads):
        usage.shares[1, str(number)] = int(ran * 1e9), int(waited * 1e9)
    return usage


@pytest.mark.parametrize(
    ("threads", "expected"),
    [
        ([(10, 0)], 1.0),
        ([(6, 4)], 0.6),
        ([(1, 0)], 1.0),  # it slept
        ([(10, 0), (5, 5)], 0.75),
    ],
)
def test_the_share_is_what_ran_of_what_could_have(threads, expected):
    assert watched(10.0, *threads).cpu_share == expected


def test_more_threads_than_processors_miss_nothing_when_all_processors_are_theirs():
    assert watched(10.0, *[(5, 5)] * 2 * CORES).cpu_share == 1.0


def test_without_any_figures_the_share_is_unknown():
    assert watched(10.0).cpu_share is None
