"""Which compiled kernel a solve gets, and what is compiled when."""

import pytest

from vrp.engines.sisr import compiled
from vrp.engines.sisr.compiled import STANDARD, Kind

OWN = Kind(frozenset({"TIMES", "SETUPS"}), 2)


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """No kernel is ready but those that a test says are."""
    monkeypatch.setenv("ROUTEBOOK_KERNELS", str(tmp_path))
    monkeypatch.setenv("KERNEL_WISHES", "true")
    monkeypatch.setattr(compiled, "_module", lambda kind: kind)
    return lambda *kinds: [(tmp_path / f"{kind.name}.ready").touch() for kind in kinds]


def test_a_solve_gets_the_kernel_made_for_it(ready):
    ready(*STANDARD, OWN)

    assert compiled.kernel(OWN) == OWN


def test_until_that_is_ready_the_smallest_standard_one_stands_in_and_it_is_wished_for(ready):
    ready(*STANDARD)

    assert compiled.kernel(OWN) == STANDARD[0]
    assert list(compiled.wishes()) == [OWN]


def test_with_none_ready_there_is_none(ready):
    assert compiled.kernel(OWN) is None


def test_one_that_lacks_a_rule_never_stands_in(ready):
    ready(*[kind for kind in STANDARD if "SETUPS" not in kind.on])

    assert compiled.kernel(OWN) is None


def test_a_wish_is_forgotten_once_it_is_granted(ready):
    compiled.kernel(OWN)

    ready(OWN)

    assert list(compiled.wishes()) == []


def test_a_wish_for_another_version_of_the_source_is_forgotten(ready, monkeypatch):
    compiled.kernel(OWN)

    monkeypatch.setattr(compiled, "_processor", lambda: "another")

    assert list(compiled.wishes()) == []


def test_operators_can_turn_wishes_off(ready, monkeypatch):
    monkeypatch.setenv("KERNEL_WISHES", "false")

    compiled.kernel(OWN)

    assert list(compiled.wishes()) == []


def test_dense_and_sparse_kernels_never_stand_in_for_each_other():
    assert not STANDARD[-1].covers(Kind(frozenset({"TIMES"}), 1))
    assert not STANDARD[0].covers(Kind(frozenset({"TIMES", "SPARSE"}), 1))
