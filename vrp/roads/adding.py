"""Making regions: an extract in, road graphs, calibration and base map out."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from vrp.roads import basemap, calibration, extract, regions
from vrp.roads.base import RoadsFailed
from vrp.roads.embedded import Embedded, binaries, build, server
from vrp.roads.regions import Region

Say = Callable[[str], None]
_BESIDE, _OLD = ".adding-", "old"


class AlreadyThere(RoadsFailed):
    """A region of this name exists."""


def add(
    data: Path,
    file: Path,
    *,
    name: str,
    profiles: Sequence[str] = ("car",),
    algorithm: str = "auto",
    is_replacing: bool = False,
    say: Say = lambda text: None,
) -> Region:
    """This will make a region of an `.osm.pbf` and return it; nothing is left behind where that fails.

    The first region becomes the preferred one. Raises `BadName`, `AlreadyThere`, `BadExtract`, `BuildFailed` or
    `RoadsFailed`.
    """
    regions.check_name(name)
    with _in_words(), regions.changing(data) as folder:
        if (folder / name / regions.MANIFEST).exists() and not is_replacing:
            raise AlreadyThere(f"There is a region {name!r} already; remove it first, or replace it.")
        region = _add(folder, file, name, tuple(profiles), algorithm, say)
    if not regions.preferred(data):
        regions.prefer(data, name)
    return region


def up_to_date(data: Path, region: Region, say: Say = lambda text: None) -> Region:
    """This will return the region with graphs for the road engine installed now, made again where it is another."""
    if region.version == binaries.find().version:
        return region
    with _in_words(), regions.changing(data) as folder:
        now = regions.read(region.folder)
        if now is None:
            raise RoadsFailed(f"The region {region.name} has been removed.")
        if now.version == binaries.find().version:  # somebody else was faster
            return now
        wish = set(now.algorithms.values())
        return _add(
            folder, now.extract, now.name, now.profiles, wish.pop() if len(wish) == 1 else "auto", say
        )


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:  # no room, or no right to write
        raise RoadsFailed(f"The region could not be made: {error}.") from error


def _add(folder: Path, file: Path, name: str, profiles: tuple[str, ...], algorithm: str, say: Say) -> Region:
    programs = binaries.find()
    if not file.is_file():
        raise extract.BadExtract(f"{file} is not a file.")
    if not file.stat().st_size:
        raise extract.BadExtract(f"{file} is empty.")
    _tidy(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_BESIDE) as beside:
        fresh = Path(beside) / name
        fresh.mkdir()
        build.room_for(file, fresh)
        survey = _take_in(file, fresh / regions.EXTRACT, say)
        algorithms = {}
        for profile in profiles:
            algorithms[profile] = build.algorithm_for(fresh / regions.EXTRACT, profile, algorithm)
            say(f"roads for {profile} ({algorithms[profile]}) …")
            build.graph(programs, fresh / regions.EXTRACT, profile, fresh / profile, algorithms[profile])
        _draw(fresh, say)
        stamp = _stamp(fresh / regions.EXTRACT, programs.version, algorithms)
        region = Region(name, fresh, stamp, survey.bounds, profiles, programs.version, algorithms)
        region = replace(region, calibration=_calibrated(region, survey.sample, say))
        regions.write(region)
        return _put_in_place(region, folder / name, Path(beside) / _OLD)


def _tidy(folder: Path) -> None:
    """Clear away what was left by those who were killed at it; nobody else is at it now."""
    for left in folder.glob(f"{_BESIDE}*"):
        for old in (left / _OLD).glob("*"):
            if not (folder / old.name).exists():
                old.rename(folder / old.name)
        shutil.rmtree(left, ignore_errors=True)


def _take_in(file: Path, target: Path, say: Say) -> extract.Survey:
    say(f"reading {file.name} …")
    shutil.copyfile(file, target)  # whatever it was called, by its name it is a .pbf now
    if not extract.is_sorted(target):
        say("sorting it …")
        jumbled = target.rename(target.with_name("jumbled.osm.pbf"))
        extract.sort(jumbled, target)
        jumbled.unlink()
    return extract.survey(target)


def _draw(fresh: Path, say: Say) -> None:
    say("base map …")
    try:
        basemap.build(fresh / regions.EXTRACT, fresh / regions.BASE_MAP)
    except (
        basemap.Failed,
        ValueError,
    ) as error:  # names that are no text; roads do without a picture of them
        say(f"no base map: {error}")


def _calibrated(region: Region, sample: list[tuple[float, float]], say: Say) -> dict[str, dict]:
    say("calibrating estimates …")
    inside = np.array(sample)
    inside = inside[region.covers(inside)]
    points = calibration.sample(inside)
    every, roads, found = range(len(points)), Embedded(region), {}
    for profile in region.profiles:
        fitted = calibration.fit(points, roads.block(points, every, every, profile))
        server.leave(region.graph(profile), region.stamp)  # the graph is about to move
        if fitted:
            found[profile] = fitted
    return found


def _stamp(file: Path, version: str, algorithms: dict[str, str]) -> str:
    with file.open("rb") as content:
        made_of = hashlib.file_digest(content, "sha256").hexdigest()
    return hashlib.sha256(f"{made_of} {version} {sorted(algorithms.items())}".encode()).hexdigest()[:12]


def _put_in_place(region: Region, target: Path, old: Path) -> Region:
    if target.exists():
        old.mkdir()
        target.rename(old / target.name)
    region.folder.rename(target)
    return replace(region, folder=target)
