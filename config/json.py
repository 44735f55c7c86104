"""The one way JSON comes in and goes out, whatever the door."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import numpy as np
import orjson
from django.conf import settings
from django.utils.functional import Promise
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from vrp.errors import Fault, Invalid, Malformed, Place, TooLarge

MAX_DEPTH = 64  # a routing problem needs nine; parsers and walkers below us may recurse

RawJSON = orjson.Fragment  # text that is JSON already, for instance a stored plan: written out as it is


def loads(data: bytes) -> Any:
    """This will read one JSON document (RFC 8259, UTF-8, no byte order mark), or raise what is wrong with it.

    A key given twice keeps its last value, as PostgreSQL's jsonb does; integers beyond 64 bits become floats.
    NaN, numbers beyond a float and half surrogate pairs are not JSON here.
    """
    if len(data) > settings.MAX_BODY_BYTES:
        raise TooLarge(f"The document is larger than {settings.MAX_BODY_BYTES} bytes.")
    _refuse_deep(data)
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"Not JSON: {error}") from None
    # Written out is the only way in for a null character; without the escaped backslashes there is no mistaking it.
    if rb"\u0000" in data and rb"\u0000" in data.replace(rb"\\", b""):
        _refuse_null_characters(document)
    return document


def dumps(data: Any, *, indent: bool = False) -> bytes:
    """This will write JSON as the API does: UTF-8, decimals as numbers, moments in UTC with a Z."""
    return orjson.dumps(
        data, default=_default, option=orjson.OPT_UTC_Z | (orjson.OPT_INDENT_2 if indent else 0)
    )


def _default(value: Any) -> Any:
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f")) if value.is_finite() else None
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


_STEP = np.zeros(256, np.int8)
_STEP[[ord("["), ord("{")]] = 1
_STEP[[ord("]"), ord("}")]] = -1
_UNIMPORTANT = bytes(set(range(256)) - set(b'"[]{}'))
_CHUNK = 1 << 20  # bounds the memory of the scan, whatever the document


def _refuse_deep(data: bytes) -> None:
    """Counts brackets outside strings, because a parser may not survive what this looks for.

    Escapes can only stand in strings: once they are gone every quote opens or closes one. (If one stands elsewhere
    the count may be wrong, but then the parser stops right there.)
    """
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = np.frombuffer(data.translate(None, _UNIMPORTANT), np.uint8)
    depth, in_string = 0, False
    for start in range(0, len(marks), _CHUNK):
        chunk = marks[start : start + _CHUNK]
        quoted = np.logical_xor.accumulate(chunk == ord('"')) ^ in_string
        depths = np.cumsum(np.where(quoted, 0, _STEP[chunk]), dtype=np.int32) + depth
        if depths.max() > MAX_DEPTH:
            raise Malformed(f"The document is nested deeper than {MAX_DEPTH} levels.")
        depth, in_string = int(depths[-1]), bool(quoted[-1])


def _refuse_null_characters(document: Any) -> None:
    # PostgreSQL cannot store this character in jsonb or text.
    raise Invalid(
        Fault(place, "The character U+0000 cannot be stored.", "null_character")
        for place in islice(_places_of_null(document, ()), 100)
    )


def _places_of_null(node: Any, place: Place) -> Iterator[Place]:
    """Every string with the character in it; a key is named like what it holds."""
    if isinstance(node, str):
        if "\0" in node:
            yield place
    elif isinstance(node, list):
        for index, item in enumerate(node):
            if isinstance(item, str | list | dict):
                yield from _places_of_null(item, (*place, index))
    elif isinstance(node, dict):
        for key, item in node.items():
            if "\0" in key:
                yield (*place, key)
            if isinstance(item, str | list | dict):
                yield from _places_of_null(item, (*place, key))


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 by definition
    render_style = "text"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return dumps(data, indent="indent" in (renderer_context or {}))


class JSONParser(BaseParser):
    media_type = "application/json"
    renderer_class = JSONRenderer  # for the forms of the browsable API

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return loads(stream.read())
