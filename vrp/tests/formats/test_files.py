"""Which format a file has."""

import pathlib
import random

import pytest

from vrp.errors import TooLarge
from vrp.formats import files

DATA = pathlib.Path(__file__).parent / "data"
TABLE = b"""id;name;lat;lon;Menge;service (min);from;to;tw;type
1;A;48,2;16,3;4;5;8:00;9 pm;22:00-23:00;
d;;48;16;;;;;;depot
"""
PROBLEM = (
    b'{"jobs": [{"id": 1, "location": [16, 48], "amount": [4]}], "vehicles": [{"id": 1, "start": [16, 48]}]}'
)


@pytest.mark.parametrize(
    ("name", "format"), [("ten.vrp", "vrplib"), ("ten_solomon.txt", "solomon"), ("ten_lilim.txt", "lilim")]
)
def test_a_benchmark_file_is_known_whatever_its_name(name, format):
    found = files.preview((DATA / name).read_bytes(), "upload.txt")

    assert found.format == format
    assert found.faults == []
    assert found.document["vehicles"]


@pytest.mark.parametrize(
    ("data", "filename", "format"),
    [
        (b' {"jobs": []}', "x.csv", "json"),
        (b"PK\x03\x04", "x.csv", "xlsx"),
        (b"id,lat,lon\n1,2,3", "", "csv"),
        (b"NAME : x\nDIMENSION : 4\n", "x.csv", "csv"),
        (b"broken", "x.vrp", "vrplib"),
        (b"", "", "csv"),
    ],
)
def test_content_counts_before_the_name_and_csv_is_what_is_left(data, filename, format):
    assert files.detect(data, filename) == format


@pytest.mark.parametrize(
    ("format", "said"), [("doc", "there is no format 'doc'"), ("solomon", "a Solomon file has")]
)
def test_a_format_that_does_not_fit_is_a_fault(format, said):
    (fault,) = files.preview(b"id,lat,lon\n", "", format).faults

    assert said in fault.msg


def test_an_empty_file_is_a_fault():
    assert files.preview(b" \n").faults[0].msg == "the file is empty"


def test_a_summary_counts_what_was_read():
    assert files.preview((DATA / "ten_lilim.txt").read_bytes()).notes == ["5 shipments, 3 vehicles."]


def test_no_mutation_of_a_text_file_is_more_than_a_fault():
    dice = random.Random(11)
    good = [TABLE, PROBLEM, *(file.read_bytes() for file in sorted(DATA.iterdir()))]
    words = [
        b"-1",
        b"0",
        b"1e9",
        b"nan",
        b'"',
        b";",
        b"\n",
        b":",
        b"_SECTION",
        b"\xff",
        b"5.5",
        b"]",
        b"null",
        b"'",
        b"8:00",
    ]
    for number in range(3_000):
        data = bytearray(good[number % len(good)])
        format = files.detect(bytes(data))
        for _ in range(dice.randint(1, 6)):
            start = dice.randrange(len(data))
            data[start : start + dice.randint(0, 12)] = dice.choice(words)
        try:
            found = files.preview(bytes(data), "", format, TABLE if dice.random() < 0.1 else None)
        except TooLarge:
            continue
        assert found.faults or found.document


def test_good_files_of_every_format_have_no_fault():
    for file in sorted(DATA.iterdir()):
        assert files.preview(file.read_bytes(), file.name).faults == []
