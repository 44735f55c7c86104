"""How addresses are compared: as words in small letters without accents, with abbreviations written out."""

import re
import unicodedata

LONGEST = 300  # characters of a text that count
_ARTICLES = {
    "al", "an", "au", "aux", "d", "da", "das", "de", "degli", "del", "della", "delle", "den", "der", "des",
    "di", "die", "do", "dos", "du", "e", "el", "et", "i", "im", "in", "l", "la", "las", "le", "les", "lo",
    "los", "nr", "no", "of", "the", "u", "und", "vom", "von", "y", "zum", "zur", "am",
}  # fmt: skip
_WRITTEN_OUT = {
    "av": "avenue", "ave": "avenue", "avda": "avenida", "bd": "boulevard", "bld": "boulevard", "blv": "boulevard",
    "blvd": "boulevard", "boul": "boulevard", "all": "allee", "ch": "chemin", "imp": "impasse", "rte": "route",
    "sq": "square", "str": "strasse", "pl": "place", "rd": "road", "ln": "lane", "r": "rue", "ul": "ulica",
    "pza": "plaza", "pzza": "piazza", "ste": "sainte", "crt": "court", "fbg": "faubourg", "res": "residence",
}  # fmt: skip
# What an abbreviation may stand for, beside what is in `_WRITTEN_OUT`; asked for, never stored.
ALTERNATIVES = {
    "st": ("saint", "sankt", "street"),
    "place": ("platz", "plaza", "plac"),
    "allee": ("aleja",),
    "ru": ("rua",),  # rue, as `words` writes it
}
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")
_UMLAUT = re.compile(r"([aou])e")  # Mühle, Muehle and Muhle are one
_SUFFIX = re.compile(r"(\d+) (bis|ter|quater|[a-h])\b")
_NUMBER = re.compile(r"\d{1,4}([a-z]|bis|ter|quater)?")


def words(text: str) -> list[str]:
    """This will return the words of an address as they are stored and asked for: `12 bis Bd. d'Italie` is
    `["12bis", "boulevard", "italie"]`. Only letters and digits are in them, of whatever script."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].casefold().translate(_LETTERS))
    found = _SUFFIX.sub(r"\1\2", " ".join(_WORD.findall("".join(map(_digit, plain))))).split()
    kept = [word for word in found if word not in _ARTICLES] or found
    return [_written_out(word) for word in kept]


def is_number(word: str) -> bool:
    """This will tell whether a word may be a house number; a postcode of four digits may be one, too."""
    return bool(_NUMBER.fullmatch(word))


def _digit(char: str) -> str:
    if unicodedata.category(char)[0] == "M":  # accents, and vowel marks that are often left out
        return ""
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _written_out(word: str) -> str:
    if len(word) > 5 and word.endswith("str"):
        word += "asse"
    return _UMLAUT.sub(r"\1", _WRITTEN_OUT.get(word, word))
