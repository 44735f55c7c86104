"""Looking into JSON that may have any shape: what is not there, or is something else, is as good as empty."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def first_of(first: Any, second: Any) -> Any:
    """This will return the first of two that is there."""
    return first if first is not None else second


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def table_of(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def numbered(document: Document, key: str) -> Iterator[tuple[int, Document]]:
    return ((i, row) for i, row in enumerate(list_of(document.get(key))) if isinstance(row, dict))


def rows_of(document: Document, key: str) -> Iterator[Document]:
    return (row for row in list_of(document.get(key)) if isinstance(row, dict))
