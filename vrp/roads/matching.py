"""Which of the known addresses a written one means, and how sure that is.

The other way round than a search: not what contains the words that were written, but whose name is written there in
full. So a floor, a company or a country in the text does no harm, and the same street in another town is no answer.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product, takewhile
from math import cos, hypot, radians
from typing import Literal, Protocol

from vrp.roads.search_words import ALTERNATIVES, is_number, words

Certainty = Literal["address", "street", "place"]
_LONGEST_NAME = 8  # words
_MOST_WORDS = 40
_APART = 500  # metres: two answers nearer to each other are one
_NEXT_TOWN = 10_000  # metres
_GENERIC = {  # words of towns that do not tell which
    "alt", "bad", "bois", "cap", "grand", "gross", "klein", "les", "mer", "mont", "monte", "neu", "new",
    "nord", "north", "ober", "ost", "port", "saint", "sainte", "san", "sankt", "santa", "sous", "south", "st",
    "sud", "sur", "unter", "val", "villa", "ville", "west",
}  # fmt: skip
_IN_A_HOUSE = {  # what follows a street and is no town
    "apartment", "app", "appartement", "apt", "bat", "batiment", "bp", "building", "cedex", "co", "dg",
    "door", "eg", "eingang", "entrance", "entree", "esc", "escalier", "etage", "fl", "floor", "hinterhaus",
    "hof", "int", "klatka", "lok", "og", "piano", "porte", "scala", "stiege", "stock", "stockwerk", "suite",
    "tur", "ug", "unit", "vorderhaus",
}  # fmt: skip
_RANKS = {"address": 3, "poi": 2, "street": 1, "place": 0}


class Known(Protocol):
    """A known address: `name`, `number` and `area` are words with spaces between them."""

    kind: str
    label: str
    name: str
    number: str
    area: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Found:
    """Where a written address is. `note` says what is not sure about it; nothing where all is."""

    label: str
    location: tuple[float, float]
    certainty: Certainty
    note: str = ""

    @property
    def is_sure(self) -> bool:
        return not self.note


class Written:
    """An address as somebody wrote it, in words; `phrases` are all that may be the name of something."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.parts: list[range] = []  # between commas
        for part in re.split(r"[,;|\n]", text[:1000]):
            first = len(self.words)
            self.words += words(part)[: _MOST_WORDS - first]
            if first < len(self.words):
                self.parts.append(range(first, len(self.words)))

    @cached_property
    def phrases(self) -> dict[str, tuple[int, int]]:
        """Every phrase with its place, also as abbreviations may mean it."""
        found: dict[str, tuple[int, int]] = {}
        for start, end in self._spans():
            meanings = [(word, *ALTERNATIVES.get(word, ())) for word in self.words[start:end]]
            for meaning in list(product(*meanings))[:12]:
                found.setdefault(" ".join(meaning), (start, end))
        return found

    def _spans(self) -> Iterator[tuple[int, int]]:
        for part in self.parts:
            for start in part:
                for end in range(start + 1, min(start + _LONGEST_NAME, part.stop) + 1):
                    yield start, end

    def numbers(self, start: int, end: int) -> list[str]:
        """House numbers that stand beside a street: `12 14` (for 12-14) before its parts, those behind it first."""
        first, last = self._neighbours(start)
        after = [*takewhile(is_number, self.words[end:last])]
        before = [*takewhile(is_number, self.words[first:start][::-1])][::-1]
        found = [" ".join(after), *after[:1], " ".join(before), *before[-1:]]
        return [number for number in dict.fromkeys(found) if number]

    def _neighbours(self, place: int) -> tuple[int, int]:
        """From where to where words belong to one: its part, and parts beside it that are nothing but numbers."""
        position = next(i for i, part in enumerate(self.parts) if place in part)
        first, last = self.parts[position].start, self.parts[position].stop
        for part in self.parts[position - 1 : position] + self.parts[position + 1 : position + 2]:
            if all(is_number(self.words[i]) for i in part):
                first, last = min(first, part.start), max(last, part.stop)
        return first, last


