"""One core's search: a first plan at once, then simulated annealing in pieces of a twentieth of a second."""

import math
import time
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from vrp.engines.base import Budget
from vrp.engines.sisr import savings
from vrp.engines.sisr.model import Model, Part, Routes

PIECE = 0.05  # seconds
_WARM, _COLD = 2.0, 0.03  # temperature at the beginning and the end, in ways to a near neighbour
_WARM_FLEET = 3.0  # the first where vehicles are to be chosen: which ones is settled early on
_WARM_DEPOTS = 1.0  # the same where vehicles differ by their depots only
_WARM_AGAIN = 0.4  # the same where there is a plan to begin with
_REMOVED = 10.0  # stops on average; as in the paper
_STRING, _BLINK = 10.0, 0.01  # the longest string, and how seldom a place is passed over: as in the paper
_EMPTIES = 0.02  # of the rounds: a whole route is taken out, where vehicles cost something
_SWAPS = 0.5  # of the rounds: two routes swap tails
_DEPOTS = 0.2  # of those, where there are several depots: a route changes to another
_SWAPS_FLEET = 0.3  # the same where vehicles are to be chosen, half of them swap those
# Batches of neighbours that places are sought among, where there are windows (far ones seldom are worth it) and where
# not; and how many times as far as the best place is dear. Wider where there is time for many rounds for each task.
_NARROW, _WIDE = (2, 10, 1.0), (4, 10, 2.0)
_BATCHES_AT_FIRST = 6
_MANY_ROUNDS = 4_000
_FIRST = 0.05  # of the time: so long it is learned how fast the search is
_NOTHING = 2**62  # what no plan costs
_INFLATED = 2**50  # a price at which everything is served that can be
_MOST_IN_ALL = 2**62  # so that the sum of all prices fits 64 bits
FEW, ENOUGH = 30, 100  # so few tasks need no more rounds for each pair of them, however much time there is
_MANY = 3_000  # tasks: from here on the best is not written down every time


@dataclass
class Clock:
    """How far a search is: by the time, or by rounds, and then the same seed gives the same plan."""

    budget: Budget
    rounds: int | None = None  # for each core
    enough: int | None = None  # rounds after which no more is to be hoped for
    began: float = field(default_factory=time.monotonic)
    is_stopped: bool = False

    @property
    def seconds(self) -> float:
        return self.budget.deadline - self.began

    def look(self) -> None:
        """Only the thread that began the search asks the outside."""
        self.is_stopped = self.is_stopped or self.budget.should_stop()

    def share(self, done: int) -> float:
        """This will tell which part of the search is over, 1 at its end."""
        if self.is_stopped:
            return 1.0
        if self.rounds is not None:
            return min(1.0, done / self.rounds)
        spent = (time.monotonic() - self.began) / max(self.seconds, 1e-3)
        return min(1.0, max(spent, done / self.enough) if self.enough else spent)


class Search:
    """One core's annealing."""

    def __init__(self, model: Model, kernel: ModuleType, fixed: Any, seed: int) -> None:
        self.model, self.kernel, self.fixed, self.seed = model, kernel, fixed, seed
        self.state = model.state(kernel, fixed, seed)
        tuning = self.state.tuning
        tuning[kernel.STOPS_REMOVED], tuning[kernel.LONGEST_STRING] = _REMOVED, _STRING
        tuning[kernel.BLINK] = 1 / math.log(1 - _BLINK)
        tuning[kernel.EMPTIES] = _EMPTIES if fixed.types[:, kernel.FIXED].max() > 0 else 0
        self._has_choice = model.switches["RETYPES"]
        tuning[kernel.SWAPS] = _SWAPS_FLEET if self._has_choice else _SWAPS
        tuning[kernel.DEPOTS] = _DEPOTS if fixed.types[:, kernel.GROUP].max() > 0 else 0
        tuning[kernel.SAVES_EVERY] = fixed.size // 20 if fixed.size > _MANY else 0
        self.done, self._pace = 0, 200
        self._look(_NARROW)
        # The best plan: its cost, and what follows each node. Never changed, only replaced: any thread may look.
        self.found: tuple[int, Any] = _NOTHING, None

    @property
    def cost(self) -> int:
        """Of the best plan."""
        return self.found[0]

    def routes(self) -> Routes:
        """The best plan."""
        return self.model.routes(self.found[1])

    def current(self) -> Routes:
        """The plan the search is at, which may be worse."""
        self.kernel.keep(self.fixed, self.state)
        return self.model.routes(self.state.best)

    def load(self, part: Part) -> None:
        self.model.load(self.kernel, self.fixed, self.state, part)
        self.publish()

    def publish(self) -> None:
        cost = int(self.state.totals[self.kernel.SAVED_COST])
        if cost != self.cost:
            self.found = cost, self.state.best.copy()

    def begin(self, saved: Routes | None = None) -> None:
        """The first plan: the routes that `savings.first` has found (none if empty), or will find."""
        if saved is None:
            saved = savings.first(self.model)
        if saved:
            self.load(self.model.whole(saved))
        else:
            self.fill()

    def fill(self) -> None:
        """Put in everything there is a place for, whatever its price; the search finds what is not worth it."""
        kernel, fixed = self.kernel, self.fixed
        price = min(_INFLATED, _MOST_IN_ALL // fixed.size)
        inflated = fixed._replace(prices=fixed.prices * 0 + price)
        self.model.load(kernel, inflated, self.state, self.model.whole(self.model.given))
        tuning, batches = self.state.tuning, self.state.tuning[kernel.BATCHES]
        tuning[kernel.FILLS_ONLY], tuning[kernel.BATCHES] = 1, _BATCHES_AT_FIRST
        kernel.search(2, 1e300, inflated, self.state)  # some can only be reached by way of what came later
        tuning[kernel.FILLS_ONLY], tuning[kernel.BATCHES] = 0, batches
        self.load(self.model.whole(self.model.routes(self.state.best)))

    def _look(self, how_far: tuple[int, int, float]) -> None:
        tuning, kernel = self.state.tuning, self.kernel
        in_time, timeless, tuning[kernel.PATIENCE] = how_far
        tuning[kernel.BATCHES] = in_time if self.model.switches["TIMES"] else timeless

    @property
    def _warm(self) -> float:
        if self.model.given:
            return _WARM_AGAIN
        if self._has_choice:
            return _WARM_FLEET
        return _WARM_DEPOTS if self.model.switches["TYPES"] else _WARM

    def anneal(self, clock: Clock, until: float) -> None:
        """Search until a share of the whole is over."""
        warm = self._warm * self.model.warmth
        cold = _COLD * self.model.warmth
        while (share := clock.share(self.done)) < until:
            began = time.monotonic()
            if self.done == 0 or (clock.rounds is None and share < _FIRST):
                rounds = clock.rounds or self._pace / PIECE * clock.seconds
                self._look(_WIDE if rounds > _MANY_ROUNDS * self.fixed.size else _NARROW)
            self.kernel.search(self._pace, warm * (cold / warm) ** share, self.fixed, self.state)
            self.done += self._pace
            self.publish()
            if clock.rounds is None:
                took = max(time.monotonic() - began, 1e-4)
                self._pace = int(max(20, min(50_000, self._pace * PIECE / took)))
