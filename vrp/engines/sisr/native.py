"""The search with compiled kernels, where there is one that does all a problem asks."""

from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import compiled, savings, teams
from vrp.engines.sisr.model import Model, refusals


def solve(problem: Problem, budget: Budget, report: Report) -> Plan | None:
    """This will search until the budget is over, or return None at once where no kernel that is ready does it all."""
    if refusals(problem):
        return None
    model = Model(problem)
    if model.is_empty:
        return Plan()
    kernel = compiled.kernel(model.kind)
    if kernel is None:
        return None
    first = savings.first(model) or []
    if first:
        report(model.plan(first))  # what the kernel needs takes a while to prepare where problems are large
    if model.excesses(kernel):
        return None
    return teams.solve(model, kernel, budget, report, first=first)


def get_ready(problem: Problem) -> None:
    """This will compile the kernel for a problem, which takes half a minute: a solve would only wish for it."""
    if not refusals(problem):
        compiled.compile_now(Model(problem).kind)
