"""Put the road engine and a small town beside the code: `python vrp/roads/fetch.py`. Does nothing when they are there.

OSRM's programs come out of the wheel `osrm-bindings`: they need no Python of their own, so the wheel made for 3.12 does
under any. The town is the extract of Monaco that the source package `quackosm` tests itself with (© OpenStreetMap
contributors, ODbL). Standard library only. Without the network it says so and ends well, because everything works
without roads, with estimates; where CI is set, that is a failure.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent / "vendor"
OSRM = "osrm-bindings==26.10.0"
TOWN = "quackosm==0.19.0"
EXTRACT = "monaco.osm.pbf"


class Failed(Exception):
    """Its text tells whoever runs this what to do."""


def main() -> int:
    VENDOR.mkdir(exist_ok=True)
    failures = 0
    for name, put in (("osrm", _put_osrm), (EXTRACT, _put_town)):
        stamp, wanted = VENDOR / f"{name}.version", OSRM if name == "osrm" else TOWN
        if stamp.exists() and stamp.read_text() == wanted and (VENDOR / name).exists():
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="routebook-roads-") as folder:
                put(Path(folder))
            stamp.write_text(wanted)
        except (Failed, OSError, subprocess.SubprocessError, tarfile.TarError) as error:
            sys.stderr.write(f"{wanted} could not be had: {error}\n")
            failures += 1
    if failures:
        sys.stderr.write("Travel times are estimates until this has worked. Run it again later.\n")
    return 1 if failures and os.environ.get("CI") else 0


def _put_osrm(folder: Path) -> None:
    _pip("install", "--target", str(folder), "--only-binary=:all:", "--python-version", "3.12", OSRM)
    _move(folder / "osrm", VENDOR / "osrm")


def _put_town(folder: Path) -> None:
    _pip("download", "--no-binary", ":all:", "--dest", str(folder), TOWN)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        found = [member for member in files if member.isfile() and member.name.endswith("/" + EXTRACT)]
        if not found:
            raise Failed(f"{archive.name} holds no {EXTRACT}")
        content = files.extractfile(found[0])
        assert content is not None
        (folder / EXTRACT).write_bytes(content.read())
    _move(folder / EXTRACT, VENDOR / EXTRACT)


def _pip(command: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, "--quiet", "--no-deps", *arguments],
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        raise Failed("\n".join((done.stderr or done.stdout).strip().splitlines()[-4:]))


def _move(fresh: Path, target: Path) -> None:
    """In one step, in the place of what was there."""
    beside = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        shutil.move(fresh, beside / "new")
        if target.exists():
            target.rename(beside / "old")
        (beside / "new").rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
