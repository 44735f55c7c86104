"""What a file says, as the import page shows it before anything is stored."""

from dataclasses import dataclass, field
from typing import Any

from vrp.errors import Fault, Place

Document = dict[str, Any]


@dataclass(frozen=True)
class PreviewColumn:
    """A column's own heading and the field it was recognised as, or `None`: kept as free data."""

    heading: str
    field: str | None


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows; `number` is what a spreadsheet shows beside it."""

    number: int
    cells: list[str]


@dataclass(frozen=True)
class ToFind:
    """An address without coordinates: where it is written, and the text, which is the id of its location."""

    place: Place
    text: str


@dataclass(frozen=True)
class FoundPlace:
    """Where the address in a row was found; `note` says what is not sure about it."""

    place: Place
    text: str
    label: str
    note: str


@dataclass
class Preview:
    """The request a file became (`None` where it has faults), and how it was understood.

    Locations with an address `to_find` have no coordinates yet: whoever knows addresses has to put them in.
    """

    format: str
    document: Document | None = None
    columns: list[PreviewColumn] = field(default_factory=list)
    rows: list[PreviewRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    to_find: list[ToFind] = field(default_factory=list)
    found: list[FoundPlace] = field(default_factory=list)
