"""Rules that tie stops to one another or to their vehicles, for OR-Tools: each adds itself where a problem uses it."""

from itertools import combinations
from typing import Any

from ortools.constraint_solver import pywrapcp

from vrp.domain.problem import Task
from vrp.domain.request import SoftWindow
from vrp.engines.ortools_model import Model


def add(model: Model) -> None:
    """This will add every rule the problem has beside those of the plain model."""
    _limit_rides(model)
    _limit_waiting(model)
    _limit_overtime(model)
    _price_soft_windows(model)
    _wait_for_goods(model)
    _keep_apart(model)
    _load_in_order(model)


def _limit_rides(model: Model) -> None:
    """From leaving the pickup to reaching the delivery; waiting there for work to begin does not count.

    Time without any waiting is a dimension of its own: rides too long even so need no search for times.
    """
    shipments = [order for order in model.problem.orders if order.type == "shipment"]
    if all(order.tasks[1].max_ride is None for order in shipments):
        return
    arrival = _arrivals(model)
    on_the_way = model.add_times("on the way", 0)
    for pair, order in enumerate(shipments):
        pickup, delivery = order.tasks
        if delivery.max_ride is not None:
            work = [int(model.network.work(kind)[pickup.index]) for kind, _ in model.vehicles]
            leaves = model.time.CumulVar(model.index[pickup.index]) + model.of_vehicle(pickup, work)
            arrives = model.before_setup(delivery, arrival[model.index[delivery.index]])
            no_matter = 2 * model.network.horizon * (1 - model.is_served(delivery))
            model.solver.Add(arrives <= leaves + delivery.max_ride + no_matter)
            most = max(work) + delivery.max_ride
            if model.network.may_skip_setup[delivery.index]:
                most += max(delivery.setup(vehicle) for _, vehicle in model.vehicles)
            on_the_way.SetPickupToDeliveryLimitFunctionForPair(lambda _, __, most=most: most, pair)


def _arrivals(model: Model) -> list[Any]:
    """When each node is reached (after any setup that sits on the way), before any waiting there."""
    nodes = model.routing.Size() + len(model.vehicles)
    arrival = [model.solver.IntVar(0, 2 * model.network.horizon) for _ in range(nodes)]
    for index in range(model.routing.Size()):
        reached = model.time.CumulVar(index) + model.time.FixedTransitVar(index)
        model.solver.Add(model.solver.Element(arrival, model.routing.NextVar(index)) == reached)
    return arrival


def _limit_waiting(model: Model) -> None:
    limits = model.limits("max_wait")
    if most := [min(limit, model.network.horizon) for limit in limits]:
        for number, limit in enumerate(most):
            model.time.SlackVar(model.routing.Start(number)).SetMax(limit)
        for task in model.problem.tasks:
            model.solver.Add(model.time.SlackVar(model.index[task.index]) <= model.of_vehicle(task, most))


def _limit_overtime(model: Model) -> None:
    for number, (_, vehicle) in enumerate(model.vehicles):
        if overtime := vehicle.spec.overtime:
            most = overtime.after + overtime.max
            if vehicle.spec.max_duration is not None:
                most = min(most, vehicle.spec.max_duration)
            per_second = model.network.whole(overtime.cost_per_hour / 3600)
            model.time.SetSpanUpperBoundForVehicle(most, number)
            model.time.SetSoftSpanUpperBoundForVehicle(pywrapcp.BoundCost(overtime.after, per_second), number)


def _price_soft_windows(model: Model) -> None:
    for task in model.problem.tasks:
        for soft in task.soft:
            if soft:
                _price_early(model, model.index[task.index], soft)
                _price_late(model, model.index[task.index], soft)
    for number, (_, vehicle) in enumerate(model.vehicles):
        if vehicle.spec.time_window and (soft := vehicle.spec.time_window.soft):
            _price_early(model, model.routing.Start(number), soft)
            _price_late(model, model.routing.End(number), soft)


def _price_early(model: Model, index: int, soft: SoftWindow) -> None:
    if soft.start is not None and soft.cost_per_hour_early:
        per_second = model.network.whole(soft.cost_per_hour_early / 3600)
        model.time.SetCumulVarSoftLowerBound(index, soft.start, per_second)


def _price_late(model: Model, index: int, soft: SoftWindow) -> None:
    if soft.end is not None and soft.cost_per_hour_late:
        per_second = model.network.whole(soft.cost_per_hour_late / 3600)
        model.time.SetCumulVarSoftUpperBound(index, soft.end, per_second)


def _wait_for_goods(model: Model) -> None:
    """No route starts before the goods of all its jobs are ready: a dimension that is the same all along a route, no
    less than the release of each job."""
    jobs = [task for task in model.problem.tasks if task.kind == "job" and task.release]
    if not jobs:
        return
    horizon = model.network.horizon
    ready = model.add_count("ready", [], [horizon] * len(model.vehicles), at_start_zero=False)
    for task in jobs:
        ready.CumulVar(model.index[task.index]).SetMin(task.release)
    for start in map(model.routing.Start, range(len(model.vehicles))):
        model.solver.Add(model.time.CumulVar(start) >= ready.CumulVar(start))


def _keep_apart(model: Model) -> None:
    """Classes of goods as types of visits. What is on board for the whole route has a type of its own, for beside it
    nothing of another class is ever on board."""
    pairs = model.problem.request.incompatibilities
    types: dict[tuple[str, bool], int] = {}
    for task in model.problem.tasks if pairs else ():
        name = model.problem.orders[task.order].spec.compatibility_class
        if name is not None:
            goods = (str(name), any(task.pickup) and any(task.delivery))
            number = types.setdefault(goods, len(types))
            model.routing.SetVisitType(model.index[task.index], number, _on_board(task))
    for pair in pairs:
        classes = {str(name) for name in pair.classes}
        among = [goods for goods in types if goods[0] in classes]
        for one, other in combinations(among, 2):
            if one[0] == other[0]:
                continue
            if pair.mode == "same_vehicle" or one[1] or other[1]:
                model.routing.AddHardTypeIncompatibility(types[one], types[other])
            else:
                model.routing.AddTemporalTypeIncompatibility(types[one], types[other])


def _on_board(task: Task) -> Any:
    """From when to when: what a job delivers (or a job without goods) comes from the start of the route."""
    if task.kind == "delivery":
        return pywrapcp.RoutingModel.ADDED_TYPE_REMOVED_FROM_VEHICLE
    if task.kind == "pickup" or any(task.pickup):
        return pywrapcp.RoutingModel.TYPE_ADDED_TO_VEHICLE
    return pywrapcp.RoutingModel.TYPE_ON_VEHICLE_UP_TO_VISIT


def _load_in_order(model: Model) -> None:
    policies = {
        "any": pywrapcp.RoutingModel.PICKUP_AND_DELIVERY_NO_ORDER,
        "lifo": pywrapcp.RoutingModel.PICKUP_AND_DELIVERY_LIFO,
        "fifo": pywrapcp.RoutingModel.PICKUP_AND_DELIVERY_FIFO,
    }
    for number, (_, vehicle) in enumerate(model.vehicles):
        model.routing.SetPickupAndDeliveryPolicyOfVehicle(policies[vehicle.spec.loading_policy], number)
