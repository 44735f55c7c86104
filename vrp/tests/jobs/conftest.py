from collections.abc import Iterator
from pathlib import Path

import pytest

from vrp.tests.jobs.stack import Stack, running


@pytest.fixture
def stack(tmp_path: Path, django_db_blocker) -> Iterator[Stack]:
    with django_db_blocker.unblock(), running(tmp_path) as stack:
        yield stack
