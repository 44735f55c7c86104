"""`manage.py solve`: a problem in, its plan out, no database."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import BaseCommand, CommandParser

from vrp import planner
from vrp.domain import limits
from vrp.errors import Invalid, RoutebookError
from vrp.management.files import BadInput, add_file_options, read_problem
from vrp.services import roads

FOUND, BAD_INPUT, NOT_FOUND = 0, 2, 3
_TOLD = 20  # orders not served that are told about


class Command(BaseCommand):
    help = "Solve the problem in FILE without touching the database and write the plan as JSON."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_file_options(parser)
        parser.add_argument(
            "--engine", help="auto or the name of one engine (default: the file's own, else auto)"
        )
        parser.add_argument(
            "--time-limit",
            type=float,
            help=f"seconds (default: the file's own, else {limits.DEFAULT_TIME_LIMIT})",
        )
        parser.add_argument("--seed", type=int, help="for random numbers (default: the file's own, else 1)")
        parser.add_argument("--out", type=Path, help="write the plan here instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())  # and the best plan so far is written
        try:
            _refuse_bad(options)
            plan = planner.solve(
                read_problem(options),
                engine=options["engine"],
                time_limit=options["time_limit"],
                seed=options["seed"],
                atlas=roads.atlas_without_database(),
                report=self._progress,
                should_stop=self.stopping.is_set,
            )
        except Invalid as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            if error.total > len(error.faults):
                self.stderr.write(f"… and {error.total - len(error.faults)} more")
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
        if "cost" not in progress:
            self.stderr.write(f"measuring roads: {progress['roads']:.0%}")
            return
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
        for row in plan["unassigned"][:_TOLD]:
            for line in _why(row):
                self.stderr.write(line)
        if len(plan["unassigned"]) > _TOLD:
            self.stderr.write(f"  and {len(plan['unassigned']) - _TOLD} more, all of them in the plan")


def _why(row: dict[str, Any]) -> Iterator[str]:
    """Why an order is not served, and the smallest change that would let it in."""
    yield f"  not served: {row['type']} {row['id']}"
    yield from (f"    {reason['message']}" for reason in row["reasons"])
    if row["changes"]:
        smallest = row["changes"][0]
        yield f"    smallest change: {smallest['message']} Cost {smallest['extra_cost']:+,.2f}."
    else:
        yield "    no single change would let it in"


def _refuse_bad(options: dict[str, Any]) -> None:
    """What would only show after the search is looked at before it."""
    limit, seed, out = options["time_limit"], options["seed"], options["out"]
    if limit is not None and not 0 < limit <= limits.MAX_TIME_LIMIT:
        raise BadInput(f"--time-limit: should be more than 0 and at most {limits.MAX_TIME_LIMIT} seconds")
    if seed is not None and not 0 <= seed < 2**31:
        raise BadInput("--seed: should be a whole number from 0 to 2147483647")
    if out:
        try:
            out.open("ab").close()
        except OSError as error:
            raise BadInput(f"--out {out}: {error.strerror}") from error
