"""What Nominatim and Photon answer, in their documented formats, from a small server on loopback."""

import pytest

from vrp.roads.base import RoadsFailed
from vrp.roads.geocoders import Nominatim, Photon
from vrp.tests.roads.fakes import Reply, serving


def collection(*properties, at=(7.42, 43.73)):
    geometry = {"type": "Point", "coordinates": list(at)}
    features = [{"type": "Feature", "geometry": geometry, "properties": one} for one in properties]
    return {"type": "FeatureCollection", "features": features}


HOUSE = {
    Nominatim: {
        "display_name": "12, Rue Grimaldi, La Condamine, Monaco, 98000, Monaco",
        "category": "building",
        "address": {"house_number": "12", "road": "Rue Grimaldi"},
    },
    Photon: {
        "type": "house",
        "housenumber": "12",
        "street": "Rue Grimaldi",
        "postcode": "98000",
        "city": "Monaco",
    },
}
STREET = {
    Nominatim: {"display_name": "Rue Grimaldi, Monaco", "category": "highway", "address": {}},
    Photon: {"type": "street", "name": "Rue Grimaldi", "city": "Monaco"},
}
TOWN = {
    Nominatim: {"display_name": "Monaco", "category": "place"},
    Photon: {"type": "city", "name": "Monaco"},
}


@pytest.fixture(params=[Nominatim, Photon])
def kind(request):
    return request.param


def ask(kind, document, text="12 rue Grimaldi, Monaco"):
    with serving(lambda asked: Reply(document)) as server:
        return kind(server.url).ask(text)


@pytest.mark.parametrize(
    ("answers", "certainty", "note"),
    [
        (HOUSE, "address", ""),
        (STREET, "street", "only the street is known"),
        (TOWN, "place", "only the place is known"),
    ],
)
def test_an_answer_says_where_and_how_sure(kind, answers, certainty, note):
    found = ask(kind, collection(answers[kind]))

    assert (found.location, found.certainty, found.note) == ((7.42, 43.73), certainty, note)
    assert "Monaco" in found.label


def test_another_house_of_the_street_is_not_the_one_that_was_written(kind):
    assert ask(kind, collection(HOUSE[kind]), "14 rue Grimaldi").certainty == "street"


def test_nothing_known_is_none(kind):
    assert ask(kind, collection()) is None


@pytest.mark.parametrize(
    "document",
    [
        b"<html>",
        b"[]",
        {},
        {"features": [{}]},
        {"features": 3},
        collection({}, at=("x", 1)),
        collection({}, at=(999, 1)),
    ],
)
def test_an_answer_that_makes_no_sense_is_an_error_that_names_the_server(kind, document):
    with pytest.raises(RoadsFailed, match=f"{kind.__name__} at 127.0.0.1"):
        ask(kind, document)


@pytest.mark.parametrize(("kind", "path"), [(Nominatim, "/search"), (Photon, "/api")])
def test_a_question_is_one_the_server_understands_and_says_who_asks(kind, path):
    with serving(lambda asked: Reply(collection())) as server:
        kind(f"{server.url}/").ask("rue & 12? #1 é")

    (asked,) = server.asked
    assert asked.path == path
    assert asked.query["q"] == ["rue & 12? #1 é"]
    assert {key.lower(): value for key, value in asked.headers.items()}["user-agent"] == "Routebook"
