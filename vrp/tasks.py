"""What the worker can be asked to do, by name."""

import threading
from uuid import UUID

from procrastinate.contrib.django import app

from vrp.queue import QUEUE
from vrp.services import solving

closing = threading.Event()  # set when the worker process was asked to end


@app.task(name="vrp.solve", queue=QUEUE)
def solve(solution_id: str) -> None:
    solving.run(UUID(solution_id), closing.is_set)
