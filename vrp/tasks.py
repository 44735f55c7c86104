"""What the worker can be asked to do, by name."""

import subprocess
import sys
import threading
from uuid import UUID

from procrastinate.contrib.django import app

from vrp.queue import QUEUE, SUB_SOLVES
from vrp.services import attempts, liveness, solving, sub_solves

closing = threading.Event()  # set when the worker process was asked to end
free = threading.Event()  # set while nothing is solved on this machine


@app.task(name="vrp.solve", queue=QUEUE)
def solve(solution_id: str) -> None:
    liveness.solves_here.add(solution_id)
    free.clear()
    try:
        if attempts.is_last_chance(UUID(solution_id)):
            _solve_apart(solution_id)
        else:
            solving.run(UUID(solution_id), closing.is_set)
    finally:
        liveness.solves_here.discard(solution_id)


@app.task(name="vrp.sub_solve", queue=SUB_SOLVES)
def sub_solve(sub_solve_id: str) -> None:
    """Whole solves go first: a machine that has one leaves its part as it is."""
    sub_solves.work(UUID(sub_solve_id), lambda: closing.is_set() or not free.is_set())


def _solve_apart(solution_id: str) -> None:
    """In a worker of its own: should it end that one too, the solves beside it are not hit a third time."""
    same_program = [sys.executable, *sys.orig_argv[1:], "--only", solution_id]
    with subprocess.Popen(same_program) as process:
        while process.poll() is None and not closing.wait(0.2):
            pass
        process.terminate()
