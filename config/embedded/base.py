"""PostgreSQL as Django knows it, on a server of our own that starts with the first real connection."""

from collections.abc import Iterable
from typing import Any

from django.db.backends.postgresql import base, client
from django.db.utils import OperationalError

from config.embedded import server
from config.embedded.place import PORT, EmbeddedError, binaries


def _address(settings: dict[str, Any]) -> dict[str, str]:
    try:
        folder = server.ensure(settings["EMBEDDED_DATA"])
    except EmbeddedError as error:  # callers know one way for a database to be away
        raise OperationalError(str(error)) from error
    return {"host": str(folder), "port": str(PORT)}


class DatabaseClient(client.DatabaseClient):
    """`dbshell` on the embedded server, with the psql that came with it."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        """Django's own arguments, with the server's address and program put in."""
        address = _address(settings_dict)
        at = settings_dict | {"HOST": address["host"], "PORT": address["port"]}
        arguments, environment = super().settings_to_cmd_args_env(at, parameters)
        return [str(binaries() / cls.executable_name), *arguments[1:]], environment


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks for its address at every connection, so a reconnect starts a dead server again."""

    client_class = DatabaseClient

    def get_connection_params(self) -> dict[str, Any]:
        """Django's parameters and the address. This will start the server if it is not up."""
        return super().get_connection_params() | _address(self.settings_dict)
