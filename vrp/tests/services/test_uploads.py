import pytest

from vrp.domain import request as requests
from vrp.errors import Invalid
from vrp.models import Scenario
from vrp.roads.gazetteer import Entry
from vrp.services import addresses, scenarios, uploads
from vrp.tests.factories import SessionFactory

pytestmark = pytest.mark.django_db
NOW = "2026-11-23T08:00:00Z"


@pytest.fixture
def monaco():
    entries = [
        Entry("address", "Rue Grimaldi", 7.418, 43.734, "12", postcode="98000", city="Monaco"),
        Entry("address", "Boulevard d'Italie", 7.437, 43.749, "3", postcode="98000", city="Monaco"),
        Entry("street", "Rue Grimaldi", 7.419, 43.735, postcode="98000", city="Monaco"),
        Entry("place", "Monaco", 7.42, 43.73),
    ]
    addresses.load("monaco", "stamp", entries)


def table(*lines):
    return "\n".join(lines).encode()


ADDRESSES = table(
    "id;Adresse complète;type",
    "1;12 rue Grimaldi, Monaco;",
    "2;Rue Grimaldi 99, Monaco;",
    "3;3 bd d'Italie;",
    "yard;12 rue Grimaldi, Monaco;depot",
)


def faults_of(data, vehicles=None):
    with pytest.raises(Invalid) as raised:
        uploads.read(filename="a.csv", data=data, vehicles=vehicles)
    return [(fault.loc, fault.msg) for fault in raised.value.faults]


def test_addresses_become_locations_with_coordinates(monaco):
    document = uploads.read(filename="a.csv", data=ADDRESSES)

    request = requests.read(document)
    assert [row.coordinates for row in request.locations] == [
        (7.418, 43.734),
        (7.419, 43.735),
        (7.437, 43.749),
    ]
    assert [job.location for job in request.jobs] == [row.id for row in request.locations]
    assert request.vehicles[0].start == request.jobs[0].location
    assert document["jobs"][0]["meta"]["address"] == "12 rue Grimaldi, Monaco"
    assert document["locations"][1]["meta"] == {
        "found": "Rue Grimaldi, 98000 Monaco",
        "certainty": "street",
    }


def test_an_imported_scenario_with_addresses_is_stored(monaco, alice):
    session = SessionFactory(user=alice)

    scenarios.import_file(session=session, filename="a.csv", data=ADDRESSES, by=alice, now=NOW)

    assert len(Scenario.objects.get().problem().locations) == 3


def test_a_stop_without_a_name_is_called_by_its_address(monaco):
    data = ADDRESSES.replace(b"type", b"type;name").replace(
        b"2;Rue Grimaldi 99, Monaco;", b"2;Rue Grimaldi 99;;Bakery"
    )

    jobs = uploads.read(filename="a.csv", data=data)["jobs"]

    assert [job["description"] for job in jobs[:2]] == ["12 rue Grimaldi, Monaco", "Bakery"]


def test_the_preview_says_where_each_row_was_found_and_what_is_not_sure(monaco):
    found = uploads.preview(filename="a.csv", data=ADDRESSES).found

    assert [(one.place, one.label, one.note) for one in found[:2]] == [
        (("row", 2, "Adresse complète"), "12 Rue Grimaldi, 98000 Monaco", ""),
        (
            ("row", 3, "Adresse complète"),
            "Rue Grimaldi, 98000 Monaco",
            "number 99 is not known, only the street",
        ),
    ]


def test_parts_of_an_address_may_have_columns_of_their_own(monaco):
    data = table(
        "Straße,Hausnummer,PLZ,Ort,type",
        "Rue Grimaldi,12,98000,Monaco,",
        "Rue Grimaldi,12,98000,Monaco,depot",
    )

    document = uploads.read(filename="a.csv", data=data)

    assert document["locations"][0]["id"] == "Rue Grimaldi 12, 98000 Monaco"
    assert document["locations"][0]["coordinates"] == [7.418, 43.734]


def test_coordinates_count_where_there_are_some(monaco):
    data = table("lat,lon,address,type", "43.7,7.4,12 rue Grimaldi,", ",,12 rue Grimaldi,", "43.7,7.4,,depot")

    document = uploads.read(filename="a.csv", data=data)

    assert [job["location"] for job in document["jobs"]] == [[7.4, 43.7], "12 rue Grimaldi"]


def test_a_row_that_is_not_found_is_a_fault_with_suggestions(monaco, alice):
    data = table("id,address,type", "1,Rue Grimaldy 12,", "2,Nowhere 1,", "yard,12 rue Grimaldi,depot")

    assert faults_of(data) == [
        (
            ("row", 2, "address"),
            "'Rue Grimaldy 12' is not found; did you mean 12 Rue Grimaldi, 98000 Monaco?",
        ),
        (("row", 3, "address"), "'Nowhere 1' is not found"),
    ]


def test_every_fault_is_named_at_once(monaco):
    data = table("id,address,service,type", "1,Nowhere 1,soon,", "1,,5 min,", "yard,12 rue Grimaldi,,depot")

    assert [place for place, _ in faults_of(data)] == [
        ("row", 2, "service"),
        ("row", 3, "address"),
        ("row", 3, "id"),
        ("row", 2, "address"),
    ]


def test_without_a_region_the_fault_says_so():
    (_, message), *_ = faults_of(ADDRESSES)

    assert message == "has no coordinates, and no region with addresses is loaded to look it up in"


def test_vehicles_may_start_and_end_at_addresses(monaco):
    stops = table("id,address", "1,12 rue Grimaldi")
    vehicles = table("id,start address,end address", "van,3 bd d'Italie,12 rue Grimaldi")

    (van,) = uploads.read(filename="a.csv", data=stops, vehicles=vehicles)["vehicles"]

    assert (van["start"], van["end"]) == ("3 bd d'Italie", "12 rue Grimaldi")
    place, _ = faults_of(stops, vehicles.replace(b"3 bd", b"4 Nowhere Road"))[0]
    assert place == ("vehicles", "row", 2, "start address")


def test_odd_addresses_are_faults_and_nothing_worse(monaco):
    odd = ["&|!:*()", "%_", "' or 1=1 --", "x" * 201, "شارع", "12"]
    data = table(
        "id,address,type", *(f'{i},"{text}",' for i, text in enumerate(odd)), "y,12 rue Grimaldi,depot"
    )

    assert {place[1] for place, _ in faults_of(data)} == {2, 3, 4, 5, 6, 7}


def test_many_rows_are_found_in_seconds(monaco):
    rows = (f'{i},"12 rue Grimaldi, floor {i}, Monaco",' for i in range(9_000))
    data = table("id,address,type", *rows, "yard,12 rue Grimaldi,depot")

    document = uploads.read(filename="a.csv", data=data)

    assert len(document["locations"]) == 9_001
