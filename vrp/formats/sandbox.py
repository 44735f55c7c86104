"""Files from outside are read in a child process with limits: one of 1.4 KB can end the process that reads it."""

import logging
import os
import pathlib
import subprocess
import sys
from typing import Any

import numpy as np
import orjson

from vrp.domain import limits
from vrp.domain.request import rows
from vrp.domain.travel import Plane
from vrp.errors import Fault, Invalid, TooLarge
from vrp.formats.previews import Document, Preview, PreviewColumn, PreviewRow, ToFind

MAX_BYTES = 32 * 2**20  # of one file
SECONDS = 20  # for everything
MEMORY = 2**30  # bytes beyond what the child has once it is ready to read
_ROOT = pathlib.Path(__file__).resolve().parents[2]
TOO_MUCH = f"the file cannot be read within {SECONDS} seconds and {MEMORY // 2**20} MB of memory"
_NOT_LOOKED_UP = (
    "has an address and no coordinates; addresses are looked up by the site, where the file is imported"
)
_log = logging.getLogger(__name__)


def read(
    data: bytes,
    filename: str = "",
    format: str = "auto",
    *,
    vehicles: bytes | None = None,
    round_func: str = "round",
    arrays: bool = False,
) -> Document:
    """This will return the request in a file, or raise `Invalid` with every fault, or `TooLarge`.

    An address without coordinates is a fault: who can look it up takes `preview`.
    With `arrays` the matrices of benchmark files stay numpy arrays, or, of many places, what computes them, which
    `vrp.domain.request.read` takes as well; that one then is to check the request.
    """
    found = preview(data, filename, format, vehicles=vehicles, round_func=round_func, arrays=arrays)
    faults = found.faults + [Fault(one.place, _NOT_LOOKED_UP, "missing") for one in found.to_find]
    if found.document is None or faults:
        raise Invalid(faults)
    return found.document


def preview(
    data: bytes,
    filename: str = "",
    format: str = "auto",
    *,
    vehicles: bytes | None = None,
    round_func: str = "round",
    arrays: bool = False,
) -> Preview:
    """This will say how a file is understood, with its faults. Only `TooLarge` is raised."""
    if max(len(data), len(vehicles or b"")) > MAX_BYTES:
        raise TooLarge(f"the file is larger than {MAX_BYTES // 2**20} MB")
    task = {"filename": filename[:1000], "format": format, "round_func": round_func, "size": len(data)}
    task |= {"has_vehicles": vehicles is not None, "parent": os.getpid(), "is_checked": not arrays}
    head = orjson.dumps({key: _storable(value) for key, value in task.items()})
    answer = _run(head + b"\n" + data + (vehicles or b""))
    if answer is None:
        return Preview(
            format, faults=[Fault((), "the file cannot be read: it is broken, or not what its name says")]
        )
    return _preview_of(answer, arrays)


def _storable(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _run(message: bytes) -> bytes | None:
    """What the child answers; None when it stumbled over the file."""
    # Nothing of our own environment: no secrets, and one thread is enough (each would take memory of its own).
    environment = {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "vrp.formats.child"],
            input=message,
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            cwd=_ROOT,
            check=False,
            start_new_session=True,
        )
    except subprocess.TimeoutExpired:
        raise TooLarge(TOO_MUCH) from None
    if done.returncode == 0:
        return done.stdout
    _log.warning(
        "reading a file ended with %s: %s", done.returncode, done.stderr[-2000:].decode(errors="replace")
    )
    if done.returncode < 0:
        raise TooLarge(TOO_MUCH)
    return None


def _preview_of(answer: bytes, arrays: bool) -> Preview:
    head, _, body = answer.partition(b"\n")
    made = orjson.loads(head)
    if made["too_large"]:
        raise TooLarge(made["too_large"])
    document = made["document"]
    matrices: list[Any] = []
    for size in made["tables"]:
        if isinstance(size, dict):
            matrices.append(_plane(size, arrays))
            continue
        matrix = np.frombuffer(body, np.int64, size * size).reshape(size, size)
        matrices.append(matrix if arrays else rows(matrix))
        body = body[matrix.nbytes :]
    for tables in (document or {}).get("matrices", {}).values() if matrices else ():
        tables.update({key: matrices[number] for key, number in tables.items()})
    return Preview(
        made["format"],
        document,
        [PreviewColumn(**column) for column in made["columns"]],
        [PreviewRow(**row) for row in made["rows"]],
        [Fault(tuple(fault["loc"]), fault["msg"], fault["type"]) for fault in made["faults"]],
        made["notes"],
        [ToFind(tuple(one["place"]), one["text"]) for one in made["to_find"]],
    )


def _plane(made: dict[str, Any], arrays: bool) -> Plane:
    if not arrays:  # all pairs of it would have to be written down
        places = len(made["points"])
        raise TooLarge(f"{places} places without coordinates on a map; the limit is {limits.MAX_ROWS}")
    return Plane.of(made)
