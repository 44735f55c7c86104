"""What an operation may answer instead of what was asked, put into the API's description from the contract's table."""

from typing import Any

Schema = dict[str, Any]

_ERROR = {
    "type": "object",
    "required": ["detail"],
    "properties": {"detail": {"type": "string"}},
}
_FAULTS = {
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "type": "array",
            "maxItems": 100,
            "items": {
                "type": "object",
                "required": ["loc", "msg", "type"],
                "properties": {
                    "loc": {"type": "array", "items": {"type": ["string", "integer"]}},
                    "msg": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        }
    },
}
_MEANING = {
    "400": "The body is not JSON.",
    "401": "No or a bad token.",
    "404": "Not there, or not yours.",
    "409": "The state does not allow it.",
    "413": "Too large; the limit is named.",
    "422": "Every fault at once (the first 100), each with its place.",
    "429": "Too many requests; `Retry-After` says when to come back.",
    "503": "The database is away; `Retry-After` says when to come back.",
}
_CONFLICTS = (
    ("post", "/solutions/{id}/apply/"),
    ("post", "/solutions/{id}/cancel/"),
    ("post", "/solutions/{id}/insert/"),
    ("post", "/scenarios/{id}/solutions/"),
    ("get", "/solutions/{id}/export/"),
    ("get", "/solutions/compare/"),
)
_OPEN = ("/capabilities/", "/health/")
_LOCATION = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}


def add_errors(result: Schema, **context: Any) -> Schema:
    """This will give every operation the errors it may answer with."""
    result["components"]["schemas"] |= {"Error": _ERROR, "Faults": _FAULTS}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _statuses(path, method, operation):
                operation["responses"].setdefault(status, _answer(status))
            for status in ("201", "202"):
                if status in operation["responses"] and "/auth/" not in path:
                    operation["responses"][status]["headers"] = _LOCATION
    return result


def _statuses(path: str, method: str, operation: Schema) -> list[str]:
    if any(part in path for part in _OPEN):
        return []
    statuses = ["503"]
    if "requestBody" in operation:
        statuses += ["400", "413", "422"]
    if {} not in operation.get("security", []) or path.endswith(("/token/", "/refresh/")):
        statuses.append("401")
    if "{id}" in path or path.endswith(("/import/", "/compare/")):
        statuses.append("404")
    if method == "get" and any(place["in"] == "query" for place in operation.get("parameters", ())):
        statuses.append("422")
    if any(method == verb and path.endswith(end) for verb, end in _CONFLICTS):
        statuses.append("409")
    if path.endswith("/auth/token/"):
        statuses.append("429")
    return sorted(set(statuses))


def _answer(status: str) -> Schema:
    name = "Faults" if status == "422" else "Error"
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"description": _MEANING[status], "content": content}
