"""JSON schemas of the two big documents, for the API's own description: the request, and the plan that answers it."""

from typing import Any

import numpy as np
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from vrp.domain import clock
from vrp.domain.request import Request

Schema = dict[str, Any]
REFERENCE = "#/components/schemas/{model}"
_ANSWERS = (("get", "compare/", "Comparison"), ("post", "{id}/insert/", "Places"))

_MOMENT = {"type": "string", "format": "date-time"}
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum"}
_MATRIX = {"type": "array", "items": {"type": "array", "items": {"type": ["number", "null"]}}}


def add_schemas(result: Schema, **context: Any) -> Schema:
    """This will put both documents among the components of the API's description."""
    result["components"]["schemas"] |= request_schemas() | ANSWERS
    for method, path, model in _ANSWERS:
        answer = result["paths"][f"/api/v1/solutions/{path}"][method]["responses"]["200"]
        answer["content"] = {"application/json": {"schema": {"$ref": REFERENCE.format(model=model)}}}
    return result


# --- the request: read off the domain's own models ---------------------------------


class _Generator(GenerateJsonSchema):
    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        return _MATRIX if schema["cls"] is np.ndarray else super().is_instance_schema(schema)


def request_schemas() -> dict[str, Schema]:
    """This will return the schemas of `Request` and its parts, the way callers may write them."""
    whole = Request.model_json_schema(ref_template=REFERENCE, schema_generator=_Generator)
    parts: dict[str, Schema] = _with_bounds(whole.pop("$defs") | {"Request": whole})
    for name, part in parts.items():
        clocks = ("start", "end") if name in ("TimeWindow", "SoftWindow") else clock.VALUES
        properties = part["properties"]
        for key in properties.keys() & clocks:
            properties[key] = {"anyOf": [properties[key], _MOMENT]}
    start, end = (parts["TimeWindow"]["properties"][key] for key in ("start", "end"))
    pair = {"type": "array", "prefixItems": [start, end], "minItems": 2, "maxItems": 2}
    parts["TimeWindow"] = {"anyOf": [pair, parts["TimeWindow"]]}
    return parts


def _with_bounds(value: Any) -> Any:
    """Pydantic leaves bounds under its own names where a validator of ours runs first."""
    if isinstance(value, dict):
        return {_BOUNDS.get(key, key): _with_bounds(item) for key, item in value.items()}
    return [_with_bounds(item) for item in value] if isinstance(value, list) else value


# --- the plan: as the evaluator publishes it ---------------------------------------


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _all(kind: Schema, names: str) -> dict[str, Schema]:
    return dict.fromkeys(names.split(), kind)


_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_NUMBER: Schema = {"type": "number"}
_MAYBE: Schema = {"type": ["number", "null"]}
_ID: Schema = {"type": ["string", "integer", "null"]}
_ANY: Schema = {"type": ["object", "null"]}
_VIOLATION = _object(cause=_TEXT, message=_TEXT, amount=_MAYBE)

