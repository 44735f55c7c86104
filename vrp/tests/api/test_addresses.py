import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from vrp.roads.gazetteer import Entry
from vrp.services import addresses
from vrp.tests.factories import SessionFactory

ADDRESS = "/api/v1/addresses/"


@pytest.fixture
def monaco(db):
    entries = [
        Entry("address", "Rue Grimaldi", 7.42, 43.73, str(number), city="Monaco") for number in range(1, 40)
    ]
    addresses.load("monaco", "stamp", entries)


def test_addresses_that_fit_are_answered(api_client, alice, monaco):
    answer = api_client(alice).get(ADDRESS, {"q": "12 rue grim"})

    assert answer.json() == {
        "results": [
            {
                "label": "12 Rue Grimaldi, Monaco",
                "kind": "address",
                "location": [7.42, 43.73],
                "region": "monaco",
            }
        ]
    }


def test_there_are_at_most_twenty(api_client, alice, monaco):
    assert len(api_client(alice).get(ADDRESS, {"q": "rue"}).json()["results"]) == 20


def test_everybody_who_is_signed_in_gets_the_same(api_client, alice, charlie, monaco):
    answers = [api_client(person).get(ADDRESS, {"q": "rue"}).content for person in (alice, charlie)]

    assert answers[0] == answers[1]
    assert api_client().get(ADDRESS, {"q": "rue"}).status_code == 401


def test_a_region_that_is_not_there_has_none(api_client, alice, monaco):
    assert api_client(alice).get(ADDRESS, {"q": "rue", "region": "elsewhere"}).json() == {"results": []}


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "   "}, {"q": "x" * 1001}, {"q": "a\0b"}])
def test_what_is_no_question_is_a_fault_at_its_place(api_client, alice, query):
    answer = api_client(alice).get(ADDRESS, query)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["q"]


@pytest.mark.parametrize(
    ("address", "status"), [("12 rue Grimaldi, Monaco", 201), ("12 rue Grimaldi, Paris", 422)]
)
def test_a_table_of_addresses_is_imported_or_refused_by_row(api_client, alice, monaco, address, status):
    session = SessionFactory(user=alice)
    table = f'id,address,type\n1,"{address}",\nyard,1 rue Grimaldi,depot\n'
    body = {"file": SimpleUploadedFile("stops.csv", table.encode()), "session": session.pk}

    answer = api_client(alice).post("/api/v1/scenarios/import/", body, format="multipart")

    assert answer.status_code == status
    if status == 201:
        assert answer.json()["request"]["locations"][0]["coordinates"] == [7.42, 43.73]
    else:
        (fault,) = answer.json()["detail"]
        assert fault["loc"] == ["row", 2, "address"]
        assert "did you mean 12 Rue Grimaldi, Monaco" in fault["msg"]
