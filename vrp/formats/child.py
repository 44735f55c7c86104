"""The child process of `vrp.formats.sandbox`: one file in by standard input, what it says out by standard output."""

import ctypes
import gc
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

import numpy as np
import orjson

from vrp.domain.travel import Plane
from vrp.errors import Fault, TooLarge
from vrp.formats import files
from vrp.formats.previews import Preview
from vrp.formats.sandbox import MEMORY, SECONDS, TOO_MUCH

_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>


def main() -> None:
    """This will answer one task and end; the process is not to be used for a second file."""
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    task = orjson.loads(head)
    _die_with(task["parent"])
    _limit()
    vehicles = data[task["size"] :] if task["has_vehicles"] else None
    arguments = (data[: task["size"]], task["filename"], task["format"], vehicles, task["round_func"])
    too_large = ""
    gc.disable()  # of the million objects of a large file none is garbage
    try:
        found = files.preview(*arguments, is_checked=task["is_checked"])
    except TooLarge as error:
        found, too_large = Preview(task["format"]), str(error)
    except MemoryError:
        found, too_large = Preview(task["format"]), TOO_MUCH
    _answer(found, too_large, sys.stdout.buffer)


def _answer(found: Preview, too_large: str, out: BinaryIO) -> None:
    """The preview as one line of JSON, then its matrices as plain bytes; in the JSON stand their numbers. A table that
    is computed has none, and stands where the size of a matrix would."""
    matrices: dict[int, tuple[int, np.ndarray | Plane]] = {}

    def number(value: Any) -> Any:
        return (
            matrices.setdefault(id(value), (len(matrices), value))[0]
            if isinstance(value, np.ndarray | Plane)
            else value
        )

    document = found.document
    if document and isinstance(document.get("matrices"), dict):
        by_profile = {
            profile: {key: number(rows) for key, rows in tables.items()}
            for profile, tables in document["matrices"].items()
        }
        document = document | {"matrices": by_profile}
    written = orjson.dumps(document)
    if rb"\u0000" in written.replace(rb"\\", b""):  # which PostgreSQL's jsonb cannot hold
        document, written, found.faults = None, b"null", [Fault((), "there is a null character in a text")]
    head = {
        "too_large": too_large,
        "format": found.format,
        "document": orjson.Fragment(written),
        "columns": found.columns,
        "rows": found.rows,
        "faults": [fault.as_dict() for fault in found.faults],
        "notes": found.notes,
        "to_find": found.to_find,
        "tables": [_head(table) for _, table in matrices.values()] if document else [],
    }
    out.write(orjson.dumps(head) + b"\n")
    for _, table in matrices.values() if document else ():
        if isinstance(table, np.ndarray):
            out.write(np.ascontiguousarray(table, dtype=np.int64).data)
    out.flush()


def _head(table: np.ndarray | Plane) -> int | dict[str, Any]:
    return len(table) if isinstance(table, np.ndarray) else table.as_dict()


def _limit() -> None:
    """Memory counts from here: what Python and its libraries take beforehand differs from machine to machine."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":
        with open("/proc/self/statm") as statm:
            taken = int(statm.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != parent:  # it was gone before we could ask
        sys.exit(1)


if __name__ == "__main__":
    main()
