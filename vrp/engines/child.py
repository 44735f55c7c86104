"""Engines at work in a process of their own: it can be stopped, killed, limited, and may crash, and harms nothing.

`run` is the parent's side: it starts `python -m vrp.engines.child`, hands the problem over by its standard input,
reads a line of JSON for each better plan, and keeps the best. The child's side is `main`.
"""

import contextlib
import ctypes
import gc
import json
import os
import pickle
import resource
import select
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal, Self

from vrp import engines
from vrp.domain import fresh
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.errors import RoutebookError

StopReason = Literal["time_limit", "no_improvement", "finished", "stopped"]

GRACE = 3.0  # seconds past its limit before a child is killed
_LAST_WORDS = (
    0.15  # seconds past a request to stop: what it has found since its last plan is not worth a longer wait
)
_LOOK = 0.05  # seconds between looks at what the outside wants
_TICK = 0.1  # seconds between plans, and between a child's looks
_LISTENING = 0.04  # of the time may go into what is done with better plans: judging takes from the search
_MANY = 100_000  # new objects, before a child looks for garbage: large problems make as many that are none
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
    }
    early, _early.child = getattr(_early, "child", None), None
    with early or _begun() as child:
        child.feed(settings, problem)
        return _follow(child, budget, report, grace)


@contextmanager
def started_early(engine: str) -> Iterator[None]:
    """This will start a process now for the first `run` inside, by the same thread: while the problem is still being
    read it imports what the engine, if it is that one, will need, which takes most of a second."""
    with _begun(engine) as _early.child:
        try:
            yield
        finally:
            _early.child = None


_early = threading.local()


@contextmanager
def kept_ready(engine: str = "auto", pause: float = 0) -> Iterator[Callable[[float], bool]]:
    """This will have a process ready for each next `run`, whichever engine that is for: it has imported already what
    `engine` needs, which takes longer than solving a small problem. It is begun when nothing has been at work for
    `pause` seconds. What this yields waits at most so many seconds for the next one, and tells whether it is ready."""
    global _standby
    _standby = standby = _Standby(engine, pause)
    try:
        yield standby.is_ready
    finally:
        _standby = None
        standby.end()


def _begun(engine: str = "") -> "_Child":
    return (_standby and _standby.take()) or _Child(engine)


