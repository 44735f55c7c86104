"""A request in, a verified and explained plan out: roads → engine → evaluator → explanation. No database here."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from vrp import engines, roads
from vrp.domain import editing, evaluator, explain, fresh, given, limits
from vrp.domain import plan as plans
from vrp.domain import request as requests
from vrp.domain.digest import digest
from vrp.domain.editing import Draft, Edit
from vrp.domain.evaluator import Evaluation
from vrp.domain.insertion import Board, Insertion, fixed_items
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem, Task, build, places_of
from vrp.domain.rules import Violation
from vrp.domain.schedule import Visit
from vrp.engines import child, together
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed
from vrp.engines.together import Crew
from vrp.errors import RoutebookError
from vrp.roads import Atlas, Roads, Watch, shapes
from vrp.roads.base import RoadsFailed

log = structlog.get_logger(__name__)
Progress = dict[str, Any]
DEFAULT_SEED = 1
CHECK = "check"  # the engine of plans that nobody searched for
NO_ROADS = Atlas()  # straight lines only
_LEAST = 2.0  # seconds an engine gets that takes over late
_PARTING = 0.05  # seconds for judging a plan, and for each question about it, once somebody has asked to stop


class NoVerifiedPlan(RoutebookError):
    """No engine came back with a plan that stands up to the evaluator."""


class StoppedTooEarly(RoutebookError):
    """Somebody asked to stop before there was any plan."""


class _Late(Exception):
    """Somebody asked to stop while a plan was judged."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of a change by hand: the new draft, what is published of it, and the change in words."""

    draft: Draft
    payload: dict[str, Any]
    words: str


@dataclass
class Contest:
    """Judges every plan an engine reports, keeps the best, and tells `report` about it. Soon after somebody asks to
    stop nothing is judged any more: what was best by then is the answer."""

    problem: Problem
    report: Callable[[Progress], None]
    started: float = field(default_factory=time.monotonic)
    engine: str = ""  # the one at work
    best: Evaluation | None = None
    best_engine: str = ""
    trace: list[list[float]] = field(default_factory=list)
    should_stop: Callable[[], bool] = lambda: False
    _stopped_at: float = math.inf
    _last: Plan | None = None  # that was judged, and what it breaks
    _broken: tuple[Violation, ...] = ()

    def __call__(self, plan: Plan) -> tuple[Violation, ...]:
        """Returns what the plan breaks; a plan that breaks anything is not kept."""
        if plan is not self._last:
            try:
                self._broken, self._last = self._judge(plan), plan
            except _Late:
                return ()
        return self._broken

    def _heed(self) -> None:
        now = time.monotonic()
        if self.should_stop():
            self._stopped_at = min(self._stopped_at, now)
        if now - self._stopped_at > _PARTING:
            raise _Late

    def _judge(self, plan: Plan) -> tuple[Violation, ...]:
        with fresh.no_garbage():
            judged = evaluator.evaluate(self.problem, plan, self._heed)
        if judged.violations or (self.best and judged.rank >= self.best.rank):
            return judged.violations
        self.best, self.best_engine = judged, self.engine
        elapsed = round(time.monotonic() - self.started, 3)
        self.trace.append([elapsed, judged.cost])
        self.report(
            {
                "elapsed": elapsed,
                "cost": judged.cost,
                "vehicles_used": len(judged.routes),
                "unassigned": len(judged.left_out),
                "trace": self.trace[-200:],
            }
        )
        return ()


def prepare(document: Any, baseline: Mapping[str, Any] | None = None, *, atlas: Atlas = NO_ROADS) -> Problem:
    """This will read a request, give it roads and fix what is given. Raises `Invalid` with every fault and its place.

    `baseline` is the published plan that `objective.stability.baseline` names.
    """
    return _prepared(document, baseline, None, atlas, Watch())[0]


def _prepared(
    document: Any, baseline: Mapping[str, Any] | None, draft: Draft | None, atlas: Atlas, watch: Watch
) -> tuple[Problem, Roads]:
    problem, measured = _built(document, draft, atlas, watch)
    with fresh.no_garbage():
        return given.fixed(problem, baseline), measured


def _built(document: Any, draft: Draft | None, atlas: Atlas, watch: Watch) -> tuple[Problem, Roads]:
    with fresh.no_garbage():
        request = requests.read(document)
        places = places_of(request)
    measured = roads.measure(request, places, atlas, watch)
    with fresh.no_garbage():
        problem = build(request, places, measured.travels)
    return given.with_draft(problem, draft) if draft else problem, measured


