"""Given steps that are locked, and what a freeze adds, for OR-Tools. Who may serve what is in `Kind.serves`."""

from itertools import pairwise

from vrp.domain.evaluator import evaluate
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import END, FAR_FUTURE, START, Lock, Problem, Vehicle
from vrp.engines.ortools_model import Model


def add(model: Model) -> None:
    """This will keep locked steps on their vehicle, in their order, in their place and at their time."""
    if not any(vehicle.locks or vehicle.opens for _, vehicle in model.vehicles):
        return
    for key in model.problem.locked_to:
        model.solver.Add(model.is_served(model.problem.task_by_name[key]) == 1)
    for number, (_, vehicle) in enumerate(model.vehicles):
        _keep_order(model, vehicle)
        for lock in vehicle.locks:
            if lock.level == "full":
                _let_nothing_new_before(model, number, vehicle, lock)
        _keep_ends(model, number, vehicle)
    _keep_times(model)


def alone(problem: Problem) -> Plan:
    """This will return the routes of nothing but the locked steps."""
    locked = {v.id: [lock.key for lock in v.locks if lock.level != "none"] for v in problem.vehicles}
    tasks = problem.task_by_name
    steps = {name: [tasks[key] for key in keys if key in tasks] for name, keys in locked.items()}
    return Plan(
        tuple(Route(name, tuple(Step(t.kind, t.id) for t in made)) for name, made in steps.items() if made)
    )


def are_kept_alone(problem: Problem) -> bool:
    """This will tell whether the locked tasks are legal by themselves, so that there is something to begin with."""
    return not evaluate(problem, alone(problem)).violations


def _keep_order(model: Model, vehicle: Vehicle) -> None:
    ordered = [lock for lock in vehicle.locks if lock.level in ("order", "full")]
    for before, lock in pairwise(ordered):
        model.number.AddNodePrecedence(model.index_of(before.key), model.index_of(lock.key), 1)


def _let_nothing_new_before(model: Model, number: int, vehicle: Vehicle, lock: Lock) -> None:
    """As many tasks come before it as there are given ones that do."""
    at = model.number.CumulVar(model.index_of(lock.key))
    given = 0
    for key in list(vehicle.given)[: vehicle.given[lock.key]]:
        own = vehicle.lock_by_key.get(key)
        if own and own.level in ("order", "full"):
            given += 1
        elif key in model.problem.task_by_name:  # else it is a break that nobody has to take
            is_here = model.solver.IsEqualCstVar(model.routing.VehicleVar(model.index_of(key)), number)
            is_before = model.solver.IsLessVar(model.number.CumulVar(model.index_of(key)), at)
            given += is_here * is_before
    model.solver.Add(at <= given)


def _keep_ends(model: Model, number: int, vehicle: Vehicle) -> None:
    """What a route's start and end are bound to binds only a route that is made."""
    (start, end), at_home = model.times_of(number), model.at_home(number)
    first = vehicle.lock_by_key.get(START, Lock(START, after=vehicle.opens))
    model.solver.Add(start + at_home >= first.after)
    model.solver.Add(start <= at_home + min(first.latest, model.network.horizon))
    if vehicle.end is not None and (last := vehicle.lock_by_key.get(END)):
        model.solver.Add(end + at_home >= last.after)
        model.solver.Add(end <= at_home + min(last.latest, model.network.horizon))


def _keep_times(model: Model) -> None:
    """When work may begin, by the vehicle that does it."""
    horizon = model.network.horizon
    for task in model.problem.tasks:
        locks = [vehicle.lock_by_key.get(task.key) for _, vehicle in model.vehicles]
        opens = [vehicle.opens for _, vehicle in model.vehicles]
        after = [lock.after if lock else opens[number] for number, lock in enumerate(locks)]
        latest = [min(lock.latest if lock else FAR_FUTURE, horizon) for lock in locks]
        begins = model.before_setup(task, model.time.CumulVar(model.index[task.index]))
        if any(after):
            model.solver.Add(begins >= model.of_vehicle(task, after, left_out=0))
        if min(latest) < horizon:
            model.solver.Add(begins <= model.of_vehicle(task, latest, left_out=horizon))
