"""Addresses of the loaded regions: filled from an extract, searched while somebody types, found for rows of a table."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations, islice
from math import cos, radians

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Length

from vrp.models import Address
from vrp.roads import matching, search_words
from vrp.roads.gazetteer import Entry
from vrp.roads.matching import Found, Written
from vrp.services import geocoding

Point = tuple[float, float]

_MOST_WORDS = 10  # of a search
_LOOKED_AT = 100  # rows that a second try puts in order
_ALIKE = 0.4  # how much of its letters they must share
_MOST_LEFT_OUT = 6  # words of which one may be wrong
_BATCH = 2_000  # rows
_TEXTS = 300  # whose possible names are asked for at once


# --- filling ------------------------------------------------------------------------


@transaction.atomic
def load(region: str, stamp: str, entries: Iterable[Entry]) -> int:
    """This will replace the addresses of a region, all at once, and return how many there are now."""
    with connection.cursor() as cursor:  # two at once would leave the addresses of both
        cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"addresses of {region}"])
    remove(region)
    rows = (_row(region, stamp, entry) for entry in entries)
    count = 0
    while batch := [*islice(rows, _BATCH)]:
        Address.objects.bulk_create(batch)
        count += len(batch)
    return count


def remove(region: str) -> None:
    """This will forget the addresses of a region."""
    Address.objects.filter(region=region).delete()


def _row(region: str, stamp: str, entry: Entry) -> Address:
    place = f"{entry.postcode} {entry.city} {entry.district}"
    street = f"{entry.street} {entry.number}" if entry.kind != "address" else ""
    return Address(
        region=region,
        stamp=stamp,
        kind=entry.kind,
        label=_storable(entry.label)[:500],
        longitude=entry.longitude,
        latitude=entry.latitude,
        name=_words(entry.name, 500),
        number=_words(entry.number, 100) if entry.kind == "address" else "",
        area=" ".join(_words(text, 330) for text in (street, place, entry.also)).strip(),
    )


@lru_cache(maxsize=20_000)  # a street has many houses
def _words(text: str, longest: int) -> str:
    return " ".join(search_words.words(text))[:longest]


def _storable(text: str) -> str:
    return text.replace("\0", "")


# --- searching ----------------------------------------------------------------------


def search(
    text: str, *, region: str | None = None, near: Point | None = None, limit: int = 10
) -> list[Address]:
    """This will return the addresses that fit what somebody has typed so far, the best first.

    Where nothing has all of its words, endings are forgiven, and then one word of them. Of equals the one nearest to
    `near` comes first.
    """
    asked = search_words.words(text)[:_MOST_WORDS]
    if not asked:
        return []
    rows = _best_first(_all_of(asked, is_typing=True), asked, region, near)
    if found := _distinct(rows[: 3 * limit], limit):
        return found
    for query in _second_tries(asked):
        rows = _best_first(query, asked, region, near)[:_LOOKED_AT]
        alike = sorted(((_likeness(row, asked), row) for row in rows), key=lambda pair: -pair[0])
        if found := _distinct((row for likeness, row in alike if likeness > _ALIKE), limit):
            return found
    return []


def _best_first(query: str, asked: list[str], region: str | None, near: Point | None) -> QuerySet[Address]:
    """Names that are just this, then names with all of it, whole words before beginnings; then by kind."""
    name = " ".join(word for word in asked if not search_words.is_number(word))
    has_number = len(name) < len(" ".join(asked))
    kinds = ("address", "street", "place", "poi") if has_number else ("street", "place", "poi", "address")
    rows = Address.objects.filter(words=_raw(query)).defer("words", "stamp")
    if region is not None:
        rows = rows.filter(region=region)
    return rows.order_by(
        Case(When(name=name, then=0), default=1),
        Case(When(words=_raw(_all_of(asked, is_typing=True, weight="A")), then=0), default=1),
        Case(When(words=_raw(_all_of(asked)), then=0), default=1),
        Case(*[When(kind=kind, then=place) for place, kind in enumerate(kinds)]),
        *([_apart(near)] if near else []),
        Length("label"),
        "label",
        "id",
    )


def _all_of(asked: Iterable[str], *, is_typing: bool = False, weight: str = "") -> str:
    """A `tsquery` for all words; the last may be the beginning of one while somebody is typing."""
    *before, last = asked
    return " & ".join([*(_any_of(word, weight) for word in before), _any_of(last, weight, is_typing)])


def _any_of(word: str, weight: str, is_beginning: bool = False) -> str:
    """A word or what it may stand for. There are only letters and digits in it, and quotes around it all the same."""
    marks = f":{'*' if is_beginning else ''}{weight}" if weight or is_beginning else ""
    meanings = (word, *search_words.ALTERNATIVES.get(word, ()))
    return "(" + " | ".join(f"'{meaning}'{marks}" for meaning in meanings) + ")"


def _second_tries(asked: list[str]) -> Iterator[str]:
    """Mistakes: in the end of words, in a whole word, then in all of them. A number alone says nothing."""
    beginnings = {word: f"'{word}'" if search_words.is_number(word) else f"'{word[:4]}':*" for word in asked}
    yield " & ".join(beginnings.values())
    tried = [*beginnings][:_MOST_LEFT_OUT]
    parts = [
        part for part in combinations(tried, len(tried) - 1) if not all(map(search_words.is_number, part))
    ]
    if parts:
        yield " | ".join(f"({' & '.join(beginnings[word] for word in part)})" for part in parts)
    if names := [word for word in asked if not search_words.is_number(word)]:
        yield " | ".join(f"'{word[:3]}':*" for word in names)


def _likeness(row: Address, asked: list[str]) -> float:
    """How much of a row's words were meant, by letters."""
    text, said = f"{row.name} {row.number}".strip(), " ".join(asked)
    if row.number:  # the house next door is no better than its street
        return SequenceMatcher(None, said, text).ratio() + (0.2 if row.number in asked else -0.3)
    return SequenceMatcher(None, said, text).ratio()


def _apart(near: Point) -> CombinedExpression:
    """The square of it, in degrees of latitude: good enough to compare."""
    across = (F("longitude") - near[0]) * cos(radians(near[1]))
    up = F("latitude") - near[1]
    return across * across + up * up


def _raw(query: str) -> SearchQuery:
    return SearchQuery(query, config="simple", search_type="raw")


def _distinct(rows: Iterable[Address], limit: int) -> list[Address]:
    """Without the same again, which overlapping regions have."""
    first = {(row.label, round(row.latitude, 2)): row for row in reversed([*rows])}
    return [*first.values()][::-1][:limit]


# --- finding -------------------------------------------------------------------------


def find(text: str) -> Found | None:
    """This will return where a written address is, and how sure that is; None where there is none like it."""
    return find_all([text])[text]


def find_all(texts: Iterable[str]) -> dict[str, Found | None]:
    """This will find many at once, some thousand in a second; servers are asked for what no region has."""
    left = iter(dict.fromkeys(texts))
    found: dict[str, Found | None] = {}
    while batch := [*islice(left, _TEXTS)]:
        written = {text: Written(text) for text in batch}
        known = _known({phrase for one in written.values() for phrase in one.phrases})
        found |= {text: matching.best(one, known) for text, one in written.items()}
    return found | geocoding.find_all(text for text, one in found.items() if not one)


def _known(names: Iterable[str]) -> dict[str, list[Address]]:
    rows = Address.objects.filter(name__in=[*names]).defer("words", "stamp").order_by("id")
    known: dict[str, list[Address]] = defaultdict(list)
    for row in rows:
        known[row.name].append(row)
    return known
