"""`manage.py demo`: everything on one machine, in the foreground, until it is stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from types import FrameType
from typing import Any

import orjson
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.parent import end_with_parent
from vrp.management import demo
from vrp.roads import regions
from vrp.roads.fetch import EXTRACT, VENDOR
from vrp.services import scenarios, sessions

TOWN = VENDOR / EXTRACT
EMAIL, PASSWORD = "demo@routebook.example", "routebook-demo"
_READY_WITHIN = 60  # seconds
_GRACE = 15


class Command(BaseCommand):
    help = (
        "Prepare the database, a demo account and a demo scenario; run web server and worker until stopped."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=_port())

    def handle(self, *args: Any, **options: Any) -> None:
        end_with_parent()
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        port = options["port"]
        _refuse_taken_port(port)
        self.stdout.write(f"Routebook: preparing {settings.ROUTEBOOK_DATA} …")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        _make_account()
        self._make_region()
        try:
            self._run(port)
        finally:
            self._end_children()

    def _make_region(self) -> None:
        """Monaco's roads, map and addresses, once; the demo works without them."""
        if regions.listed(settings.ROUTEBOOK_DATA) or not TOWN.exists():
            return
        self.stdout.write("Routebook: making roads and a map of Monaco …")
        with suppress(SystemExit):  # it has said what is missing
            call_command("region", "add", str(TOWN), "--profiles", "car,bicycle,foot", verbosity=0)

    def _run(self, port: int) -> None:
        commands = {
            "worker": ["worker"],
            "web": ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        }
        announced, started = False, time.monotonic()
        while not self.stopping:
            for name, command in commands.items():
                child = self.children.get(name)
                if child is None or child.poll() is not None:
                    if child is not None:
                        self.stderr.write(
                            f"The {name} process ended ({child.returncode}); starting it again."
                        )
                        time.sleep(0.5)
                    self.children[name] = _start(command)
            if not announced and _is_ready(port):
                self._announce(port)
                announced = True
            if not announced and time.monotonic() - started > _READY_WITHIN:
                raise CommandError(f"The web server was not ready within {_READY_WITHIN} seconds.")
            time.sleep(0.2)

    def _announce(self, port: int) -> None:
        self.stdout.write(
            f"\n  Routebook is ready:  http://127.0.0.1:{port}/\n"
            f"  log in with          {EMAIL}  /  {PASSWORD}\n"
            f"  API                  http://127.0.0.1:{port}/api/v1/docs/\n"
            f"  data                 {settings.ROUTEBOOK_DATA}\n"
            "  Ctrl-C stops it; the data stay.\n"
        )
        self.stdout.flush()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end_children(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + _GRACE
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT={text!r} is not a port number")
    return int(text)


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken ({error.strerror}); choose another: PORT=8001 make demo"
            ) from None


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches only us, and we end the children in order.
    environment = os.environ | {
        "ROUTEBOOK_END_WITH_PARENT": "1",
        "LOG_FORMAT": "console",
        "LOG_LEVEL": "WARNING",
    }
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    return subprocess.Popen([*manage, *command], env=environment, start_new_session=True)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health/ready/", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@transaction.atomic
def _make_account() -> None:
    """Once: what the demo's user has since changed or deleted stays as it is."""
    if User.objects.filter(email=EMAIL).exists():
        return
    user = User.objects.create_user(email=EMAIL, password=PASSWORD, display_name="Demo planner")
    now = timezone.now()
    session = sessions.create(by=user, name="Monaco, Monday", now=now)
    document = orjson.loads((demo.FOLDER / "monaco.json").read_bytes())
    scenarios.create(
        session=session, name="All stops, three vans and a bike", document=document, by=user, now=now
    )
