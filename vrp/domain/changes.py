"""What changed between two JSON documents, as a JSON Patch (RFC 6902)."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

Operation = dict[str, Any]
_MOST = 2_000  # beyond this nobody reads a list of changes: the changed parts are then given whole


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Operation]:
    """This will return the operations that turn `before` into `after`; none when they say the same."""
    operations = list(islice(_of_objects(before, after, ""), _MOST + 1))
    if len(operations) <= _MOST:
        return operations
    changed = {key for key in before.keys() & after.keys() if not _same(before[key], after[key])}
    return [
        *({"op": "remove", "path": _at("", key)} for key in before.keys() - after.keys()),
        *({"op": "add", "path": _at("", key), "value": after[key]} for key in after.keys() - before.keys()),
        *({"op": "replace", "path": _at("", key), "value": after[key]} for key in changed),
    ]


def _of_values(before: Any, after: Any, path: str) -> Iterator[Operation]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _of_objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    elif not _same(before, after):
        yield {"op": "replace", "path": path, "value": after}


def _of_objects(before: dict[str, Any], after: dict[str, Any], path: str) -> Iterator[Operation]:
    for key, value in before.items():
        if key not in after:
            yield {"op": "remove", "path": _at(path, key)}
        else:
            yield from _of_values(value, after[key], _at(path, key))
    for key, value in after.items():
        if key not in before:
            yield {"op": "add", "path": _at(path, key), "value": value}


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Operation]:
    """What both begin and end with is left alone, so one item put in or taken out is one operation."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and _same(before[start], after[start]):
        start += 1
    end = 0
    while end < shorter - start and _same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for index, (one, other) in enumerate(zip(old, new, strict=False), start):
        yield from _of_values(one, other, _at(path, index))
    for index in reversed(range(len(new), len(old))):
        yield {"op": "remove", "path": _at(path, start + index)}
    for index in range(len(old), len(new)):
        yield {"op": "add", "path": _at(path, start + index), "value": new[index]}


def _same(one: Any, other: Any) -> bool:
    # Compared as written: for Python, true and 1 are equal.
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def _at(path: str, key: str | int) -> str:
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"
