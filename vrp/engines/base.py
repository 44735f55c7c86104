"""What every engine promises: a problem, a budget and a way to report in; a plan out."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from vrp.domain.features import Feature
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search. `seconds` is wall clock from `started` (time.monotonic); `should_stop` is asked often."""

    seconds: float
    seed: int = 1
    no_improvement: float | None = None
    should_stop: Callable[[], bool] = lambda: False
    started: float = field(default_factory=time.monotonic)

    @property
    def deadline(self) -> float:
        return self.started + self.seconds

    def is_over(self) -> bool:
        return time.monotonic() >= self.deadline or self.should_stop()


Report = Callable[[Plan], object]  # called with each better plan as soon as there is one


class Engine(Protocol):
    """A solver. `native` are the features it models by a means of its own, `emulated` those it models exactly by
    another; `supports` is both. Asked for any other feature, it is not used."""

    name: str
    version: str
    native: frozenset[Feature]
    emulated: frozenset[Feature]
    supports: frozenset[Feature]

    def cannot(self, problem: Problem) -> frozenset[str]:
        """This will return the features it supports, but not in the combination this problem has them in; or, in words,
        what is too large for it."""

    def is_slow_at(self, problem: Problem) -> bool:
        """This will tell whether it supports what a problem uses by a means so slow that others should be asked."""

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        """This will search until the budget is over, or it can do no better, and return the best plan found."""
