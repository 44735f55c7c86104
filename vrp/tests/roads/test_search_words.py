import pytest

from vrp.roads import search_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hauptstraße 5", "HAUPTSTR. 5"),
        ("Friedrich-Ebert-Straße", "friedrich ebert str"),
        ("Boulevard d'Italie", "bd. Italie"),
        ("Avenue de l'Église", "av de l eglise"),
        ("Mühltalstraße", "Muehltalstrasse"),
        ("12 bis Rue Grimaldi", "12bis, r. Grimaldi"),
        ("Łąkowa 3 A", "Lakowa 3a"),
        ("١٢ شارع", "12 شارع"),
        ("Οδός Ερμού", "οδος ερμου"),
        ("Ёлкина", "Елкина"),
    ],
)
def test_the_same_written_in_another_way_is_the_same(one, other):
    assert search_words.words(one) == search_words.words(other)


def test_words_hold_nothing_but_letters_and_digits():
    assert search_words.words("x' & b | !c:* (z) \\ %_\0 <k> \u202e") == [*"xbczk"]


def test_an_article_alone_is_a_word():
    assert search_words.words("La") == ["la"]


def test_a_text_without_end_is_cut():
    assert len(" ".join(search_words.words("x" * 100_000))) == search_words.LONGEST


def test_what_may_be_a_house_number():
    assert [
        word for word in ("12", "12b", "12bis", "98000", "rue", "b12") if search_words.is_number(word)
    ] == [
        "12",
        "12b",
        "12bis",
    ]
