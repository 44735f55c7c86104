"""The search with compiled kernels: a first plan at once, then annealing on every core in pieces of a twentieth of a
second, between which the clock, a stop and what the others found are looked at."""

import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from types import ModuleType
from typing import Any

from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import compiled, savings
from vrp.engines.sisr.model import Model, Part, Routes

_PIECE = 0.05  # seconds
_REMOVED, _STRING, _BLINK = 10.0, 10.0, 0.01  # stops removed on average, the longest string: as in the paper
_WARM, _COLD = 2.0, 0.02  # temperature at the beginning and the end, in ways to a near neighbour
_INFLATED = 2**50  # a price at which everything is served that can be
_MOST_IN_ALL = 2**62  # so that the sum of all prices fits 64 bits
_SHOW_EVERY = 0.2  # seconds
_BATCHES, _BATCHES_IN_TIME, _BATCHES_AT_FIRST, _PATIENCE = 10, 2, 6, 1.0
_EMPTIES = 0.05  # of the rounds: a whole route is taken out
_SHOW_TASK = 1e-4  # seconds for each task: writing down and judging a large plan takes time from the search
_MANY = 3_000  # tasks: from here on the best is not written down every time


class NoKernel(Exception):
    """No compiled kernel that does what a problem needs is there yet, or it is too large for any."""


@dataclass
class Clock:
    """How far a search is: by the time, or by rounds, and then the same seed gives the same plan."""

    budget: Budget
    rounds: int | None = None  # for each core
    began: float = field(default_factory=time.monotonic)
    is_stopped: bool = False

    def look(self) -> None:
        """Only the thread that began the search asks the outside."""
        self.is_stopped = self.is_stopped or self.budget.should_stop()

    def share(self, done: int) -> float:
        """This will tell which part of the search is over, 1 at its end."""
        if self.is_stopped:
            return 1.0
        if self.rounds is not None:
            return min(1.0, done / self.rounds)
        return min(1.0, (time.monotonic() - self.began) / max(self.budget.deadline - self.began, 1e-3))


class Search:
    """One core's annealing."""

    def __init__(self, model: Model, kernel: ModuleType, fixed: Any, seed: int) -> None:
        self.model, self.kernel, self.fixed = model, kernel, fixed
        self.state = model.state(kernel, fixed, seed)
        tuning = self.state.tuning
        tuning[kernel.STOPS_REMOVED], tuning[kernel.LONGEST_STRING] = _REMOVED, _STRING
        tuning[kernel.BLINK] = 1 / math.log(1 - _BLINK)
        tuning[kernel.BATCHES], tuning[kernel.PATIENCE] = (
            _BATCHES_IN_TIME if kernel.TIMES else _BATCHES,
            _PATIENCE,
        )
        tuning[kernel.EMPTIES] = _EMPTIES
        tuning[kernel.SAVES_EVERY] = fixed.size // 20 if fixed.size > _MANY else 0
        self.done, self._pace = 0, 200
        self.found: tuple[int, Any] = (
            _INFLATED,
            None,
        )  # the best plan: its cost, and what follows each node in it

    def load(self, part: Part) -> None:
        self.model.load(self.kernel, self.fixed, self.state, part)
        self.publish()

    def publish(self) -> None:
        """Other threads may look at `found` at any time: it is never changed, only replaced."""
        cost = int(self.state.totals[self.kernel.SAVED_COST])
        if cost != self.found[0]:
            self.found = cost, self.state.best.copy()

    def fill(self) -> None:
        """Put in everything there is a place for, whatever its price; the search finds what is not worth it."""
        kernel, fixed = self.kernel, self.fixed
        price = min(_INFLATED, _MOST_IN_ALL // fixed.size)
        inflated = fixed._replace(prices=fixed.prices * 0 + price)
        self.model.load(kernel, inflated, self.state, self.model.whole([]))
        tuning, batches = self.state.tuning, self.state.tuning[kernel.BATCHES]
        tuning[kernel.FILLS_ONLY], tuning[kernel.BATCHES] = 1, _BATCHES_AT_FIRST
        kernel.search(1, 1e300, inflated, self.state)
        tuning[kernel.FILLS_ONLY], tuning[kernel.BATCHES] = 0, batches
        self.load(self.model.whole(self.model.routes(self.state.best)))

    def begin(self) -> None:
        """The first plan."""
        saved = savings.routes(self.model)
        if saved is None:
            self.fill()
        else:
            self.load(self.model.whole(saved))

    def anneal(self, clock: Clock, until: float, warm: float, cold: float) -> None:
        """Search until a share of the whole is over."""
        while (share := clock.share(self.done)) < until:
            began = time.monotonic()
            self.kernel.search(self._pace, warm * (cold / warm) ** share, self.fixed, self.state)
            self.done += self._pace
            self.publish()
            if clock.rounds is None:
                took = max(time.monotonic() - began, 1e-4)
                self._pace = int(max(20, min(50_000, self._pace * _PIECE / took)))


def solve(problem: Problem, budget: Budget, report: Report, rounds: int | None = None) -> Plan:
    """This will search until the budget is over, or for so many `rounds` on each core: then a seed gives one plan.

    Raises `NoKernel`."""
    model = Model(problem)
    if model.is_empty:
        return Plan()
    kernel = compiled.kernel(compiled.Kind.of(model.switches, problem.dimensions))
    if kernel is None or model.excesses(kernel):
        raise NoKernel
    return Team(model, kernel, budget, report, rounds).run()


class Team:
    """Searches on all cores, with different seeds, that share what they find."""

    def __init__(
        self, model: Model, kernel: ModuleType, budget: Budget, report: Report, rounds: int | None
    ) -> None:
        self.model, self.report, self.clock = model, report, Clock(budget, rounds)
        fixed = model.fixed(kernel)
        self.searches = [
            Search(model, kernel, fixed, budget.seed + 1_000 * number) for number in range(_cores())
        ]
        self.shown, self.shown_at = _INFLATED, 0.0

    def run(self) -> Plan:
        first, *others = self.searches
        first.begin()
        self.show()
        for search in others:
            search.load(self.model.whole(self.routes()))
        unit = self.model.warmth
        for until in (0.5, 1.0):
            self.together(
                partial(Search.anneal, clock=self.clock, until=until, warm=_WARM * unit, cold=_COLD * unit)
            )
            self.exchange()
        return self.model.plan(self.routes())

    def best(self) -> tuple[int, Any]:
        return min((search.found for search in self.searches), key=itemgetter(0))

    def routes(self) -> Routes:
        return self.model.routes(self.best()[1])

    def together(self, work: Callable[[Search], None]) -> None:
        """Each on its core; better plans are shown meanwhile."""
        with ThreadPoolExecutor(len(self.searches)) as pool:
            running = [pool.submit(work, search) for search in self.searches]
            while not all(one.done() for one in running):
                wait(running, _PIECE)
                self.clock.look()
                self.show()
            for one in running:
                one.result()

    def exchange(self) -> None:
        (cost, _), routes = self.best(), self.routes()
        for search in self.searches:
            if search.found[0] > cost:
                search.load(self.model.whole(routes))

    def show(self) -> None:
        now, (cost, best) = time.monotonic(), self.best()
        if cost < self.shown and now - self.shown_at >= max(_SHOW_EVERY, _SHOW_TASK * len(self.model.tasks)):
            self.shown, self.shown_at = cost, now
            self.report(self.model.plan(self.model.routes(best)))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
