"""One engine on one instance, once, as the product would run it: in a process of its own, each plan judged."""

import contextlib
import functools
import platform
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from vrp import engines, planner
from vrp.domain import fresh
from vrp.domain.problem import Problem
from vrp.engines import child
from vrp.engines.base import Budget
from vrp.engines.sisr import native
from vrp.errors import Invalid, RoutebookError
from vrp.formats import files
from vrp.management.benchmark.runs import Run, gap
from vrp.management.benchmark.sets import Instance
from vrp.management.benchmark.usage import CORES, Usage

_STANDBY = 10.0  # seconds in which a process is ready, or it is begun without
_ROOT = Path(__file__).parents[3]
_UNREADABLE = (OSError, orjson.JSONDecodeError, RoutebookError)


def run(instance: Instance, engine: str, seconds: float, seed: int) -> Run:
    """This will read an instance and solve it within `seconds` of now."""
    about: dict[str, Any] = {
        "set": instance.set,
        "instance": instance.name,
        "n": instance.customers,
        "engine": engine,
        "seconds": seconds,
        "seed": seed,
        "best_known": instance.best_known,
        "machine": machine(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with child.kept_ready(engine) as is_ready, contextlib.ExitStack() as stack:  # as in a worker
        is_ready(_STANDBY)
        engines.installed()  # has imported them
        started = time.monotonic()
        stack.enter_context(child.started_early(engine))
        try:
            problem = _read(instance)
            chosen = engines.choose(problem, engine)
        except _UNREADABLE as error:
            return Run(**about, state="cannot", why=_words(error))
        about["ready"] = ready = round(time.monotonic() - started, 3)
        if ready >= seconds:
            return Run(**about, state="failed", why=f"reading the file took {ready:.1f} s", took=ready)
        version = engines.get(chosen).version
        about["version"] = version if chosen == engine else f"{chosen} {version}"
        budget = Budget(seconds, seed, started=started)
        return Run(**about, **_solved(instance, problem, chosen, budget))


def get_ready(instance: Instance) -> None:
    """This will compile what the native engine uses for an instance, as a worker does after the first solve."""
    with contextlib.suppress(*_UNREADABLE):  # the run will say it
        native.get_ready(_read(instance))


def _read(instance: Instance) -> Problem:
    data = instance.file.read_bytes()
    if instance.file.suffix == ".json":  # a request as it is sent
        return planner.prepare(orjson.loads(data))
    # No stranger's file: it is read here, not in a process of its own that can do no harm.
    with fresh.no_garbage():
        read = files.preview(data, instance.file.name, round_func=instance.round_func, is_checked=False)
    if read.document is None:
        raise Invalid(read.faults)
    return planner.prepare(read.document)


def _words(error: Exception) -> str:
    return "; ".join(fault.msg for fault in error.faults[:3]) if isinstance(error, Invalid) else str(error)


def _solved(instance: Instance, problem: Problem, engine: str, budget: Budget) -> dict[str, Any]:
    trace: list[list[float]] = []

    def report(progress: planner.Progress) -> None:
        if watch.best and not watch.best.missing:  # what leaves orders out is cheap, and no plan
            trace.append([progress["elapsed"], progress["cost"]])

    watch = planner.Contest(problem, report, budget.started)
    with Usage() as usage:
        why, took = _watched(engine, budget, watch)
    best = watch.best
    if not why and best and best.missing:
        why = f"{len(best.missing)} of {len(problem.demands)} orders are not served"
    found: dict[str, Any] = {"state": "failed" if why else "ok", "why": why, "trace": trace, "took": took}
    for name in ("memory_mb", "cpu_seconds", "cpu_share"):
        found[name] = getattr(usage, name)
    if best:
        found |= {"unserved": len(best.missing), "routes": len(best.routes)}
    if trace:
        cost = trace[-1][1]
        found |= {"feasible": True, "cost": cost, "first_plan": trace[0][0]}
        if instance.best_known is not None:
            found["gap"] = round(gap(cost, instance.best_known), 4)
    return found


def _watched(engine: str, budget: Budget, watch: planner.Contest) -> tuple[str, float]:
    """Why the engine's last plan is none, if so, and how long it took."""
    try:
        outcome = child.run(engine, watch.problem, budget, watch)
        took = round(outcome.runtime, 3)
        if not outcome.plan.routes:
            return "it found no plan", took
        return "; ".join(violation.message for violation in watch(outcome.plan)[:3]), took
    except RoutebookError as error:  # it crashed, or its plan names what does not exist
        return _words(error), round(time.monotonic() - budget.started, 3)


@functools.cache
def machine() -> dict[str, Any]:
    """This will return what the figures depend on beside the engines."""
    cpu = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", cpu.read_text() if cpu.exists() else "")
    return {
        "cores": CORES,
        "cpu": model[1] if model else platform.processor(),
        "python": platform.python_version(),
        "code": _code(),
    }


def _code() -> str:
    """The commit at work, or nothing where this is no checkout."""
    git = shutil.which("git")
    words = ["describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run([git, *words], cwd=_ROOT, capture_output=True, text=True) if git else None
    return done.stdout.strip() if done else ""
