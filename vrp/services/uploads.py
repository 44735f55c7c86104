"""Files people bring: what is in them, before anything is stored."""

from pathlib import PurePosixPath
from typing import Any

from vrp import formats
from vrp.formats import Preview
from vrp.services import names


def preview(*, filename: str, data: bytes, vehicles: bytes | None = None) -> Preview:
    """This will say how a file is understood, with all its faults; a file too large raises `TooLarge`."""
    return formats.preview(data, filename, vehicles=vehicles)


def read(*, filename: str, data: bytes, vehicles: bytes | None = None) -> dict[str, Any]:
    """This will return the request in a file, or raise `Invalid` with every fault and its row."""
    return formats.read(data, filename, vehicles=vehicles)


def name_from(filename: str) -> str:
    """This will return what to call a scenario that came in a file: its name without folders and ending."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    return names.shortened("".join(letter for letter in stem if letter.isprintable())) or "Import"
