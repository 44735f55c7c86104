"""Whatever a file holds, this process lives, and the answer is a fault or a limit."""

import io
import os
import pathlib
import random
import time
import zipfile
import zlib

import numpy as np
import pytest
import xlsxwriter

from vrp import formats
from vrp.domain import request as requests
from vrp.errors import Invalid, TooLarge
from vrp.formats import sandbox

DATA = pathlib.Path(__file__).parent / "data"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = b'<?xml version="1.0"?><worksheet ' + NAMESPACE + b"><sheetData>%b</sheetData></worksheet>"
ROW = b'<row r="1"><c r="A1"><v>1</v></c></row>'
CORNERS = ROW + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
CSV = b"id,lat,lon,type\nyard,48.1,16.3,depot\n1,48.2,16.4,\n"


def workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("stops")
        sheet.write_row(0, 0, ["id", "lat", "lon", "type"])
        sheet.write_row(1, 0, ["yard", 48.1, 16.3, "depot"])
        sheet.write_row(2, 0, [1, 48.2, 16.4])
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook with one part exchanged or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.namelist():
            if part != name:
                bad.writestr(part, good.read(part))
        bad.writestr(name, content)
    return out.getvalue()


def lying_about_its_size() -> bytes:
    """200 MB of zeros whose directory says that there are ten bytes of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(b"<" * 200 * 2**20) + packer.flush()
    size = len(packed).to_bytes(4, "little") + (200 * 2**20).to_bytes(4, "little")
    honest = with_part("xl/sharedStrings.xml", b"<" * 200 * 2**20)
    assert honest.count(size) >= 1
    return honest.replace(size, len(packed).to_bytes(4, "little") + (10).to_bytes(4, "little"))


def overlapping() -> bytes:
    """Two thousand and one entries of a directory that all point at the same megabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/a.xml", b"x" * 2**20)
        archive.filelist += archive.filelist * 2000
    return out.getvalue()


