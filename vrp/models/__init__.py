"""Rows: one file per model, each with the queries that say who may see it."""

from vrp.models.address import Address
from vrp.models.geocoder_answer import GeocoderAnswer
from vrp.models.idempotency import IdempotencyKey
from vrp.models.revision import ScenarioRevision
from vrp.models.road_cache import RoadAnswer, RoadTable
from vrp.models.scenario import Scenario
from vrp.models.session import PlanningSession
from vrp.models.solution import Solution
from vrp.models.sub_solve import SubSolve

__all__ = [
    "Address",
    "GeocoderAnswer",
    "IdempotencyKey",
    "PlanningSession",
    "RoadAnswer",
    "RoadTable",
    "Scenario",
    "ScenarioRevision",
    "Solution",
    "SubSolve",
]
