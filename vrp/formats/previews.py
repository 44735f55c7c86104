"""What a file says, as the import page shows it before anything is stored."""

from dataclasses import dataclass, field
from typing import Any

from vrp.errors import Fault

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


@dataclass
class Preview:
    """The request a file became (`None` where it has faults), and how it was understood."""

    format: str
    document: Document | None = None
    columns: list[PreviewColumn] = field(default_factory=list)
    rows: list[PreviewRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
