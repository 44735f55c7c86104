import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vrp.tests.jobs.stack import Stack, running


@pytest.fixture
def stack(django_db_blocker) -> Iterator[Stack]:
    # Not `tmp_path`: the server's own user cannot enter it, and root's data would go somewhere else.
    data = Path(tempfile.mkdtemp(prefix="routebook-"))
    data.chmod(0o755)
    try:
        with django_db_blocker.unblock(), running(data) as stack:
            yield stack
    finally:
        shutil.rmtree(data)
