"""`manage.py pg`: look after the database, embedded or not."""

from argparse import REMAINDER
from pathlib import Path
from typing import Any, NoReturn

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connection

from config import backup
from config.embedded import place, server

DOWN = 3  # the exit status of `pg_ctl status` too


class Command(BaseCommand):
    help = "PostgreSQL: is it up, stop it, talk to it, save it to a file and bring it back."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser(
            "status", help="Where the database is and whether it is up (exit status 0, else 3)."
        )
        actions.add_parser("stop", help="Stop the embedded server; the next program that needs it starts it.")
        psql = actions.add_parser("psql", help="Talk SQL to the database; what follows -- goes to psql.")
        psql.add_argument("arguments", nargs=REMAINDER)
        dump = actions.add_parser("dump", help="Save the whole database, as of this moment, to a new file.")
        dump.add_argument("file", type=Path)
        restore = actions.add_parser("restore", help="Bring a dump back, whole or not at all.")
        restore.add_argument("file", type=Path)
        restore.add_argument(
            "--into",
            metavar="NAME",
            help="Repeat the database's name to replace what is in it. The replaced data is kept"
            " as the database NAME_replaced until the next such restore.",
        )

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(options)
        except (place.EmbeddedError, backup.BackupError, Error) as error:
            raise CommandError(str(error)) from error

    def _status(self, options: dict[str, Any]) -> None:
        if "EMBEDDED_DATA" not in connection.settings_dict:
            return self._status_of_url()
        data = connection.settings_dict["EMBEDDED_DATA"]
        status = server.status(data)
        if status is None:
            self._down(f"Embedded PostgreSQL: not made yet, will be below {data}")
        self.stdout.write(f"data    {status.data}\nsocket  {status.socket}\nlog     {status.log}")
        if not status.running:
            self._down(f"Embedded PostgreSQL {status.version} is stopped")
        self.stdout.write(f"Embedded PostgreSQL {status.version} is up, process {status.pid}")

    def _status_of_url(self) -> None:
        where = "{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        try:
            version = connection.get_database_version()
        except Error as error:
            self._down(f"The PostgreSQL of DATABASE_URL at {where} does not answer: {error}")
        self.stdout.write(f"PostgreSQL {version[0]}.{version[1]} of DATABASE_URL at {where} is up")

    def _down(self, message: str) -> NoReturn:
        self.stdout.write(message)
        raise SystemExit(DOWN)

    def _stop(self, options: dict[str, Any]) -> None:
        if "EMBEDDED_DATA" not in connection.settings_dict:
            raise CommandError("The server of DATABASE_URL is not ours to stop.")
        stopped = server.stop(connection.settings_dict["EMBEDDED_DATA"])
        self.stdout.write("Stopped." if stopped else "It was not running.")

    def _psql(self, options: dict[str, Any]) -> None:
        arguments = options["arguments"]
        call_command("dbshell", "--", *(arguments[1:] if arguments[:1] == ["--"] else arguments))

    def _dump(self, options: dict[str, Any]) -> None:
        backup.dump(connection, options["file"])
        size = options["file"].stat().st_size
        self.stdout.write(f"Saved {connection.settings_dict['NAME']} to {options['file']} ({size:,} bytes).")

    def _restore(self, options: dict[str, Any]) -> None:
        replaced = backup.restore(connection, options["file"], into=options["into"])
        self.stdout.write(f"Restored {connection.settings_dict['NAME']} from {options['file']}.")
        if replaced:
            self.stdout.write(f"What was there before is kept as the database {replaced}.")
