"""Addresses in tables: what is left for those who know where they are."""

import pytest

from vrp.errors import Invalid
from vrp.formats import columns, sandbox, tables


def table(*lines):
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *[
            ("Adresse complète", "address"),
            ("Lieferadresse", "address"),
            ("Straße", "street"),
            ("Rue", "street"),
        ],
        *[
            ("via", "street"),
            ("Hausnr.", "house_number"),
            ("House number", "house_number"),
            ("PLZ", "postcode"),
        ],
        *[("code postal", "postcode"), ("Ort", "city"), ("Ville", "city"), ("Miejscowość", "city")],
    ],
)
def test_a_part_of_an_address_is_known_by_its_heading(heading, field):
    (column,) = columns.recognise([heading], "stops")

    assert column.field == field


def test_an_address_without_coordinates_is_left_to_be_found():
    made = tables.preview(table("id,address,type", "1,Rue Grimaldi 12,", "2,Rue Grimaldi 12,depot"))

    assert [(one.place, one.text) for one in made.to_find] == [
        (("row", 2, "address"), "Rue Grimaldi 12"),
        (("row", 3, "address"), "Rue Grimaldi 12"),
    ]
    assert made.document["locations"] == [{"id": "Rue Grimaldi 12", "address": "Rue Grimaldi 12"}]


def test_half_of_the_coordinates_is_a_fault_whatever_the_address():
    made = tables.preview(table("id,lat,lon,address,type", "1,43.7,,Rue Grimaldi,", "2,43.7,7.4,,depot"))

    assert [(fault.loc, fault.msg) for fault in made.faults] == [(("row", 2, "lon"), "is empty")]


def test_a_row_without_anything_is_a_fault_at_the_column_there_is():
    made = tables.preview(table("id,Adresse,type", "1,,", "2,Rue Grimaldi,depot"))

    assert [fault.loc for fault in made.faults] == [("row", 2, "Adresse")]


def test_the_command_line_has_no_addresses_and_says_so():
    with pytest.raises(Invalid) as raised:
        sandbox.read(table("id,address,type", "1,Rue Grimaldi 12,", "2,Rue Basse,depot"), "a.csv")

    assert [str(fault) for fault in raised.value.faults] == [
        f"row/{row}/address: has an address and no coordinates; addresses are looked up by the site,"
        " where the file is imported"
        for row in (2, 3)
    ]


def test_coordinates_beside_addresses_need_no_looking_up():
    made = tables.preview(table("id,lat,lon,address,type", "1,43.7,7.4,Rue Grimaldi,", "2,43.7,7.4,,depot"))

    assert made.to_find == []
    assert made.document["jobs"][0]["meta"] == {"address": "Rue Grimaldi"}
