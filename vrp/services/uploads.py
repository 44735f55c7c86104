"""Files people bring: what is in them, before anything is stored."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from vrp import formats
from vrp.errors import Fault, Invalid
from vrp.formats import FoundPlace, Preview
from vrp.models import Address
from vrp.roads.matching import Found
from vrp.services import addresses, geocoding, names

_MOST_FAULTS = 100
_NO_ADDRESSES = "has no coordinates, and no region with addresses is loaded to look it up in"

_LATER = " yet: the geocoding server takes its time or is away, so try again (what it has said is kept)"


def preview(*, filename: str, data: bytes, vehicles: bytes | None = None) -> Preview:
    """This will say how a file is understood, with all its faults; a file too large raises `TooLarge`."""
    made = formats.preview(data, filename, vehicles=vehicles)
    if made.to_find:
        _find(made)
    return made


def read(*, filename: str, data: bytes, vehicles: bytes | None = None) -> dict[str, Any]:
    """This will return the request in a file, or raise `Invalid` with every fault and its row."""
    made = preview(filename=filename, data=data, vehicles=vehicles)
    if made.document is None:
        raise Invalid(made.faults)
    return made.document


def name_from(filename: str) -> str:
    """This will return what to call a scenario that came in a file: its name without folders and ending."""
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    return names.shortened("".join(letter for letter in stem if letter.isprintable())) or "Import"


def _find(made: Preview) -> None:
    """Put in the coordinates of addresses; one that is not found is a fault of its row."""
    found = addresses.find_all(one.text for one in made.to_find)
    made.found = [
        FoundPlace(one.place, one.text, place.label, place.note)
        for one in made.to_find
        if (place := found[one.text])
    ]
    made.faults = [*made.faults, *_not_found(made, found)][:_MOST_FAULTS]
    if made.faults or made.document is None:
        made.document = None
        return
    for location in made.document["locations"]:
        place = found[location["id"]]
        if place:
            location["coordinates"] = list(place.location)
            location["meta"] = {"found": place.label, "certainty": place.certainty}


def _not_found(made: Preview, found: dict[str, Found | None]) -> Iterator[Fault]:
    missing = [one for one in made.to_find if not found[one.text]][: _MOST_FAULTS - len(made.faults)]
    has_addresses = geocoding.is_there() or Address.objects.exists()
    unasked = geocoding.unasked(one.text for one in missing)
    for one in missing:
        near = [row.label for row in addresses.search(one.text, limit=3)]
        message = f"{one.text!r} is not found" if has_addresses else _NO_ADDRESSES
        if one.text in unasked:
            message += _LATER
        yield Fault(
            one.place, f"{message}; did you mean {' or '.join(near)}?" if near else message, "not_found"
        )
