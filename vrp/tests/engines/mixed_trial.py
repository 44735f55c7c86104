"""One mixed request, given to every engine that can do it, judged, and compared with the best plan there is."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vrp import engines, planner
from vrp.domain import explain
from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines import EngineCannot
from vrp.engines.base import Budget
from vrp.tests import brute
from vrp.tests.engines.solving import LONG_ENOUGH
from vrp.tests.problems import Document

Rank = tuple[int, int, int, float, float]
PATIENCE = 0.2  # seconds an engine may search on after its last better plan
_FIRST_PLAN = 1.0  # seconds it may take to find one at all


@dataclass
class Trial:
    """What came of a request: the best rank there is, the rank of each engine's plan, what is wrong with them, whom
    `auto` takes or what keeps everybody from doing it."""

    best: Rank
    has_legal_plan: bool
    ranks: dict[str, Rank] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    auto: str = ""
    refused_for: str = ""

    def is_far(self, engine: str) -> bool:
        """Whether something else is left out than must be, or the plan is 5 % (and one unit) off the best."""
        got, best = self.ranks[engine], self.best
        if got[:3] != best[:3]:
            return True
        if abs(got[3] - best[3]) > 1e-6:  # where the preset's aim differs the cost may well be lower
            return got[3] > 1.05 * best[3] + 0.003
        return got[4] > best[4] + max(1, 0.05 * abs(best[4]))


def tried(
    document: Document, names: Sequence[str] = engines.installed(), patience: float = PATIENCE
) -> Trial:
    """Ask every engine that can do it, judge every plan, and compare the last with the best there is."""
    problem = planner.prepare(document)
    best = brute.optimum(problem)
    trial = Trial(best.rank, best.is_feasible)
    lacks = {name: engines.missing(name, problem) for name in names}
    try:
        trial.auto = engines.choose(problem)
    except EngineCannot as refusal:
        trial.refused_for = refusal.faults[-1].msg
    for name in lacks:
        if lacks[name]:
            continue
        try:
            plans = asked(name, problem, patience)
        except Exception as error:
            trial.complaints.append(f"{name} fails: {error!r}")
            continue
        if trial.has_legal_plan:  # else every plan breaks something
            judged = [evaluate(problem, plan) for plan in plans]
            trial.complaints += [f"{name}: {words}" for words in _complaints(judged)]
        trial.ranks[name] = _published(problem, plans).rank
        if _is_better(trial.ranks[name], best.rank):
            words = f"{name} has a plan of rank {trial.ranks[name]}, the best is {best.rank}"
            trial.complaints.append(words)
    return trial


def asked(engine: str, problem: Problem, patience: float) -> list[Plan]:
    """Every plan an engine reports, and the one it returns, until it has found nothing better for a while."""
    plans: list[Plan] = []
    last = time.monotonic() + _FIRST_PLAN

    def report(plan: Plan) -> None:
        nonlocal last
        plans.append(plan)
        last = time.monotonic()

    def must_stop() -> bool:
        return time.monotonic() - last > patience

    return [*plans, engines.get(engine).solve(problem, Budget(LONG_ENOUGH, should_stop=must_stop), report)]


def _complaints(judged: list[Evaluation]) -> Iterator[str]:
    for plan in judged:
        if plan.violations:
            yield "; ".join(f"{broken.cause}: {broken.message}" for broken in plan.violations)
        claim = plan.claimed_cost
        if claim is not None and abs(claim - plan.cost) > max(0.1, 1e-4 * abs(plan.cost)):
            yield f"claims a cost of {claim}, it is {plan.cost}"


def _published(problem: Problem, plans: list[Plan]) -> Evaluation:
    """What becomes of an engine's plans: the best that keeps the rules, repaired."""
    watch = planner.Contest(problem, report=lambda progress: None)
    for plan in plans:
        watch(plan)
    if watch.best is None:
        return evaluate(problem, plans[-1])
    repaired = explain.repair(watch.best) if watch.best.missing else None
    if repaired:
        watch(repaired)
    return watch.best


def _is_better(one: Rank, other: Rank) -> bool:
    """By more than the rounding of money."""
    if one[:3] != other[:3]:
        return one[:3] < other[:3]
    return one[3] < other[3] - 1e-6 or (one[3] <= other[3] and one[4] < other[4] - 1e-3)
