"""`manage.py serve`: the web server."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.parent import end_with_parent


class Command(BaseCommand):
    help = "Serve pages and API with granian (WSGI) until stopped."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument(
            "--workers", type=int, default=os.cpu_count() or 1, help="processes, default one a core"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        end_with_parent()
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
            *("--host", options["host"], "--port", str(options["port"])),
            *("--workers", str(options["workers"]), "--blocking-threads", "4", "--backpressure", "64"),
            *("--respawn-failed-workers", "--workers-kill-timeout", "10", "--log-level", "warning"),
        ]
        os.execv(sys.executable, command)  # noqa: S606  our own interpreter, our own arguments
