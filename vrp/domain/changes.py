"""Changes of a JSON document as a JSON Patch (RFC 6902): told from two documents, and made to one."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from vrp.domain.digest import digest
from vrp.errors import Conflict

Operation = dict[str, Any]
_MOST = 2_000  # beyond this nobody reads a list of changes: the changed parts are then given whole
_POINTER = re.compile("(/([^~/]|~[01])*)*")
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


class DoesNotFit(Conflict):
    """An operation is about a place that is not there, or that says something else than it was tested for."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(f"{path or 'The whole document'} {why}.")


def apply(document: Any, operations: Iterable[Operation]) -> Any:
    """This will return the document as `test`, `replace`, `add` and `remove` operations leave it.

    The document given stays as it is. Raises `DoesNotFit` for the first operation that cannot be done.
    """
    for operation in operations:
        document = _after(document, operation, _parts(operation["path"]))
    return document


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


def _parts(path: str) -> list[str]:
    if not _POINTER.fullmatch(path):
        raise DoesNotFit(path, "is not a JSON pointer")
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _after(here: Any, operation: Operation, parts: list[str]) -> Any:
    """What stands here after the operation. Only what lies on its way is copied, the rest is shared."""
    if not parts:
        return _replaced(here, operation)
    action, is_last = operation["op"], len(parts) == 1
    key = _key(here, parts[0], operation["path"], is_new=is_last and action == "add")
    changed = here.copy()
    if is_last and action == "add" and isinstance(changed, list):
        changed.insert(key, operation["value"])
    elif is_last and action == "add":
        changed[key] = operation["value"]
    elif is_last and action == "remove":
        del changed[key]
    else:
        changed[key] = _after(here[key], operation, parts[1:])
    return changed


def _key(here: Any, part: str, path: str, *, is_new: bool) -> Any:
    """The key or position that a part of a pointer stands for; `-` is the place after the last."""
    if isinstance(here, dict) and (is_new or part in here):
        return part
    if isinstance(here, list) and is_new and part == "-":
        return len(here)
    if isinstance(here, list) and _INDEX.fullmatch(part) and int(part) < len(here) + is_new:
        return int(part)
    raise DoesNotFit(path, "is not there")


def _replaced(here: Any, operation: Operation) -> Any:
    if operation["op"] in ("add", "replace"):
        return operation["value"]
    if operation["op"] != "test":
        raise DoesNotFit(operation["path"], f"cannot be changed by {operation['op']!r}")
    if digest(here) != digest(operation["value"]):  # not ==, for which true and 1 are the same
        raise DoesNotFit(operation["path"], f"is {_short(here)}, not {_short(operation['value'])}")
    return here


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