def solve(
    document: Any,
    *,
    engine: str | None = None,
    time_limit: float | None = None,
    seed: int | None = None,
    baseline: Mapping[str, Any] | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    should_stop: Callable[[], bool] = lambda: False,
    atlas: Atlas = NO_ROADS,
    crew: Crew | None = None,
    draft: Draft | None = None,
) -> dict[str, Any]:
    """This will return the best verified plan found within `time_limit` seconds, in the contract's shape.

    What is not given here is taken from the request's `options`. `report` is told how far the roads are measured, then
    of each better plan; `should_stop` is asked several times a second, and a stop keeps the best plan so far. A `crew`
    may help with large problems. A `draft` is a plan to begin with, and what of it is held. The time limit is that of
    the search: measuring roads comes before it. Raises `Invalid` for a bad request or one no engine can do,
    `RoadsFailed` when the roads it insists on cannot be had, `RoadsStopped` or `StoppedTooEarly` when it was stopped
    before there was any plan, `NoVerifiedPlan` when engines fail.
    """
    with _started_early(document, engine):
        return _solved(document, engine, time_limit, seed, baseline, report, should_stop, atlas, crew, draft)


def _started_early(document: Any, engine: str | None) -> AbstractContextManager[None]:
    """The engine's process gets ready while the request is read: what is said here may still turn out to be wrong."""
    options = document.get("options") if isinstance(document, dict) else None
    options = options if isinstance(options, dict) else {}
    if options.get("mode") == "check":
        return nullcontext()
    return child.started_early(engine or str(options.get("engine", "auto")))


def _solved(
    document: Any,
    engine: str | None,
    time_limit: float | None,
    seed: int | None,
    baseline: Mapping[str, Any] | None,
    report: Callable[[Progress], None],
    should_stop: Callable[[], bool],
    atlas: Atlas,
    crew: Crew | None,
    draft: Draft | None,
) -> dict[str, Any]:
    problem, measured = _prepared(document, baseline, draft, atlas, Watch(_telling(report), should_stop))
    options = problem.request.options
    watch = Contest(problem, report, should_stop=should_stop)
    if options.mode == "check":
        judged, stop_reason = check(problem, given.routes_of(problem)), "finished"
        watch.trace.append([0, judged.cost])
    elif (fixed := _fixed_parts(problem)) and fixed.violations and not _may_be_rearranged(problem):
        judged, stop_reason = _filled(fixed), "infeasible"
    else:
        if (steps := given.routes_of(problem)).routes:
            watch(steps)  # what is given is the plan to beat
        limit = time_limit or options.time_limit or limits.DEFAULT_TIME_LIMIT
        seed = _first(seed, options.seed, DEFAULT_SEED)
        try:
            stop_reason = _search(document, watch, engine or options.engine, limit, seed, should_stop, crew)
            judged = _repaired(watch, stop_reason)
        except NoVerifiedPlan:
            if fixed is None:
                raise
            judged, stop_reason = _filled(fixed), "infeasible"
    described = {
        "name": watch.best_engine or CHECK,
        "version": engines.get(watch.best_engine).version if watch.best_engine else "",
        "seed": seed,
        "runtime_ms": round((time.monotonic() - watch.started) * 1000),
        "stop_reason": stop_reason,
        "trace": watch.trace,
    }
    return _published(document, judged, described, measured)


def edit(
    document: Any,
    draft: Draft,
    edit: Edit,
    baseline: Mapping[str, Any] | None = None,
    *,
    atlas: Atlas = NO_ROADS,
) -> Edited:
    """This will change a plan by hand and judge what comes of it, as it is: nothing is forbidden. Raises `Invalid`
    when the change names what there is not."""
    began = time.monotonic()
    changed, judged, measured = _edited(document, draft, edit, baseline, atlas)
    described = {
        "name": CHECK,
        "version": "",
        "seed": 0,
        "runtime_ms": round((time.monotonic() - began) * 1000),
        "stop_reason": "finished",
        "trace": [[0, judged.cost]],
    }
    payload = _published(document, judged, described, measured)
    return Edited(changed, payload, edit.words(judged.problem, changed))


def outlook(
    document: Any,
    draft: Draft,
    edit: Edit,
    baseline: Mapping[str, Any] | None = None,
    *,
    atlas: Atlas = NO_ROADS,
) -> Edited:
    """This will say what `edit` would, without what takes long: why stops are left out, and what each costs."""
    changed, judged, _ = _edited(document, draft, edit, baseline, atlas)
    return Edited(changed, evaluator.payload(judged), edit.words(judged.problem, changed))


