"""A part of a problem as bytes, to be taken up on another machine, and its plan as a document to be sent back.

Numbers and JSON only, nothing that could run when it is read: whoever can write them could otherwise run anything on
every worker.
"""

import io
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson

from vrp.domain import plan as plans
from vrp.domain.plan import Plan
from vrp.domain.request import Request
from vrp.domain.travel import Estimate, Plane, Sparse, Table, Travel
from vrp.engines.parts import Part

_HEAD = "head"


def packed(part: Part) -> bytes:
    """This will write a part as bytes."""
    arrays: dict[str, np.ndarray] = {}
    head = {
        "request": part.request.model_dump(mode="json", exclude_defaults=True),
        "vehicles": part.vehicles,
        "travels": {name: _travel(travel, arrays) for name, travel in part.travels.items()},
        "start": document(part.start),
    }
    arrays[_HEAD] = np.frombuffer(orjson.dumps(head), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return zlib.compress(buffer.getbuffer(), level=1)


def unpacked(parcel: bytes) -> Part:
    """This will read what `packed` has written."""
    with np.load(io.BytesIO(zlib.decompress(parcel)), allow_pickle=False) as arrays:
        head = orjson.loads(arrays[_HEAD].tobytes())
        return Part(
            Request.model_validate(head["request"]),
            tuple(head["vehicles"]),
            {name: _read_travel(row, arrays) for name, row in head["travels"].items()},
            plans.read(head["start"]),
        )


def document(plan: Plan) -> dict[str, Any]:
    """This will write a plan as `vrp.domain.plan.read` reads it."""
    return {
        "routes": [
            {
                "vehicle": route.vehicle,
                "steps": [{"type": step.type, "id": step.id} for step in route.steps],
            }
            for route in plan.routes
        ]
    }


def _travel(travel: Travel, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    return {
        "durations": _table(travel.durations, arrays),
        "distances": None if travel.distances is travel.durations else _table(travel.distances, arrays),
        "costs": None if travel.costs is None else _keep(travel.costs, arrays),
        "distances_known": travel.distances_known,
        "estimated": travel.estimated,
    }


def _read_travel(row: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Travel:
    durations = _read_table(row["durations"], arrays)
    distances = durations if row["distances"] is None else _read_table(row["distances"], arrays)
    costs = None if row["costs"] is None else arrays[row["costs"]]
    return Travel(durations, distances, costs, row["distances_known"], row["estimated"])


def _table(table: Table, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    if isinstance(table, Plane):
        return {"plane": table.as_dict()}
    if not isinstance(table, Sparse):
        return {"cells": _keep(np.asarray(table), arrays)}
    return {
        "vectors": _keep(table.vectors, arrays),
        "keys": _keep(table.keys, arrays),
        "values": _keep(table.values, arrays),
        "estimate": {name: getattr(table.estimate, name) for name in ("breaks", "detour", "speed")},
        "is_time": table.is_time,
        "factor": table.factor,
    }


def _read_table(row: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Table:
    if "plane" in row:
        return Plane.of(row["plane"])
    if "cells" in row:
        return arrays[row["cells"]]
    estimate = Estimate(**{name: tuple(values) for name, values in row["estimate"].items()})
    vectors, keys, values = (arrays[row[name]] for name in ("vectors", "keys", "values"))
    return Sparse(vectors, estimate, row["is_time"], keys, values, row["factor"])


def _keep(array: np.ndarray, arrays: dict[str, np.ndarray]) -> str:
    """Under a name of its own; the same array is kept once."""
    for name, kept in arrays.items():
        if kept is array:
            return name
    name = f"array-{len(arrays)}"
    arrays[name] = array
    return name
