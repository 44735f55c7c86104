"""The compiled kernel against the evaluator: what it carries along is the truth at any moment, to the last cent."""

from dataclasses import dataclass
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vrp.domain.evaluator import evaluate, route_with
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem, Vehicle
from vrp.engines.sisr import compiled
from vrp.engines.sisr.model import Model, refusals
from vrp.engines.sisr.search import Search
from vrp.tests.engines.native import native_request
from vrp.tests.problems import build


@dataclass
class Trial:
    """A search in the middle of its work on a random problem."""

    problem: Problem
    model: Model
    kernel: ModuleType
    search: Search

    @property
    def state(self) -> Any:
        return self.search.state

    def go_on(self, rounds: int, warmth: float = 0.3) -> None:
        self.kernel.search(rounds, self.model.warmth * warmth, self.search.fixed, self.state)
        self.search.publish()

    def current(self) -> tuple[int, Any]:
        """What the plan that is worked on costs, and what follows each node in it."""
        nodes, kernel = self.state.nodes, self.kernel
        return int(self.state.totals[kernel.COST]), np.where(
            nodes[:, kernel.ROUTE] < 0, -1, nodes[:, kernel.NEXT]
        )

    def plan(self, following: Any) -> Plan:
        return self.model.plan(self.model.routes(following))


def begun(seed: int, kernel: ModuleType | None = None, **options: Any) -> Trial | None:
    """A random problem with its first plan; None for one the kernel does not do. Without a kernel one is compiled for
    just what the problem uses."""
    problem = build(native_request(Random(seed), **options))
    model = Model(problem)
    if refusals(problem) or model.is_empty:
        return None
    if kernel is None:
        kind = model.kind
        compiled.compile_now(kind)
        kernel = compiled.kernel(kind)
    assert kernel
    assert not model.excesses(kernel)
    search = Search(model, kernel, model.fixed(kernel), seed)
    search.fill()
    return Trial(problem, model, kernel, search)


def assert_true(trial: Trial, cost: int, plan: Plan) -> None:
    """The plan is legal and costs what the kernel thinks, beside what is left out though it has no penalty."""
    judged, network = evaluate(trial.problem, plan), trial.model.network
    prices = {
        trial.problem.orders[task.order].group: int(price)
        for task, price in zip(trial.model.tasks, trial.search.fixed.prices, strict=True)
    }
    due = sum(prices.get(order.group, 0) for order in judged.missing)
    due += network.whole(network.per_route) * len(judged.routes)
    unseen = sum(order.penalty or 0.0 for order in judged.left_out if order.group not in prices)

    assert judged.violations == ()
    assert (cost - due) / network.scale + unseen == pytest.approx(judged.cost, rel=1e-9, abs=2e-6)


def follow(trial: Trial, pieces: int, rounds: int) -> None:
    """Search on in pieces; after each, the best plan and the one at hand are what they are said to be."""
    for _ in range(pieces):
        cost, best = trial.search.found
        assert_true(trial, cost, trial.plan(best))
        cost, now = trial.current()
        assert_true(trial, cost, trial.plan(now))
        trial.go_on(rounds)


def seeds(quick: int, slow: int) -> Any:
    """Some for every day, the others where there is time for proof."""
    return [seed if seed < quick else pytest.param(seed, marks=pytest.mark.evidence) for seed in range(slow)]


@pytest.mark.parametrize("seed", seeds(40, 1_000))
def test_cost_carried_is_the_evaluators_after_every_piece(seed: int, kernel: ModuleType) -> None:
    if trial := begun(seed, kernel):
        follow(trial, pieces=4 if seed < 40 else 20, rounds=200)


@pytest.mark.evidence
@pytest.mark.parametrize("seed", range(2_000, 2_005))
def test_cost_carried_is_the_evaluators_in_a_kernel_of_its_own(seed: int) -> None:
    """Compiled for just the rules of the problem: what is left away must not have been needed."""
    if trial := begun(seed):
        follow(trial, pieces=10, rounds=300)


