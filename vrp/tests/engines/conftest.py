from types import ModuleType

import pytest

from vrp.engines.sisr import compiled


@pytest.fixture(scope="session")
def kernel() -> ModuleType:
    """The compiled kernel that does everything."""
    compiled.compile_now(compiled.STANDARD[0])
    found = compiled.kernel(compiled.STANDARD[0])
    assert found
    return found
