"""Slack induction by string removals: compiled for what the kernel does, judged by the evaluator for the rest."""

from vrp.domain.features import Feature
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import judged, search
from vrp.engines.sisr.model import refusals


class SisrEngine:
    """This will solve by ruin and recreate: natively where the kernel does all a problem asks, else with every
    insertion tried by the evaluator, which is slow and does everything."""

    name = "sisr"
    version = "2"
    native = frozenset(Feature)
    emulated: frozenset[Feature] = frozenset()
    supports = native

    def cannot(self, problem: Problem) -> frozenset[str]:
        """This will return nothing: it supports every combination."""
        return frozenset()

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        if not refusals(problem):
            try:
                return search.solve(problem, budget, report)
            except search.NoKernel:
                pass
        return judged.solve(problem, budget, report)