class _Standby:
    """Starts a child while none is at work, which needs the cores more. It does so in a thread that stays: on Linux
    children die with the thread that started them."""

    def __init__(self, engine: str, pause: float) -> None:
        self.engine, self.pause = engine, pause
        self.child: _Child | None = None
        self.is_over = False
        self.thread = threading.Thread(target=self._keep, name="standby", daemon=True)
        self.thread.start()

    def is_ready(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        with _changed:
            _changed.wait_for(lambda: self.child is not None, seconds)
            child = self.child
        return child is not None and child.has_said(deadline - time.monotonic())

    def take(self) -> "_Child | None":
        with _changed:
            child, self.child = self.child, None
            if child:
                _at_work.add(child)  # at once, or another is begun
        if child and child.process.poll() is not None:  # somebody ended it
            child.close()
            return None
        return child

    def end(self) -> None:
        with _changed:
            self.is_over = True
            _changed.notify_all()
        self.thread.join()
        if child := self.take():
            child.close()

    def _keep(self) -> None:
        while True:
            with _changed:
                _changed.wait_for(lambda: self.is_over or (self.child is None and not _at_work))
                if self.is_over:
                    return
                if _changed.wait_for(lambda: self.is_over or bool(_at_work), self.pause):
                    continue
            child = _Child(self.engine)
            with _changed:
                self.child = child
                _changed.notify_all()


_standby: _Standby | None = None
_changed = threading.Condition()  # of the standby's child, or of who is at work
_at_work: set["_Child"] = set()


class _Child:
    """A child, which waits for what it is to do until it is fed, and what it has said so far."""

    engine = ""

    def __init__(self, engine: str = "") -> None:
        likely = engines.PREFERENCE[0][0] if engine == "auto" else engine
        self.best: Plan | None = None
        self.stop_reason: StopReason | None = None
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 closed by __exit__
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(os.getpid()), likely],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ | {"PYTHONPATH": _ROOT},
            start_new_session=True,  # Ctrl-C is for the parent, which then asks the child to stop
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.input, self.output = self.process.stdin, self.process.stdout
        self.feeder: threading.Thread | None = None

    def __enter__(self) -> Self:
        with _changed:
            _at_work.add(self)
            _changed.notify_all()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        with _changed:
            _at_work.discard(self)
            _changed.notify_all()
        self.process.kill()
        self.process.wait()
        if self.feeder:
            self.feeder.join()
        for file in (self.input, self.output, self.errors):
            file.close()

    def feed(self, settings: dict[str, Any], problem: Problem) -> None:
        """In a thread of its own: a large problem takes a while, and the child unpacks it meanwhile."""
        self.engine = settings["engine"]
        self.feeder = threading.Thread(target=self._feed, args=(settings, problem), name="feed", daemon=True)
        self.feeder.start()

    def _feed(self, settings: dict[str, Any], problem: Problem) -> None:
        with contextlib.suppress(BrokenPipeError), self.input:
            pickle.dump(settings, self.input)
            with fresh.no_garbage():
                pickle.dump(problem, self.input, protocol=pickle.HIGHEST_PROTOCOL)

    def has_said(self, seconds: float) -> bool:
        """Whether it says something within so many seconds: first of all that it is ready."""
        return bool(select.select([self.output], [], [], max(0, seconds))[0])

    def messages(self) -> Iterator[dict[str, Any] | None]:
        """Yields each message, and None every tick, until the child has closed its output."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.output, selectors.EVENT_READ)
            rest = b""
            while True:
                yield None
                if not selector.select(_LOOK):
                    continue
                chunk = os.read(self.output.fileno(), 1 << 20)
                if not chunk:
                    return
                *lines, rest = (rest + chunk).split(b"\n")
                yield from (json.loads(line) for line in lines if line)  # an empty one: it is ready

    def failed(self) -> EngineFailed:
        code = self.process.wait()
        self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - 2000))
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        reason = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
        if code == -signal.SIGKILL:
            reason += ", as when memory runs out"
        return EngineFailed(self.engine, f"{reason}; {said[-1]}" if said else reason, self.best)


def _follow(child: _Child, budget: Budget, report: Report, grace: float) -> Outcome:
    wall, stopped = budget.deadline + grace, False
    told, may_tell_at = child.best, 0.0
    for message in child.messages():
        if message is not None:
            child.best = _read(message["routes"], message["claimed_cost"])
            child.stop_reason = message["stop_reason"]
        is_due = child.stop_reason or time.monotonic() >= may_tell_at
        if child.best and child.best is not told and is_due:
            began, told = time.monotonic(), child.best
            report(told)
            may_tell_at = began + (time.monotonic() - began) / _LISTENING
        if child.stop_reason:
            break  # the rest is tidying up, which killing does faster
        if not stopped and budget.should_stop():
            stopped = True
            if child.best is None:
                break  # it has nothing to lose
            wall = min(wall, time.monotonic() + min(grace, _LAST_WORDS))
            child.process.terminate()
        if time.monotonic() > wall:
            child.process.kill()
            break
    else:
        if child.stop_reason is None and not stopped:
            raise child.failed()
    reason = child.stop_reason or ("stopped" if stopped else "time_limit")
    return Outcome(child.best or Plan(), reason, time.monotonic() - budget.started)


def _read(routes: list[Any], claimed_cost: float | None) -> Plan:
    return Plan(
        tuple(Route(name, tuple(Step(*step) for step in steps)) for name, steps in routes), claimed_cost
    )


# The child's side -------------------------------------------------------------------------------------------


def main() -> None:
    """This will solve the problem on standard input and write every better plan to standard output."""
    parent, likely = int(sys.argv[1]), sys.argv[2]
    _die_with(parent)
    # What a library prints must not end up among our messages.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    _get_ready(likely)
    out.write(b"\n")
    settings = pickle.load(sys.stdin.buffer)  # noqa: S301 our parent wrote it
    worker = _Worker(settings | {"parent": parent})
    signal.signal(signal.SIGTERM, worker.ask_to_stop)
    if settings["memory_mb"]:
        limit = settings["memory_mb"] * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    worker.work(_problem(), out.write)


def _get_ready(likely: str) -> None:
    """As far as there is time: nothing of it has to be done before the problem is there."""
    if engines.is_installed(likely) and likely == "sisr":
        from vrp.engines.sisr import compiled

        for _ in compiled.load():
            if select.select([sys.stdin], [], [], 0)[0]:
                return
        engines.is_installed("pyvrp")  # it may be asked to help


def _problem() -> Problem:
    with fresh.no_garbage():
        problem: Problem = pickle.load(sys.stdin.buffer)  # noqa: S301 our parent wrote it
    gc.freeze()  # it stays until the end
    gc.set_threshold(_MANY)
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
        if self.asked:
            self.reason = self.reason or "stopped"
            return True
        now = time.monotonic()
        if now - self.looked_at < _TICK:
            return self.reason is not None
        self.looked_at = now
        if self.waiting:
            self.send(self.waiting)
        patience = self.settings["no_improvement"]
        if patience is not None and self.improved_at is not None and now - self.improved_at >= patience:
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
