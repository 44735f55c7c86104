"""Stands in for `vrp.planner` in a worker of the tests: as long as the request's `meta` says, and no longer.

`python -m vrp.tests.jobs.fake_planner worker` is `manage.py worker` with it.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from vrp.errors import RoutebookError
from vrp.tests.plans import a_plan


class NoVerifiedPlan(RoutebookError):
    pass


def solve(
    document: dict[str, Any],
    *,
    engine: str,
    time_limit: float,
    seed: int,
    baseline: dict[str, Any] | None,
    atlas: Any,
    report: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool],
    crew: Any,
    draft: Any = None,
) -> dict[str, Any]:
    meta = document.get("meta", {})
    if meta.get("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    if meta.get("no_plan"):
        raise NoVerifiedPlan("The engine died.")
    started = time.monotonic()
    while (elapsed := time.monotonic() - started) < meta.get("takes", 0.1) and not should_stop():
        report({"elapsed": elapsed, "cost": 1000 - elapsed})
        time.sleep(0.02)
    return a_plan() | ({"eta_changes": []} if baseline else {})


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.modules["vrp.planner"] = sys.modules[__name__]
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[1:]])
