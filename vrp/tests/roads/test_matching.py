from dataclasses import dataclass

import pytest

from vrp.roads import matching
from vrp.roads.matching import Written
from vrp.roads.search_words import words


@dataclass
class Row:
    kind: str
    label: str
    name: str
    number: str = ""
    area: str = ""
    longitude: float = 7.42
    latitude: float = 43.73


def row(kind, name, number="", area="98000 Monaco", at=(7.42, 43.73)):
    label = f"{name} {number}, {area}".replace(" ,", ",")
    return Row(kind, label, *(" ".join(words(text)) for text in (name, number, area)), *at)


TOWN = [
    row("street", "Rue Grimaldi"),
    row("address", "Rue Grimaldi", "12"),
    row("address", "Rue Grimaldi", "14-16"),
    row("address", "Rue Grimaldi", "5"),
    row("street", "Avenue Saint-Charles", area="98000 Monte-Carlo Monaco"),
    row("place", "Monaco", area=""),
    row("place", "Beausoleil", area="", at=(7.424, 43.742)),
    row("place", "Menton", area="", at=(7.5, 43.9)),
    row("poi", "Hôtel de Paris", area="place du casino 98000 Monaco"),
    row("street", "Hauptstraße", area="69117 Heidelberg", at=(8.7, 49.4)),
    row("street", "Hauptstraße", area="69221 Dossenheim", at=(8.7, 49.45)),
    row("address", "Rue Basse", "1", area="06320 Saint-Laurent"),
    row("street", "Stephansplatz", area="1010 Wien", at=(16.37, 48.2)),
    row("address", "Am Graben", "5", area="1010 Wien", at=(16.37, 48.2)),
    row("address", "Am Graben", "5", area="1230 Wien", at=(16.3, 48.1)),
    row("address", "улица Ленина", "5", area="Москва", at=(37.6, 55.7)),
]


def find(text):
    known = {}
    for one in TOWN:
        known.setdefault(one.name, []).append(one)
    return matching.best(Written(text), known)


@pytest.mark.parametrize(
    "text",
    [
        "12 Rue Grimaldi, 98000 Monaco",
        "rue grimaldi 12",
        "12, r. Grimaldi, MC-98000 MONACO",
        "ACME S.A.R.L., 12 rue Grimaldi, 3e étage, Monaco",
        "12 rue Grimaldi 98000 Monaco Principauté de Monaco",
        "12 rue Grimaldi, Apt 5, Monaco",
        "12 rue Grimaldi, 3e étage, bât. B",
    ],
)
def test_a_house_number_that_is_known_is_sure(text):
    found = find(text)

    assert (found.certainty, found.label, found.is_sure) == ("address", "Rue Grimaldi 12, 98000 Monaco", True)


@pytest.mark.parametrize("number", ["14-16", "14", "16"])
def test_a_house_of_two_numbers_is_found_by_each(number):
    assert find(f"{number} rue Grimaldi").label == "Rue Grimaldi 14-16, 98000 Monaco"


def test_a_number_that_is_not_known_leaves_the_street():
    found = find("120 rue Grimaldi, Monaco")

    assert (found.certainty, found.note) == ("street", "number 120 is not known, only the street")


def test_the_same_street_in_another_town_is_no_answer():
    assert find("Hauptstr. 5, Mannheim") is None


def test_the_town_that_is_written_decides():
    assert find("Hauptstr. 5, 69221 Dossenheim").label == "Hauptstraße, 69221 Dossenheim"


def test_streets_of_one_name_without_a_town_are_doubtful():
    assert "there is another, 5.6 km away" in find("Hauptstraße").note


def test_the_next_town_is_doubtful_and_a_far_one_refused():
    assert find("12 Rue Grimaldi, Beausoleil").note == "it is not quite in the place that was written"
    assert find("Beausoleil, 12 Rue Grimaldi").note == "it is not quite in the place that was written"
    assert find("12 Rue Grimaldi, Menton") is None


def test_a_town_is_no_answer_for_a_street_in_it_that_is_not_known():
    assert find("Rue Inconnue 12, Monaco") is None
    assert find("Monaco").certainty == "place"


def test_the_town_behind_the_street_counts_more_than_a_name_before_it():
    assert not find("Monaco Telecom, 12 Rue Grimaldi, Menton").is_sure


def test_a_word_of_many_towns_is_no_agreement():
    assert find("Rue Basse 1, Saint-Martin") is None
    assert find("Rue Basse 1, Saint-Laurent").is_sure


def test_a_postcode_of_four_digits_is_no_house_number():
    assert find("Stephansplatz, 1010 Wien").certainty == "street"
    assert find("Am Graben 5, 1230 Wien").label == "Am Graben 5, 1230 Wien"


def test_a_thing_is_found_by_its_name():
    found = find("Hôtel de Paris, Monaco")

    assert (found.certainty, found.note) == ("place", "found by its name")


def test_an_abbreviation_may_mean_one_of_several_words():
    assert find("av. St. Charles").label == "Avenue Saint-Charles, 98000 Monte-Carlo Monaco"


def test_other_scripts_and_orders_are_understood():
    assert find("Москва, ул. Ленина, 5") is None  # an abbreviation we do not know: nothing is guessed
    assert find("Москва, улица Ленина, 5").certainty == "address"


@pytest.mark.parametrize(
    "text", ["", " ", ",,,;", "\0", "12", "x" * 100_000, "1 " * 10_000, "st " * 5_000, "&|!:*()"]
)
def test_texts_that_say_nothing_find_nothing(text):
    assert find(text) is None
