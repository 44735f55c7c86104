"""Solving tiny problems in this process: until nothing has got better for a moment, however busy the machine is."""

import time

from vrp import engines
from vrp.domain.evaluator import Evaluation, evaluate
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget

LONG_ENOUGH = 10.0


def solve(engine: str, problem: Problem, patience: float) -> Evaluation:
    """The judged plan of an engine that is stopped `patience` seconds of work after it has last found a better one."""
    reported_at: list[float] = []

    def report(plan: Plan) -> None:
        reported_at.append(time.process_time())

    def must_stop() -> bool:
        return bool(reported_at) and time.process_time() - reported_at[-1] > patience

    plan = engines.get(engine).solve(problem, Budget(LONG_ENOUGH, should_stop=must_stop), report)
    return evaluate(problem, plan)
