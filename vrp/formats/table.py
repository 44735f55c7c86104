"""One table with its columns recognised: cells by field, and faults with the row and the heading they are in."""

from collections.abc import Callable
from typing import Any

from vrp.errors import Fault, Place
from vrp.formats import cells, columns
from vrp.formats.cells import Cell
from vrp.formats.columns import Column
from vrp.formats.grids import Row, Sheet
from vrp.formats.previews import ToFind

_DAY = 86_400
ADDRESS = ("address", "street", "city", "postcode")  # columns that say where, the most telling first
_LONGEST_ADDRESS = 200  # characters; it becomes the id of a location


class Table:
    """A table of `stops` or `vehicles`. Reading a cell never raises: what is wrong is added to `faults`."""

    def __init__(self, sheet: Sheet, kind: str) -> None:
        self.sheet = sheet
        self.place: Place = ("vehicles",) if kind == "vehicles" else ()
        self.columns = columns.recognise(sheet.headings, kind)
        self.faults: list[Fault] = []
        self.to_find: list[ToFind] = []
        self._by_field: dict[str, list[Column]] = {}
        for column in self.columns:
            self._by_field.setdefault(column.field or "", []).append(column)

    def __contains__(self, field: str) -> bool:
        return field in self._by_field

    def headings(self, field: str) -> list[str]:
        """This will return the table's own headings for a field."""
        return [column.heading for column in self._by_field.get(field, [])]

    def unit(self, field: str) -> str:
        """This will return the unit in a field's heading, or nothing."""
        return self._by_field[field][0].unit if field in self else ""

    def value(self, row: Row, field: str, parse: Callable[[Cell], Any]) -> Any:
        """This will return a row's cell as `parse` reads it, or None where it is empty or wrong."""
        return self._parsed(row, self._by_field[field][0], parse) if field in self else None

    def time(self, row: Row, field: str, parse: Callable[[Cell, str], Any]) -> Any:
        """This will return a row's cell in the unit that its heading names."""
        unit = self.unit(field) if self.unit(field) in cells.SECONDS else ""
        return self.value(row, field, lambda cell: parse(cell, unit))

    def loads(self, row: Row, field: str) -> list[int] | None:
        """This will return the numbers of all columns of a load, or None where all are empty."""
        found = [self._parsed(row, column, cells.whole) for column in self._by_field.get(field, [])]
        return None if all(part is None for part in found) else [part or 0 for part in found]

    def location(self, row: Row, latitude: str, longitude: str, needed: bool = True) -> list[float] | None:
        """This will return `[longitude, latitude]`, or None where they are wrong, or empty and not needed."""
        before = len(self.faults)
        lat, lon = self.value(row, latitude, _degrees), self.value(row, longitude, _degrees)
        if len(self.faults) > before or (lat is None and lon is None and not needed):
            return None
        if lat is None or lon is None:
            self.fault(row, latitude if lat is None else longitude, "is empty", "missing")
        elif 90 < abs(lat) <= 180 and abs(lon) <= 90:
            self.fault(row, latitude, f"{lat:g} is outside -90 to 90: latitude and longitude look swapped")
        elif abs(lat) > 90:
            self.fault(row, latitude, f"{lat:g} is outside -90 to 90")
        elif abs(lon) > 180:
            self.fault(row, longitude, f"{lon:g} is outside -180 to 180")
        else:
            return [lon, lat]
        return None

    def position(
        self, row: Row, latitude: str, longitude: str, address: str, field: str = ""
    ) -> list[float] | str | None:
        """This will return coordinates; where those are empty the address, which is then to be found; else None."""
        before = len(self.faults)
        location = self.location(row, latitude, longitude, needed=False)
        if location or not address or len(self.faults) > before:
            return location
        field = field or next((name for name in ADDRESS if name in self), "address")
        if len(address) > _LONGEST_ADDRESS:
            self.fault(
                row, field, f"has {len(address)} characters; the limit is {_LONGEST_ADDRESS}", "too_long"
            )
        else:
            self.to_find.append(ToFind((*self.place, "row", row.number, self.headings(field)[0]), address))
        return address

    def address(self, row: Row) -> str:
        """This will return the address of a row in one line, out of one column or out of its parts."""
        street, number, postcode, city = (
            self.value(row, field, cells.text) or ""
            for field in ("street", "house_number", "postcode", "city")
        )
        line = self.value(row, "address", cells.text) or f"{street} {number}".strip()
        return ", ".join(part for part in (line, f"{postcode} {city}".strip()) if part)

    def windows(self, row: Row) -> list[list[int | str]]:
        """This will return the windows of a row. Of `from` and `to` either may be empty: a day is 0:00 to 24:00."""
        several: list[list[int | str]] = self.time(row, "time_windows", cells.windows) or []
        start, end = self.time(row, "open", cells.clock), self.time(row, "close", cells.clock)
        if start is None and end is None:
            return several
        if start is None:
            start = f"{end[:10]}T00:00" if isinstance(end, str) else 0
        if end is None:
            end = f"{start[:10]}T23:59:59" if isinstance(start, str) else max(_DAY, start)
        return [*several, [start, end]]

    def free_data(self, row: Row) -> dict[str, Any]:
        """This will return the cells of the columns that mean nothing to us, by heading."""
        found = {}
        for column in self._by_field.get("", []):
            cell = _cell(row, column)
            if cell != "" and column.heading:
                found[column.heading] = cell if isinstance(cell, str | bool) else _plain(cell)
        return found

    def fault(self, row: Row | None, field: str, message: str, kind: str = "value_error") -> None:
        """This will add a fault in a row, at the heading of a field."""
        place: Place = (*self.place, "row", row.number) if row else self.place
        heading = (self.headings(field) or [field])[0]
        self.faults.append(Fault((*place, heading) if heading else place, message, kind))

    def _parsed(self, row: Row, column: Column, parse: Callable[[Cell], Any]) -> Any:
        cell = _cell(row, column)
        if cell == "":
            return None
        try:
            return parse(cell)
        except ValueError as error:
            self.faults.append(Fault((*self.place, "row", row.number, column.heading), str(error)))
            return None


def without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    """This will return an entry of the request without what no cell said."""
    return {key: value for key, value in entry.items() if value not in (None, "", [], {})}


def _degrees(cell: Cell) -> float:
    return cells.number(cell, decimals=True)


def _cell(row: Row, column: Column) -> Cell:
    return row.cells[column.index] if column.index < len(row.cells) else ""


def _plain(cell: Cell) -> Any:
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    return cells.text(cell)
