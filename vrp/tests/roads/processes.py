"""Waiting for processes to end."""

import time
from collections.abc import Callable

import psutil


def is_gone(process: psutil.Process) -> bool:
    """Nobody may have looked at its end yet, then it is a zombie."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(happens: Callable[[], object], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
