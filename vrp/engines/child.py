"""Engines at work in a process of their own: it can be stopped, killed, limited, and may crash, and harms nothing.

`run` is the parent's side: it starts `python -m vrp.engines.child`, hands the problem over in a file that has no
name, reads a line of JSON for each better plan, and keeps the best. The child's side is `main`.
"""

import ctypes
import gc
import json
import os
import pickle
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, Literal

from vrp import engines
from vrp.domain import fresh
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.errors import RoutebookError

StopReason = Literal["time_limit", "no_improvement", "finished", "stopped"]

GRACE = 3.0  # seconds past its limit, or past a request to stop, before a child is killed
_TICK = 0.1  # seconds between looks at what the outside wants
_LISTENING = 0.1  # of the time may go into what is done with better plans: judging a large one takes a second
_ROOT = str(Path(__file__).parents[2])
_KILL_WHEN_PARENT_DIES = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `runtime` is in seconds and includes starting the child and translating the problem."""

    plan: Plan
    stop_reason: StopReason
    runtime: float


class EngineFailed(RoutebookError):
    """The engine's process ended without an answer. `best` is the best plan it had reported, or None."""

    def __init__(self, engine: str, reason: str, best: Plan | None) -> None:
        super().__init__(f"The engine {engine} failed: {reason}.")
        self.reason = reason
        self.best = best


# The parent's side ------------------------------------------------------------------------------------------


def run(
    engine: str,
    problem: Problem,
    budget: Budget,
    report: Report = lambda plan: None,
    *,
    memory_mb: int | None = None,
    grace: float = GRACE,
) -> Outcome:
    """This will solve in a child process and return its best plan, or raise `EngineFailed`.

    Call it from a thread that lives as long as the solve: on Linux the child dies with that thread.
    """
    settings = {
        "engine": engine,
        "seconds": budget.seconds,
        "started": budget.started,  # the clock is the same for all processes of a machine
        "seed": budget.seed,
        "no_improvement": budget.no_improvement,
        "memory_mb": memory_mb,
        "parent": os.getpid(),
    }
    with tempfile.TemporaryFile() as task, tempfile.TemporaryFile() as errors:
        with fresh.no_garbage():
            pickle.dump(problem, task, protocol=pickle.HIGHEST_PROTOCOL)
        task.seek(0)
        with subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, json.dumps(settings)],
            stdin=task,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=os.environ | {"PYTHONPATH": _ROOT},
            start_new_session=True,  # Ctrl-C is for the parent, which then asks the child to stop
        ) as child:
            try:
                return _follow(_Watched(engine, child, errors), budget, report, grace)
            finally:
                child.kill()


class _Watched:
    """A child and what it has said so far."""

    def __init__(self, engine: str, child: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self.engine, self.child, self.errors = engine, child, errors
        assert child.stdout is not None
        self.output = child.stdout
        self.best: Plan | None = None
        self.stop_reason: StopReason | None = None

    def messages(self) -> Iterator[dict[str, Any] | None]:
        """Yields each message, and None every tick, until the child has closed its output."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            rest = b""
            while True:
                yield None
                if not selector.select(_TICK):
                    continue
                chunk = os.read(self.output.fileno(), 1 << 20)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in lines)

    def failed(self) -> EngineFailed:
        code = self.child.wait()
        self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - 2000))
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if code == -signal.SIGKILL:
            reason += ", as when memory runs out"
        return EngineFailed(self.engine, f"{reason}; {said[-1]}" if said else reason, self.best)


def _follow(watched: _Watched, budget: Budget, report: Report, grace: float) -> Outcome:
    wall, stopped = budget.deadline + grace, False
    told, may_tell_at = watched.best, 0.0
    for message in watched.messages():
        if message is not None:
            watched.best = _read(message["routes"], message["claimed_cost"])
            watched.stop_reason = message["stop_reason"]
        is_due = watched.stop_reason or time.monotonic() >= may_tell_at
        if watched.best and watched.best is not told and is_due:
            began, told = time.monotonic(), watched.best
            report(told)
            may_tell_at = began + (time.monotonic() - began) / _LISTENING
        if watched.stop_reason:
            break  # the rest is tidying up, which killing does faster
        if not stopped and budget.should_stop():
            stopped = True
            wall = min(wall, time.monotonic() + grace)
            watched.child.terminate()
        if time.monotonic() > wall:
            watched.child.kill()
            break
    else:
        if watched.stop_reason is None and not stopped:
            raise watched.failed()
    reason = watched.stop_reason or ("stopped" if stopped else "time_limit")
    return Outcome(watched.best or Plan(), reason, time.monotonic() - budget.started)


def _read(routes: list[Any], claimed_cost: float | None) -> Plan:
    return Plan(
        tuple(Route(name, tuple(Step(*step) for step in steps)) for name, steps in routes), claimed_cost
    )


# The child's side -------------------------------------------------------------------------------------------


def main() -> None:
    """This will solve the problem on standard input and write every better plan to standard output."""
    settings = json.loads(sys.argv[1])
    worker = _Worker(settings)
    signal.signal(signal.SIGTERM, worker.ask_to_stop)
    _die_with(settings["parent"])
    if settings["memory_mb"]:
        limit = settings["memory_mb"] * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # What a library prints must not end up among our messages.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    worker.work(_problem(), out.write)


def _problem() -> Problem:
    with fresh.no_garbage():
        problem: Problem = pickle.load(sys.stdin.buffer)  # noqa: S301 our parent wrote it
    gc.freeze()  # it stays until the end
    return problem


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_KILL_WHEN_PARENT_DIES, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we had asked
        os._exit(1)


class _Worker:
    """Runs the engine: answers whether to stop, passes plans on, not more often than they can be looked at."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.budget = Budget(
            settings["seconds"], settings["seed"], should_stop=self.must_stop, started=settings["started"]
        )
        self.asked = False
        self.reason: StopReason | None = None
        self.looked_at = self.sent_at = 0.0
        self.improved_at: float | None = None
        self.waiting: Plan | None = None

    def work(self, problem: Problem, write: Callable[[bytes], Any]) -> None:
        self.write = write
        plan = engines.get(self.settings["engine"]).solve(problem, self.budget, self.report)
        if time.monotonic() >= self.budget.deadline - _TICK:  # libraries count a little faster
            self.reason = self.reason or "time_limit"
        self.send(plan, self.reason or "finished")

    def ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked = True

    def must_stop(self) -> bool:
        now = time.monotonic()
        if now - self.looked_at < _TICK:
            return self.reason is not None
        self.looked_at = now
        if self.waiting:
            self.send(self.waiting)
        patience = self.settings["no_improvement"]
        if self.asked:
            self.reason = "stopped"
        elif patience is not None and self.improved_at is not None and now - self.improved_at >= patience:
            self.reason = "no_improvement"
        elif os.getppid() != self.settings["parent"]:
            os._exit(1)
        return self.reason is not None

    def report(self, plan: Plan) -> None:
        self.improved_at = time.monotonic()
        if self.improved_at - self.sent_at >= _TICK:
            self.send(plan)
        else:
            self.waiting = plan

    def send(self, plan: Plan, reason: StopReason | None = None) -> None:
        self.sent_at, self.waiting = time.monotonic(), None
        routes = [[route.vehicle, [[step.type, step.id] for step in route.steps]] for route in plan.routes]
        content = {"routes": routes, "claimed_cost": plan.claimed_cost, "stop_reason": reason}
        message = json.dumps(content).encode() + b"\n"
        while message:
            message = message[self.write(message) :]


if __name__ == "__main__":
    main()
