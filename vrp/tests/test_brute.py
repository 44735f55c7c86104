"""The search for the best plan against one that is too simple to be wrong: all plans there are, one by one."""

from collections.abc import Iterator
from itertools import combinations, islice, permutations, product
from math import prod
from random import Random

import pytest

from vrp import planner
from vrp.domain.evaluator import evaluate
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Problem, Vehicle
from vrp.tests import brute
from vrp.tests.engines.mixed import mixed_request

_MOST_PLANS = 4_000


@pytest.mark.parametrize("seed", range(15))
def test_no_plan_at_all_is_better_than_the_optimum(seed: int) -> None:
    random = Random(seed)
    problem, plans = next(found for _ in range(1_000) if (found := tiny_problem(random)))

    least = min(evaluate(problem, plan).rank for plan in plans)

    best = brute.optimum(problem)
    if least[0] == 0:  # else it only has to see that no plan keeps all the rules
        assert best.rank == pytest.approx(least, abs=1e-6)
    assert best.is_feasible == (least[0] == 0)


def tiny_problem(random: Random) -> tuple[Problem, Iterator[Plan]] | None:
    """A mixed request of three stops or four, with all its plans; None where these are too many."""
    problem = planner.prepare(mixed_request(random))
    if len(problem.tasks) not in (3, 4):
        return None
    routes = [list(islice(every_route(problem, vehicle), _MOST_PLANS)) for vehicle in problem.vehicles]
    if prod(len(choices) for choices in routes) > _MOST_PLANS:
        return None
    plans = (Plan(tuple(route for route in chosen if route.steps)) for chosen in product(*routes))
    return problem, plans


def every_route(problem: Problem, vehicle: Vehicle) -> Iterator[Route]:
    """Tasks, required breaks and up to two reloads in every order, sensible or not."""
    yield Route(vehicle.id, ())
    breaks = [Step("break", pause.id) for pause in vehicle.spec.breaks if pause.required]
    most = min(2, vehicle.spec.reload.max_reloads or 0) if vehicle.spec.reload else 0
    reloads = [Step("reload", position) for position in range(len(vehicle.reloads)) for _ in range(most)]
    tasks = [Step(task.kind, task.id) for task in problem.tasks]
    for chosen in some_of(tasks):
        for stops in some_of(reloads):
            if chosen and len(stops) <= most:
                yield from (
                    Route(vehicle.id, steps) for steps in set(permutations([*chosen, *stops, *breaks]))
                )


def some_of(items: list[Step]) -> Iterator[tuple[Step, ...]]:
    for size in range(len(items) + 1):
        yield from combinations(items, size)
