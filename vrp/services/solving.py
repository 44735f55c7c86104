"""How a solve runs: the planner in a thread, this thread between it and the database."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection

from vrp import planner
from vrp.errors import Invalid, RoutebookError
from vrp.models import Solution
from vrp.services import attempts, crews, roads, solutions
from vrp.services.attempts import Attempt, Document

log = structlog.get_logger(__name__)
_LOOK = 0.2  # seconds between two looks at whether to stop
_TOLD = 20  # faults of a request that turned out to be bad
_BEAT = 0.5  # seconds between two signs of life


def run(solution_id: UUID, is_closing: Callable[[], bool] = lambda: False) -> None:
    """This will solve one waiting solution, or do nothing when it is not waiting any more.

    When the worker `is_closing`, the solve is given back to the queue; it starts anew elsewhere.
    """
    try:
        attempt = attempts.claim(solution_id)
        if attempt is not None:
            _Run(attempt).go_on_until_done(is_closing)
    finally:
        connection.close()  # with it goes the lock that says we are alive


class _Run:
    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.progress: Document = {}
        self.stop = threading.Event()
        self.is_held = True
        self.started = self.beaten_at = time.monotonic()
        rows = Solution.objects.only("request", "draft", "engine", "time_limit", "seed", "requested_by")
        asked = rows.select_related("requested_by").get(pk=attempt.solution_id)
        baseline = solutions.baseline_of(request=asked.request, by=asked.requested_by)
        self.result = _in_thread(lambda: self._plan(asked, baseline))

    def _plan(self, asked: Solution, baseline: Document | None) -> Document:
        return planner.solve(
            asked.request,
            engine=asked.engine,
            time_limit=asked.time_limit,
            seed=asked.seed,
            baseline=baseline,
            atlas=roads.atlas(),
            report=self._note,
            should_stop=self.stop.is_set,
            crew=crews.of(self.attempt),
            draft=asked.draft,
        )

    def _note(self, progress: Document) -> None:
        self.progress = progress

    def go_on_until_done(self, is_closing: Callable[[], bool]) -> None:
        """The database may go away at any statement: the solve goes on, and takes its lock again once it is back."""
        while True:
            wait([self.result], timeout=_LOOK)
            try:
                if not self.is_held:
                    self.is_held = self.attempt.hold()
                if self._is_over(is_closing):
                    return
            except (OperationalError, InterfaceError) as error:
                log.warning("database_away", solution=str(self.attempt.solution_id), error=str(error))
                connection.close()
                self.is_held = False
                if is_closing():
                    return  # nobody to give it back to; whoever sweeps will find it
                time.sleep(_LOOK)

    def _is_over(self, is_closing: Callable[[], bool]) -> bool:
        if self.result.done():
            self._finish()
            return True
        rows = list(self.attempt.rows().values_list("stop_requested_at", flat=True))
        if not rows:  # deleted, or taken for dead and given to somebody else
            self.stop.set()
            return True
        if rows[0] is not None:
            self.stop.set()
        elif is_closing():
            self.stop.set()
            attempts.give_back(self.attempt)
            return True
        if time.monotonic() - self.beaten_at >= _BEAT:
            elapsed = round(time.monotonic() - self.started, 1)
            attempts.beat(self.attempt, self.progress | {"elapsed": elapsed})
            self.beaten_at = time.monotonic()
        return False

    def _finish(self) -> None:
        try:
            attempts.publish(self.attempt, self.result.result())
        except (OperationalError, InterfaceError):
            raise
        except planner.NoVerifiedPlan as error:  # an engine died under it: another try may do
            attempts.give_back(self.attempt, crash=str(error))
        except Invalid as error:
            attempts.fail(self.attempt, _told(error))
        except RoutebookError as error:
            attempts.fail(self.attempt, str(error))
        except Exception as error:
            log.exception("solve_crashed", solution=str(self.attempt.solution_id))
            attempts.give_back(self.attempt, crash=f"internal error ({type(error).__name__}).")


def _told(error: Invalid) -> str:
    """Every fault on a line of its own, as far as anybody reads."""
    lines = [str(fault) for fault in error.faults[:_TOLD]]
    more = error.total - _TOLD
    return "\n".join([*lines, f"… and {more} more" if more > 0 else ""]).strip()


def _in_thread(work: Callable[[], Document]) -> "Future[Document]":
    """A thread that does not keep the process alive. Solver children die with the thread that made them."""
    future: Future[Document] = Future()

    def go() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)
        finally:
            connection.close()  # the road cache may have opened one for this thread

    threading.Thread(target=go, name="solve", daemon=True).start()
    return future
