"""A search that others help with: by itself until somebody else is free, then in rounds, each with the best plan cut
into parts of which others take all but one. What does not come back in time stays as it was.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from vrp.domain.evaluator import Evaluation
from vrp.domain.insertion import plan_of
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.domain.rules import Violation
from vrp.engines import parts
from vrp.engines.base import Budget
from vrp.engines.child import EngineFailed, Outcome, StopReason, run
from vrp.engines.parts import Part
from vrp.errors import Invalid

log = structlog.get_logger(__name__)
_ALONE = (3.0, 0.1)  # at least these seconds, and this share of the time, before the work is shared
_SHORTEST, _LONGEST = (
    4.0,
    30.0,
)  # seconds of a round: less is not worth its beginning, more keeps a cut too long
_ROUNDS = 5  # of this number each takes one's share of what is left
_RETURN = 1.5  # seconds that a result may take
_LOOK = 0.1
_LEAST_TASKS = 250  # of a part


class Crew(Protocol):
    """Those who may help. Nothing here fails: when nobody can be reached, nobody is free."""

    from_tasks: int  # what a problem has at least that is worth cutting

    def free(self) -> int:
        """This will return how many others could take a part now; it may be asked at any time."""

    def give(self, shares: Sequence[Part], engine: str, budget: Budget) -> None:
        """This will offer parts, to be searched within a budget that begins now."""

    def is_at_work(self) -> bool:
        """This will tell whether anything more may come back, and replace who is lost; to be asked often."""

    def returned(self) -> Iterable[tuple[int, Plan]]:
        """This will return what has come back: the number of a part, and its plan."""

    def withdraw(self) -> None:
        """This will end what is still out."""


class Judge(Protocol):
    """Keeps the best legal plan it is shown."""

    @property
    def best(self) -> Evaluation | None: ...

    def __call__(self, plan: Plan) -> tuple[Violation, ...]: ...


def solve(engine: str, problem: Problem, budget: Budget, judge: Judge, crew: Crew | None) -> Outcome:
    """This will solve as `child.run` does, with what help there is at any time. Raises `EngineFailed`."""
    if crew is None or len(problem.tasks) < crew.from_tasks or not parts.is_divisible(problem):
        return run(engine, problem, budget, judge)
    return _Search(engine, problem, budget, judge, crew).run()


@dataclass
class _Search:
    engine: str
    problem: Problem
    budget: Budget
    judge: Judge
    crew: Crew
    runs: int = 0  # each with a seed of its own

    def run(self) -> Outcome:
        while True:
            outcome, is_shared = self._alone()
            if not is_shared:
                return outcome
            improved_at = time.monotonic()
            while others := self._others():
                before = self.judge.best
                has_failed = self._round(others)
                improved_at = time.monotonic() if self.judge.best is not before else improved_at
                if reason := self._over(improved_at):
                    return Outcome(self._best(), reason, time.monotonic() - self.budget.started)
                if has_failed:
                    break  # should it do so again, whoever asked for it is told

    def _alone(self) -> tuple[Outcome, bool]:
        """One engine, the whole problem: until the budget is over, or there is a plan and somebody to share it with."""
        since, is_shared = time.monotonic(), False
        least = max(_ALONE[0], _ALONE[1] * self.budget.seconds)

        def must_stop() -> bool:
            nonlocal is_shared
            if self.budget.should_stop():
                is_shared = False
                return True
            if not is_shared and self.judge.best and time.monotonic() - since >= least:
                is_shared = self._others() > 0
            return is_shared

        problem = replace(self.problem, start=self._best()) if self.runs else self.problem
        return run(self.engine, problem, self._budget(self._left(), must_stop), self.judge), is_shared

    def _round(self, others: int) -> bool:
        """Returns whether the engine has failed here."""
        left = self._left()
        seconds = min(max(_SHORTEST, left / _ROUNDS), _LONGEST)
        if left - seconds < _SHORTEST:  # the last one
            seconds = left - _RETURN

        def must_stop() -> bool:
            self.crew.is_at_work()  # so that others take the part of who is lost
            return self.budget.should_stop()

        plan = self._best()
        own, *shares = parts.cut(self.problem, plan, others + 1, self.budget.seed + self.runs)
        budget = self._budget(seconds, must_stop)
        self.crew.give(shares, self.engine, budget)
        try:
            found, failure = _searched(self.engine, own, budget)
            plan = self._merged(plan, own, found)
            until = budget.deadline + _RETURN
            while self.crew.is_at_work() and time.monotonic() < until and not self.budget.should_stop():
                time.sleep(_LOOK)
            for number, found in self.crew.returned():
                plan = self._merged(plan, shares[number], found)
            return failure is not None
        finally:
            self.crew.withdraw()

    def _merged(self, plan: Plan, part: Part, found: Plan) -> Plan:
        """The plan with what was found for a part, if that is legal and better, else as it was."""
        whole, before = parts.merged(plan, part, found), self.judge.best
        try:
            self.judge(whole)
        except Invalid as error:  # names that the part does not have
            log.error("part_refused", engine=self.engine, reason=str(error))
        return plan if self.judge.best is before else whole

    def _others(self) -> int:
        """How many others can take a part, and there is time for one and enough to do."""
        if self._left() < _SHORTEST + _RETURN:
            return 0
        return min(self.crew.free(), len(self.problem.tasks) // _LEAST_TASKS - 1)

    def _over(self, improved_at: float) -> StopReason | None:
        patience = self.budget.no_improvement
        if self.budget.should_stop():
            return "stopped"
        if patience is not None and time.monotonic() - improved_at >= patience:
            return "no_improvement"
        return "time_limit" if self._left() < _RETURN else None

    def _best(self) -> Plan:
        assert self.judge.best is not None
        return plan_of(self.judge.best.routes)

    def _budget(self, seconds: float, should_stop: Callable[[], bool]) -> Budget:
        self.runs += 1
        return Budget(seconds, self.budget.seed + self.runs - 1, self.budget.no_improvement, should_stop)

    def _left(self) -> float:
        return self.budget.deadline - time.monotonic()


def _searched(engine: str, part: Part, budget: Budget) -> tuple[Plan, EngineFailed | None]:
    try:
        return run(engine, part.problem, budget).plan, None
    except EngineFailed as failure:
        log.error("engine_failed", engine=engine, reason=str(failure))
        return failure.best or part.start, failure