SHEET_NAME = "xl/worksheets/sheet1.xml"
LIE = b'<dimension ref="A1:XFD1048576"/><sheetData>'
UTF16 = SHEET.replace(b'"1.0"', b'"1.0" encoding="UTF-16"').decode()
BOMBS = {
    "empty": b"",
    "blank": b" \n\t\n",
    "random": random.Random(1).randbytes(5_000),
    "random after PK": b"PK\x03\x04" + random.Random(2).randbytes(5_000),
    "cells at opposite corners": with_part(SHEET_NAME, SHEET % CORNERS),
    "the same in UTF-16": with_part(SHEET_NAME, UTF16.replace("%b", CORNERS.decode()).encode("utf-16")),
    "a dimension that lies": with_part(SHEET_NAME, (SHEET % ROW).replace(b"<sheetData>", LIE)),
    "zip bomb": with_part("xl/worksheets/sheet2.xml", b" " * 150 * 2**20),
    "zip bomb that lies": lying_about_its_size(),
    "zip of too many parts": overlapping(),
    "nested zip": with_part("xl/workbook.xml", workbook()),
    "entities": with_part(SHEET_NAME, b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>' + SHEET % b"&c;"),
    "no sheets": with_part("xl/workbook.xml", b"<workbook/>"),
    "no XML": with_part(SHEET_NAME, b"\xff\x00<<<"),
    "truncated workbook": workbook()[:-100],
    "workbook with a password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000),
    "null characters": CSV.replace(b"yard", b"ya\x00rd"),
    "a quote never closed": b'id,lat,lon\n1,"48' + b"x,\n" * 100_000,
    "a hundred thousand columns": b"id,lat,lon" + b",x" * 100_000 + b"\n1,48,16\n",
    "a line of twenty megabytes": b"id,lat,lon\n" + b"x" * 20 * 2**20,
    "a million brackets": b"[" * 10**6,
    "a million objects": b'{"a":' * 10**6,
    "a number of a million digits": b'{"jobs": ' + b"9" * 10**6 + b"}",
    "NaN": b'{"jobs": [NaN]}',
    "half a surrogate pair": b'{"jobs": ["\\ud800"]}',
    "a null character in JSON": b'{"vehicles": [{"id": "a\\u0000b", "start": [16, 48]}]}',
    "a huge dimension": b"DIMENSION : 1000000000\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n",
    "a huge fleet": b"VEHICLES : 1000000000\n" + (DATA / "ten.vrp").read_bytes(),
    "huge coordinates": (DATA / "ten.vrp").read_bytes().replace(b"2 41 19", b"2 1e300 19"),
    "a huge count": b'{"vehicles": [{"id": 1, "start": [16, 48], "count": 1000000000}]}',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bad_file_is_refused_and_nothing_else_happens(name):
    started = time.monotonic()

    with pytest.raises((Invalid, TooLarge)) as caught:
        formats.read(BOMBS[name])

    assert str(caught.value)
    assert time.monotonic() - started < sandbox.SECONDS + 5


def test_a_file_larger_than_the_limit_is_refused_at_once():
    with pytest.raises(TooLarge, match="larger than 32 MB"):
        formats.read(bytes(sandbox.MAX_BYTES + 1))


def test_one_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)

    with pytest.raises(TooLarge, match="cannot be read within"):
        formats.read(CSV)


@pytest.mark.parametrize("data", [CSV, workbook()], ids=["csv", "xlsx"])
def test_a_good_table_becomes_plain_json(data):
    document = formats.read(data)

    assert document["jobs"] == [{"id": 1, "location": [16.4, 48.2]}]
    assert requests.read(document).vehicles


def test_vehicles_come_from_a_second_file():
    document = formats.read(CSV, vehicles=b"id,lat,lon\nvan,48,16\n")

    assert document["vehicles"] == [{"id": "van", "start": [16.0, 48.0], "end": [16.0, 48.0]}]


@pytest.mark.parametrize("arrays", [False, True])
def test_matrices_of_benchmark_files_are_lists_or_arrays(arrays):
    data = (DATA / "ten.vrp").read_bytes()

    matrix = formats.read(data, round_func="exact", arrays=arrays)["matrices"]["car"]

    assert isinstance(matrix["durations"], np.ndarray if arrays else list)
    assert matrix["durations"] is matrix["distances"]
    assert len(matrix["durations"]) == 11


def test_a_way_that_is_not_there_is_null_in_lists():
    data = (DATA / "ten.vrp").read_bytes().replace(b"TYPE : CVRP", b"TYPE : VRPB")
    backhaul = b"\nBACKHAUL_SECTION\n" + b"".join(b"%d %d\n" % (node, node == 11) for node in range(1, 12))
    data = data.replace(b"\n11 7\n", b"\n11 0\n").replace(b"DEPOT_SECTION", backhaul + b"DEPOT_SECTION")

    document = formats.read(data)

    assert document["matrices"]["car"]["durations"][0][10] is None
    assert requests.read(document).matrices["car"].durations[0, 10] == -1


def test_a_preview_comes_through_whole():
    found = formats.preview(CSV + b"2,x,16,\n", "stops.csv")

    assert found.format == "csv"
    assert [column.field for column in found.columns] == ["id", "latitude", "longitude", "type"]
    assert [row.number for row in found.rows] == [2, 3, 4]
    assert [str(fault) for fault in found.faults] == ["row/4/lat: 'x' is not a number"]
    assert found.document is None


def test_the_child_knows_nothing_of_our_environment(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "x")
    seen = {}

    def run(command, **options):
        seen.update(options["env"])
        raise sandbox.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(sandbox.subprocess, "run", run)

    with pytest.raises(TooLarge):
        formats.read(CSV)
    assert "SECRET_KEY" not in seen


def test_odd_file_names_are_no_harm():
    for name in ("../../etc/passwd", "a\x00b", "\ud800", "x" * 10_000, os.devnull):
        assert formats.preview(CSV, name).document


@pytest.mark.evidence
def test_no_mutation_of_a_good_file_ends_this_process():
    dice = random.Random(5)
    good = [workbook(), CSV, *(file.read_bytes() for file in sorted(DATA.iterdir()))]
    for _ in range(100):
        data = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 20)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            formats.preview(bytes(data))
        except TooLarge as refusal:
            print(refusal)
