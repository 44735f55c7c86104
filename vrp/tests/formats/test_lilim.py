"""Li & Lim's files for pickups and deliveries."""

import contextlib
import pathlib

import pytest

from vrp.domain import request as requests
from vrp.errors import Invalid
from vrp.formats import lilim

TEN = (pathlib.Path(__file__).parent / "data" / "ten_lilim.txt").read_bytes()


def test_pairs_become_shipments_with_the_task_numbers():
    request = requests.read(lilim.read(TEN))

    assert [(one.pickup.id, one.delivery.id) for one in request.shipments] == [
        (1, 2), (3, 4), (5, 6), (7, 8), (9, 10)
    ]  # fmt: skip
    assert request.shipments[0].amount == (16,)
    assert (request.vehicles[0].count, request.vehicles[0].capacity) == (3, (60,))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((b"3\t60\t1", b"3"), "begins with the number of vehicles"),
        ((b"10\t0\t2\n", b"10\t0\t4\n"), "line/3: task 1 and its delivery should name each other"),
        ((b"10\t0\t2\n", b"10\t0\n"), "line/3: should hold 9 numbers, not 8"),
        ((b"2\t50\t83", b"2\t50\tN"), "line/4: 'N' is not a number"),
        ((b"10\t0\t2\n", b"10\t2\t0\n"), "some deliveries have no pickup that names them"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(change, said):
    with pytest.raises(Invalid, match=said):
        lilim.read(TEN.replace(*change))


@pytest.mark.parametrize("end", range(0, len(TEN), 7))
def test_a_file_cut_anywhere_is_read_or_refused(end):
    with contextlib.suppress(Invalid):
        requests.read(lilim.read(TEN[:end]))