def _edited(
    document: Any, draft: Draft, edit: Edit, baseline: Mapping[str, Any] | None, atlas: Atlas
) -> tuple[Draft, Evaluation, Roads]:
    problem, measured = _built(document, draft, atlas, Watch())
    changed = edit.applied(problem, draft)
    before = given.fixed(problem, baseline)
    problem = given.fixed(given.with_draft(problem, changed), baseline)
    problem = replace(problem, baseline=before.baseline)  # who comes later is told against the plan before
    return changed, check(problem, given.routes_of(problem)), measured


def places(
    document: Any, draft: Draft, kind: str, name: str, k: int = 3, *, atlas: Atlas = NO_ROADS
) -> list[dict[str, Any]]:
    """This will return the best `k` places for a step of a plan, or one it leaves out, as `insertions` does, each with
    the `difference` in cost it would make."""
    problem = given.fixed(_built(document, draft, atlas, Watch())[0])
    found, now = editing.places(problem, draft, kind, name, k)
    return [_place(insertion) | {"difference": round(insertion.extra_cost - now, 6)} for insertion in found]


def _telling(report: Callable[[Progress], None]) -> Callable[[int, int], None]:
    return lambda done, total: report({"roads": round(done / total, 3)}) if total else None


def _search(
    document: Any,
    watch: Contest,
    asked: str,
    time_limit: float,
    seed: int,
    should_stop: Callable[[], bool],
    crew: Crew | None,
) -> str:
    """Ask engines until one comes back with a plan that keeps the rules; why that one stopped."""
    complaints = []
    for name in _engines(watch.problem, asked):
        watch.engine = name
        left = max(time_limit - (time.monotonic() - watch.started), min(time_limit, _LEAST))
        budget = Budget(left, seed, watch.problem.request.options.no_improvement, should_stop)
        try:
            outcome = together.solve(name, watch.problem, budget, watch, crew)
        except EngineFailed as failure:
            complaints.append(str(failure))
            log.error("engine_failed", engine=name, reason=str(failure), digest=digest(document))
            continue
        refused = watch(outcome.plan)
        if not refused:
            return outcome.stop_reason
        words = "; ".join(violation.message for violation in refused[:3])
        complaints.append(f"The plan of {name} breaks the rules: {words}.")
        log.error("plan_refused", engine=name, violations=words, digest=digest(document))
    if watch.best is None:
        raise NoVerifiedPlan("No engine returned a plan that keeps the rules. " + " ".join(complaints))
    return "engine_failed"


def _engines(problem: Problem, asked: str) -> Iterator[str]:
    """The engine to use, and under `auto` those that take over should it fail."""
    first = engines.choose(problem, asked)
    yield first
    if asked == "auto":
        for name in engines.installed():
            if name != first and not engines.missing(name, problem):
                yield name


def check(problem: Problem, plan: Plan) -> Evaluation:
    """This will judge a given plan by the same rules and change nothing."""
    return evaluator.evaluate(problem, plan)


def insertions(
    document: Any, plan: Mapping[str, Any], order: Mapping[str, Any], k: int = 3, *, atlas: Atlas = NO_ROADS
) -> list[dict[str, Any]]:
    """This will return the best `k` places for one new order in a published plan, the cheapest first.

    `order` is `{"job": …}` or `{"shipment": …}`, as a request has them. Raises `Invalid` for a bad one, with its
    place as the last of its kind.
    """
    (kind, row), *_ = order.items()
    key = f"{kind}s"
    problem = prepare({**document, key: [*(document.get(key) or ()), row]}, plan, atlas=atlas)
    judged = evaluator.evaluate(problem, plans.read(plan))
    board = Board.of(judged)
    new = [o for o in problem.orders if o.type == kind][-1]
    return [_place(insertion) for insertion in explain.places(board, new, k)]


def _place(insertion: Insertion) -> Progress:
    stops = [
        {
            "type": visit.type,
            "id": task.id,
            "position": position,
            "arrival": visit.arrival,
            "service_start": visit.service_start,
        }
        for position, (visit, task) in enumerate(_stops(insertion))
        if task and task.order == insertion.task.order
    ]
    return {
        "vehicle": insertion.vehicle.id,
        "position": insertion.way.position,
        "extra_cost": round(insertion.extra_cost, 6),
        "arrival": stops[0]["arrival"],
        "service_start": stops[0]["service_start"],
        "stops": stops,
        "violations": [violation.as_dict() for violation in insertion.violations],
    }


