"""PyVRP on one of the cores: on up to a few hundred stops with time windows it is often the stronger one."""

import threading
import time

from vrp import engines
from vrp.domain.plan import Plan
from vrp.engines.base import Budget
from vrp.engines.sisr.model import Model, Part, Routes
from vrp.engines.sisr.search import Clock, Search

_MOST = 500  # tasks: from here on our own search is better on both cores
_PARTING = 0.2  # seconds
_FEWEST = 16  # with fewer ours proves to be done long before


def is_welcome(model: Model, clock: Clock) -> bool:
    """This will tell whether the plans of PyVRP are worth a core."""
    return (
        clock.rounds is None
        and _FEWEST <= len(model.tasks) <= _MOST
        and model.switches["TIMES"]
        and not model.switches["TYPES"]  # with several depots or kinds of vehicles ours is the stronger one
        and engines.is_installed("pyvrp")
        and not engines.missing("pyvrp", model.problem)
    )


class Guest:
    """PyVRP in a thread. `search` never searches: it counts what the guest's plans cost, by our own account."""

    def __init__(self, model: Model, clock: Clock, search: Search) -> None:
        self.model, self.clock, self.search = model, clock, search
        self._plan: Plan | None = None
        self._thread = threading.Thread(target=self._work, name="guest", daemon=True)
        self._numbers = {vehicle.id: number for number, vehicle in enumerate(model.vehicles)}
        self._tasks = {(task.kind, task.id): k for k, task in enumerate(model.tasks)}

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._thread.join(_PARTING)  # it may be in the midst of something long, and what it has said counts
        self.listen()

    def listen(self) -> None:
        """Take over what it has found, if it has found something."""
        plan, self._plan = self._plan, None
        if plan:
            self.search.load(self._part(plan))

    def _work(self) -> None:
        seconds = self.clock.budget.deadline - time.monotonic()
        budget = Budget(seconds, self.search.seed, should_stop=lambda: self.clock.is_stopped)
        engines.get("pyvrp").solve(self.model.problem, budget, self._hear)

    def _hear(self, plan: Plan) -> None:
        self._plan = plan

    def _part(self, plan: Plan) -> Part:
        routes: Routes = [
            (self._numbers[route.vehicle], [self._tasks[step.type, step.id] for step in route.steps])
            for route in plan.routes
        ]
        return self.model.whole([route for route in routes if route[1]])
