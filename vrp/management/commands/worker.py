"""`manage.py worker`: solves what is queued, until it is told to stop."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from config.parent import end_with_parent
from vrp.engines import child
from vrp.engines.sisr import compiled
from vrp.queue import QUEUE, SUB_SOLVES
from vrp.services import liveness, solving
from vrp.services.recovery import Sweep
from vrp.tasks import closing, free

log = structlog.get_logger(__name__)
_SWEEP_EVERY = 1.0  # seconds
_COMPILE_EVERY = 20.0  # seconds
_PAUSE = 2.0  # seconds without a solve, before a process is made ready for the next
_GRACE = 8.0  # seconds for running solves to be given back


class Command(BaseCommand):
    help = "Solve what is queued. SIGTERM or Ctrl-C gives running solves back; a second one ends it at once."

    requires_system_checks: list[str] = []  # they import the whole site, and a worker should be back quickly

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at-once", type=int, default=settings.SOLVES_AT_ONCE, help="Solves side by side."
        )
        parser.add_argument(
            "--only", type=UUID, metavar="ID", help="Solve this solution, if it waits, and end."
        )

    def handle(self, *args: Any, at_once: int, only: UUID | None, **options: Any) -> None:
        end_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _close)
        if only:
            solving.run(only, closing.is_set)
        else:
            _work_on(at_once)


def _work_on(at_once: int) -> None:
    slots = [threading.Thread(target=_slot, args=(QUEUE, _is_open), daemon=True) for _ in range(at_once)]
    slots.append(threading.Thread(target=_slot, args=(SUB_SOLVES, _may_help), daemon=True))
    others = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in (_sweep, _compile)]
    for thread in [*slots, *others]:
        thread.start()
    log.info("worker_started", at_once=at_once)
    with child.kept_ready(pause=_PAUSE):
        closing.wait()
    deadline = time.monotonic() + _GRACE
    for thread in slots:
        thread.join(max(0, deadline - time.monotonic()))
    log.info("worker_stopped")


def _close(*_: Any) -> None:
    if closing.is_set():
        os._exit(1)  # asked twice: solver children die with us, and the solves are found by whoever sweeps
    closing.set()


def _is_open() -> bool:
    return not closing.is_set()


def _may_help() -> bool:
    return free.is_set() and not closing.is_set()


def _slot(queue: str, may_work: Callable[[], bool]) -> None:
    """One solve after another. Each slot has a loop of its own: a busy one never keeps another from restarting."""
    while not closing.is_set():
        try:
            if may_work():
                connection.ensure_connection()  # fails at once where the pool would wait; starts the embedded server
                connection.close()
                asyncio.run(_work(queue, may_work))
        except Exception as error:
            log.warning("slot_restarts", error=str(error))
        closing.wait(0.3)


async def _work(queue: str, may_work: Callable[[], bool]) -> None:
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2, timeout=3)
    async with app.with_connector(connector).open_async() as opened:
        worker = asyncio.create_task(
            opened.run_worker_async(
                queues=[queue], concurrency=1, install_signal_handlers=False, delete_jobs="always"
            )
        )
        while may_work() and not worker.done():
            await asyncio.wait([worker], timeout=0.2)
        worker.cancel()
        (outcome,) = await asyncio.gather(worker, return_exceptions=True)
        if isinstance(outcome, Exception):
            raise outcome


def _compile() -> None:
    """The native engine's kernels: those that are missing, and those that solves have wished for."""
    while not closing.wait(_COMPILE_EVERY):
        try:
            if compiled.is_anything_missing():
                compiled.compile_apart()
        except OSError as error:
            log.warning("kernels_not_compiled", error=str(error))


def _sweep() -> None:
    sweep = Sweep()
    while not closing.is_set():
        try:
            sweep.look(timezone.now())
            (free.set if liveness.is_free() else free.clear)()
        except Exception as error:
            log.warning("sweep_failed", error=str(error))
            connection.close()
            sweep = Sweep()  # what looked dead before may only have lost the database too
        closing.wait(_SWEEP_EVERY)
