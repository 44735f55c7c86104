"""Solutions: ask for a solve, stop it, look at what came out. (How a solve runs is in `solving`.)"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from vrp import engines, formats, planner, queue
from vrp.domain import changes, comparison, features, limits
from vrp.domain import request as requests
from vrp.errors import Conflict, Fault, Invalid
from vrp.models import Scenario, Solution
from vrp.services import roads, scenarios

Status = Solution.Status
_DEFAULT_SEED = 1


class Finished(Conflict):
    """There is nothing left to stop."""


class Outdated(Conflict):
    """The change was meant for a scenario that has become another one."""

    def __init__(self, why: object) -> None:
        super().__init__(
            "The scenario has changed since this plan was made, so this change does not fit it any more"
            f" ({str(why).rstrip('.')}). Solve the scenario as it is now to see what would help."
        )


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
    _refuse_no_baseline(scenario, by)
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
    return enqueue(solution)


@transaction.atomic
def again(*, solution: Solution, by: User, now: datetime) -> Solution:
    """This will queue the very same solve once more, as a new solution beside the old one."""
    return enqueue(Solution(**asked(solution), requested_by=by, queued_at=now))


def asked(solution: Solution) -> dict[str, Any]:
    """This will return what is asked of a solution, for one more that asks the same."""
    same = ("scenario_id", "revision", "request", "request_digest", "engine", "time_limit", "seed", "draft")
    return {name: getattr(solution, name) for name in same}


@transaction.atomic
def apply_change(
    *, solution: Solution, order: tuple[str, str | int], change: int, by: User, now: datetime
) -> Solution:
    """This will make a change that a plan proposes to serve an `order` (type and id) it leaves out, and solve again.

    The scenario as it is now gets a new revision, and is solved the way the plan was. Raises `Outdated` when the
    change was meant for something the scenario does not say any more.
    """
    scenario = Scenario.objects.get(pk=solution.scenario_id)
    proposed = _proposed(plan(solution), order, change)
    patch = proposed["patch"]
    if proposed["kind"] == "drop" and scenario.revision != solution.revision:
        raise Outdated("an order should not be left out for what is planned otherwise by now")
    try:
        document = changes.apply(scenario.request, patch)
        scenarios.update(
            scenario=scenario, document=document, expected_revision=scenario.revision, by=by, now=now
        )
    except (changes.DoesNotFit, scenarios.Changed) as error:
        raise Outdated(error) from error
    except Invalid as error:
        if scenario.revision == solution.revision:
            raise
        raise Outdated(error) from error
    same: dict[str, Any] = {name: getattr(solution, name) for name in ("engine", "time_limit", "seed")}
    return start(scenario=scenario, by=by, now=now, **same)


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
    return comparison.between(plan(a), plan(b))


def baseline_of(*, request: dict[str, Any], by: User | None) -> dict[str, Any] | None:
    """This will return the plan that the request's objective wants to stay close to, if `by` may see it."""
    name = _baseline(request)
    if name is None or by is None:
        return None
    try:
        row = Solution.objects.visible_to(by).only("payload").filter(pk=UUID(str(name))).first()
    except ValueError:
        return None
    return row.payload if row else None


def insertions(*, solution: Solution, order: dict[str, Any], k: int) -> list[dict[str, Any]]:
    """This will return the best `k` places for one more order in a plan, `{"job": …}` or `{"shipment": …}`.

    Nothing is changed. What is wrong with the order is named by its place in it.
    """
    ((kind, _),) = order.items()
    number = len(solution.request.get(f"{kind}s") or ())  # the place it would have in the request
    try:
        return planner.insertions(solution.request, plan(solution), order, k, atlas=roads.atlas())
    except Invalid as error:
        raise Invalid(_in_order(fault, kind, number) for fault in error.faults) from error


def export(*, solution: Solution, kind: str) -> Export:
    """This will return the plan as a file; an unknown kind raises `Invalid`, `NoPlan` when there is nothing yet."""
    written = formats.write(plan(solution), requests.read(solution.request), kind)
    return Export(written.data, written.media_type, solution.scenario.name, written.extension)


def plan(solution: Solution) -> dict[str, Any]:
    """This will return a solution's plan, or raise `NoPlan`."""
    if solution.payload is None:
        raise NoPlan(solution)
    return solution.payload


def _proposed(plan: dict[str, Any], order: tuple[str, str | int], change: int) -> dict[str, Any]:
    named = str(order[0]), str(order[1])
    found = [row for row in plan["unassigned"] if (row["type"], str(row["id"])) == named]
    if not found:
        raise Invalid([Fault(("id",), f"the plan leaves out no {order[0]} with this id", "unknown_id")])
    proposed: list[dict[str, Any]] = found[0].get("changes") or []
    if not 0 <= change < len(proposed):
        text = f"the plan proposes {len(proposed)} changes for it, counted from 0"
        raise Invalid([Fault(("change",), text, "index_out_of_range")])
    return proposed[change]


def _in_order(fault: Fault, kind: str, number: int) -> Fault:
    """A fault of the order that was added last, placed in what the caller sent."""
    is_inside = fault.loc[:2] == (f"{kind}s", number)
    return Fault((kind, *fault.loc[2:]), fault.msg, fault.type) if is_inside else fault


def _refuse_what_it_cannot(scenario: Scenario, engine: str) -> None:
    """Before anything is queued; a combination that only the whole problem shows is refused by the planner."""
    problem = scenario.problem()
    used = features.used_by(problem)
    if problem.options.mode == "check":
        return
    able = engines.able(used)
    if able if engine == "auto" else engine in able:
        return
    names = engines.installed() if engine == "auto" else [engine]
    raise engines.EngineCannot(_refusal(name, used) for name in names)


def _refuse_no_baseline(scenario: Scenario, by: User) -> None:
    name = _baseline(scenario.request)
    if name is not None and baseline_of(request=scenario.request, by=by) is None:
        place = ("objective", "stability", "baseline")
        raise Invalid([Fault(place, f"there is no solution {name!r} with a plan", "unknown_id")])


def _baseline(request: dict[str, Any]) -> str | int | None:
    stability = (request.get("objective") or {}).get("stability") or {}
    name: str | int | None = stability.get("baseline")
    return name


def _refusal(name: str, used: frozenset[features.Feature]) -> Fault:
    place = ("options", "engine")
    if name not in engines.installed():
        return Fault(place, f"{name} is not installed here", "engine_cannot")
    lacks = ", ".join(sorted(used - engines.get(name).supports))
    return Fault(place, f"{name} cannot do this request: it does not model {lacks}", "engine_cannot")


def enqueue(solution: Solution) -> Solution:
    """This will store a new solution and have it solved."""
    if not 0 < solution.time_limit <= limits.MAX_TIME_LIMIT:
        text = f"should be more than 0 and at most {limits.MAX_TIME_LIMIT} seconds"
        raise Invalid([Fault(("time_limit",), text, "time_limit_range")])
    solution.save(force_insert=True)
    queue.defer("vrp.solve", solution_id=solution.pk)
    return solution


def _first(*values: Any) -> Any:
    return next(value for value in values if value is not None)