@dataclass(frozen=True, slots=True)
class _Candidate:
    known: Known
    span: tuple[int, int]
    number: str  # as it was written beside the street
    agrees: int  # how many of the other words say where it is, too
    note: str = ""

    @property
    def order(self) -> tuple[int, int, int, int]:
        known, (start, end) = self.known, self.span
        is_whole = known.kind == "address" and known.number == self.number
        return _RANKS[known.kind], end - start, self.agrees, int(is_whole)


def best(written: Written, known: Mapping[str, Sequence[Known]]) -> Found | None:
    """This will return what an address means, out of everything that is `known` by the names in its phrases."""
    candidates = [
        candidate
        for phrase, span in written.phrases.items()
        for one in known.get(phrase, ())
        if (candidate := _judged(written, span, one, known))
    ]
    if not candidates:
        return None
    top = max(candidate.order for candidate in candidates)
    equals = [candidate for candidate in candidates if candidate.order == top]
    chosen = equals[0]
    notes = [*_doubts(written, chosen), chosen.note, _others(chosen.known, [one.known for one in equals])]
    certainty: Certainty = "address" if chosen.known.kind == "address" else "place"
    if chosen.known.kind == "street":
        certainty = "street"
    place = (chosen.known.longitude, chosen.known.latitude)
    return Found(chosen.known.label, place, certainty, "; ".join(note for note in notes if note))


def _judged(
    written: Written, span: tuple[int, int], one: Known, known: Mapping[str, Sequence[Known]]
) -> _Candidate | None:
    """A candidate, unless its number or its town is another."""
    before, after = written.words[: span[0]], written.words[span[1] :]
    area, number = set(one.area.split()), ""
    if one.kind == "address":
        own = one.number.split()
        number = next((text for text in written.numbers(*span) if text == one.number or text in own), "")
        if not number:
            return None
    if one.kind in ("place", "poi"):
        others = [word for word in before + after if not is_number(word)]
        return _Candidate(one, span, number, len(others)) if area.issuperset(others) else None
    if (
        one.kind == "street"
        and not written.numbers(*span)
        and any(_is_house(word) for word in before + after)
    ):
        return None  # the number is beside something else: that is the street
    claims = [word for word in after if not _is_inside(word)]
    agrees = len(area.intersection(after if claims else before + after) - _GENERIC)
    towns = [*_towns(claims + before, known)]
    if agrees or not (claims or towns):
        return _Candidate(one, span, number, agrees)
    if any(_apart(one, town) < _NEXT_TOWN for town in towns):
        return _Candidate(one, span, number, 0, "it is not quite in the place that was written")
    return None


def _is_house(word: str) -> bool:
    """A number of four digits is more likely a postcode."""
    return is_number(word) and not (word.isdigit() and len(word) > 3)


def _is_inside(word: str) -> bool:
    """Whether a word behind a street says where in the house, and not in which town."""
    return len(word) == 1 or word in _IN_A_HOUSE or any(map(str.isdigit, word))


def _towns(claims: list[str], known: Mapping[str, Sequence[Known]]) -> Iterator[Known]:
    for start in range(len(claims)):
        for end in range(start + 1, len(claims) + 1):
            yield from (one for one in known.get(" ".join(claims[start:end]), ()) if one.kind == "place")


def _doubts(written: Written, chosen: _Candidate) -> Iterator[str]:
    if chosen.known.kind == "street":
        numbers = written.numbers(*chosen.span)
        yield f"number {numbers[0]} is not known, only the street" if numbers else "only the street is known"
    elif chosen.known.kind == "place":
        yield "only the place is known"
    elif chosen.known.kind == "poi":
        yield "found by its name"


def _others(chosen: Known, equals: list[Known]) -> str:
    far = [(_apart(chosen, one), one.label) for one in equals if _apart(chosen, one) > _APART]
    return f"there is another, {far[0][0] / 1000:.1f} km away: {far[0][1]}" if far else ""


def _apart(one: Known, other: Known) -> float:
    """Metres, near enough for towns."""
    across = (one.longitude - other.longitude) * cos(radians(one.latitude))
    return 111_195 * hypot(across, one.latitude - other.latitude)
