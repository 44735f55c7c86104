"""`manage.py pg`: look after the database, embedded or not."""

import os
import re
import shutil
import subprocess
from argparse import REMAINDER
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from config.embedded import place, server


class Command(BaseCommand):
    help = "PostgreSQL: is it up, stop it, talk to it, save it to a file and bring it back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser(
            "status", help="Tell where the database is and whether it is up; exit status 3 if not."
        )
        actions.add_parser(
            "stop", help="Stop the embedded server. The next program that needs it starts it again."
        )
        psql = actions.add_parser("psql", help="Talk SQL to the database; arguments after -- go to psql.")
        psql.add_argument("arguments", nargs=REMAINDER)
        dump = actions.add_parser("dump", help="Save the whole database to a new file, as of this moment.")
        dump.add_argument("file", type=Path)
        restore = actions.add_parser("restore", help="Bring a dump back, whole or not at all.")
        restore.add_argument("file", type=Path)
        restore.add_argument(
            "--into",
            metavar="NAME",
            help="The database's name, typed to say that what is in it now may be replaced."
            " The replaced one is kept beside it as NAME_replaced until the next time.",
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(**options)
        except place.EmbeddedError as error:
            raise CommandError(str(error)) from error

    def status(self, **options: Any) -> None:
        data = connection.settings_dict.get("EMBEDDED_DATA")
        if data is None:
            return self._status_of_url()
        status = server.status(data)
        if status is None:
            self.stdout.write(f"embedded PostgreSQL: not made yet; its place is {data}")
            raise SystemExit(3)
        state = f"up (process {status.pid})" if status.running else "stopped"
        self.stdout.write(f"embedded PostgreSQL {status.version}: {state}")
        self.stdout.write(f"data    {status.data}\nsocket  {status.socket}\nlog     {status.log}")
        if not status.running:
            raise SystemExit(3)

    def _status_of_url(self) -> None:
        where = "{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        try:
            version = ".".join(map(str, connection.get_database_version()))
        except connection.Database.Error as error:
            ...

    def stop(self, **options: Any) -> None:
        data = connection.settings_dict.get("EMBEDDED_DATA")
        if data is None:
            raise CommandError("The server of DATABASE_URL is not ours to stop.")
        self.stdout.write("stopped" if server.stop(data) else "it was not running")
