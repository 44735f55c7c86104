"""Rows: one file per model, each with the queries that say who may see it."""

from vrp.models.idempotency import IdempotencyKey
from vrp.models.revision import ScenarioRevision
from vrp.models.scenario import Scenario
from vrp.models.session import PlanningSession
from vrp.models.solution import Solution

__all__ = ["IdempotencyKey", "PlanningSession", "Scenario", "ScenarioRevision", "Solution"]
