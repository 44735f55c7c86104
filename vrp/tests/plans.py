"""A request and its plans, small enough to see through."""

from typing import Any


def two_stops(**changes: Any) -> dict[str, Any]:
    """A request small enough to solve by eye: one van, two stops in Vienna."""
    return {
        "jobs": [
            {"id": 1, "location": [16.37, 48.21], "service": 300},
            {"id": 2, "location": [16.40, 48.20], "service": 300},
        ],
        "vehicles": [{"id": "van", "start": [16.35, 48.19], "end": [16.35, 48.19]}],
    } | changes


def a_plan(order: tuple[int, ...] = (1, 2), cost: float = 600.0) -> dict[str, Any]:
    """A plan of `two_stops` in the contract's shape, with as much as tests look at."""
    steps = [
        {
            "type": "job",
            "id": job,
            "arrival": 1000 * place,
            "service_start": 1000 * place,
            "departure": 1000 * place,
        }
        for place, job in enumerate(order, 1)
    ]
    return {
        "status": "feasible",
        "summary": {"cost": cost, "vehicles_used": 1, "assigned": len(order), "unassigned": 2 - len(order)},
        "cost_breakdown": {"/vehicles/costs/per_hour": cost},
        "routes": [{"vehicle": "van", "start_time": 0, "end_time": 5000, "cost": cost, "steps": steps}],
        "unassigned": [{"type": "job", "id": job, "reasons": []} for job in (1, 2) if job not in order],
        "engine": {
            "name": "fake",
            "version": "1",
            "seed": 1,
            "runtime_ms": 5,
            "stop_reason": "time",
            "trace": [],
        },
    }


LONGER = {
    "kind": "shift",
    "message": "Let van end up to 10 min later (until 9:10).",
    "need": "/vehicles/0/time_window/1",
    "by": 600,
    "vehicle": "van",
    "position": 1,
    "extra_cost": 12.4,
    "patch": [
        {"op": "test", "path": "/vehicles/0/id", "value": "van"},
        {"op": "test", "path": "/vehicles/0/time_window/1", "value": 32_400},
        {"op": "replace", "path": "/vehicles/0/time_window/1", "value": 33_000},
    ],
}
ONE_LESS = {
    "kind": "drop",
    "message": "Leave out 1.",
    "need": "/jobs/0",
    "by": 1,
    "vehicle": "van",
    "position": 0,
    "extra_cost": -3,
    "patch": [{"op": "test", "path": "/jobs/0/id", "value": 1}, {"op": "remove", "path": "/jobs/0"}],
}


def a_short_day() -> dict[str, Any]:
    """The request that `LONGER` and `ONE_LESS` were meant for."""
    return two_stops(vehicles=[two_stops()["vehicles"][0] | {"time_window": [28_800, 32_400]}])


def a_plan_proposing(*changes: dict[str, Any]) -> dict[str, Any]:
    """A plan of `a_short_day` that leaves out job 2, and says what would let it in."""
    plan = a_plan(order=(1,))
    plan["unassigned"][0] |= {"penalty": None, "cheapest_insertion": None, "changes": list(changes)}
    return plan
