"""Names of downloads."""

import re

import pytest

from vrp.formats import content_disposition
from vrp.formats.names import safe_name

HOSTILE = [
    *[
        'a"b',
        "a\r\nSet-Cookie: x=1",
        "../../etc/passwd",
        "..",
        ".",
        "",
        " ",
        "C:\\x",
        "x" * 300,
        "😀",
        "Ä ö",
        "\u202egpj",
    ],
    *["\x00", "a%22b", "a;b", "'", "a\ud800b", "مرحبا", "CON", "a\tb", "=1+1", "a/b", "\u2028", "%"],
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_gives_a_header_of_plain_characters(name):
    header = content_disposition(name, "csv")

    assert re.fullmatch(
        r"attachment; filename=\"[ !#-$&-\[\]-~]+\.csv\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+\.csv", header
    )


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../a\u202eb", "_ab.csv"),
        ("Wien 😀", "Wien 😀.csv"),
        ("...", "plan.csv"),
        ("x" * 300, "x" * 100 + ".csv"),
    ],
)
def test_a_safe_name_has_no_path_and_no_direction(name, safe):
    assert safe_name(name, "csv") == safe


def test_the_full_name_survives_for_programs_that_know_how():
    assert content_disposition("Größe", "gpx") == (
        "attachment; filename=\"Groe.gpx\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.gpx"
    )
