"""The outer shape of a VRPLIB file: `KEY: value` lines and sections of numbered rows. What they mean is elsewhere."""

from vrp.errors import Fault, Invalid
from vrp.formats import benchmarks
from vrp.formats.benchmarks import Line

_KNOWN = {
    *(
        "NAME",
        "COMMENT",
        "TYPE",
        "DIMENSION",
        "VEHICLES",
        "CAPACITY",
        "SERVICE_TIME",
        "RELEASE_TIME",
        "DISTANCE",
    ),
    *("EDGE_WEIGHT", "EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT", "NODE_COORD", "DEPOT", "DEMAND", "LINEHAUL"),
    *("BACKHAUL", "TIME_WINDOW", "PRIZE", "PICKUP_AND_DELIVERY", "MUTUALLY_EXCLUSIVE_GROUP"),
    *("VEHICLES_DEPOT", "VEHICLES_RELOAD_DEPOT", "VEHICLES_MAX_RELOADS", "VEHICLES_ALLOWED_CLIENTS"),
    *("VEHICLES_MAX_DISTANCE", "VEHICLES_MAX_DURATION", "VEHICLES_FIXED_COST", "VEHICLES_UNIT_DISTANCE_COST"),
    # These change nothing in the problem.
    *(
        "NODE_COORD_TYPE",
        "EDGE_DATA_FORMAT",
        "DISPLAY_DATA_TYPE",
        "DISPLAY_DATA",
        "BEST_KNOWN",
        "OPTIMAL_VALUE",
    ),
}


def _is_row(line: Line) -> bool:
    """Whether it plainly is one of numbers: said of most lines, and fast."""
    return line.words[0].isdigit() and line.words[-1][-1].isdigit()


class VrplibText:
    """A file by the names of its parts. Every fault names the line it is about."""

    def __init__(self, data: bytes) -> None:
        self.values: dict[str, Line] = {}
        self.sections: dict[str, list[Line]] = {}
        self._at: dict[str, int] = {}
        section: list[Line] | None = None
        for line in benchmarks.lines(data):
            if section is not None and _is_row(line):
                section.append(line)
                continue
            key, colon, value = " ".join(line.words).partition(":")
            name = key.strip().upper()
            if name == "EOF":
                break
            if name.endswith("_SECTION"):
                name = name.removesuffix("_SECTION")
                section = self.sections.setdefault(name, [])
            elif colon:
                section = None
                self.values[name] = Line(line.number, tuple(value.split()))
            elif section is None:
                raise Invalid(
                    [Fault(("line", line.number), "is neither `KEY: value` nor a row of a section")]
                )
            else:
                section.append(line)
                continue
            if name not in _KNOWN:
                raise Invalid([Fault(("line", line.number), f"{name[:40]} is not understood")])
            if name in self._at:
                fault = f"{name} is there already, in line {self._at[name]}"
                raise Invalid([Fault(("line", line.number), fault)])
            self._at[name] = line.number

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def word(self, name: str) -> str:
        """This will return the value after `KEY:`, or nothing where there is no such line."""
        return " ".join(self.values[name].words) if name in self.values else ""

    def number(self, name: str) -> float:
        """This will return the value after `KEY:` as a number."""
        return benchmarks.number(self.word(name), self._at[name])

    def whole(self, name: str) -> int:
        """This will return the value after `KEY:` as a whole number above zero."""
        return benchmarks.whole(self.word(name), self._at[name], name, least=1)

    def section(self, name: str) -> list[Line]:
        """This will return the lines of a section, or raise `Invalid` where there is a single value instead."""
        if name not in self.sections:
            raise self.fault(name, "should be a section")
        return self.sections[name]

    def rows(self, name: str, size: int, width: int | None = None) -> list[list[float]]:
        """This will return the rows of a section numbered from 1 to `size`, without those numbers."""
        lines = self.section(name)
        if len(lines) != size:
            raise self.fault(name, f"has {len(lines)} rows; there should be {size}")
        rows = []
        for expected, line in enumerate(lines, 1):
            first, *rest = line.numbers()
            if first != expected:
                raise Invalid([Fault(("line", line.number), f"should be number {expected}, not {first:g}")])
            if width is not None and len(rest) != width:
                raise Invalid(
                    [Fault(("line", line.number), f"should hold {width + 1} numbers, not {len(rest) + 1}")]
                )
            rows.append(rest)
        return rows

    def flat(self, name: str) -> list[float]:
        """This will return all numbers of a section, however they are wrapped."""
        return [cell for line in self.section(name) for cell in line.numbers()]

    def fault(self, name: str, message: str) -> Invalid:
        """This will return the fault of a part as an exception to raise."""
        place = ("line", self._at[name]) if name in self._at else (name,)
        return Invalid([Fault(place, f"{name} {message}")])
