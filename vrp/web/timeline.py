"""The routes of a plan over the hours of the day, as numbers a template draws: percentages of the width."""

from dataclasses import dataclass

from vrp.web.routes import RouteRow, StepRow
from vrp.web.show import at, lasting

ROW_HEIGHT = 34
TOP = 22  # room for the hours
STEPS = (300, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)  # seconds between two ticks
MOST_TICKS = 12
NARROWEST = 0.3  # percent: work that takes no time is seen as well
NARROWEST_NUMBERED = 1.7  # percent: a narrower bar would not hold its number


@dataclass(frozen=True)
class Bar:
    kind: str  # travel, wait, work, break, reload, window
    x: float
    width: float
    title: str = ""
    number: int | None = None
    is_late: bool = False
    misses_wish: bool = False
    windows: tuple["Bar", ...] = ()

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def has_room(self) -> bool:
        return self.width >= NARROWEST_NUMBERED


@dataclass(frozen=True)
class Lane:
    row: RouteRow
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Tick:
    x: float
    text: str


@dataclass(frozen=True)
class Timeline:
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]

    @property
    def has_reloads(self) -> bool:
        return any(bar.kind == "reload" for lane in self.lanes for bar in lane.bars)

    @property
    def height(self) -> int:
        return TOP + ROW_HEIGHT * len(self.lanes) + 4


@dataclass(frozen=True)
class _Scale:
    start: int
    end: int

    def x(self, seconds: float) -> float:
        inside = min(max(seconds, self.start), self.end)
        return round(100 * (inside - self.start) / (self.end - self.start), 3)

    def bar(self, kind: str, start: float, end: float, least: float = 0, **more: object) -> Bar:
        width = max(least, round(self.x(end) - self.x(start), 3))
        return Bar(kind, min(self.x(start), 100 - width), width, **more)  # type: ignore[arg-type]


def of(routes: list[RouteRow]) -> Timeline | None:
    """This will lay the routes out, or return None when there is nothing to draw."""
    if not routes:
        return None
    start = min(row.route["start_time"] for row in routes)
    end = max(row.route["end_time"] for row in routes)
    every = next(
        (step for step in STEPS if (end - start) / step <= MOST_TICKS), max(86_400, (end - start) // 10)
    )
    scale = _Scale(start // every * every, max(start // every * every + every, -(-end // every) * every))
    ticks = tuple(Tick(scale.x(moment), at(moment)) for moment in range(scale.start, scale.end + 1, every))
    lanes = tuple(
        Lane(row, TOP + ROW_HEIGHT * index, tuple(_bars(row, scale))) for index, row in enumerate(routes)
    )
    return Timeline(lanes, ticks)


def _bars(row: RouteRow, scale: _Scale) -> list[Bar]:
    bars = []
    for step_row in row.steps:
        step = step_row.step
        arrival, begin = step["arrival"], step["service_start"]
        if step["travel_time"]:
            title = f"{lasting(step['travel_time'])} on the road"
            bars.append(scale.bar("travel", arrival - step["travel_time"], arrival, title=title))
        if step["waiting_time"]:
            bars.append(scale.bar("wait", arrival, begin, title=f"{lasting(step['waiting_time'])} waiting"))
        if step["type"] in ("start", "end"):
            continue
        kind = step["type"] if step["type"] in ("break", "reload") else "work"
        windows = tuple(scale.bar("window", opens, closes) for opens, closes in step_row.windows)
        bars.append(
            scale.bar(
                kind,
                begin,
                step["departure"],
                least=NARROWEST,
                title=_title(step_row),
                number=step_row.number,
                is_late=bool(step["violations"]),
                misses_wish=bool(step_row.missed),
                windows=tuple(window for window in windows if window.width and window.width < 100),
            )
        )
    return bars


def _title(row: StepRow) -> str:
    step = row.step
    work = " of work" if row.number else ""
    parts = [f"{at(step['service_start'])} {row.name}", f"{lasting(row.work)}{work}" if row.work else ""]
    parts += [f"window {at(opens)} to {at(closes)}" for opens, closes in row.windows]
    parts += [row.missed, *(violation["message"] for violation in step["violations"])]
    return " · ".join(part for part in parts if part)
