"""A whole Routebook of its own for one test: PostgreSQL, worker, and what is needed to kill them and keep count."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from accounts.tests.factories import UserFactory
from config.embedded import server
from config.embedded.base import DatabaseWrapper
from vrp.models import Scenario, Solution
from vrp.services import solutions
from vrp.tests.factories import ScenarioFactory
from vrp.tests.plans import two_stops

_AUDIT = """
CREATE TABLE audit (solution uuid, was text, now text, attempt int, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO audit (solution, was, now, attempt) VALUES (NEW.id, OLD.status, NEW.status, NEW.attempt);
  RETURN NEW;
END $$;
CREATE TRIGGER note AFTER UPDATE ON solutions FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
  EXECUTE FUNCTION note();
"""


class Kept:
    """A program that is started again whenever it ends, as systemd or Docker would."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.command, self.environment, self.log = command, environment, log
        self.is_wanted = True
        self.process = self._start()
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, cwd=settings.BASE_DIR
            )

    def _keep(self) -> None:
        while self.is_wanted:
            self.process.wait()
            if self.is_wanted:
                self.process = self._start()

    def kill(self) -> int:
        """The program and all it started, at once; the number it had."""
        killed = self.process.pid
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    child.kill()
        self.process.kill()
        return killed

    def finish(self) -> None:
        self.is_wanted = False
        self.kill()
        self.keeper.join(5)
        self.kill()  # it may have been started again in between
        self.process.wait()

    def end(self) -> int:
        self.is_wanted = False
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


class Stack:
    def __init__(self, data: Path) -> None:
        self.data = data
        self.kept: list[Kept] = []
        self.environment = os.environ | {
            "DATABASE_URL": "",
            "ROUTEBOOK_DATA": str(data),
            "PYTHONUNBUFFERED": "1",
        }

    def keep(self, *command: str, **environment: str) -> Kept:
        environment = self.environment | environment
        kept = Kept([sys.executable, *command], environment, self.data / f"log-{len(self.kept)}.txt")
        self.kept.append(kept)
        return kept

    def worker(self, **environment: str) -> Kept:
        return self.keep("manage.py", "worker", **environment)

    def web(self) -> tuple[Kept, str]:
        """The web server and its address, once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        web = self.keep("manage.py", "serve", "--port", str(port), "--workers", "1")
        address = f"http://127.0.0.1:{port}/api/v1"
        self.wait_until(lambda: _answers(f"{address}/health/live/"), seconds=30)
        return web, address

    def fake_worker(self, at_once: int = 2) -> Kept:
        return self.keep("-m", "vrp.tests.jobs.fake_planner", "worker", "--at-once", str(at_once))

    def scenario(self, **request: Any) -> Scenario:
        return ScenarioFactory(request=two_stops(**request), session__user=UserFactory())

    def start(self, scenario: Scenario, **asked: Any) -> Solution:
        return solutions.start(scenario=scenario, by=scenario.session.user, now=timezone.now(), **asked)

    def wait_for(self, *statuses: str, count: int = 1, seconds: float = 20) -> float:
        """Until so many solutions have one of these statuses; how long that took."""
        started = time.monotonic()
        while (elapsed := time.monotonic() - started) < seconds:
            if Solution.objects.filter(status__in=statuses).count() >= count:
                return elapsed
            time.sleep(0.03)
        states = list(Solution.objects.values_list("id", "status", "attempt", "crashes", "error"))
        logs = [kept.log.read_text()[-3000:] for kept in self.kept]
        raise AssertionError(
            f"not {statuses} within {seconds} s: {states}\n{self.audit()}\n" + "\n".join(logs)
        )

    def wait_until(self, happens: Callable[[], object], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not happens():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.03)

    def execute(self, statement: str) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(statement)

    def audit(self) -> list[tuple[Any, ...]]:
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT solution, was, now, attempt, extract(epoch FROM at) FROM audit ORDER BY at"
            )
            return cursor.fetchall()

    def recoveries(self, killed_at: float) -> list[float]:
        """For each solve that ran at that moment: the seconds until it was begun again, or done."""
        first: dict[Any, float] = {}
        begun: dict[Any, bool] = {}
        for solution, _, now, _, at in self.audit():
            if at < killed_at:
                begun[solution] = now == "running"
            elif now != "queued" and solution not in first:
                first[solution] = float(at) - killed_at
        return [seconds for solution, seconds in first.items() if begun.get(solution)]

    def kill_postgres(self) -> int:
        """The whole group at once; the number of the postmaster that was killed."""
        status = server.status(self.data)
        assert status is not None
        assert status.pid is not None, "it was not up"
        postmaster = psutil.Process(status.pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        connections["default"].close()
        return status.pid


@contextmanager
def running(data: Path) -> Iterator[Stack]:
    """The stack; meanwhile this thread's database is the stack's, not the suite's."""
    suite = connections["default"]
    connections["default"] = DatabaseWrapper(
        suite.settings_dict
        | {"ENGINE": "config.embedded", "EMBEDDED_DATA": data, "NAME": "routebook", "USER": "routebook"},
    )
    stack = Stack(data)
    try:
        call_command("migrate", verbosity=0)
        stack.execute(_AUDIT)
        yield stack
    finally:
        for kept in stack.kept:
            kept.finish()
        connections["default"].close()
        server.stop(data)
        connections["default"] = suite


def say(what: str, seconds: list[float]) -> None:
    """Shown by `pytest -s` and in the reports of the evidence run."""
    seconds = sorted(seconds) or [0.0]
    middle, most = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    print(f"\n{what}: {len(seconds)} waits, p50 {middle:.2f} s, p95 {most:.2f} s, max {seconds[-1]:.2f} s")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False
