import threading
import time

import pytest
from django.db import connection

from vrp.models import Address
from vrp.roads.gazetteer import Entry
from vrp.services import addresses

pytestmark = pytest.mark.django_db


def entry(kind, name, number="", at=(7.42, 43.73), **where):
    return Entry(kind, name, *at, number=number, **{"city": "Monaco", "postcode": "98000"} | where)


MONACO = [
    entry("address", "Rue Grimaldi", "120"),
    entry("address", "Rue Grimaldi", "12"),
    entry("address", "Rue Grimaldi", "1"),
    entry("street", "Rue Grimaldi", district="La Condamine"),
    entry("street", "Rue de Monaco", at=(7.5, 43.8), city="Menton", postcode="06500"),
    entry("place", "Monaco", city="", postcode=""),
    entry("poi", "Grimaldi Forum"),
    entry("street", "Avenue Saint-Charles"),
    entry("street", "شارع الملك", city="", postcode=""),
    entry("street", "Οδός Ερμού", city="Αθήνα", postcode="", also="Ermou Street"),
    entry("street", "Rua Augusta", city="Lisboa", postcode=""),
    entry("street", "улица Ленина", city="Москва", postcode=""),
]


@pytest.fixture
def monaco():
    addresses.load("monaco", "stamp", MONACO)


def labels(text, **options):
    return [row.label for row in addresses.search(text, **options)]


def test_load_replaces_the_addresses_of_its_region_only(monaco):
    addresses.load("elsewhere", "stamp", MONACO[:2])

    assert addresses.load("monaco", "newer", MONACO[:1]) == 1

    assert sorted(Address.objects.values_list("region", "stamp")) == [
        ("elsewhere", "stamp"),
        ("elsewhere", "stamp"),
        ("monaco", "newer"),
    ]


def test_an_extract_without_addresses_leaves_none(monaco):
    assert addresses.load("monaco", "stamp", []) == 0

    assert addresses.search("rue grimaldi") == []


def test_load_stores_nothing_when_reading_breaks_off(monaco):
    def breaking():
        yield MONACO[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        addresses.load("monaco", "newer", breaking())

    assert Address.objects.filter(stamp="stamp").count() == len(MONACO)


def test_names_beyond_all_measure_are_cut_and_null_characters_left_out():
    addresses.load("odd", "stamp", [entry("poi", "x\0" + "ñ" * 5000, also="y " * 5000)])

    assert "\0" not in Address.objects.get().label


def test_remove_forgets_a_region(monaco):
    addresses.remove("monaco")

    assert not Address.objects.exists()


def test_search_answers_while_one_types(monaco):
    for text in ("rue gr", "grim", "RUE GRIMALDI", "r. grimaldi", "grimaldi rue mona"):
        assert labels(text)[0] == "Rue Grimaldi, La Condamine, 98000 Monaco"


def test_a_house_number_is_that_number_before_those_that_begin_with_it(monaco):
    assert labels("rue grimaldi 1") == [
        "1 Rue Grimaldi, 98000 Monaco",
        "12 Rue Grimaldi, 98000 Monaco",
        "120 Rue Grimaldi, 98000 Monaco",
    ]
    assert labels("12 rue grim") == ["12 Rue Grimaldi, 98000 Monaco"]


def test_a_house_number_the_map_does_not_have_finds_its_street_not_the_house_next_door(monaco):
    assert labels("Rue Grimaldi 13 Monaco")[0] == "Rue Grimaldi, La Condamine, 98000 Monaco"


def test_streets_come_before_things_and_houses_where_no_number_is_asked(monaco):
    kinds = [row.kind for row in addresses.search("grimaldi")]

    assert kinds == ["street", "poi", "address", "address", "address"]


def test_what_is_called_just_that_comes_first(monaco):
    assert labels("monaco")[:2] == ["Monaco", "Rue de Monaco, 06500 Menton"]


@pytest.mark.parametrize(
    "text", ["rue grimaldy", "grimladi", "rue grimaldi 77", "rue grimaldi xyz", "rue grimaldi monacco"]
)
def test_mistakes_are_forgiven(monaco, text):
    assert "Rue Grimaldi, La Condamine, 98000 Monaco" in labels(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("الملك", "شارع الملك"),
        ("οδος ερμ", "Οδός Ερμού, Αθήνα"),
        ("ermou", "Οδός Ερμού, Αθήνα"),
        ("ленин", "улица Ленина, Москва"),
        ("r. augusta", "Rua Augusta, Lisboa"),
        ("st charles", "Avenue Saint-Charles, 98000 Monaco"),
        ("av saint ch", "Avenue Saint-Charles, 98000 Monaco"),
    ],
)
def test_scripts_and_abbreviations_are_found(monaco, text, label):
    assert labels(text)[0] == label


@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "_", "'", "\\", "\0", "&|!:*()", "a & !b", "rue:*A", "'); drop table addresses; --", "<->",
     "x" * 100_000, "a " * 10_000, "\ud800", "½", "𝟙", "e1 1e5 0x1f 1.5e300", "\u202e\u200b"],
)  # fmt: skip
def test_no_text_is_too_odd_to_be_asked(monaco, text):
    addresses.search(text)
    addresses.find(text)

    assert Address.objects.count() == len(MONACO)


def test_search_keeps_to_a_region_and_a_number_of_answers(monaco):
    addresses.load("elsewhere", "stamp", [entry("street", "Rue Grimaldi", city="Menton")])

    assert labels("rue grimaldi", region="elsewhere") == ["Rue Grimaldi, 98000 Menton"]
    assert len(labels("grimaldi", limit=2)) == 2


def test_of_equals_the_nearest_comes_first():
    west, east = (entry("street", "High Street", at=(x, 50), city=f"At {x}", postcode="") for x in (1, 2))
    addresses.load("england", "stamp", [west, east])

    assert labels("high street", near=(2.1, 50))[0] == "High Street, At 2"
    assert labels("high street", near=(0.9, 50))[0] == "High Street, At 1"


def test_regions_that_overlap_answer_once(monaco):
    addresses.load("again", "stamp", MONACO)

    assert labels("12 rue grimaldi") == ["12 Rue Grimaldi, 98000 Monaco"]
    assert addresses.find("12 rue grimaldi").is_sure


def test_find_says_where_and_how_sure(monaco):
    found = addresses.find_all(["12 Rue Grimaldi, Monaco", "Rue Grimaldi 13, Monaco", "Monaco", "Nowhere 1"])

    assert [(one.certainty, one.is_sure) if one else None for one in found.values()] == [
        ("address", True),
        ("street", False),
        ("place", False),
        None,
    ]
    assert found["12 Rue Grimaldi, Monaco"].location == (7.42, 43.73)


def test_a_thousand_rows_are_found_within_two_seconds():
    streets = [entry("address", f"Rue {i}x", str(n)) for i in range(500) for n in range(20)]
    addresses.load("monaco", "stamp", streets)
    texts = [f"{n} Rue {i}x, 98000 Monaco" for i in range(100) for n in range(10)]

    start = time.process_time()
    found = addresses.find_all(texts)

    assert all(one and one.is_sure for one in found.values())
    assert time.process_time() - start < 2


@pytest.mark.django_db(transaction=True)
def test_two_who_load_a_region_at_once_leave_it_once():
    def load():
        addresses.load("monaco", "stamp", MONACO)
        connection.close()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Address.objects.count() == len(MONACO)
