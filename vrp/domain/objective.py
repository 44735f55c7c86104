"""What a plan is to be good at beside its costs: presets, balance, compactness, staying close to a baseline."""

from collections.abc import Iterator, Sequence

import numpy as np

from vrp.domain.problem import Problem
from vrp.domain.schedule import TimedRoute


def aim(problem: Problem, routes: Sequence[TimedRoute]) -> float:
    """This will return what the preset makes small before cost: vehicles, the end of the day, the largest share."""
    preset = problem.request.objective.preset
    if preset == "cost" or not routes:
        return 0
    if preset == "min_vehicles":
        return len(routes)
    if preset == "min_makespan":
        return max(route.end_time for route in routes)
    return max(share(problem, route) for route in routes)


def terms(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[tuple[str, float]]:
    """This will yield the money that balance and stability add to a whole plan."""
    balance = problem.request.objective.balance
    if balance and balance.weight and routes:
        shares = [share(problem, route) for route in routes]
        least = min(shares) if len(routes) == len(problem.vehicles) else 0
        if spread := max(shares) - least:
            yield "/objective/balance", balance.weight * spread
    if problem.request.objective.stability and (moved := sum(_moves(problem, routes))):
        yield "/objective/stability", moved


def route_terms(problem: Problem, route: TimedRoute) -> Iterator[tuple[str, float]]:
    """This will yield the money that a route costs for being spread out: an hour's price for each hour of travel
    from its middle stop, the one nearest to all others, to each of its stops."""
    price = problem.request.objective.compactness
    places = [task.place for _, _, task in route.tasks] if price else []
    if len(places) > 1:
        apart = np.maximum(route.vehicle.travel.durations[np.ix_(places, places)], 0)
        if seconds := int(apart.sum(axis=1).min()):
            yield "/objective/compactness", price * seconds / 3600


def lateness(route: TimedRoute) -> int:
    """This will return the seconds a route is late, after hard or soft ends of windows."""
    late = sum(visit.late for visit in route.visits)
    for visit in route.visits:
        if visit.soft and (soft := visit.softness) and soft.end is not None:
            late += max(0, visit.service_start - visit.late - soft.end)
    shift, closes = route.vehicle.spec.time_window, route.vehicle.window[1]
    if shift and shift.soft and shift.soft.end is not None:
        closes = min(closes, shift.soft.end)
    return late + max(0, route.end_time - closes)


def share(problem: Problem, route: TimedRoute) -> float:
    """This will return a route's part of the work that is to be balanced: hours, unless the request says kilometres,
    tasks or what it carries in the first dimension."""
    balance = problem.request.objective.balance
    metric = balance.metric if balance else "duration"
    if metric == "duration":
        return route.duration / 3600
    if metric == "distance":
        return route.total("distance") / 1000
    tasks = [task for _, _, task in route.tasks]
    if metric == "tasks":
        return len(tasks)
    if not problem.dimensions:
        return 0
    return sum(task.delivery[0] + task.pickup[0] + max(0, task.change[0]) for task in tasks)


def _moves(problem: Problem, routes: Sequence[TimedRoute]) -> Iterator[float]:
    stability = problem.request.objective.stability
    assert stability is not None
    for route in routes:
        for _, visit, task in route.tasks:
            if task.index in problem.baseline:
                vehicle, begins = problem.baseline[task.index]
                if str(vehicle) != str(route.vehicle.id):
                    yield stability.cost_per_moved_stop
                yield stability.cost_per_minute_eta_shift * abs(visit.service_start - begins) / 60