def same_columns(trial: Trial) -> None:
    """Every column of every stop on a route, and of the routes, is what a fresh start with these routes computes."""
    kernel, model, state = trial.kernel, trial.model, trial.state
    cost, following = trial.current()
    fresh = model.state(kernel, trial.search.fixed, seed=1)
    model.load(kernel, trial.search.fixed, fresh, model.whole(model.routes(following)))
    on_route = fresh.nodes[:, kernel.ROUTE] >= 0
    kept = [column for column in range(kernel.NODE_WIDTH) if column != kernel.MARK]
    sums = [column for column in range(kernel.ROUTE_WIDTH) if column != kernel.TOUCHED]

    assert (state.nodes[:, kernel.ROUTE] == fresh.nodes[:, kernel.ROUTE]).all()
    assert (state.nodes[on_route][:, kept] == fresh.nodes[on_route][:, kept]).all()
    assert (state.routes[:, sums] == fresh.routes[:, sums]).all()
    assert cost == fresh.totals[kernel.COST]
    assert state.totals[kernel.BANKED] == fresh.totals[kernel.BANKED]
    assert state.totals[kernel.ROUTES_USED] == fresh.totals[kernel.ROUTES_USED]
    banked = state.bank[: state.totals[kernel.BANKED]]
    assert sorted(banked) == sorted(fresh.bank[: fresh.totals[kernel.BANKED]])
    assert (state.bank_place[banked] == np.arange(len(banked))).all()
    assert free_routes(state) == free_routes(fresh)


def free_routes(state: Any) -> list[list[int]]:
    return [sorted(row[:count].tolist()) for row, count in zip(state.free, state.free_count, strict=True)]


ALIKE = frozenset({"alternatives"})  # any of them may stand for those that are left out


@pytest.mark.parametrize("seed", seeds(40, 400))
def test_columns_kept_up_to_date_are_those_of_a_fresh_start(seed: int, kernel: ModuleType) -> None:
    if trial := begun(seed, kernel, without=ALIKE):
        for rounds in (1, 50, 500) if seed < 40 else (1, 50, 500, 5_000, 5_000):
            trial.go_on(rounds)
            same_columns(trial)


@pytest.mark.parametrize("seed", seeds(15, 100))
def test_a_round_that_is_rejected_leaves_no_trace(seed: int, kernel: ModuleType) -> None:
    trial = begun(seed, kernel)
    if not trial:
        return
    for _ in range(100):
        nodes, (cost, following) = trial.state.nodes.copy(), trial.current()
        trial.go_on(1, warmth=1e-12)
        if (trial.current()[1] == following).all():
            on_route = nodes[:, kernel.ROUTE] >= 0
            nodes[:, kernel.MARK] = trial.state.nodes[:, kernel.MARK]
            assert (trial.state.nodes[on_route] == nodes[on_route]).all()
            assert (trial.state.nodes[:, kernel.ROUTE] == nodes[:, kernel.ROUTE]).all()
            assert trial.current()[0] == cost


# Places -------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """One route and a task that is not on it."""

    trial: Trial
    vehicle: Vehicle
    number: int
    tasks: list[int]
    task: int

    def cost_with(self, order: list[int]) -> float | None:
        """What the evaluator says about the route with its tasks in this order; None where it breaks a rule."""
        if not order:
            return 0.0
        judged = route_with(self.trial.problem, self.vehicle, [self.trial.model.tasks[c] for c in order])
        return None if judged.violations else judged.cost

    def extra(self, order: list[int]) -> float | None:
        before, after = self.cost_with(self.tasks), self.cost_with(order)
        return None if after is None or before is None else after - before

    def node(self, position: int) -> int:
        """What a task at this position comes after."""
        start = len(self.trial.model.tasks) + 2 * self.number
        return self.tasks[position - 1] if position else start

    @property
    def is_legal(self) -> bool:
        return self.cost_with(self.tasks) is not None


def places(trial: Trial, random: Random, count: int) -> list[Place]:
    """Random tasks, taken out of the plan, and random routes that could take them."""
    kernel, model, found = trial.kernel, trial.model, []
    whole = model.routes(trial.current()[1])
    mates = trial.search.fixed.mates
    for _ in range(count):
        task = random.choice([c for c, each in enumerate(model.tasks) if each.kind != "delivery"])
        out = {task, mates[task]}
        routes = [(r, [c for c in tasks if c not in out]) for r, tasks in whole]
        routes = [(r, tasks) for r, tasks in routes if tasks]
        model.load(kernel, trial.search.fixed, trial.state, model.whole(routes))
        number = random.randrange(len(model.vehicles))
        if trial.search.fixed.allowed[task] >> model.kind_of[number] & 1:
            place = Place(trial, model.vehicles[number], number, dict(routes).get(number, []), task)
            if place.is_legal:
                found.append(place)
                compare(place)
    return found


