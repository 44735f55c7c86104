"""`manage.py demo` as its user starts it: a process of its own, a port and a data folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from django.conf import settings

READY_WITHIN = 90


class Demo:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self) -> "Demo":
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {"ROUTEBOOK_DATA": str(self.data), "PORT": str(self.port)}
        with (self.data.parent / "demo.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return self

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/health/ready/", timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def said(self) -> str:
        return (self.data.parent / "demo.log").read_text()[-4000:]

    def family(self) -> list[psutil.Process]:
        """Everything that works on this data: the demo, its children, the database."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("ROUTEBOOK_DATA") == str(self.data)
                if process.pid != os.getpid() and (mine or str(self.data) in " ".join(process.cmdline())):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)

    def kill_everything(self) -> None:
        for process in self.family():
            process.kill()
        self.process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
