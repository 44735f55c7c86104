"""Li & Lim's format for pickups and deliveries. Stops bear the task numbers of the file; the depot is 0."""

import numpy as np

from vrp.errors import Fault, Invalid
from vrp.formats import benchmarks
from vrp.formats.benchmarks import Document, Node


def read(data: bytes, round_func: str = "round") -> Document:
    """This will turn a Li & Lim file into a request in scaled integers, or raise `Invalid` with the line at fault."""
    scale = benchmarks.rounding(round_func)
    lines = list(benchmarks.lines(data))
    if len(lines) < 2 or len(lines[0].words) not in (2, 3):
        raise Invalid(
            [Fault((), "a Li & Lim file begins with the number of vehicles, their capacity and speed")]
        )
    fleet, rows = lines[0], lines[1:]
    number = benchmarks.whole(fleet.words[0], fleet.number, "the number of vehicles", least=1)
    capacity = int(scale(np.array(benchmarks.number(fleet.words[1], fleet.number))))
    table = benchmarks.table(rows, 9)
    xy, scaled = table[:, 1:3], scale(table[:, 3:7])
    nodes = [
        Node(int(name), index, [], [], service, [ready, due], place)
        for index, (name, place, (_, ready, due, service)) in enumerate(
            zip(table[:, 0], xy.tolist(), scaled.tolist(), strict=True)
        )
    ]
    by_name = {node.name: node for node in nodes[1:]}
    shipments = []
    for node, line, amount, partners in zip(nodes, rows, scaled[:, 0].tolist(), table[:, 7:9], strict=True):
        pickup, delivery = partners.tolist()
        if node is nodes[0] or pickup != 0:
            continue
        other = by_name.get(delivery)
        if other is None or table[other.index, 7] != node.name:
            raise Invalid(
                [Fault(("line", line.number), f"task {node.name} and its delivery should name each other")]
            )
        shipments.append(benchmarks.shipment(node, other, [amount]))
    if 2 * len(shipments) != len(by_name):
        raise Invalid([Fault((), "some deliveries have no pickup that names them")])
    vehicle = benchmarks.vehicle(1, nodes[0], min(number, max(len(shipments), 1)), [capacity])
    made = {"shipments": shipments, "vehicles": [vehicle]}
    meta = {"format": "lilim", "round_func": round_func}
    return made | benchmarks.matrices(benchmarks.distances(xy, round_func)) | {"meta": meta}
