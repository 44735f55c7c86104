"""A plan changed by hand: a step elsewhere, an order left out, something held fast.

A `Draft` is a plan's routes as they are to be, with what holds each step: `{"routes": [{"vehicle", "steps": [{"type",
"id", "locked", "location"}]}]}`, as `vehicles[].steps` of a request are written. Nothing here forbids: what a change
breaks, the evaluator says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vrp.domain import evaluator, explain
from vrp.domain import plan as plans
from vrp.domain.evaluator import Trial
from vrp.domain.insertion import Board, Insertion, plan_of
from vrp.domain.plan import REST, Plan
from vrp.domain.problem import Item, Problem, Task, Vehicle
from vrp.errors import Fault, Invalid

Document = dict[str, Any]
Draft = Document
Level = Literal["none", "order", "vehicle", "full"]
_ENDS = ("start", "end")


@dataclass(frozen=True, slots=True)
class Move:
    """Take a step out and put it in before the vehicle's step `position` (from 0, the start and the step itself not
    counted), at its cheapest place where none is given; on the best vehicle where none is. A shipment moves to another
    vehicle as a whole."""

    type: str
    id: str
    vehicle: str = ""
    position: int | None = None

    def applied(self, problem: Problem, draft: Draft) -> Draft:
        task = _task(problem, self.type, self.id)
        vehicle = _vehicle(problem, self.vehicle) if self.vehicle else None
        routes = _routes(problem, draft)
        at_home = next((index for index, items in routes.items() if task in items), None)
        if self.position is None or (vehicle and vehicle.index != at_home and len(_order(task, problem)) > 1):
            return _with_locks(_at_its_cheapest(problem, routes, task, vehicle), draft)
        if vehicle is None:
            raise Invalid([Fault(("position",), "a place is on a vehicle, and none is named", "missing")])
        for index, items in routes.items():
            routes[index] = [item for item in items if item is not task]
        items = routes.setdefault(vehicle.index, [])
        if not 0 <= self.position <= len(items):
            text = f"there are places 0 to {len(items)} on this vehicle"
            raise Invalid([Fault(("position",), text, "index_out_of_range")])
        items.insert(self.position, task)
        return _with_locks(_draft(problem, routes), draft)

    def words(self, problem: Problem, draft: Draft) -> str:
        name = _name(_task(problem, self.type, self.id))
        for route in draft["routes"]:
            keys = [_key(step) for step in route["steps"]]
            if (self.type, self.id) in keys:
                return f"Moved {name} to {route['vehicle']}, place {keys.index((self.type, self.id)) + 1}"
        return f"Took {name} out"


@dataclass(frozen=True, slots=True)
class Leave:
    """Take an order out of the plan."""

    type: str
    id: str

    def applied(self, problem: Problem, draft: Draft) -> Draft:
        out = _order(_task(problem, self.type, self.id), problem)
        routes = _routes(problem, draft)
        return _with_locks(
            _draft(problem, {index: [i for i in items if i not in out] for index, items in routes.items()}),
            draft,
        )

    def words(self, problem: Problem, draft: Draft) -> str:
        return f"Left out {_name(_task(problem, self.type, self.id))}"


@dataclass(frozen=True, slots=True)
class Hold:
    """Lock one step, or with no type all steps of a vehicle; level `none` lets go."""

    level: Level
    vehicle: str = ""
    type: str = ""
    id: str = ""

    def applied(self, problem: Problem, draft: Draft) -> Draft:
        if self.type:
            _task(problem, self.type, self.id)
        else:
            _vehicle(problem, self.vehicle)

        def is_meant(route: Document, step: Document) -> bool:
            return _key(step) == (self.type, self.id) if self.type else str(route["vehicle"]) == self.vehicle

        return {
            "routes": [
                route
                | {
                    "steps": [
                        step | {"locked": self.level} if is_meant(route, step) else step
                        for step in route["steps"]
                    ]
                }
                for route in draft["routes"]
            ]
        }

    def words(self, problem: Problem, draft: Draft) -> str:
        what = _name(_task(problem, self.type, self.id)) if self.type else f"the route of {self.vehicle}"
        return f"{'Let go' if self.level == 'none' else 'Held'} {what}"


Edit = Move | Leave | Hold


def draft_of(plan: Document, before: Draft | None = None) -> Draft:
    """This will return the draft of a published plan; `before` says what holds its steps."""
    routes = [
        {
            "vehicle": route["vehicle"],
            "steps": [
                {key: step[key] for key in ("type", "id", "location") if key in step and _says(step, key)}
                for step in route["steps"]
                if step["type"] not in _ENDS and not (step["type"] == "break" and step["id"] == REST)
            ],
        }
        for route in plan["routes"]
    ]
    return _with_locks({"routes": routes}, before or {"routes": []})


def locks(draft: Draft | None) -> dict[tuple[str, str], Level]:
    """This will return what is held, by type and id."""
    if draft is None:
        return {}
    return {_key(step): step["locked"] for _, step in _steps(draft) if step.get("locked", "none") != "none"}


def only(draft: Draft, vehicle: str) -> Draft:
    """This will hold everything but one route, and that one's steps on their vehicle."""
    return {
        "routes": [
            route
            | {
                "steps": [
                    step | {"locked": _held(step, str(route["vehicle"]) == vehicle)}
                    for step in route["steps"]
                ]
            }
            for route in draft["routes"]
        ]
    }


