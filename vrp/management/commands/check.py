"""`manage.py check FILE PLAN`: judge a given plan. With anything else it is Django's own check."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.core.management.base import CommandParser
from django.core.management.commands import check

from vrp import planner
from vrp.domain import clock, words
from vrp.domain import plan as plans
from vrp.domain.evaluator import Evaluation
from vrp.domain.schedule import TimedRoute
from vrp.errors import Invalid
from vrp.management.files import BadInput, add_file_options, read_problem
from vrp.services import roads

FEASIBLE, NOT_FEASIBLE, BAD_INPUT = 0, 1, 2


class Command(check.Command):
    help = "Judge the plan in PLAN for the problem in FILE; without them, check the whole project (Django's check)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_file_options(parser, positional=False)

    def handle(self, *args: Any, **options: Any) -> None:
        if len(args) != 2 or not (args[0] == "-" or Path(args[0]).is_file()):
            if len(args) == 2 and not _is_app(args[0]):
                self.stderr.write(f"{args[0]}: there is no such file")
                sys.exit(BAD_INPUT)
            return super().handle(*args, **options)
        sys.exit(self._judge(args[0], Path(args[1]), options))

    def _judge(self, problem_file: str, plan_file: Path, options: dict[str, Any]) -> int:
        try:
            problem = planner.prepare(
                read_problem(options | {"file": problem_file}), atlas=roads.atlas_without_database()
            )
            judged = planner.check(problem, plans.read(_read_plan(plan_file)))
        except Invalid as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            return BAD_INPUT
        except BadInput as error:
            self.stderr.write(str(error))
            return BAD_INPUT
        for line in _report(judged):
            self.stdout.write(line)
        is_feasible = judged.is_feasible and not judged.missing
        return FEASIBLE if is_feasible else NOT_FEASIBLE


def _report(judged: Evaluation) -> Iterator[str]:
    """What is broken, route by route; what is left out; one line that sums it up."""
    found = [violation.as_dict() | {"step": violation.step} for violation in judged.violations]
    by_route: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for violation, row in zip(judged.violations, found, strict=True):
        by_route[violation.route].append(row)
    for number, route in enumerate(judged.routes):
        if by_route[number]:
            yield _heading(number, route)
            told = sorted(words.breaches(by_route[number]), key=lambda row: row["step"] or 0)
            yield from (_line(row, route) for row in told)
    if by_route[None]:
        yield "in no route"
        yield from (_line(row, None) for row in by_route[None])
    yield from (f"not served: {order.type} {order.id}" for order in judged.missing)
    yield _summary(judged)


def _heading(number: int, route: TimedRoute) -> str:
    stops = sum(1 for _ in route.tasks)
    times = f"{clock.show(route.start_time)} to {clock.show(route.end_time)}"
    return f"route {number + 1}, vehicle {route.vehicle.id}, {times}, {stops} stop{'s'[: stops != 1]}"


def _line(row: Mapping[str, Any], route: TimedRoute | None) -> str:
    """`at 10:58, stop 4: job J5 begins at 10:58, its time window closed at 10:00; 58 min too late [delay]`"""
    where = ""
    if route and row["step"] is not None:
        visit = route.visits[row["step"]]
        number = sum(1 for step, _, _ in route.tasks if step <= row["step"])
        name = f"stop {number}" if visit.task else visit.type
        where = f"at {clock.show(visit.service_start)}, {name}: "
    by = words.beyond(row["cause"], row["amount"])
    others = row.get("times", 1) - 1
    more = f" (and at {others} more stop{'s'[: others != 1]})" if others else ""
    return f"  {where}{row['message']}{'; ' if by else ''}{by}{more} [{row['cause']}]"


def _summary(judged: Evaluation) -> str:
    routes = {violation.route for violation in judged.violations if violation.route is not None}
    figures = f"cost {judged.cost}, {len(judged.routes)} vehicles, {len(judged.left_out)} unassigned"
    if judged.is_feasible and not judged.missing:
        return f"feasible; {figures}"
    if judged.is_feasible:
        return f"not feasible: not all is served; {figures}"
    count = len(judged.violations)
    broken = f"{count} violation{'s'[: count != 1]} on {len(routes)} of {len(judged.routes)} routes"
    return f"not feasible: {broken}; {figures}"


def _is_app(label: str) -> bool:
    return any(config.label == label for config in apps.get_app_configs())


def _read_plan(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{path}: is not JSON: {error}") from error
