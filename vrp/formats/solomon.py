"""Solomon's format for customers with time windows. Jobs bear the customer numbers of the file; the depot is 0."""

import numpy as np

from vrp.errors import Fault, Invalid
from vrp.formats import benchmarks
from vrp.formats.benchmarks import Document, Line, Node


def read(data: bytes, round_func: str = "round") -> Document:
    """This will turn a Solomon file into a request in scaled integers, or raise `Invalid` with the line at fault."""
    scale = benchmarks.rounding(round_func)
    title, fleet, rows = _parts(list(benchmarks.lines(data)))
    number = benchmarks.whole(fleet.words[0], fleet.number, "the number of vehicles", least=1)
    capacity = int(scale(np.array(benchmarks.number(fleet.words[1], fleet.number))))
    table = benchmarks.table(rows, 7)
    xy, scaled = table[:, 1:3], scale(table[:, 3:])
    nodes = [
        Node(int(name), index, [demand], [], service, [ready, due], place)
        for index, (name, place, (demand, ready, due, service)) in enumerate(
            zip(table[:, 0], xy.tolist(), scaled.tolist(), strict=True)
        )
    ]
    depot, customers = nodes[0], nodes[1:]
    vehicle = benchmarks.vehicle(1, depot, min(number, max(len(customers), 1)), [capacity])
    made = {"jobs": [node.stop() for node in customers], "vehicles": [vehicle]}
    meta = {"format": "solomon", "round_func": round_func, "name": title}
    return made | benchmarks.matrices(benchmarks.distances(xy, round_func)) | {"meta": meta}


def _parts(lines: list[Line]) -> tuple[str, Line, list[Line]]:
    """The name, the line of the fleet, and the lines of the customers."""
    heads = [line.words[0].upper().rstrip(".") for line in lines]
    if "VEHICLE" not in heads or "CUSTOMER" not in heads:
        raise Invalid([Fault((), "a Solomon file has a VEHICLE part and a CUSTOMER part")])
    fleet = [line for line in lines[heads.index("VEHICLE") :] if _is_number(line.words[0])][:1]
    rows = [line for line in lines[heads.index("CUSTOMER") :] if _is_number(line.words[0])]
    if not fleet or len(fleet[0].words) != 2 or not rows:
        raise Invalid(
            [Fault((), "a Solomon file has one line with the number of vehicles and their capacity")]
        )
    return " ".join(lines[0].words) if heads[0] != "VEHICLE" else "", fleet[0], rows


def _is_number(word: str) -> bool:
    return word.lstrip("+-")[:1].isdigit()
