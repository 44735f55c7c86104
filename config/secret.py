"""The key that signs sessions and tokens when the operator has not named one."""

import os
import secrets
from pathlib import Path


def secret_key(data: Path) -> str:
    """This will return the installation's own random key, made once and kept in its data folder."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        draft = data / f".secret_key.{os.getpid()}"
        draft.write_text(secrets.token_urlsafe(50))
        draft.chmod(0o600)
        try:
            os.link(draft, path)  # the first of two processes wins, and both read the winner's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
