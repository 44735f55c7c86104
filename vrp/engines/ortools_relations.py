"""Relations between orders, for OR-Tools. They bind those of the orders that are served."""

from itertools import combinations

from vrp.domain.problem import Order
from vrp.engines.ortools_model import Model


def add(model: Model) -> None:
    """This will add every relation; the vehicle one names is among what the orders may be served by."""
    for number, relation in enumerate(model.problem.request.relations):
        orders = [model.problem.orders_by_name[str(name)] for name in relation.ids]
        match relation.type:
            case "different_vehicle":
                _different_vehicle(model, orders)
            case "first":
                _at_the_beginning(model, orders, f"before relation {number}")
            case "last":
                _at_the_end(model, orders, f"after relation {number}")
            case _:
                _same_vehicle(model, orders)
        if relation.type in ("sequence", "direct_sequence"):
            _sequence(model, orders)
        if relation.type == "direct_sequence":
            _nothing_between(model, orders)


def _same_vehicle(model: Model, orders: list[Order]) -> None:
    shared = model.solver.IntVar(0, len(model.vehicles) - 1)
    for order in orders:
        vehicle = model.routing.VehicleVar(model.first(order))
        is_there = model.solver.IsEqualVar(vehicle, shared)
        model.solver.Add(is_there >= model.is_served(order.tasks[0]))


def _different_vehicle(model: Model, orders: list[Order]) -> None:
    vehicles = [model.routing.VehicleVar(model.first(order)) for order in orders]
    model.solver.Add(model.solver.AllDifferentExcept(vehicles, -1))


def _sequence(model: Model, orders: list[Order]) -> None:
    for earlier, later in combinations(orders, 2):
        model.number.AddNodePrecedence(model.last(earlier), model.first(later), 1)


def _nothing_between(model: Model, orders: list[Order]) -> None:
    """The next one follows at once; it is the next if none between the two is served."""
    served = [model.is_served(order.tasks[0]) for order in orders]
    for earlier, later in combinations(range(len(orders)), 2):
        last = model.number.CumulVar(model.last(orders[earlier]))
        first = model.number.CumulVar(model.first(orders[later]))
        others = model.solver.Sum([2 - served[earlier] - served[later], *served[earlier + 1 : later]])
        model.solver.Add(first <= last + 1 + len(model.index) * others)


def _at_the_beginning(model: Model, orders: list[Order], name: str) -> None:
    """A dimension counts the tasks of other orders from the start of a route."""
    before = model.add_count(name, _others(model, orders), [len(model.index)] * len(model.vehicles))
    for order in orders:
        before.CumulVar(model.first(order)).SetMax(0)


def _at_the_end(model: Model, orders: list[Order], name: str) -> None:
    """A dimension counts the tasks of other orders until the end of a route."""
    fewer = [-other for other in _others(model, orders)]
    left = model.add_count(name, fewer, [len(model.index)] * len(model.vehicles), at_start_zero=False)
    for end in map(model.routing.End, range(len(model.vehicles))):
        left.CumulVar(end).SetMax(0)
    for order in orders:
        left.CumulVar(model.last(order)).SetMax(0)


def _others(model: Model, orders: list[Order]) -> list[int]:
    mine = {order.index for order in orders}
    return [int(task.order not in mine) for task in model.problem.tasks]
