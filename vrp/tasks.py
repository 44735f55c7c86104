"""What the worker can be asked to do, by name."""

import subprocess
import sys
import threading
from uuid import UUID

from procrastinate.contrib.django import app

from vrp.queue import QUEUE
from vrp.services import attempts, solving

closing = threading.Event()  # set when the worker process was asked to end


@app.task(name="vrp.solve", queue=QUEUE)
def solve(solution_id: str) -> None:
    if attempts.is_last_chance(UUID(solution_id)):
        _solve_apart(solution_id)
    else:
        solving.run(UUID(solution_id), closing.is_set)


def _solve_apart(solution_id: str) -> None:
    """In a worker of its own: should it end that one too, the solves beside it are not hit a third time."""
    same_program = [sys.executable, *sys.orig_argv[1:], "--only", solution_id]
    with subprocess.Popen(same_program) as process:
        while process.poll() is None and not closing.wait(0.2):
            pass
        process.terminate()
