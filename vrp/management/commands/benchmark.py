"""`manage.py benchmark`: engines on public sets, in turn on one machine, each plan judged."""

import os
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from vrp import engines
from vrp.domain import limits
from vrp.management.benchmark import runs, series, sets
from vrp.management.benchmark.series import Trial
from vrp.management.benchmark.sets import Instance
from vrp.management.files import BadInput

BAD_INPUT, INTERRUPTED = 2, 130


class Command(BaseCommand):
    help = (
        "Run engines on public sets, one after the other on this machine, and compare the plans they find in the same "
        "time. Runs are kept in OUT/runs.jsonl and not made again; without SET only the table and plots are."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("sets", nargs="*", metavar="SET[/INSTANCE]", help="such as CVRP or 'VRPTW/R*'")
        parser.add_argument("--engines", default="auto", help="such as auto,sisr,pyvrp (default: auto)")
        parser.add_argument("--seconds", default="10", help="of wall clock, such as 10,60 (default: 10)")
        parser.add_argument("--seeds", default="1", help="such as 1,2,3 (default: 1)")
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FOLDER", help="for runs, table and plots"
        )
        parser.add_argument(
            "--data", type=Path, metavar="FOLDER", help="default: what ROUTEBOOK_BENCHMARKS names"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._run(**options)
        except BadInput as error:
            self.stderr.write(str(error))
            sys.exit(BAD_INPUT)

    def _run(self, sets: list[str], out: Path, data: Path | None, **options: Any) -> None:
        asked = _trials(_instances(sets, data), options)
        file = out / "runs.jsonl"
        made = runs.read(file)
        if not made and not asked:
            raise BadInput("name a set to run, such as CVRP or VRPTW/R2_10_5")
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"--out {out}: {error.strerror}") from error
        try:
            series.make(asked, file, made, self.stderr.write)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The same command goes on from here.")
            sys.exit(INTERRUPTED)
        finally:
            if made:  # what is there already counts too
                series.publish(out, made)
                self.stdout.write(f"{out / 'table.md'}: {len(made)} runs")


def _instances(names: list[str], data: Path | None) -> list[Instance]:
    if not names:
        return []
    usual = settings.BASE_DIR.parent / "shared" / "data"
    return sets.named(names, sets.read(data or Path(os.environ.get("ROUTEBOOK_BENCHMARKS") or usual)))


def _trials(instances: list[Instance], options: dict[str, Any]) -> list[Trial]:
    """Every run asked for: all engines in turn, before the next seed, time limit and instance."""
    budgets = _numbers(options["seconds"], "--seconds", float, 0.1, limits.MAX_TIME_LIMIT)
    seeds = _numbers(options["seeds"], "--seeds", int, 0, 2**31 - 1)
    return list(product(instances, budgets, seeds, _engines(options["engines"])))


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _engines(text: str) -> list[str]:
    known = ["auto", *engines.ENGINES]
    unknown = [name for name in _words(text) if name not in known]
    if unknown or not _words(text):
        raise BadInput(
            f"--engines: there is no {(', '.join(unknown) or text)!r}; choose of {', '.join(known)}"
        )
    return _words(text)


def _numbers(text: str, option: str, read: Callable[[str], float], least: float, most: float) -> list[Any]:
    try:
        found = [read(word) for word in _words(text)]
        if not found or not all(least <= number <= most for number in found):
            raise ValueError
    except ValueError:
        raise BadInput(f"{option}: should be numbers from {least} to {most}, as in {option} 1,2") from None
    return found
