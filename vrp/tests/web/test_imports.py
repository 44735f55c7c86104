import re
from html import unescape

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from vrp.models import Scenario
from vrp.roads.gazetteer import Entry
from vrp.services import addresses
from vrp.tests.web.conftest import monaco

SAMPLES = settings.BASE_DIR / "vrp" / "static" / "vrp" / "samples"
STOPS = (SAMPLES / "stops.csv").read_bytes()
VEHICLES = (SAMPLES / "vehicles.csv").read_bytes()


def file(data, name="stops.csv"):
    return SimpleUploadedFile(name, data)


@pytest.fixture
def send(alices, session):
    return lambda **fields: alices.post(reverse("web:import", args=[session.pk]), fields)


def hidden(html):
    """The fields a browser would send along from the preview."""
    found = re.findall(r'<input type="hidden" name="(kept_\w+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in found}


def test_preview_shows_columns_and_rows_and_stores_nothing(send):
    html = send(file=file(STOPS), vehicles_file=file(VEHICLES, "vehicles.csv")).content.decode()

    assert "can be imported" in html
    assert "latitude" in html
    assert "Café de Paris" in html
    assert not Scenario.objects.exists()


def test_import_needs_the_file_only_once(send):
    html = send(file=file(STOPS), vehicles_file=file(VEHICLES)).content.decode()

    answer = send(**hidden(html), name="From a file", store="yes")

    scenario = Scenario.objects.get()
    assert answer["Location"] == reverse("web:scenario", args=[scenario.pk])
    assert (scenario.name, len(scenario.request["jobs"])) == ("From a file", 24)
    assert scenario.revisions.get().kind == "import"


def test_preview_names_every_fault_with_its_row_and_column(send):
    rows = b"id,lat,lon,service\nA,43.7,7.4,10 min\nB,north,7.4,soon\nA,143.7,7.4,\n"

    html = send(file=file(rows), vehicles_file=file(VEHICLES)).content.decode()

    assert "row 3, column lat" in html
    assert "row 3, column service" in html
    assert "row 4, column lat" in html
    assert "Create scenario" not in html


def test_stops_without_vehicles_ask_for_them_and_keep_the_stops(send):
    html = send(file=file(STOPS)).content.decode()
    assert "now the vehicles" in html

    fleet = {
        "count": "3",
        "depot": "43.7308, 7.4170",
        "capacity": "80",
        "shift_from": "07:00",
        "shift_to": "15:30",
    }
    html = send(**hidden(html), **fleet).content.decode()
    assert "can be imported" in html

    send(**hidden(html), store="yes")
    (vehicle,) = Scenario.objects.get().request["vehicles"]
    assert vehicle["count"] == 3
    assert vehicle["start"] == [7.417, 43.7308]
    assert (vehicle["capacity"], vehicle["time_window"]) == ([80], [25_200, 55_800])


def test_depot_that_is_no_place_is_a_fault_of_the_vehicles(send):
    answer = send(file=file(STOPS), count="2", depot="the harbour")

    assert "vehicles, row 2, column address" in answer.content.decode()


def test_vehicles_without_a_depot_are_a_fault_at_its_field(send):
    answer = send(file=file(STOPS), count="2")

    assert answer.status_code == 422
    assert "Write an address, or the latitude" in answer.content.decode()


@pytest.fixture
def rue_grimaldi(db):
    where = {"postcode": "98000", "city": "Monaco"}
    entries = [
        Entry("address", "Rue Grimaldi", 7.418, 43.734, "12", **where),
        Entry("street", "Rue Grimaldi", 7.419, 43.735, **where),
    ]
    addresses.load("monaco", "stamp", entries)


def test_a_table_of_addresses_shows_where_they_are_found_and_is_stored(send, rue_grimaldi):
    rows = b'id,address\nA,"12 rue Grimaldi, Monaco"\nB,Rue Grimaldi 7\n'

    html = send(file=file(rows), count="1", depot="12 rue Grimaldi, Monaco").content.decode()
    send(**hidden(html), store="yes")

    assert "can be imported" in html
    assert "1 not sure" in html
    assert "number 7 is not known, only the street" in html
    request = Scenario.objects.get().request
    assert request["jobs"][0]["location"] == request["vehicles"][0]["start"] == "12 rue Grimaldi, Monaco"


def test_an_address_that_is_not_found_stores_nothing(send, rue_grimaldi):
    rows = b"id,address\nA,Rue Grimaldy 12\n"

    answer = send(file=file(rows), count="1", depot="43.7, 7.4", store="yes")

    assert answer.status_code == 422
    assert "did you mean 12 Rue Grimaldi, 98000 Monaco?" in answer.content.decode()
    assert not Scenario.objects.exists()


def test_pasted_json_is_previewed_and_stored(send):
    text = str(monaco()).replace("'", '"')

    html = send(text=text).content.decode()
    assert "can be imported" in html
    assert "Café" in html

    send(**hidden(html), store="yes")
    assert Scenario.objects.get().name == "Pasted"


BAD_FILES = {
    "empty": b"",
    "bytes": b"\x00\xff" * 50,
    "broken workbook": b"PK\x03\x04 broken",
    "deep": b'{"jobs": ' + b"[" * 5000,
    "no vehicles": b'{"jobs": [], "vehicles": []}',
    "no coordinates": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("data", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_bad_file_is_explained_and_nothing_is_stored(send, data):
    answer = send(file=file(data, "odd \u202e🧨.csv"), store="yes")

    assert answer.status_code == 422
    assert 'class="notice error"' in answer.content.decode() or "errorlist" in answer.content.decode()
    assert not Scenario.objects.exists()


def test_nothing_at_all_is_a_fault_at_the_file(send):
    answer = send()

    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_tampered_hidden_file_is_refused(send):
    answer = send(kept_filename="a.csv", kept_file="€€€", store="yes")

    assert answer.status_code == 422
    assert not Scenario.objects.exists()


def test_demo_is_a_scenario_of_its_own(alices, session):
    answer = alices.post(reverse("web:session-demo", args=[session.pk]))

    assert answer["Location"] == reverse("web:scenario", args=[Scenario.objects.get().pk])
