"""Extracts of the tiny town as `.osm.pbf`, good and bad."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import osmium

from vrp.tests.roads import town


def town_extract(path: Path) -> Path:
    """The town as it should be."""
    return _packed(path, lambda lines: lines)


def back_to_front(path: Path) -> Path:
    """The town with its ways before their nodes, the last of all first."""
    return _packed(path, lambda lines: lines[::-1])


def without_roads(path: Path) -> Path:
    """The corners only."""
    return _packed(path, lambda lines: [line for line in lines if "<node" in line])


def footpaths(path: Path) -> Path:
    """The town as if nobody might drive there."""
    return _packed(path, lambda lines: [_path(line) for line in lines])


def clipped(path: Path) -> Path:
    """The town as cut out of a larger extract: streets go on to corners that are not in it."""
    return _packed(
        path, lambda lines: [line for line in lines if "<node" not in line or 'lon="10.0"' not in line]
    )


def broken_off(path: Path) -> Path:
    """As a download that ended half-way."""
    content = town_extract(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def text(path: Path) -> Path:
    """What a server sends in the place of a file."""
    path.write_text("<!doctype html><title>Not found</title>" + " " * 500)
    return path


def xml(path: Path) -> Path:
    """The right things in the other format."""
    town.write(path)
    return path


def noise(path: Path) -> Path:
    path.write_bytes(random.Random(1).randbytes(5_000))
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def missing(path: Path) -> Path:
    return path


def mutated(path: Path, seed: int) -> Path:
    """The town with a few bytes anywhere that are not what they were. Not packed, so that no checksum tells."""
    _packed(path, lambda lines: lines, "pbf,pbf_compression=none")
    dice, content = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(dice.choice([1, 1, 3, 10])):
        content[dice.randrange(len(content))] = dice.randrange(256)
    path.write_bytes(content)
    return path


def _path(line: str) -> str:
    return line.replace('v="residential"', 'v="footway"').replace('v="secondary"', 'v="footway"')


def _packed(path: Path, order: Callable[[list[str]], Iterable[str]], form: str = "pbf") -> Path:
    source = path.with_name("town.osm")
    town.write(source)
    *head, first, last = source.read_text().split("\n")  # a thing to a line
    things = [*head[2:], first]
    source.write_text("\n".join([*head[:2], *order(things), last]))
    with osmium.SimpleWriter(osmium.io.File(str(path), form), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    source.unlink()
    return path
