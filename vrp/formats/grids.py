"""Rows and columns out of CSV and XLSX bytes. Limits are checked before a library sees the file."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import python_calamine

from vrp.domain import limits
from vrp.errors import Fault, Invalid, TooLarge
from vrp.formats.cells import Cell

MAX_ROWS = 2 * limits.MAX_STOPS  # of one sheet
MAX_COLUMNS = 200
MAX_UNPACKED = 100 * 2**20  # bytes of everything inside a workbook
_MAX_PARTS = 2_000
_CELL = re.compile(
    rb"<(?:\w{1,9}:)?(?:c|dimension)\s[^<>]{0,200}?\br(?:ef)?\s?=\s?[\"']"
    rb"(?:[A-Z]{1,3}[0-9]{1,7}:)?([A-Z]{1,3})([0-9]{1,7})[\"']"
)
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    zlib.error,
)
FORMULA_STARTS = tuple(
    "=+-@\t\r\n＝＋－＠'"
)  # what a spreadsheet may take for a formula, and our mark for it
_DELIMITERS = ";\t,|"


@dataclass(frozen=True)
class Row:
    """One row that holds something; `number` is what a spreadsheet shows beside it."""

    number: int
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """A table: its headings and the rows below them."""

    name: str
    headings: list[str]
    rows: list[Row]


def read_csv(data: bytes, name: str = "") -> Sheet:
    """This will read a CSV file with `,` `;` tab or `|` between its cells, in UTF-8, UTF-16 or Windows-1252."""
    text = _decode(data)
    first, _, rest = text.partition("\n")
    delimiter = None
    if re.fullmatch(r"sep=.", first.strip()):  # how Excel is told
        delimiter, text = first.strip()[-1], "\n" + rest
    csv.field_size_limit(10 * limits.MAX_TEXT)
    delimiter = delimiter or _delimiter(text)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True
    )
    return _sheet(name, _csv_rows(reader))


def read_xlsx(data: bytes) -> list[Sheet]:
    """This will read the sheets of a workbook that hold something."""
    _refuse_dangerous(data)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for name in workbook.sheet_names[:50]:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheets.append(_sheet(name, (Row(number, cells) for number, cells in enumerate(rows, 1))))
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Invalid([Fault((), f"this workbook cannot be read: {str(error)[:200]}")]) from None
    return [sheet for sheet in sheets if sheet.headings]


def _sheet(name: str, rows: Iterator[Row]) -> Sheet:
    kept = []
    for row in rows:
        if len(row.cells) > MAX_COLUMNS and any(cell != "" for cell in row.cells[MAX_COLUMNS:]):
            raise TooLarge(f"row {row.number} has {len(row.cells)} columns; the limit is {MAX_COLUMNS}")
        cells = [cell.strip() if isinstance(cell, str) else cell for cell in row.cells[:MAX_COLUMNS]]
        if any(cell != "" for cell in cells):
            kept.append(Row(row.number, cells))
        if len(kept) > MAX_ROWS:
            raise TooLarge(f"there are more than {MAX_ROWS} rows")
        for cell in cells:
            if isinstance(cell, str) and len(cell) > limits.MAX_TEXT:
                fault = f"a cell has {len(cell)} characters; the limit is {limits.MAX_TEXT}"
                raise Invalid([Fault(("row", row.number), fault)])
    if not kept:
        return Sheet(name, [], [])
    return Sheet(name, [str(cell) for cell in kept[0].cells], kept[1:])


def _csv_rows(reader: Iterator[list[str]]) -> Iterator[Row]:
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            fault = f"this row cannot be read: {error} (is a quote never closed?)"
            raise Invalid([Fault(("row", number), fault)]) from None
        yield Row(number, [_unescaped(cell) for cell in cells])


def _unescaped(cell: str) -> str:
    """Our own exports put `'` before a text that a spreadsheet would take for a formula: see `writers`."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell


def _decode(data: bytes) -> str:
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid([Fault((), "this is not a text file (save it as CSV in UTF-8)")])


def _delimiter(text: str) -> str:
    """The one that stands most often in the first line, outside quotes; a comma if there is none."""
    first = next((line for line in text[:100_000].splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=lambda delimiter: (bare.count(delimiter), delimiter == ","))


def _refuse_dangerous(data: bytes) -> None:
    """Two cells at opposite corners make a reader ask for half a terabyte, so look before it does."""
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise Invalid(
            [Fault((), "this workbook has a password or is an old .xls: save it as .xlsx without one")]
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise TooLarge(
                    f"the workbook unpacks to more than {MAX_UNPACKED // 2**20} MB or {_MAX_PARTS} parts"
                )
            for part in parts:
                _refuse_far_cells(archive.read(part))
    except _BROKEN as error:
        raise Invalid([Fault((), f"this is no workbook: {str(error)[:200]}")]) from None


def _refuse_far_cells(xml: bytes) -> None:
    for match in _CELL.finditer(xml):
        letters, digits = match.groups()
        column = 0
        for letter in letters:
            column = 26 * column + letter - 64
        if int(digits) > MAX_ROWS or column > MAX_COLUMNS:
            where = (letters + digits).decode()
            raise TooLarge(
                f"the sheet reaches to cell {where}; the limit is {MAX_ROWS} rows and {MAX_COLUMNS} columns"
            )
