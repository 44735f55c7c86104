from django.apps import AppConfig


class VrpConfig(AppConfig):
    name = "vrp"
    verbose_name = "Planning"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers the deployment checks
