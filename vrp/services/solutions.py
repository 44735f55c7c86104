"""Solutions: ask for a solve, stop it, look at what came out. (How a solve runs is in `solving`.)"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from vrp import engines, formats, planner, queue
from vrp.domain import comparison, features, limits
from vrp.domain import request as requests
from vrp.errors import Conflict, Fault, Invalid
from vrp.models import Scenario, Solution

Status = Solution.Status
_DEFAULT_SEED = 1


class Finished(Conflict):
    """There is nothing left to stop."""


class NoPlan(Conflict):
    """The solution has no plan, or not yet."""

    def __init__(self, solution: Solution) -> None:
        super().__init__(f"This solution has no plan: it is {solution.status}.")


@dataclass(frozen=True, slots=True)
class Export:
    """A plan as a file: what to send, and what to call it."""

    data: bytes
    media_type: str
    name: str
    extension: str


@transaction.atomic
def start(
    *,
    scenario: Scenario,
    by: User,
    now: datetime,
    engine: str | None = None,
    time_limit: float | None = None,
    seed: int | None = None,
) -> Solution:
    """This will queue a solve of the scenario as it is now and return the solution to watch.

    What is not given here is taken from the request's `options`.
    """
    scenario = Scenario.objects.select_for_update(no_key=True).get(pk=scenario.pk)
    options = scenario.request.get("options", {})
    engine = engine or options.get("engine") or "auto"
    _refuse_what_it_cannot(scenario, engine)
    solution = Solution(
        scenario=scenario,
        requested_by=by,
        revision=scenario.revision,
        request=scenario.request,
        request_digest=scenario.request_digest,
        engine=engine,
        time_limit=_first(time_limit, options.get("time_limit"), limits.DEFAULT_TIME_LIMIT),
        seed=_first(seed, options.get("seed"), _DEFAULT_SEED),
        queued_at=now,
    )
    return _queue(solution)


@transaction.atomic
def again(*, solution: Solution, by: User, now: datetime) -> Solution:
    """This will queue the very same solve once more, as a new solution beside the old one."""
    same = ("scenario_id", "revision", "request", "request_digest", "engine", "time_limit", "seed")
    asked = {name: getattr(solution, name) for name in same}
    return _queue(Solution(**asked, requested_by=by, queued_at=now))


def cancel(*, solution: Solution, now: datetime) -> Solution:
    """This will stop the solve: at once while it waits; a running one keeps the best plan so far."""
    rows = Solution.objects.filter(pk=solution.pk)
    waiting = {"status": Status.CANCELLED, "stop_requested_at": now, "finished_at": now}
    # One of these statements meets the row, however it moves on meanwhile: from queued only to running.
    done = rows.filter(status=Status.QUEUED).update(**waiting) or rows.filter(
        status=Status.RUNNING, stop_requested_at=None
    ).update(stop_requested_at=now)
    solution.refresh_from_db(fields=["status", "stop_requested_at", "finished_at"])
    if not done and not solution.is_stopping and solution.status != Status.CANCELLED:
        raise Finished(f"The solve is over: it is {solution.status}.")
    return solution


def delete(*, solution: Solution) -> None:
    """This will delete the solution; if it is being solved, that stops."""
    solution.delete()


def progress(*, solution: Solution) -> dict[str, Any]:
    """This will return how the solve goes: its status, what the worker last reported, how many wait before it."""
    row = Solution.objects.only("status", "progress", "queued_at", "stop_requested_at").get(pk=solution.pk)
    ahead = 0
    if row.status == Status.QUEUED:
        ahead = Solution.objects.filter(status=Status.QUEUED, queued_at__lt=row.queued_at).count()
    return {
        "status": row.status,
        "is_stopping": row.is_stopping,
        "waiting_before_it": ahead,
        "progress": row.progress,
    }


def compare(*, a: Solution, b: Solution) -> dict[str, Any]:
    """This will return how the figures of two plans differ (b - a) and which stops moved."""
    return comparison.between(_plan(a), _plan(b))


def export(*, solution: Solution, kind: str) -> Export:
    """This will return the plan as a file; an unknown kind raises `Invalid`, `NoPlan` when there is nothing yet."""
    written = formats.write(_plan(solution), requests.read(solution.request), kind)
    return Export(written.data, written.media_type, solution.scenario.name, written.extension)


def _plan(solution: Solution) -> dict[str, Any]:
    if solution.payload is None:
        raise NoPlan(solution)
    return solution.payload


def _refuse_what_it_cannot(scenario: Scenario, engine: str) -> None:
    """Before anything is queued; a combination that only the whole problem shows is refused by the planner."""
    problem = scenario.problem()
    used = features.used_by(problem)
    if problem.options.mode == "check":
        planner.refuse_unjudged(used)
        return
    able = engines.able(used)
    if able if engine == "auto" else engine in able:
        return
    names = engines.installed() if engine == "auto" else [engine]
    raise engines.EngineCannot(_refusal(name, used) for name in names)


def _refusal(name: str, used: frozenset[features.Feature]) -> Fault:
    place = ("options", "engine")
    if name not in engines.installed():
        return Fault(place, f"{name} is not installed here", "engine_cannot")
    lacks = ", ".join(sorted(used - engines.get(name).supports))
    return Fault(place, f"{name} cannot do this request: it does not model {lacks}", "engine_cannot")


def _queue(solution: Solution) -> Solution:
    if not 0 < solution.time_limit <= limits.MAX_TIME_LIMIT:
        text = f"should be more than 0 and at most {limits.MAX_TIME_LIMIT} seconds"
        raise Invalid([Fault(("time_limit",), text, "time_limit_range")])
    solution.save(force_insert=True)
    queue.defer("vrp.solve", solution_id=solution.pk)
    return solution


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)
