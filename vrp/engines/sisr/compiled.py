"""A copy of `kernel.py` for each set of switches: what is off is not there, and numba keeps each compiled on disk.

Compiling one takes ten to forty seconds, so it never happens in a solve. `python -m vrp.engines.sisr.compiled` compiles
the standard ones at set-up, with `--wishes` also what solves have wished for, as workers do; a solve takes the smallest
that is ready and does all it needs, and wishes for its own.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import ModuleType

import llvmlite.binding as llvm
import numba
import numpy as np

_SOURCE = Path(__file__).with_name("kernel.py")
_FIRST, _LAST = "# switches\n", "# end of switches\n"
SWITCHES = (
    "TIMES", "WINDOWS", "SPANS", "SEQUENCE", "PAIRS", "METRES", "TYPES", "PROFILES", "ALLOWED", "COUNTED", "DRIVES",
    "SETUPS", "WORKS", "HOURS", "RELEASES", "WISHES", "CHOICES", "WALKS", "PRICED", "GAPS", "RETYPES", "SPARSE",
)  # fmt: skip
_LOWEST_PRIORITY = 19
MOST_DIMENSIONS = 3  # of loads, of the kernels that do everything


@dataclass(frozen=True)
class Kind:
    """A kernel that could be: which switches are on, and how many dimensions loads have."""

    on: frozenset[str]
    dimensions: int

    @classmethod
    def of(cls, switches: Mapping[str, bool], dimensions: int) -> "Kind":
        """This will name the kernel with just these switches on."""
        return cls(frozenset(name for name in SWITCHES if switches.get(name)), max(1, dimensions))

    @cached_property
    def text(self) -> str:
        head, rest = _SOURCE.read_text().split(_FIRST)
        constants = [f"{name} = {name in self.on}" for name in SWITCHES] + [f"DIMENSIONS = {self.dimensions}"]
        return head + _FIRST + "\n".join(constants) + "\n" + _LAST + rest.split(_LAST)[1]

    @cached_property
    def name(self) -> str:
        made_of = (self.text, numba.__version__, np.__version__, _processor())
        return "kernel_" + hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]

    def covers(self, other: "Kind") -> bool:
        """This will tell whether it can stand in for another: what is on and not used changes no plan's cost."""
        alike = self.is_sparse == other.is_sparse  # it wants other arrays
        return alike and self.on >= other.on and self.dimensions >= other.dimensions

    @property
    def is_sparse(self) -> bool:
        return "SPARSE" in self.on

    @property
    def is_ready(self) -> bool:
        return (folder() / f"{self.name}.ready").exists()


_RICH = frozenset(
    {"TIMES", "SPANS", "METRES", "TYPES", "PROFILES", "ALLOWED", "COUNTED", "PRICED", "GAPS", "RETYPES"}
)
STANDARD = (
    Kind(frozenset(SWITCHES) - {"SPARSE"}, MOST_DIMENSIONS),  # does everything, at a third to half the speed
    Kind(frozenset({"TIMES"}), 1),
    Kind(frozenset(), 1),
    Kind(_RICH, 1),
    Kind(frozenset({"SPARSE"}), 1),
    Kind(frozenset({"SPARSE", "TIMES"}), 1),
    Kind(frozenset(SWITCHES), MOST_DIMENSIONS),
)


def folder() -> Path:
    """This will return where compiled kernels are kept: ROUTEBOOK_KERNELS, or the user's cache."""
    own = os.environ.get("ROUTEBOOK_KERNELS")
    if own:
        return Path(own)
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if os.access(home if home.exists() else home.parent, os.W_OK):
        return home / "routebook" / "kernels"
    return Path(tempfile.gettempdir()) / f"routebook-kernels-{os.geteuid()}"


def kernel(kind: Kind) -> ModuleType | None:
    """This will return the kernel, or the smallest that is ready and covers it, or None where none does."""
    if kind.is_ready:
        return _module(kind)
    _wish(kind)
    able = [ready for ready in STANDARD if ready.covers(kind) and ready.is_ready]
    return _module(min(able, key=lambda ready: len(ready.on))) if able else None


def load() -> Iterator[Kind]:
    """This will load the standard kernels that are compiled, one at a time: the first takes half a second."""
    for kind in sorted(STANDARD, key=lambda kind: len(kind.on)):
        if kind.is_ready:
            _compile(_module(kind))
            yield kind


def compile_now(kind: Kind) -> None:
    """This will compile a kernel and keep it, unless it is kept already."""
    if not kind.is_ready:
        _compile(_module(kind))
        _write(folder() / f"{kind.name}.ready", "")


def wishes() -> Iterator[Kind]:
    """This will yield the kernels that solves would have liked to have."""
    for path in sorted(folder().glob("*.wish")):
        wish = json.loads(path.read_text())
        kind = Kind(frozenset(wish["on"]), wish["dimensions"])
        if kind.is_ready or kind.name != path.stem:  # the source has changed since
            path.unlink(missing_ok=True)
        else:
            yield kind


def is_anything_missing() -> bool:
    """This will tell whether something standard or wished for is not compiled yet."""
    return not all(kind.is_ready for kind in (*STANDARD, *wishes()))


def compile_apart() -> None:
    """This will compile what is missing in a process of the lowest priority, and wait for it."""
    subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            f"import os; os.nice({_LOWEST_PRIORITY}); from {__spec__.name} import main; main(True)",
        ],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def main(grants_wishes: bool) -> None:
    """This will compile the standard kernels, and what is wished for; nothing where another process is at it."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(compile_now, (*STANDARD, *(wishes() if grants_wishes else ()))))


def _wish(kind: Kind) -> None:
    path = folder() / f"{kind.name}.wish"
    if os.environ.get("KERNEL_WISHES") != "false" and not path.exists():
        _write(path, json.dumps({"on": sorted(kind.on), "dimensions": kind.dimensions}))


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    os.rename(fresh, path)


@cache
def _processor() -> str:
    return os.environ.get("NUMBA_CPU_NAME") or str(llvm.get_host_cpu_name())


@cache
def _module(kind: Kind) -> ModuleType:
    path = folder() / f"{kind.name}.py"
    if not path.exists():
        _write(path, kind.text)
    spec = importlib.util.spec_from_file_location(kind.name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[kind.name] = module
    spec.loader.exec_module(module)
    return module


def _compile(module: ModuleType) -> None:
    """For just those types that `Model` makes."""
    fixed, state = module.nothing()
    none = np.zeros(0, dtype=np.int64)
    module.load(fixed, state, none, np.zeros(1, dtype=np.int64), none)
    module.walked(fixed, state, 0)
    module.search(0, 1.0, fixed, state)
    module.keep(fixed, state)


if __name__ == "__main__":
    main("--wishes" in sys.argv)
