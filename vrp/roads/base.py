"""What every source of roads speaks: points in, blocks of a table and shapes of routes out.

Points are `(n, 2)` float64 arrays of longitude and latitude, rounded to six decimals (a hand's breadth), so that the
same place is the same point everywhere. Seconds and metres are int32 from the wire to the engines.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from vrp.errors import Place, RoutebookError

NO_WAY = -1
DECIMALS = 6
_LOOK = 0.1  # seconds between two looks at whether to stop
Answer = TypeVar("Answer")
Indexes = Sequence[int] | np.ndarray  # positions among points


class RoadsFailed(RoutebookError):
    """A source gave no answer, or none that makes sense. Its text tells an operator what to do."""


class RoadsStopped(RoutebookError):
    """Somebody asked to stop while roads were being measured."""


@dataclass(frozen=True, slots=True)
class Block:
    """Travel from some points to some points: int32, `NO_WAY` where there is none.

    `sources_off` and `targets_off` are how many metres each point lies from the road it was taken to; None where the
    source does not tell.
    """

    durations: np.ndarray
    distances: np.ndarray
    sources_off: np.ndarray | None = None
    targets_off: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The road a route takes: an encoded polyline of five decimals, and seconds and metres leg by leg."""

    line: str
    durations: tuple[int, ...]
    distances: tuple[int, ...]


class Source(Protocol):
    """A routing server. All but `profile` may raise `RoadsFailed`, after having tried again where that may help."""

    name: str
    most_cells: int  # of one block
    most_points: int  # of one block, sources and targets together

    @property
    def dataset(self) -> str:
        """What its answers depend on: two answers of one dataset may be mixed."""

    def profile(self, name: str) -> str | None:
        """This will return the source's own name for a request's vehicle profile, or None where it has no roads."""

    def block(self, points: np.ndarray, sources: Indexes, targets: Indexes, profile: str) -> Block:
        """This will return travel from `sources` to `targets`, both positions in `points`."""

    def route(self, points: np.ndarray, profile: str) -> Shape:
        """This will return the road through all points in their order, turning round at a stop where that is best."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something a planner should know about the roads, and which place of the request it is about."""

    loc: Place
    msg: str

    def as_dict(self) -> dict[str, object]:
        return {"loc": list(self.loc), "msg": self.msg}


@dataclass(frozen=True, slots=True)
class Watch:
    """Who looks on: `progress(done, total)` after each block; `should_stop` is asked before each."""

    progress: Callable[[int, int], None] = lambda done, total: None
    should_stop: Callable[[], bool] = lambda: False

    def __call__(self, done: int, total: int) -> None:
        self.progress(done, total)
        if self.should_stop():
            raise RoadsStopped("Stopped while roads were being measured.")


def interruptibly(work: Callable[[], Answer], should_stop: Callable[[], bool]) -> Answer:
    """This will return what `work` does, or raise `RoadsStopped` soon after somebody asks to stop, however long it
    takes. It then goes on in a thread of its own and nobody listens."""
    done: Future[Answer] = Future()

    def go() -> None:
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=go, name="roads", daemon=True).start()
    while not wait([done], timeout=_LOOK).done:
        if should_stop():
            raise RoadsStopped("Stopped while roads were being measured.")
    return done.result()


def whole(values: np.ndarray) -> np.ndarray:
    """This will round seconds or metres half up to int32, `NO_WAY` where there is no number."""
    known = np.isfinite(values) & (values >= 0)
    return np.where(known, np.floor(np.where(known, values, 0) + 0.5), NO_WAY).astype(np.int32)
