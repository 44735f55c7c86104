"""The smallest part of a document that still shows what is wrong with it."""

from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
_MATRICES = {"durations", "distances", "costs"}  # left out or left whole


def smallest(document: Document, fails: Callable[[Document], bool], most: int = 300) -> Document:
    """Leave out one part after the other as long as it still fails, looking at it `most` times."""
    tried = 0
    while True:
        for smaller in _smaller(document):
            tried += 1
            if tried > most:
                return document
            if fails(smaller):
                document = smaller
                break
        else:
            return document


def _smaller(value: Any) -> Iterator[Any]:
    """The value without one of its parts, large parts first."""
    if isinstance(value, dict):
        for key in value:
            yield {other: item for other, item in value.items() if other != key}
        for key, item in value.items():
            if not (key in _MATRICES and isinstance(item, list)):
                yield from (value | {key: smaller} for smaller in _smaller(item))
    elif isinstance(value, list):
        for k in range(len(value)):
            yield value[:k] + value[k + 1 :]
        for k, item in enumerate(value):
            yield from ([*value[:k], smaller, *value[k + 1 :]] for smaller in _smaller(item))
