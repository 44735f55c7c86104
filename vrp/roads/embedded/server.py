"""The running `osrm-routed` of each road graph: started by the first process that needs it, gone with the last.

Its process, its port and who uses it belong to one machine, so they are kept in its temporary folder, not among the
data, which several machines may share.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from vrp.roads.base import RoadsFailed
from vrp.roads.embedded import keeper
from vrp.roads.embedded.binaries import Binaries

_PATIENCE = 150.0  # seconds for a server to come up, or for another process to bring it up
_DYING = 5.0
_joined: dict[Path, int] = {}  # the lock files this process holds, by run folder
_here = threading.Lock()


def ensure(binaries: Binaries, graph: Path, algorithm: str, stamp: str) -> str:
    """This will return the address of the graph's server, and start it where there is none.

    Raises `RoadsFailed` with the server's last words where it does not come up.
    """
    try:
        run = _run_folder(graph, stamp)
        with _here, _start_lock(run):
            _join(run)
            state = _state(run)
            if state is None:
                _start(run, binaries, graph, algorithm)
                state = _state(run)
    except OSError as error:  # no room, no right to write, no memory
        raise RoadsFailed(f"The road server of {graph.parent.name} cannot be started: {error}") from error
    if state is None:
        raise RoadsFailed(f"The road server of {graph.parent.name} did not start: {_last_words(run)}")
    return _address(state)


def pid(graph: Path, stamp: str) -> int | None:
    """This will return the process of the graph's server, or None where it does not run."""
    state = _state(_run_folder(graph, stamp))
    return state["pid"] if state else None


def give_up(graph: Path, stamp: str, address: str) -> None:
    """This will kill the graph's server at an address where it does not answer: who asks next starts another."""
    run, deadline = _run_folder(graph, stamp), time.monotonic() + _DYING
    while (state := _state(run)) and address == _address(state) and time.monotonic() < deadline:
        with suppress(psutil.Error):
            psutil.Process(state["pid"]).kill()
        time.sleep(0.01)  # it closes its port some time before it is dead


def leave(graph: Path, stamp: str) -> None:
    """This will say that this process needs the graph's server no more; once nobody does, it ends by itself."""
    with _here:
        lock = _joined.pop(_run_folder(graph, stamp), None)
        if lock is not None:
            os.close(lock)


def _address(state: dict[str, int]) -> str:
    return f"http://127.0.0.1:{state['port']}"


def _run_folder(graph: Path, stamp: str) -> Path:
    home = Path(tempfile.gettempdir()) / f"routebook-roads-{os.geteuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != os.geteuid():
        raise RoadsFailed(f"{home} belongs to somebody else; remove it")
    name = hashlib.sha256(f"{graph.resolve()} {stamp}".encode()).hexdigest()[:16]
    run = home / name
    run.mkdir(mode=0o700, exist_ok=True)
    return run


@contextmanager
def _start_lock(run: Path) -> Iterator[None]:
    lock = os.open(run / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _join(run: Path) -> None:
    """Say that this process needs the server; waits while a keeper that nobody needed is on its way out."""
    if run in _joined:
        return
    lock = os.open(run / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    _wait_for(lock, fcntl.LOCK_SH)
    _joined[run] = lock


def _wait_for(lock: int, kind: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise RoadsFailed("Another process has been starting the road server for too long.") from None
            time.sleep(0.02)


def _start(run: Path, binaries: Binaries, graph: Path, algorithm: str) -> None:
    (run / "server.json").unlink(missing_ok=True)
    program = binaries.program("osrm-routed")
    child = subprocess.Popen(
        [sys.executable, "-I", keeper.__file__, str(run), program, str(graph), algorithm],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # others may need the server longer than this process lives
    )
    threading.Thread(target=child.wait, daemon=True).start()  # no zombie stays behind
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and child.returncode is None and _state(run) is None:
        time.sleep(0.01)


def _state(run: Path) -> dict[str, int] | None:
    """What the keeper said of its server, where both are alive. A number alone may be anybody's by now."""
    try:
        state: dict[str, int] = json.loads((run / "server.json").read_text())
        server = psutil.Process(state["pid"])
        is_ours = server.ppid() == state["keeper"] and server.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None
    return state if is_ours else None


def _last_words(run: Path) -> str:
    try:
        lines = (run / "log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return "; ".join(line.split("] ", 2)[-1] for line in lines[-3:]) or "it said nothing"
