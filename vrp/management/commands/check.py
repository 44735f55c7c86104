"""`manage.py check FILE PLAN`: judge a given plan. With anything else it is Django's own check."""

import sys
from pathlib import Path
from typing import Any

import orjson
from django.apps import apps
from django.core.management.base import CommandParser
from django.core.management.commands import check

from vrp import planner
from vrp.domain import plan as plans
from vrp.errors import Invalid
from vrp.management.files import BadInput, add_file_options, read_problem

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
            problem = planner.prepare(read_problem(options | {"file": problem_file}))
            judged = planner.check(problem, plans.read(_read_plan(plan_file)))
        except Invalid as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            return BAD_INPUT
        except BadInput as error:
            self.stderr.write(str(error))
            return BAD_INPUT
        for violation in judged.violations:
            self.stdout.write(f"route {violation.route + 1}: {violation.message} [{violation.cause}]")
        for order in judged.missing:
            self.stdout.write(f"not served: {order.type} {order.id}")
        is_feasible = judged.is_feasible and not judged.missing
        word = "feasible" if is_feasible else "not feasible"
        self.stdout.write(
            f"{word}; cost {judged.cost}, {len(judged.routes)} vehicles, {len(judged.left_out)} unassigned"
        )
        return FEASIBLE if is_feasible else NOT_FEASIBLE


def _is_app(label: str) -> bool:
    return any(config.label == label for config in apps.get_app_configs())


def _read_plan(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{path}: is not JSON: {error}") from error
