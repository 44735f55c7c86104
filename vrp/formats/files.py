"""One door for files coming in: which format it is, and the request it becomes."""

import re

from vrp.domain import request as requests
from vrp.errors import Fault, Invalid
from vrp.formats import lilim, solomon, tables, vroom, vrplib_files
from vrp.formats.previews import Document, Preview

FORMATS = ("auto", "json", "vroom", "csv", "xlsx", "solomon", "vrplib", "lilim")
_VRPLIB = re.compile(rb"^\s*DIMENSION\s*:", re.MULTILINE)
_SOLOMON = (re.compile(rb"^\s*VEHICLE\s*$", re.MULTILINE), re.compile(rb"^\s*CUSTOMER\s*$", re.MULTILINE))
_LILIM = re.compile(
    rb"\s*[0-9]+\s+[0-9.]+(\s+[0-9.]+)?[ \t]*\r?\n\s*[0-9]+([ \t]+-?[0-9.]+){8}[ \t]*(\r?\n|$)"
)


def detect(data: bytes, filename: str = "") -> str:
    """This will say which format a file has: by what is in it, and for text by how its name ends."""
    start = data[:10_000]
    if tables.is_workbook(start):
        return "xlsx"
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return "json"
    if filename.lower().endswith((".csv", ".tsv")):
        return "csv"
    if filename.lower().endswith(".vrp") or _VRPLIB.search(start):
        return "vrplib"
    if all(part.search(start) for part in _SOLOMON):
        return "solomon"
    return "lilim" if _LILIM.match(start) else "csv"


def preview(
    data: bytes,
    filename: str = "",
    format: str = "auto",
    vehicles: bytes | None = None,
    round_func: str = "round",
    is_checked: bool = True,
) -> Preview:
    """This will read a file of any format and say how it was understood. Only `TooLarge` is raised. Unless it
    `is_checked`, faults of the request that a file holds are left to who reads the request."""
    name = detect(data, filename) if format == "auto" else format
    try:
        if not data.strip():
            raise Invalid([Fault((), "the file is empty")])
        if name in ("csv", "xlsx"):
            return tables.preview(data, vehicles)
        if vehicles is not None:
            message = "a second file of vehicles goes only with a table of stops"
            raise Invalid([Fault(("vehicles",), message, "not_a_table")])
        document = _document(data, name, round_func)
        if is_checked:
            requests.read(document)
    except Invalid as error:
        return Preview(name, faults=list(error.faults))
    return Preview(name, document, notes=[_summary(document)])


def _document(data: bytes, name: str, round_func: str) -> Document:
    if name in ("json", "vroom"):
        return vroom.read(data)
    readers = {"vrplib": vrplib_files.read, "solomon": solomon.read, "lilim": lilim.read}
    if name not in readers:
        raise Invalid(
            [Fault(("format",), f"there is no format {name[:40]!r}; choose one of {', '.join(FORMATS)}")]
        )
    return readers[name](data, round_func)


def _summary(document: Document) -> str:
    counts = {key: len(document.get(key, ())) for key in ("jobs", "shipments")}
    stops = ", ".join(f"{count} {key}" for key, count in counts.items() if count)
    vehicles = sum(vehicle.get("count", 1) for vehicle in document["vehicles"])
    return f"{stops or 'No jobs'}, {vehicles} vehicles."