def compare(place: Place) -> None:
    if place.trial.search.fixed.mates[place.task] < 0:
        for position in range(len(place.tasks) + 1):
            compare_one(place, position)
    else:
        for position in range(len(place.tasks) + 1):
            compare_pair(place, position)


def compare_one(place: Place, position: int) -> None:
    trial, kernel = place.trial, place.trial.kernel
    kind = trial.model.kind_of[place.number]
    where = (place.number, kind, place.node(position), place.task)

    cost = kernel._place_cost(trial.search.fixed, trial.state, *where, kernel.NEVER)

    extra = place.extra([*place.tasks[:position], place.task, *place.tasks[position:]])
    assert (cost == kernel.NEVER) == (extra is None)
    if extra is not None:
        assert cost / trial.model.network.scale == pytest.approx(extra, rel=1e-9, abs=2e-6)


def compare_pair(place: Place, position: int) -> None:
    trial, kernel = place.trial, place.trial.kernel
    kind, mate = trial.model.kind_of[place.number], int(trial.search.fixed.mates[place.task])
    where = (place.number, kind, place.node(position), place.task, mate)

    cost, behind = kernel._pair_cost(trial.search.fixed, trial.state, *where, kernel.NEVER)

    offers: dict[int, float] = {}
    for second in range(position, len(place.tasks) + 1):
        order = [
            *place.tasks[:position], place.task, *place.tasks[position:second], mate, *place.tasks[second:],
        ]  # fmt: skip
        extra = place.extra(order)
        if extra is not None:
            offers[order[order.index(mate) - 1]] = extra
    if has_no_short_cuts(trial):
        assert (cost == kernel.NEVER) == (not offers)
    if cost != kernel.NEVER:
        assert cost / trial.model.network.scale == pytest.approx(offers[behind], rel=1e-9, abs=2e-6)
        if has_no_short_cuts(trial):
            assert offers[behind] == pytest.approx(min(offers.values()), rel=1e-9, abs=4e-6)


def has_no_short_cuts(trial: Trial) -> bool:
    """Where a stop on the way never makes one earlier; else some places are passed over for the sake of speed."""
    if trial.model.switches["SETUPS"] or trial.model.switches["GAPS"]:
        return False
    for travel in {id(v.travel): v.travel for v in trial.problem.vehicles}.values():
        seconds = np.asarray(travel.durations)
        if any((seconds > row[:, None] + seconds[k]).any() for k, row in enumerate(seconds.T)):
            return False
    return True


@pytest.mark.parametrize("seed", seeds(30, 300))
def test_what_a_place_costs_is_what_the_evaluator_says(seed: int, kernel: ModuleType) -> None:
    # What the evaluator is asked about here is one route, without breaks, and perhaps beside an alternative.
    if trial := begun(seed, kernel, most=14, without=frozenset({"breaks", "preset", "alternatives"})):
        trial.go_on(20)

        assert places(trial, Random(seed), 4) or len(trial.model.tasks) < 8


def test_several_windows_are_kept_by_a_kernel_that_could_limit_durations_too(kernel: ModuleType) -> None:
    assert kernel.SPANS
    trials = [trial for seed in range(100) if (trial := begun(seed, kernel, most=12))]
    several = [trial for trial in trials if trial.model.switches["WINDOWS"]][:8]

    for trial in several:
        follow(trial, pieces=2, rounds=100)

    assert len(several) == 8


def test_a_search_in_pieces_is_the_same_search(kernel: ModuleType) -> None:
    ends = []
    for pieces in (1, 10):
        trial = begun(4, kernel)
        assert trial
        for _ in range(pieces):
            trial.go_on(1_000 // pieces)
        ends.append(trial.current())

    (one, first), (other, second) = ends
    assert one == other
    assert (first == second).all()