def places(problem: Problem, draft: Draft, kind: str, name: str, k: int) -> tuple[list[Insertion], float]:
    """This will return the best places for an order if it were taken out, the cheapest first, and what its place costs
    now."""
    task = _task(problem, kind, name)
    routes = _routes(problem, draft)
    board = _board(problem, routes, task)
    now = sum(_trial(problem, index, items).cost for index, items in routes.items())
    rest = sum(trial.cost for trial in board.trials.values())
    return explain.places(board, problem.orders[task.order], k), now - rest


def _held(step: Document, is_loose: bool) -> str:
    level = step.get("locked", "none")
    if not is_loose:
        return "full"
    return "vehicle" if level == "none" else level


def _says(step: Document, key: str) -> bool:
    return key != "location" or step["type"] == "reload"


def _key(step: Document) -> tuple[str, str]:
    return step["type"], str(step.get("id"))


def _steps(draft: Draft) -> Iterator[tuple[Document, Document]]:
    return ((route, step) for route in draft["routes"] for step in route["steps"])


def _with_locks(draft: Draft, before: Draft) -> Draft:
    held = locks(before)
    for _, step in _steps(draft):
        step["locked"] = held.get(_key(step), "none")
    return draft


def _task(problem: Problem, kind: str, name: str) -> Task:
    for task in problem.tasks:
        if (task.kind, str(task.id)) == (kind, name):
            return task
    raise Invalid([Fault(("id",), f"there is no {kind} with the id {name!r}", "unknown_id")])


def _vehicle(problem: Problem, name: str) -> Vehicle:
    vehicle = problem.vehicle_by_id.get(name)
    if vehicle is None:
        raise Invalid([Fault(("vehicle",), f"there is no vehicle with the id {name!r}", "unknown_id")])
    return vehicle


def _order(task: Task, problem: Problem) -> tuple[Task, ...]:
    return problem.orders[task.order].tasks


def _name(task: Task) -> str:
    return str(task.stop.description or task.id)


def _routes(problem: Problem, draft: Draft) -> dict[int, list[Item]]:
    return {vehicle.index: items for vehicle, items in evaluator.resolved(problem, plans.read(draft))}


def _draft(problem: Problem, routes: dict[int, list[Item]]) -> Draft:
    trials = (_trial(problem, index, items) for index, items in routes.items())
    made = plan_of(trial.route for trial in trials if any(True for _ in trial.route.tasks))
    return _document(made)


def _document(made: Plan) -> Draft:
    routes = []
    for route in made.routes:
        steps: list[Document] = []
        for step in route.steps:
            where = {"location": step.location} if step.location is not None else {}
            steps.append({"type": step.type, "id": step.id, **where})
        routes.append({"vehicle": route.vehicle, "steps": steps})
    return {"routes": routes}


def _at_its_cheapest(
    problem: Problem, routes: dict[int, list[Item]], task: Task, vehicle: Vehicle | None
) -> Draft:
    board, order = _board(problem, routes, task), problem.orders[task.order]
    if vehicle is None:
        best = next(iter(explain.places(board, order, 1)), None)
    else:
        legal, broken = board.scan(order, vehicle)
        best = legal or broken
    if best is None:
        raise Invalid([Fault(("vehicle",), f"no vehicle can take {_name(task)}", "no_place")])
    board.put(best.trial)
    return _document(board.plan())


def _board(problem: Problem, routes: dict[int, list[Item]], task: Task) -> Board:
    out = _order(task, problem)
    board = Board(problem)
    for index, items in routes.items():
        rest = tuple(item for item in items if item not in out)
        board.put(_trial(problem, index, rest))
    return board


def _trial(problem: Problem, index: int, items: Sequence[Item]) -> Trial:
    return evaluator.route_with(problem, problem.vehicles[index], items)
