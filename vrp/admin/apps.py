from django.contrib.admin.apps import AdminConfig


class RoutebookAdminConfig(AdminConfig):
    """The operators' door."""
