"""`makemigrations` as Django has it, without a database."""

from typing import Any

from django.core.management.commands import makemigrations
from django.db import connection


class Command(makemigrations.Command):
    def handle(self, *app_labels: str, **options: Any) -> None:
        # Django would ask the database for its history, and so start it; `migrate` asks the same.
        engine = connection.settings_dict["ENGINE"]
        connection.settings_dict["ENGINE"] = "django.db.backends.dummy"
        try:
            super().handle(*app_labels, **options)
        finally:
            connection.settings_dict["ENGINE"] = engine
