import time
from datetime import timedelta

import pytest

from vrp.models import GeocoderAnswer
from vrp.roads.gazetteer import Entry
from vrp.services import addresses, geocoding, uploads
from vrp.tests.roads.fakes import Reply, serving

pytestmark = pytest.mark.django_db
TABLE = b"id,address,type\n1,12 rue Grimaldi,\n2,1 Elsewhere,\nyard,12 rue Grimaldi,depot\n"


def feature(text):
    number, _, street = text.partition(" ")
    properties = {"type": "house", "housenumber": number, "street": street, "city": "Elsewhere"}
    return {"geometry": {"coordinates": [8.0, 49.0]}, "properties": properties}


def answer(asked):
    (text,) = asked.query["q"]
    return Reply({"features": [feature(text)] if "unknown" not in text else []})


@pytest.fixture
def photon(settings):
    with serving(answer) as server:
        settings.PHOTON_URL = server.url
        yield server


@pytest.fixture
def nominatim(settings):
    with serving(lambda asked: Reply({"features": []})) as server:
        settings.NOMINATIM_URL = server.url
        yield server


def test_nobody_is_asked_unless_an_operator_said_so(settings):
    assert (settings.PHOTON_URL, settings.NOMINATIM_URL) == ("", "")
    assert addresses.find("1 Elsewhere") is None


def test_a_server_is_asked_only_for_what_no_region_has(photon):
    addresses.load("monaco", "stamp", [Entry("address", "Rue Grimaldi", 7.4, 43.7, "12")])

    document = uploads.read(filename="a.csv", data=TABLE)

    assert [row["coordinates"] for row in document["locations"]] == [[7.4, 43.7], [8.0, 49.0]]
    assert len(photon.asked) == 1


def test_what_a_server_said_is_kept_for_ever(photon):
    first = addresses.find("1 Elsewhere")
    GeocoderAnswer.objects.update(asked_at="2001-01-01T00:00:00Z")

    assert addresses.find("1 Elsewhere") == first
    assert len(photon.asked) == 1


def test_what_nobody_knew_is_asked_again_after_a_month(photon):
    assert addresses.find("unknown") is None
    assert addresses.find("unknown") is None
    assert len(photon.asked) == 1

    row = GeocoderAnswer.objects.get()
    row.asked_at -= timedelta(days=31)
    row.save()

    assert addresses.find("unknown") is None
    assert len(photon.asked) == 2


def test_the_second_server_is_asked_where_the_first_knows_nothing(photon, nominatim):
    addresses.find_all(["1 Elsewhere", "unknown"])

    assert len(photon.asked) == 2
    assert [asked.query["q"] for asked in nominatim.asked] == [["unknown"]]


def test_nominatim_is_asked_once_a_second(nominatim):
    start = time.monotonic()

    addresses.find_all(["unknown 1", "unknown 2", "unknown 3"])

    assert len(nominatim.asked) == 3
    assert time.monotonic() - start >= 2


def test_there_is_an_end_to_asking_and_the_rest_is_told(nominatim, monkeypatch):
    monkeypatch.setattr(geocoding, "_SECONDS", 1.5)
    rows = b"".join(b"%d,unknown %d,\n" % (i, i) for i in range(9))

    faults = uploads.preview(
        filename="a.csv", data=b"id,address,type\n" + rows + b"y,unknown 0,depot\n"
    ).faults

    assert 0 < len(nominatim.asked) < 9
    assert faults[0].msg == "'unknown 0' is not found"
    assert "'unknown 8' is not found yet" in faults[8].msg


def test_a_server_that_is_away_has_no_answers(settings):
    settings.PHOTON_URL = "http://127.0.0.1:9"

    assert addresses.find_all([f"{i} Elsewhere" for i in range(50)]).keys()
    assert geocoding.unasked(["1 Elsewhere"]) == {"1 Elsewhere"}


@pytest.mark.parametrize("text", ["", " ", "\0", "x" * 501])
def test_odd_texts_are_not_passed_on(photon, text):
    assert addresses.find(text) is None
    assert photon.asked == []
