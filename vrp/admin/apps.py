from importlib import import_module

from django.contrib.admin import site
from django.contrib.admin.apps import AdminConfig


class RoutebookAdminConfig(AdminConfig):
    """The operators' door."""

    def ready(self) -> None:
        super().ready()  # every app's own admin first: ours replaces one of them
        site.site_header = site.site_title = "Routebook"
        for module in ("planning", "jobs"):
            import_module(f"vrp.admin.{module}")
