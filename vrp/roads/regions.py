"""Regions: extracts of OpenStreetMap that were made ready, each a folder. Plain files, so that every process of a
machine finds the same, with or without a database.

    regions/<name>/extract.osm.pbf   what was added; everything else is made of it
    regions/<name>/region.json       `Region`, written last: a folder without it is not there
    regions/<name>/<profile>/        the road graph
    regions/<name>/map.pmtiles       the base map
    regions/preferred                the name of the one in use where several cover the same places
"""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import orjson

from vrp.errors import RoutebookError

MARGIN = 0.02  # degrees, about two kilometres
EXTRACT, MANIFEST, BASE_MAP, PREFERRED = "extract.osm.pbf", "region.json", "map.pmtiles", "preferred"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


class NoSuchRegion(RoutebookError):
    """There is no region of this name."""


class BadName(RoutebookError):
    """A region cannot be called this."""


@dataclass(frozen=True)
class Region:
    """`bounds` are west, south, east, north of nearly all its roads; `stamp` changes whenever its files do.

    `calibration` holds for each profile what `calibration.Calibration` says, as JSON.
    """

    name: str
    folder: Path
    stamp: str
    bounds: tuple[float, float, float, float]
    profiles: tuple[str, ...]
    version: str  # of what made the road graphs
    algorithms: Mapping[str, str] = field(default_factory=dict)
    calibration: Mapping[str, Mapping] = field(default_factory=dict)

    @property
    def extract(self) -> Path:
        return self.folder / EXTRACT

    @property
    def base_map(self) -> Path:
        return self.folder / BASE_MAP

    def graph(self, profile: str) -> Path:
        """The path the road engine is given: its files begin with it."""
        return self.folder / profile / "roads"

    def covers(self, points: np.ndarray) -> np.ndarray:
        """Which of some points, rows of longitude and latitude, lie in it or a little outside."""
        west, south, east, north = self.bounds
        longitude, latitude = points[:, 0], points[:, 1]
        inside = (west - MARGIN <= longitude) & (longitude <= east + MARGIN)
        return inside & (south - MARGIN <= latitude) & (latitude <= north + MARGIN)


def check_name(name: str) -> str:
    """This will return the name, or raise `BadName` where it could not be a folder and part of an address."""
    if not _NAME.fullmatch(name) or name == PREFERRED:
        raise BadName(
            f"{name!r} cannot be a region's name: use lower-case letters, digits, - and _ (at most 50)"
        )
    return name


def listed(data: Path) -> list[Region]:
    """This will return the regions in a data folder, the preferred one first, then by name."""
    found = [read(manifest.parent) for manifest in sorted((data / "regions").glob(f"*/{MANIFEST}"))]
    first = preferred(data)
    return sorted((region for region in found if region), key=lambda region: region.name != first)


def get(data: Path, name: str) -> Region:
    """This will return the region of a name, or raise `NoSuchRegion`."""
    found = {region.name: region for region in listed(data)}
    if name not in found:
        there = ", ".join(found) or "none yet"
        raise NoSuchRegion(f"There is no region {name!r}; there are: {there}.")
    return found[name]


def read(folder: Path) -> Region | None:
    """This will return the region in a folder, or None where it is not complete."""
    try:
        row = orjson.loads((folder / MANIFEST).read_bytes())
        row |= {"bounds": tuple(row["bounds"]), "profiles": tuple(row["profiles"])}
        return Region(folder=folder, **row)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
        return None


def write(region: Region) -> None:
    """This will write what is known about a region beside its files."""
    row = {key: value for key, value in asdict(region).items() if key != "folder"}
    _replace(region.folder / MANIFEST, orjson.dumps(row, option=orjson.OPT_INDENT_2))


def preferred(data: Path) -> str:
    """This will return the name of the region in use where several cover the same places, or nothing."""
    try:
        return (data / "regions" / PREFERRED).read_text().strip()
    except OSError:
        return ""


def prefer(data: Path, name: str) -> None:
    """This will make a region the one in use where several cover the same places."""
    get(data, name)
    _replace(data / "regions" / PREFERRED, name.encode())


def remove(data: Path, name: str) -> None:
    """This will delete a region and its files. Who is reading them reads on; nobody finds them again."""
    region = get(data, name)
    (region.folder / MANIFEST).unlink()
    shutil.rmtree(region.folder, ignore_errors=True)
    if preferred(data) == name:
        (data / "regions" / PREFERRED).unlink(missing_ok=True)


@contextmanager
def changing(data: Path) -> Iterator[Path]:
    """This will give the folder of regions to one process at a time, for adding, rebuilding and removing."""
    folder = data / "regions"
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(lock)


def _replace(path: Path, content: bytes) -> None:
    """All of it or nothing, also when the power fails."""
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(fresh, 0o644)
    os.rename(fresh, path)
