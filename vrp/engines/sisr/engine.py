"""Slack induction by string removals: compiled for what the kernel does, judged by the evaluator for the rest."""

from vrp.domain.features import Feature
from vrp.domain.plan import Plan
from vrp.domain.problem import Problem
from vrp.engines.base import Budget, Report
from vrp.engines.sisr import compiled, judged, native
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

    def is_slow_at(self, problem: Problem) -> bool:
        """This will tell whether every insertion has to be judged by the evaluator, or the kernels are not compiled."""
        return bool(refusals(problem)) or not all(kind.is_ready for kind in compiled.STANDARD)

    def solve(self, problem: Problem, budget: Budget, report: Report) -> Plan:
        plan = native.solve(problem, budget, report)
        return judged.solve(problem, budget, report) if plan is None else plan
