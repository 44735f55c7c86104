"""`manage.py solve`: a problem in, its plan out, no database."""

import sys
import time
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from vrp import planner
from vrp.domain import limits
from vrp.errors import Invalid, RoutebookError
from vrp.management.files import BadInput, add_file_options, read_problem

FOUND, BAD_INPUT, NOT_FOUND = 0, 2, 3


class Command(BaseCommand):
    help = "Solve the problem in FILE without touching the database and write the plan as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_file_options(parser)
        parser.add_argument("--engine", default="auto", help="auto (default) or the name of one engine")
        parser.add_argument(
            "--time-limit",
            type=float,
            default=limits.DEFAULT_TIME_LIMIT,
            help="seconds (default %(default)s)",
        )
        parser.add_argument("--seed", type=int, default=1, help="for the engine's random numbers (default 1)")
        parser.add_argument("--out", type=Path, help="write the plan here instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if not 0 < options["time_limit"] <= limits.MAX_TIME_LIMIT:
                raise BadInput(
                    f"--time-limit: should be more than 0 and at most {limits.MAX_TIME_LIMIT} seconds"
                )
            document = read_problem(options)
            plan = planner.solve(
                document,
                engine=options["engine"],
                time_limit=options["time_limit"],
                seed=options["seed"],
                report=self._progress,
            )
        except Invalid as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            sys.exit(BAD_INPUT)
        except BadInput as error:
            self.stderr.write(str(error))
            sys.exit(BAD_INPUT)
        except RoutebookError as error:
            self.stderr.write(str(error))
            sys.exit(NOT_FOUND)
        text = orjson.dumps(plan, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        if options["out"]:
            options["out"].write_bytes(text)
        else:
            self.stdout.write(text.decode())
        self._sum_up(plan)
        sys.exit(FOUND if plan["status"].startswith("feasible") else NOT_FOUND)

    def _progress(self, progress: dict[str, Any]) -> None:
        line = (
            f"{progress['elapsed']:8.1f} s  cost {progress['cost']:<14} vehicles {progress['vehicles_used']}"
        )
        if progress["unassigned"]:
            line += f"  unassigned {progress['unassigned']}"
        if time.monotonic() - getattr(self, "_said_at", 0) > 0.2:  # engines improve faster than people read
            self._said_at = time.monotonic()
            self.stderr.write(line)

    def _sum_up(self, plan: dict[str, Any]) -> None:
        summary, engine = plan["summary"], plan["engine"]
        self.stderr.write(
            f"{plan['status']}: cost {summary['cost']}, {summary['vehicles_used']} vehicles,"
            f" {summary['assigned']} assigned, {summary['unassigned']} unassigned"
            f" ({engine['name']} {engine['version']})"
        )
        for row in plan["unassigned"][:20]:
            reasons = "; ".join(reason["message"] for reason in row["reasons"])
            self.stderr.write(f"  not served: {row['type']} {row['id']}: {reasons}")