_STEP = _object(
    type={"enum": ["start", "job", "pickup", "delivery", "break", "reload", "end"]},
    id=_ID,
    location={"type": ["array", "null"], "items": _NUMBER},
    **_all(_WHOLE, "arrival waiting_time service_start setup service departure travel_time"),
    distance=_MAYBE,
    load=_list(_WHOLE),
    slack=_MAYBE,
    marginal_cost=_MAYBE | {"description": "What leaving out the step's job or whole shipment saves."},
    violations=_list(_VIOLATION),
)
_ROUTE = _object(
    vehicle=_ID,
    **_all(_WHOLE, "start_time end_time travel_time service setup waiting_time break_time duration"),
    cost=_NUMBER,
    distance=_MAYBE,
    load_max=_list(_WHOLE),
    geometry={"type": ["string", "null"], "description": "Encoded polyline of the roads, five decimals."},
    violations=_list(_VIOLATION),
    steps=_list(_STEP),
)
_MARGIN = _object(need=_TEXT, by=_NUMBER) | {
    "type": ["object", "null"],
    "description": "The value of the request (JSON pointer) whose change by `by` is the smallest that helps.",
}
_REASON = _object(code=_TEXT, message=_TEXT, vehicles=_list(_ID), margin=_MARGIN)
_PLACE = _object(vehicle=_ID, position=_WHOLE, extra_cost=_NUMBER, violations=_list(_VIOLATION))
_CHANGE = _object(
    kind=_TEXT,
    message=_TEXT,
    need=_TEXT,
    by=_MAYBE,
    vehicle=_ID,
    position=_MAYBE,
    extra_cost=_MAYBE,
    patch=_list({"type": "object"}) | {"description": "JSON Patch (RFC 6902) of the scenario's request."},
)
_UNASSIGNED = _object(
    type={"enum": ["job", "shipment"]},
    id=_ID,
    penalty=_MAYBE,
    reasons=_list(_REASON),
    cheapest_insertion=_PLACE | {"type": ["object", "null"]},
    changes=_list(_CHANGE) | {"description": "What would let it in, the best first."},
)
_SEEN = _object(vehicle=_ID, service_start=_WHOLE)
_ETA_CHANGE = _object(
    type={"enum": ["job", "pickup", "delivery"]},
    id=_ID,
    before=_SEEN,
    after=_SEEN | {"type": ["object", "null"]},
    shift=_MAYBE,
)
PLAN = _object(
    status={"enum": ["feasible", "feasible_with_soft_violations", "partial", "infeasible"]},
    summary=_object(
        cost=_NUMBER,
        distance=_MAYBE,
        **_all(_WHOLE, "vehicles_used assigned unassigned travel_time setup service waiting_time break_time"),
        **_all(_WHOLE, "duration overtime lateness"),
    ),
    cost_breakdown={"type": "object", "additionalProperties": _NUMBER},
    routes=_list(_ROUTE),
    unassigned=_list(_UNASSIGNED),
    eta_changes=_list(_ETA_CHANGE)
    | {"description": "Stops that move by more than the limit; where there is a plan to compare with."},
    engine=_object(
        **_all(_TEXT, "name version stop_reason"),
        seed=_MAYBE,
        runtime_ms=_WHOLE,
        trace=_list(_list(_NUMBER)),
    ),
    capabilities=_object(native=_list(_TEXT), emulated=_list(_TEXT)),
    verification=_object(
        ok={"type": "boolean"}, checked=_list(_TEXT), violations=_list(_VIOLATION), cost_difference=_MAYBE
    ),
    request_digest=_TEXT,
    units={"type": "object"},
    estimated={"type": "boolean", "description": "True where travel is estimated, not taken from roads."},
    roads=_object(
        source=_TEXT | {"description": "Where travel comes from: inline, straight_line, roads, osrm, …"},
        dataset={"type": ["string", "null"]},
        notes=_list(_object(loc=_list(_ID), msg=_TEXT)),
        attribution={"type": ["string", "null"], "description": "To be shown wherever the roads are."},
    ),
)
_VISIT = _object(vehicle=_ID, position=_WHOLE, arrival=_WHOLE) | {"type": ["object", "null"]}
COMPARISON = _object(
    kpis={
        "type": "object",
        "additionalProperties": _object(a=_NUMBER, b=_NUMBER, difference=_NUMBER),
    },
    moved=_list(_object(type=_TEXT, id=_ID, a=_VISIT, b=_VISIT, eta_shift=_MAYBE)),
)
_STOP_PLACE = _object(type=_TEXT, id=_ID, position=_WHOLE, arrival=_WHOLE, service_start=_WHOLE)
PLACES = _object(
    places=_list(
        _object(**_PLACE["properties"], arrival=_WHOLE, service_start=_WHOLE, stops=_list(_STOP_PLACE))
    )
)
ANSWERS = {"Plan": PLAN, "Comparison": COMPARISON, "Places": PLACES}
