"""Searches on all cores. Middling problems: each searches the whole with a seed of its own, and now and then all go on
from the best. Large ones: each searches a part of the routes, and the parts are cut anew several times, which two cores
turn into twice the rounds (cf. POPMUSIC: Taillard and Voss, 2002)."""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from types import ModuleType

from vrp.domain.plan import Plan
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import guest
from vrp.engines.sisr.guest import Guest
from vrp.engines.sisr.model import Model, Part, Routes
from vrp.engines.sisr.search import ENOUGH, FEW, PIECE, Clock, Search

_SHOW_EVERY = 0.2  # seconds
_SHOWING = 0.04  # of the time may go into writing plans down: it takes from the search
_LARGE = 2_500  # tasks: from here on each core gets a part
_MEETINGS = (0.5, 1.0)  # shares of the search after which all go on from the best
_CUTS, _CUT_EVERY, _MOST_CUTS = 6, 10.0, 30  # how often parts are cut: at least, in seconds, and at most


def solve(
    model: Model,
    kernel: ModuleType,
    budget: Budget,
    report: Report,
    rounds: int | None = None,
    first: Routes | None = None,
) -> Plan:
    """This will search until the budget is over, or for so many `rounds` on each core: then a seed gives one plan.

    `first` is what `savings.first` found, empty if nothing, where that was asked already and reported.
    """
    tasks = len(model.tasks)
    clock = Clock(budget, rounds, ENOUGH * tasks**2 if tasks <= FEW else None)
    fixed = model.fixed(kernel)
    seeds = [budget.seed + 1_000 * number for number in range(_cores())]
    searches = [Search(model, kernel, fixed, seed) for seed in seeds]
    searches[0].begin(first)
    is_large = len(model.tasks) >= _LARGE and len(searches) > 1
    team = (Parts if is_large else Portfolio)(model, searches, clock, report)
    if first:
        team.shown = searches[0].cost
    return model.plan(team.run())


class Team:
    def __init__(self, model: Model, searches: list[Search], clock: Clock, report: Report) -> None:
        self.model, self.searches, self.clock, self.report = model, searches, clock, report
        self.shown, self.may_show_at = float("inf"), 0.0

    def cost(self) -> int:
        """Of the best plan so far."""
        raise NotImplementedError

    def routes(self) -> Routes:
        """The best plan so far."""
        raise NotImplementedError

    def anneal(self, until: float) -> None:
        """Each search on its core, up to a share of the whole; better plans are shown meanwhile."""
        work = partial(Search.anneal, clock=self.clock, until=until)
        with ThreadPoolExecutor(len(self.searches)) as pool:
            running = [pool.submit(work, search) for search in self.searches]
            while wait(running, PIECE).not_done:
                self.clock.look()
                self.show()
            for one in running:
                one.result()

    def show(self) -> None:
        cost, now = self.cost(), time.monotonic()
        if cost < self.shown and now >= self.may_show_at:
            self.shown = cost
            self.report(self.model.plan(self.routes()))
            self.may_show_at = now + max(_SHOW_EVERY, (time.monotonic() - now) / _SHOWING)


class Portfolio(Team):
    """All work on the whole. A guest takes the place of one."""

    guest: Guest | None = None

    def run(self) -> Routes:
        self.show()
        if len(self.searches) > 1 and guest.is_welcome(self.model, self.clock):
            self.guest = Guest(self.model, self.clock, self.searches.pop())
            self.guest.begin()
        for until in _MEETINGS:
            best, routes = self.cost(), self.routes()
            for search in self.searches:
                if search.cost > best:
                    search.load(self.model.whole(routes))
            self.anneal(until)
        if self.guest:
            self.guest.end()
        return self.routes()

    def cost(self) -> int:
        return self._best.cost

    def routes(self) -> Routes:
        return self._best.routes()

    def show(self) -> None:
        if self.guest:
            self.guest.listen()
        super().show()

    @property
    def _best(self) -> Search:
        counted = [self.guest.search] if self.guest else []
        return min([*self.searches, *counted], key=lambda search: search.cost)


class Parts(Team):
    """Each works on its part of the routes, of the tasks that are in none and of the unused vehicles."""

    def run(self) -> Routes:
        pick = random.Random(self.searches[0].seed)  # nothing secret
        routes = self.searches[0].routes()
        self.kept = self.searches[0].cost, routes
        cuts = min(_MOST_CUTS, max(_CUTS, round(self.clock.seconds / _CUT_EVERY)))
        for number in range(cuts):
            parts = self.cut(routes, pick.random())
            for search, part in zip(self.searches, parts, strict=True):
                search.load(part)
            self.show()
            self.anneal((number + 1) / cuts)
            self.kept = self.cost(), self.routes()
            # All go on from where they are, not from the best: that would be as good as cooling.
            routes = [route for search in self.searches for route in search.current()]
        return self.kept[1]

    def cut(self, routes: Routes, where: float) -> list[Part]:
        """Tasks are numbered along a curve through the plane: neighbours on it are a part."""
        whole, count = self.model.whole(routes), len(self.searches)
        size = len(self.model.tasks)

        def along(task: int) -> float:
            return (task / size + where) % 1.0

        ordered = sorted(routes, key=lambda route: along(sorted(route[1])[len(route[1]) // 2]))
        parts = [Part([], [], []) for _ in range(count)]
        done, ends = 0, []
        for route in ordered:
            number = min(count - 1, done * count // max(1, size - len(whole.bank)))
            parts[number].routes.append(route)
            done += len(route[1])
            ends.append((along(route[1][0]), number))
        for task in whole.bank:
            parts[_nearest(ends, along(task))].bank.append(task)
        for number, vehicle in enumerate(whole.free):
            parts[number % count].free.append(vehicle)
        return parts

    def cost(self) -> int:
        return min(self.kept[0], self._together)

    def routes(self) -> Routes:
        if self.kept[0] <= self._together:
            return self.kept[1]
        return [route for search in self.searches for route in search.routes()]

    @property
    def _together(self) -> int:
        return sum(search.cost for search in self.searches)


def _nearest(ends: list[tuple[float, int]], at: float) -> int:
    return min(ends, key=lambda end: abs(end[0] - at), default=(0.0, 0))[1]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
