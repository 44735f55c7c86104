"""From an extract of OpenStreetMap to road graphs, one per profile. Made aside and renamed: no half is ever found."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from vrp.roads.base import RoadsFailed
from vrp.roads.embedded.binaries import Binaries
from vrp.roads.embedded.keeper import die_with_parent

PROFILES = ("car", "bicycle", "foot")
_SMALL = 5_000_000  # bytes of an extract whose contraction takes seconds
_MOST_SECONDS = 6 * 3600
Say = Callable[[str], None]


class BuildFailed(RoadsFailed):
    """No road graph could be made of the extract; the text ends with what the program last said."""


def algorithm_for(extract: Path, profile: str, wish: str = "auto") -> str:
    """This will return CH (tables three times as fast) where it is quick to prepare, else MLD."""
    if wish != "auto":
        return wish.upper()
    return "CH" if profile == "car" and extract.stat().st_size < _SMALL else "MLD"


def graph(binaries: Binaries, extract: Path, profile: str, target: Path, algorithm: str) -> None:
    """This will make the road graph of a profile in the folder `target`, in the place of an older one."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{profile}-") as folder:
        fresh = Path(folder) / "graph"
        fresh.mkdir()
        base, lua = fresh / "roads", binaries.profiles / f"{profile}.lua"
        _run(binaries, "osrm-extract", "-p", lua, extract, "-o", base)
        if algorithm == "CH":
            _run(binaries, "osrm-contract", base)
        else:
            _run(binaries, "osrm-partition", base)
            _run(binaries, "osrm-customize", base)
        if target.exists():
            target.rename(Path(folder) / "old")
        fresh.rename(target)


def _run(binaries: Binaries, program: str, *arguments: str | Path) -> None:
    command = [binaries.program(program), *map(str, arguments)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_MOST_SECONDS,
            check=False,
            preexec_fn=die_with_parent,  # they take hours and much memory for a country
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BuildFailed(f"{program} could not run: {error}") from error
    if done.returncode != 0:
        raise BuildFailed(f"{program} gave up: {_last_words(done.stdout + done.stderr, done.returncode)}")


def _last_words(said: str, code: int) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "[error]" in line or "what():" in line] or lines
    if code == -9:
        return "it was killed, as when memory runs out"
    if code < 0:
        return f"it crashed (signal {-code}), as on a damaged file"
    last = telling[-1] if telling else f"exit status {code}"
    return last.split("[error] ")[-1].removeprefix("what():").strip()


def room_for(extract: Path, folder: Path) -> None:
    """This will raise `BuildFailed` where the disk has no room for what is made of an extract."""
    need = 40 * extract.stat().st_size
    if shutil.disk_usage(folder).free < need:
        raise BuildFailed(f"{folder} has no room: about {need / 1e6:,.0f} MB are needed for roads and map")
