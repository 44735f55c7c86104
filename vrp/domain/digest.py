"""The fingerprint of a request: the same for the same JSON, however it was written or stored."""

import hashlib
from typing import Any

import numpy as np
import orjson

from vrp.domain.request import rows
from vrp.domain.travel import Plane


def digest(document: Any) -> str:
    """This will return the SHA-256 of a JSON document in its plainest form, as 64 hexadecimal digits.

    Keys are sorted and `5.0` is `5`, because a JSON column may give either back.
    """
    plain = orjson.dumps(_plain(document), option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    return hashlib.sha256(plain).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return rows(value)
    if isinstance(value, Plane):
        return _plain(value.as_dict())
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and abs(value) < 2**63 and value.is_integer():
        return int(value)
    return value
