"""What the processes of a run take, looked up while they live: an engine is killed as soon as it has answered."""

import os
import re
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

_TICK = 0.4  # seconds between looks, which take from what is looked at
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Usage:
    """This will watch all processes that descend from this one, for as long as it is entered. Zero without /proc."""

    def __enter__(self) -> Self:
        self.peaks: dict[int, int] = {}  # by process, in KB
        self.shares: dict[tuple[int, str], tuple[int, int]] = {}  # by thread, in ns: ran, waited to run
        self._before: dict[tuple[int, str], tuple[int, int]] = {}
        for process in psutil.Process().children(recursive=True):  # those kept ready have a past
            self._look_at(process.pid)
        self._before, self.shares = self.shares, {}
        self.began = self.looked_at = time.monotonic()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()

    @property
    def memory_mb(self) -> float:
        """The most each process held, added up."""
        return round(sum(self.peaks.values()) / 1024, 1)

    @property
    def cpu_seconds(self) -> float:
        return round(sum(ran for ran, _ in self.shares.values()) / 1e9, 2)

    @property
    def cpu_share(self) -> float | None:
        """What ran of what could have: threads that waited for a processor could, but on no more than there are."""
        waited = sum(waited for _, waited in self.shares.values()) / 1e9
        could = min(self.cpu_seconds + waited, CORES * (self.looked_at - self.began))
        return round(min(self.cpu_seconds / could, 1), 3) if self.cpu_seconds and could else None

    def _watch(self) -> None:
        is_over = False
        while not is_over:
            for process in psutil.Process().children(recursive=True):
                self._look_at(process.pid)
            self.looked_at = time.monotonic()
            is_over = self._over.wait(_TICK)

    def _look_at(self, pid: int) -> None:
        process = Path("/proc") / str(pid)
        try:
            if peak := re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text()):
                self.peaks[pid] = int(
                    peak[1]
                )  # replaced, for until it has become a program it is a copy of us
            for thread in (process / "task").iterdir():
                ran, waited, _ = (thread / "schedstat").read_text().split()
                before = self._before.get((pid, thread.name), (0, 0))
                self.shares[pid, thread.name] = int(ran) - before[0], int(waited) - before[1]
        except OSError:
            pass  # it has ended meanwhile
