"""Solomon's files for time windows."""

import contextlib
import pathlib

import pytest

from vrp.domain import request as requests
from vrp.errors import Invalid
from vrp.formats import solomon

TEN = (pathlib.Path(__file__).parent / "data" / "ten_solomon.txt").read_bytes()


def test_stops_bear_the_customer_numbers_and_the_depot_gives_the_shift():
    document = solomon.read(TEN)

    request = requests.read(document)

    assert [job.id for job in request.jobs] == list(range(1, 11))
    assert (request.jobs[0].delivery, request.jobs[0].service) == ((16,), 10)
    assert (request.jobs[0].time_windows[0].start, request.jobs[0].time_windows[0].end) == (181, 301)
    assert (request.vehicles[0].count, request.vehicles[0].capacity) == (4, (50,))
    assert (request.vehicles[0].time_window.start, request.vehicles[0].time_window.end) == (0, 600)
    assert request.meta["name"] == "TEN1"


def test_quantities_are_scaled():
    document = solomon.read(TEN, "dimacs")

    assert document["jobs"][0]["time_windows"] == [[1810, 3010]]
    assert document["vehicles"][0]["capacity"] == [500]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((b"VEHICLE", b"VAN"), "a Solomon file has a VEHICLE part and a CUSTOMER part"),
        ((b"  4         50", b""), "one line with the number of vehicles"),
        ((b"       16 ", b"      xvi "), "line/11: 'xvi' is not a number"),
        ((b"    2       50", b"    1       50"), "line/12: number 1 is there already"),
        ((b"       248  ", b"            "), "line/12: should hold 7 numbers, not 6"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(change, said):
    with pytest.raises(Invalid, match=said):
        solomon.read(TEN.replace(*change))


@pytest.mark.parametrize("end", range(0, len(TEN), 7))
def test_a_file_cut_anywhere_is_read_or_refused(end):
    with contextlib.suppress(Invalid):
        requests.read(solomon.read(TEN[:end]))
