"""The executables of OSRM: those of the wheel that `fetch.py` put here, or an operator's own."""

import os
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from vrp.roads.base import RoadsFailed

VENDOR = Path(__file__).resolve().parents[1] / "vendor"
HOW = "run `python vrp/roads/fetch.py` once, or set ROUTEBOOK_OSRM to a folder with bin/ and profiles/"


@dataclass(frozen=True, slots=True)
class Binaries:
    """`folder` holds the programs, `profiles` what they know of vehicles; `version` is that of both."""

    folder: Path
    profiles: Path
    version: str

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find() -> Binaries:
    """This will return OSRM's programs, or raise `RoadsFailed` with what to do where there are none."""
    return _find(os.environ.get("ROUTEBOOK_OSRM", ""))


@lru_cache(maxsize=4)
def _find(own: str) -> Binaries:
    if own:
        folder, profiles = Path(own) / "bin", Path(own) / "profiles"
    else:
        folder, profiles = VENDOR / "osrm" / "bin", VENDOR / "osrm" / "share" / "profiles"
    try:
        said = subprocess.run(
            [folder / "osrm-routed", "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        why = error.strerror if isinstance(error, OSError) else "it does not run"
        raise RoadsFailed(f"OSRM is not installed here ({why}): {HOW}.") from error
    return Binaries(folder, profiles, said.stdout.strip())
