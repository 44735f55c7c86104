import pytest
from django.urls import reverse

from vrp.models import Scenario
from vrp.roads.gazetteer import Entry
from vrp.services import addresses
from vrp.tests.factories import ScenarioFactory

GRIMALDI = "7.418 43.734 12 Rue Grimaldi, Monaco"


@pytest.fixture
def scenario(alice):
    return ScenarioFactory(session__user=alice)


@pytest.fixture
def monaco(db):
    entries = [
        Entry("address", "Rue Grimaldi", 7.418, 43.734, "12", city="Monaco"),
        Entry("street", "Rue Grimaldi", 7.419, 43.735, city="Monaco"),
    ]
    addresses.load("monaco", "stamp", entries)


@pytest.fixture
def add(alices, scenario):
    return lambda **fields: alices.post(reverse("web:scenario-add-stop", args=[scenario.pk]), fields)


def test_what_fits_appears_while_typing(alices, monaco):
    html = alices.get(reverse("web:addresses"), {"q": "12 rue gr"}).content.decode()

    assert f'value="{GRIMALDI}"' in html
    assert "<html" not in html


def test_coordinates_are_a_place_too(alices, monaco):
    html = alices.get(reverse("web:addresses"), {"q": "43.7310, 7.4200"}).content.decode()

    assert 'value="7.42 43.731 "' in html


@pytest.mark.parametrize("text", ["", " ", "zzzz", "\0", "&|!:*()", "91, 7", "x" * 10_000])
def test_nothing_that_fits_is_no_error(alices, monaco, text):
    answer = alices.get(reverse("web:addresses"), {"q": text, "near": text})

    assert answer.status_code == 200
    assert b"radio" not in answer.content


def test_without_scripts_the_page_itself_shows_what_fits(alices, scenario, monaco):
    html = alices.get(reverse("web:scenario", args=[scenario.pk]), {"q": "12 rue grimaldi"}).content.decode()

    assert f'value="{GRIMALDI}"' in html


def test_a_stop_is_added_as_a_new_revision(add, alices, scenario):
    answer = add(
        place=GRIMALDI,
        id="A7",
        description="Bakery",
        service="7.5",
        opens="08:00",
        closes="10:30",
        amount="3",
    )

    after = Scenario.objects.get(pk=scenario.pk)
    assert after.revision == 2
    assert after.request["jobs"][-1] == {
        "id": "A7",
        "location": [7.418, 43.734],
        "description": "Bakery",
        "service": 450,
        "delivery": [3],
        "time_windows": [[28_800, 37_800]],
        "meta": {"address": "12 Rue Grimaldi, Monaco"},
    }
    page = alices.get(answer["Location"]).content.decode()
    assert "Stop A7 was added." in page
    assert "Bakery" in page


def test_only_the_place_is_needed(add, scenario):
    add(place=GRIMALDI)

    job = Scenario.objects.get(pk=scenario.pk).request["jobs"][-1]
    assert job == {
        "id": 3,
        "location": [7.418, 43.734],
        "description": "12 Rue Grimaldi, Monaco",
        "meta": {"address": "12 Rue Grimaldi, Monaco"},
    }


def test_one_end_of_a_window_is_enough(add, scenario):
    add(place=GRIMALDI, closes="09:00")

    assert Scenario.objects.get(pk=scenario.pk).request["jobs"][-1]["time_windows"] == [[0, 32_400]]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Search for a place and choose one."),
        ({"place": "somewhere"}, "Search for a place and choose one."),
        ({"place": "7.4 143.7 X"}, "location: latitude"),
        ({"place": GRIMALDI, "id": "1"}, "id: "),
        ({"place": GRIMALDI, "amount": "many"}, "is not a number"),
        ({"place": GRIMALDI, "amount": "-3"}, "greater than or equal"),
        ({"place": GRIMALDI, "amount": "1 " * 17}, "delivery: "),
        ({"place": GRIMALDI, "service": "soon"}, "Enter a number"),
        ({"place": GRIMALDI, "opens": "10:00", "closes": "09:00"}, "time windows: "),
        ({"place": GRIMALDI, "opens": "25:00"}, "Enter a valid time"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(add, scenario, fields, said):
    answer = add(**fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Scenario.objects.get(pk=scenario.pk).revision == 1


def test_what_was_chosen_is_kept_when_something_else_is_wrong(add):
    html = add(place=GRIMALDI, description="Bakery", amount="many").content.decode()

    assert f'value="{GRIMALDI}"' in html
    assert 'value="Bakery"' in html