def _stops(insertion: Insertion) -> list[tuple[Visit, Task | None]]:
    """The steps of the route between its ends, as positions count them."""
    visits = insertion.trial.route.visits
    return [(visit, visit.task) for visit in visits if visit.task or visit.pause or visit.reload]


def _fixed_parts(problem: Problem) -> Evaluation | None:
    """The locked steps by themselves, in the order given; None where nothing is locked."""
    if not problem.has_locks:
        return None
    board = Board(problem)
    for vehicle, items in evaluator.resolved(problem, given.routes_of(problem)):
        kept = fixed_items(problem, vehicle, tuple(items))
        if kept:
            board.put(evaluator.route_with(problem, vehicle, kept))
    return board.judged()


def _filled(fixed: Evaluation) -> Evaluation:
    """What is late or overfull already does not keep the rest from being served where that breaks nothing more."""
    plan = explain.repair(fixed)
    return evaluator.evaluate(fixed.problem, plan) if plan else fixed


def _may_be_rearranged(problem: Problem) -> bool:
    """Steps that are locked to their vehicle only may be legal in another order; a route too short may grow."""
    specs = [vehicle.spec for vehicle in problem.vehicles if vehicle.locks]
    levels = {lock.level for vehicle in problem.vehicles for lock in vehicle.locks}
    return "vehicle" in levels or any(spec.min_tasks for spec in specs)


def _repaired(watch: Contest, stop_reason: str) -> Evaluation:
    """What the engine left out though there is a legal place for it is put there before anybody sees the plan."""
    if stop_reason == "stopped" and (watch.best is None or (watch.best.missing and not watch.best.routes)):
        raise StoppedTooEarly("Stopped before there was any plan.")
    assert watch.best is not None
    if watch.best.left_out and stop_reason != "stopped":
        repaired = explain.repair(watch.best)
        if repaired:
            watch(repaired)
    return watch.best


def _published(document: Any, judged: Evaluation, engine: dict[str, Any], measured: Roads) -> dict[str, Any]:
    payload = evaluator.payload(judged)
    patience = _PARTING if engine["stop_reason"] == "stopped" else explain.PATIENCE
    explained = explain.explain(judged, document, patience)
    payload["unassigned"] = [explanation.as_dict() for explanation in explained]
    _add_marginal_costs(payload, judged, patience)
    if judged.problem.baseline:
        payload["eta_changes"] = given.changes(judged.problem, judged.routes)
    if judged.problem.request.options.mode == "solve" and _nobody_can_begin(judged):
        payload["status"] = "infeasible"
    payload["engine"] = engine
    used, name = judged.problem.features, engine["name"]
    emulated = used & engines.get(name).emulated if name in engines.ENGINES else frozenset()
    payload["capabilities"] = {"native": sorted(used - emulated), "emulated": sorted(emulated)}
    payload["request_digest"] = digest(document)
    payload["estimated"] = evaluator.uses_estimates(judged) or measured.name == "straight_line"
    payload["roads"] = measured.as_dict()
    if judged.problem.request.options.wants_geometry:
        _add_shapes(payload, judged, measured)
    return payload


def _add_shapes(payload: Progress, judged: Evaluation, measured: Roads) -> None:
    """The plan stands without its picture: where a shape cannot be had, a note says why."""
    for route, timed in zip(payload["routes"], judged.routes, strict=True):
        places = [step["location"] for step in route["steps"] if step["location"]]
        try:
            route["geometry"] = shapes.line(measured, places, timed.vehicle.spec.profile)
        except RoadsFailed as error:
            payload["roads"]["notes"].append({"loc": [], "msg": f"Some routes have no road shape: {error}"})
            return


def _add_marginal_costs(payload: Progress, judged: Evaluation, patience: float) -> None:
    saved = explain.marginal_costs(judged, patience)
    for route, timed in zip(payload["routes"], judged.routes, strict=True):
        for step, visit in zip(route["steps"], timed.visits, strict=True):
            if visit.task and visit.task.order in saved:
                step["marginal_cost"] = round(saved[visit.task.order], 6)


def _nobody_can_begin(judged: Evaluation) -> bool:
    """A request with something to serve of which no vehicle can serve anything."""
    return bool(judged.problem.demands) and len(judged.missing) == len(judged.problem.demands)


def _first(*values: int | None) -> int:
    return next(value for value in values if value is not None)
