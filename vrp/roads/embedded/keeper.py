"""Runs one `osrm-routed` for as long as anybody needs it: `python keeper.py RUN_FOLDER PROGRAM GRAPH ALGORITHM`.

Whoever needs the server holds `users.lock` shared; kernel locks go with their process, however it ends. Once nobody
holds it the server ends, and it dies with this process too. Standard library only, so that it is up in no time.
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_READY_WITHIN = 120.0  # seconds: large graphs take a while to be read
_LOOK = 0.5
_AFTERLIFE = 60.0  # seconds for those who are still measuring on roads that were removed
_SERVER = ("--max-table-size", "20000", "--max-viaroute-size", "5000", "--max-nearest-size", "10")


def main(run: Path, program: str, graph: str, algorithm: str) -> int:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The server shares ports that others of this user hold (SO_REUSEPORT), and the kernel would then spread requests
    # over both. A port that the kernel chose for us and that we keep open is nobody else's; ours does not listen.
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    reserved.bind(("127.0.0.1", 0))
    port = reserved.getsockname()[1]
    command = [program, "-i", "127.0.0.1", "-p", str(port), "-t", "2", "-a", algorithm, "-l", "WARNING"]
    with (run / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, *_SERVER, graph],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    try:
        if not _answers(server, port):
            return 1
        _tell(run, {"port": port, "pid": server.pid, "keeper": os.getpid()})
        users = os.open(run / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        folder, gone_at = _folder(graph), 0.0
        while server.poll() is None:
            time.sleep(_LOOK)
            if _folder(graph) == folder:
                gone_at = 0.0
            elif not gone_at:
                gone_at = time.monotonic()
            elif time.monotonic() - gone_at > _AFTERLIFE:
                return 0  # its region was removed, or replaced
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            (run / "server.json").unlink(missing_ok=True)
            return 0  # and who comes now waits for the lock until we are gone
        return 1  # it died; who needs it starts another, and may have written down where that is
    finally:
        server.kill()
        server.wait()


def _folder(graph: str) -> int:
    """Which folder the graph lies in, whatever it is called; 0 when there is none."""
    try:
        return Path(graph).parent.stat().st_ino
    except OSError:
        return 0


def die_with_parent() -> None:
    """This will, in a child about to become a program, have the kernel kill it when whoever started it is no more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _answers(server: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + _READY_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.01)
        else:
            return True
    return False


def _tell(run: Path, state: dict[str, int]) -> None:
    fresh = run / "server.json.new"
    fresh.write_text(json.dumps(state))
    fresh.rename(run / "server.json")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:5]))
