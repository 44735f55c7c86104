"""Problem files on the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from vrp import formats

FORMATS = ("auto", "json", "vroom", "csv", "xlsx", "solomon", "vrplib", "lilim")


class BadInput(Exception):
    """What the shell's user gave cannot be used; the text names it."""


def add_file_options(parser: ArgumentParser, *, positional: bool = True) -> None:
    """This will add FILE and what says how to read it."""
    if positional:
        parser.add_argument("file", metavar="FILE", help="the problem; - reads standard input")
    parser.add_argument(
        "--format", choices=FORMATS, default="auto", help="default: seen from name and content"
    )
    parser.add_argument("--vehicles", metavar="FILE", help="vehicles, where FILE is a table of stops only")
    parser.add_argument(
        "--round-func",
        choices=("round", "dimacs", "exact"),
        default="round",
        help="benchmark files: ×1 to the nearest integer, ×10 truncated, ×1000 rounded (default round)",
    )


def read_problem(options: dict[str, Any]) -> dict[str, Any]:
    """This will read FILE as a request document. Raises `BadInput` or `Invalid`."""
    data = _read(options["file"])
    vehicles = _read(options["vehicles"]) if options["vehicles"] else None
    return formats.read(
        data,
        Path(options["file"]).name,
        format=options["format"],
        vehicles=vehicles,
        round_func=options["round_func"],
        arrays=True,
    )


def _read(name: str) -> bytes:
    try:
        return Path("/dev/stdin" if name == "-" else name).read_bytes()
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from error
