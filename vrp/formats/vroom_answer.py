"""A plan in VROOM's output format, for programs that read VROOM or openrouteservice."""

from collections.abc import Iterator
from typing import Any

from vrp.domain.request import Request
from vrp.formats.plan_tables import Names, Plan


def answer(plan: Plan, request: Request) -> dict[str, Any]:
    """This will return the plan as VROOM would have given it; `duration` is travel time there, summed up to a step."""
    names, figures = Names(request), plan["summary"]
    return {
        "code": 0,
        **({"estimated": True} if plan.get("estimated") else {}),
        **(
            {"attribution": roads["attribution"]}
            if (roads := plan.get("roads", {})).get("attribution")
            else {}
        ),
        "summary": {
            "cost": figures["cost"],
            "routes": len(plan["routes"]),
            "unassigned": len(plan["unassigned"]),
            "setup": figures["setup"],
            "service": figures["service"],
            "duration": figures["travel_time"],
            "waiting_time": figures["waiting_time"],
            "distance": figures["distance"],
            "violations": _violations(plan["verification"]),
        },
        "unassigned": list(_unassigned(plan, names)),
        "routes": [_route(route) for route in plan["routes"]],
    }


def _unassigned(plan: Plan, names: Names) -> Iterator[dict[str, Any]]:
    for order in plan["unassigned"]:
        for task in names.tasks(order):
            location = names.location(task)
            yield {"id": task["id"], "type": task["type"]} | ({"location": location} if location else {})


def _route(route: dict[str, Any]) -> dict[str, Any]:
    duration = distance = 0
    steps = []
    for step in route["steps"]:
        duration += step["travel_time"]
        distance += step["distance"] or 0
        made = {key: step[key] for key in ("type", "arrival", "setup", "service", "waiting_time", "load")}
        made |= {"duration": duration, "violations": _violations(step)}
        made |= {key: step[key] for key in ("id", "location") if step.get(key) is not None}
        if step["type"] == "reload":  # unknown to VROOM, whose readers would stumble over the word
            made |= {"type": "break", "id": "reload", "description": "reload"}
        steps.append(made if step["distance"] is None else made | {"distance": distance})
    made = {key: route[key] for key in ("vehicle", "cost", "setup", "service", "waiting_time", "distance")}
    made |= {"duration": route["travel_time"], "steps": steps, "violations": _violations(route)}
    return made | ({"geometry": route["geometry"]} if route.get("geometry") else {})


def _violations(part: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"cause": violation["cause"]} for violation in part["violations"]]
