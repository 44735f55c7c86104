"""The request of the contract: a routing problem as people write it, a superset of VROOM's JSON.

Seconds, metres, `[longitude, latitude]`, money in the scenario's currency. Reading keeps every value as written;
`vrp.domain.problem` resolves names and counts into what the evaluator and the engines see.
"""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from vrp.domain import clock, crosschecks, limits
from vrp.domain.contradictions import contradictions
from vrp.domain.travel import Computed, Table
from vrp.errors import Fault, Invalid


def _no_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("should be a number, not true or false")
    return value


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 30.0 is the integer 30, 30.5 is a mistake worth naming."""
    _no_bool(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("should be a finite number")
        if value.is_integer():
            return int(value)
        raise ValueError("should be a whole number")
    if isinstance(value, str):
        raise ValueError("should be a number, not text")
    return value


def _number(value: Any) -> Any:
    if isinstance(_no_bool(value), str):
        raise ValueError("should be a number, not text")
    return value


def _identifier(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("should be a text or a whole number")
    if isinstance(value, str) and not value.strip():
        raise ValueError("should not be empty")
    if len(str(value)) > 200:
        raise ValueError("should have at most 200 characters")
    return value


def _coordinates(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("should be [longitude, latitude]")
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in value):
        raise ValueError("should be two numbers, [longitude, latitude]")
    if not all(abs(part) < 1e6 for part in value):  # also not a number at all
        raise ValueError("is outside the earth; coordinates are [longitude, latitude] in degrees")
    longitude, latitude = (float(part) for part in value)
    if not -180 <= longitude <= 180:
        raise ValueError(
            f"longitude {longitude} is outside -180 to 180; coordinates are [longitude, latitude]"
        )
    if not -90 <= latitude <= 90:
        raise ValueError(f"latitude {latitude} is outside -90 to 90; coordinates are [longitude, latitude]")
    return longitude, latitude


def _place(value: Any) -> Any:
    return _coordinates(value) if isinstance(value, list | tuple) else _identifier(value)


def _at_least_one(value: Any) -> Any:
    if value in ([], ()):
        raise ValueError("needs at least one vehicle")
    return value


Id = Annotated[str | int, BeforeValidator(_identifier)]
Seconds = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=limits.MAX_SECONDS)]
Metres = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=limits.MAX_METRES)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=limits.MAX_NAMES)]
Index = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=10**6)]
Amount = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=limits.MAX_AMOUNT)]
Amounts = Annotated[tuple[Amount, ...], Field(max_length=limits.MAX_DIMENSIONS)]
Finite = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Money = Annotated[Finite, Field(ge=0, le=limits.MAX_MONEY)]
AnyMoney = Annotated[Finite, Field(ge=-limits.MAX_MONEY, le=limits.MAX_MONEY)]
Text = Annotated[str, Field(max_length=limits.MAX_TEXT)]
Ids = Annotated[tuple[Id, ...], Field(max_length=limits.MAX_NAMES)]
Coordinates = Annotated[tuple[float, float], BeforeValidator(_coordinates)]
Place = Annotated[tuple[float, float] | str | int, BeforeValidator(_place)]
Meta = dict[str, Any]
PerType = dict[str, Seconds]


class Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def __reduce__(self) -> Any:
        """Pickled as what was said only: of the thirty keys of a job that is three, and there are thousands."""
        return _unpickled, (type(self), {name: getattr(self, name) for name in self.model_fields_set})


def _unpickled(model: type[Frozen], said: dict[str, Any]) -> Frozen:
    made = model.__new__(model)
    object.__setattr__(made, "__dict__", _defaults(model) | said)
    object.__setattr__(made, "__pydantic_fields_set__", set(said))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made


@cache
def _defaults(model: type[Frozen]) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {
        name: field.get_default(call_default_factory=True)
        for name, field in fields
        if not field.is_required()
    }


class SoftWindow(Frozen):
    start: Seconds | None = None
    end: Seconds | None = None
    cost_per_hour_early: Money = 0
    cost_per_hour_late: Money = 0

    @model_validator(mode="after")
    def _prices_a_moment(self) -> "SoftWindow":
        if self.start is not None and self.end is not None and self.start > self.end:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        if self.cost_per_hour_early and self.start is None:
            raise ValueError("cost_per_hour_early needs a start to be early for")
        if self.cost_per_hour_late and self.end is None:
            raise ValueError("cost_per_hour_late needs an end to be late for")
        return self


class TimeWindow(Frozen):
    """When work may begin, both ends inclusive. Written `[start, end]` or as an object."""

    start: Seconds
    end: Seconds
    soft: SoftWindow | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, value: Any) -> Any:
        if isinstance(value, list | tuple):
            if len(value) != 2:
                raise ValueError("should be [start, end]")
            return {"start": value[0], "end": value[1]}
        return value

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> "TimeWindow":
        if self.start > self.end:
            raise ValueError(f"the window ends ({self.end}) before it starts ({self.start})")
        return self


def _in_order(windows: tuple[TimeWindow, ...]) -> tuple[TimeWindow, ...]:
    windows = tuple(sorted(windows, key=lambda window: window.start))
    for earlier, later in pairwise(windows):
        if later.start <= earlier.end:
            raise ValueError(
                f"windows [{earlier.start}, {earlier.end}] and [{later.start}, {later.end}] overlap"
            )
    return windows


Windows = Annotated[tuple[TimeWindow, ...], Field(max_length=limits.MAX_WINDOWS), AfterValidator(_in_order)]


class Preference(Frozen):
    vehicle: Id
    cost: AnyMoney = 0


class Stop(Frozen):
    """What a job and either end of a shipment have in common."""

    id: Id | None = None
    location: Place | None = None
    location_index: Index | None = None
    description: Text = ""
    setup: Seconds = 0
    service: Seconds = 0
    setup_per_type: PerType = Field(default_factory=dict)
    service_per_type: PerType = Field(default_factory=dict)
    time_windows: Windows = ()
    release_time: Seconds | None = None
    meta: Meta = Field(default_factory=dict)

    @model_validator(mode="after")
    def _lies_somewhere(self) -> "Stop":
        if self.location is None and self.location_index is None:
            raise ValueError("needs a location or a location_index")
        return self


class Served(Frozen):
    """What a job and a shipment have in common: who may serve it, and what leaving it out means."""

    skills: Ids = ()
    skills_any: Ids = ()
    skills_none: Ids = ()
    allowed_vehicles: Ids = ()
    forbidden_vehicles: Ids = ()
    preferred_vehicles: tuple[Preference, ...] = ()
    priority: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=100)] = 0
    penalty: Money | None = None
    compatibility_class: Id | None = None


class Job(Served, Stop):
    id: Id
    delivery: Amounts = ()
    pickup: Amounts = ()
    alternatives_group: Id | None = None


class Shipment(Served):
    id: Id | None = None
    description: Text = ""
    amount: Amounts = ()
    pickup: Stop
    delivery: Stop
    max_ride_time: Seconds | None = None
    meta: Meta = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_name(self) -> "Shipment":
        if self.id is None and self.pickup.id is None:
            raise ValueError("needs an id (or, as VROOM writes it, an id on its pickup)")
        return self

    @property
    def key(self) -> str | int:
        """The name the shipment goes by: its own id, else its pickup's."""
        return self.id if self.id is not None else self.pickup.id  # type: ignore[return-value]


class Break(Frozen):
    id: Id
    service: Seconds = 0
    time_windows: Windows = ()
    max_load: Amounts | None = None
    required: bool = True
    description: Text = ""


class DriveBreak(Frozen):
    max_driving: Annotated[Seconds, Field(ge=1)]
    duration: Seconds


class Overtime(Frozen):
    after: Seconds
    max: Seconds
    cost_per_hour: Money = 0


class Reload(Frozen):
    locations: Annotated[tuple[Place, ...], Field(min_length=1, max_length=100)]
    max_reloads: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=limits.MAX_RELOADS)] | None = None
    duration: Seconds = 0


class Costs(Frozen):
    """Money. `per_hour` is per hour of travel; VROOM's default makes the cost the travel time in seconds."""

    fixed: AnyMoney = 0
    per_hour: Money = 3600
    per_km: Money = 0
    per_task_hour: Money = 0
    per_wait_hour: Money = 0
    per_duration_hour: Money = 0


class GivenStep(Frozen):
    """One step of an initial or fixed route."""

    type: Literal["start", "job", "pickup", "delivery", "break", "reload", "end"]
    id: Id | None = None
    location: Place | None = None
    locked: Literal["none", "order", "vehicle", "full"] = "none"
    service_at: Seconds | None = None
    service_after: Seconds | None = None
    service_before: Seconds | None = None
    meta: Meta = Field(default_factory=dict)


class Vehicle(Frozen):
    id: Id
    description: Text = ""
    type: Text | None = None
    count: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=limits.MAX_VEHICLES)] = 1
    profile: Annotated[str, Field(min_length=1, max_length=100)] = "car"
    speed_factor: Annotated[Finite, Field(gt=0, le=100)] = 1.0
    start: Place | None = None
    end: Place | None = None
    start_index: Index | None = None
    end_index: Index | None = None
    capacity: Amounts = ()
    initial_load: Amounts = ()
    time_window: TimeWindow | None = None
    start_latest: Seconds | None = None
    skills: Ids = ()
    breaks: Annotated[tuple[Break, ...], Field(max_length=limits.MAX_BREAKS)] = ()
    drive_break: DriveBreak | None = None
    max_tasks: Count | None = None
    min_tasks: Count | None = None
    max_distance: Metres | None = None
    max_duration: Seconds | None = None
    max_travel_time: Seconds | None = None
    max_wait: Seconds | None = None
    overtime: Overtime | None = None
    reload: Reload | None = None
    loading_policy: Literal["any", "lifo", "fifo"] = "any"
    costs: Costs = Costs()
    steps: Annotated[tuple[GivenStep, ...], Field(max_length=2 * limits.MAX_STOPS)] = ()
    meta: Meta = Field(default_factory=dict)


class Location(Frozen):
    id: Id
    coordinates: Coordinates | None = None
    address: Text = ""
    matrix_index: Index | None = None
    meta: Meta = Field(default_factory=dict)


def _square(value: Any, low: int, high: int, whole: bool) -> Table:
    """Rows of numbers as an array; `null` (no way between the two) becomes -1, as it already is in an array."""
    if isinstance(value, Computed) and whole:
        if value.max() > high:
            raise ValueError(f"holds more than {high}")
        return value
    if isinstance(value, np.ndarray):  # from our own readers of files
        if value.ndim != 2 or len(value) != value.shape[1]:
            raise ValueError("should be square")
        cells, missing = value, value == -1
    else:
        cells, missing = _cells(value)
    if len(cells) > limits.MAX_ROWS:
        raise ValueError(f"has {len(cells)} rows; the limit is {limits.MAX_ROWS}")
    bad = ~missing & ~((cells >= low) & (cells <= high))
    if whole and cells.dtype.kind == "f":
        bad |= ~missing & (cells != np.floor(cells))
    if bad.any():
        row, column = (int(part) for part in np.argwhere(bad)[0])
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"[{row}][{column}] should be {kind} from {low} to {high}")
    array = cells.astype(np.int64 if whole else np.float64)
    array.flags.writeable = False
    return array


def _cells(value: Any) -> tuple[np.ndarray, np.ndarray]:
    """Rows of numbers as an array, and which of them were `null`."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("should be a list of rows")
    size = len(value)
    if size > limits.MAX_ROWS:
        raise ValueError(f"has {size} rows; the limit is {limits.MAX_ROWS}")
    for number, row in enumerate(value):
        if not isinstance(row, list | tuple):
            raise ValueError(f"row {number} should be a list of numbers")
        if len(row) != size:
            raise ValueError(f"should be square: row {number} has {len(row)} numbers, there are {size} rows")
    try:
        cells = np.array(value)
        if cells.dtype == object:  # has nulls, or something that is no number
            missing = np.array([[cell is None for cell in row] for row in value])
            filled = np.where(missing, -1, cells).tolist()
            cells = np.array(filled)
        else:
            missing = np.zeros(cells.shape, dtype=bool)
        if cells.dtype.kind not in "if" or cells.ndim != 2:
            raise ValueError("should hold numbers only (null where there is no way)")
    except (TypeError, OverflowError) as error:
        raise ValueError("should hold numbers only (null where there is no way)") from error
    return cells, missing


def rows(matrix: np.ndarray) -> list[list[int | None]]:
    """This will write an array as JSON has it: rows of numbers, `null` where there is no way."""
    if (matrix >= 0).all():
        return matrix.tolist()
    return [[None if cell < 0 else cell for cell in row] for row in matrix.tolist()]


class Matrix(Frozen):
    """Travel from row to column. `-1` inside the arrays stands for "no way"."""

    durations: Annotated[
        Table, BeforeValidator(lambda value: _square(value, 0, limits.MAX_SECONDS, whole=True))
    ]
    distances: Annotated[
        Table | None, BeforeValidator(lambda value: _square(value, 0, limits.MAX_METRES, whole=True))
    ] = None
    costs: Annotated[
        np.ndarray | None, BeforeValidator(lambda value: _square(value, 0, limits.MAX_MONEY, whole=False))
    ] = None

    @model_validator(mode="after")
    def _same_sizes(self) -> "Matrix":
        for name in ("distances", "costs"):
            other = getattr(self, name)
            if other is not None and other.shape != self.durations.shape:
                raise ValueError(
                    f"{name} has {len(other)} rows and durations {len(self.durations)}; they should agree"
                )
        return self


class Relation(Frozen):
    type: Literal["same_vehicle", "different_vehicle", "sequence", "direct_sequence", "first", "last"]
    ids: Annotated[Ids, Field(min_length=1)]
    vehicle: Id | None = None


class Incompatibility(Frozen):
    classes: Annotated[Ids, Field(min_length=2)]
    mode: Literal["same_vehicle", "simultaneous"] = "same_vehicle"


class Balance(Frozen):
    metric: Literal["duration", "distance", "tasks", "load"] = "duration"
    weight: Money = 0


class Stability(Frozen):
    baseline: Id | None = None
    cost_per_moved_stop: Money = 0
    cost_per_minute_eta_shift: Money = 0
    eta_limit: Seconds = 900  # a plan lists every stop whose work begins earlier or later by more


class Objective(Frozen):
    preset: Literal["cost", "min_vehicles", "min_makespan", "balanced"] = "cost"
    balance: Balance | None = None
    compactness: Money = 0
    stability: Stability | None = None


class Freeze(Frozen):
    until: Seconds | None = None
    vehicles: Ids = ()


class Units(Frozen):
    """What the numbers mean; the fixed values are accepted and echoed, only the currency is free."""

    time: Literal["s"] = "s"
    distance: Literal["m"] = "m"
    coordinates: Literal["lon,lat"] = "lon,lat"
    currency: Annotated[str, Field(max_length=10)] = "EUR"


class Options(Frozen):
    mode: Literal["solve", "check"] = "solve"
    engine: Literal["auto", "sisr", "pyvrp", "ortools", "vroom"] = "auto"
    time_limit: Annotated[Finite, Field(gt=0, le=limits.MAX_TIME_LIMIT)] | None = None
    no_improvement: Annotated[Finite, Field(gt=0, le=limits.MAX_TIME_LIMIT)] | None = None
    seed: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=2**31 - 1)] | None = None
    matrix_source: Annotated[str, Field(max_length=50)] | None = None
    geometry: bool | None = None
    g: bool | None = None  # openrouteservice's name for geometry

    @property
    def wants_geometry(self) -> bool:
        """The shapes of roads are part of a plan unless the request says no."""
        return self.geometry if self.geometry is not None else self.g is not False


class Request(Frozen):
    """A routing problem. See the contract's table for every key."""

    jobs: tuple[Job, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    vehicles: Annotated[tuple[Vehicle, ...], BeforeValidator(_at_least_one)]
    locations: tuple[Location, ...] = ()
    matrices: dict[str, Matrix] = {}
    relations: Annotated[tuple[Relation, ...], Field(max_length=limits.MAX_NAMES)] = ()
    incompatibilities: Annotated[tuple[Incompatibility, ...], Field(max_length=limits.MAX_NAMES)] = ()
    objective: Objective = Objective()
    freeze: Freeze | None = None
    units: Units = Units()
    timezone: Annotated[str, Field(max_length=100), AfterValidator(clock.known_timezone)] = "UTC"
    options: Options = Options()
    meta: Meta = Field(default_factory=dict)


def read(document: Any) -> Request:
    """This will turn a JSON document into a `Request`, or raise `Invalid` with every fault and its place."""
    if not isinstance(document, dict):
        raise Invalid([Fault((), "should be an object with jobs and vehicles", "dict_type")])
    too_big = list(crosschecks.sizes(document))
    if too_big:  # before anything is built
        raise Invalid(too_big)
    document, faults = clock.normalise(document)
    try:
        request = Request.model_validate(document)
    except ValidationError as error:
        faults = [*faults, *_faults_of(error, document)]
    faults = [*faults, *crosschecks.names(document), *contradictions(document)]
    if faults:
        raise Invalid(_distinct(faults))
    return request


def _distinct(faults: list[Fault]) -> Iterator[Fault]:
    seen = set()
    for fault in faults:
        if (fault.loc, fault.msg) not in seen:
            seen.add((fault.loc, fault.msg))
            yield fault


_WORDS = {
    "extra_forbidden": "unknown key (free data goes under meta)",
    "missing": "is required",
    "tuple_type": "should be a list",
    "dict_type": "should be an object",
    "model_type": "should be an object",
    "string_type": "should be a text",
    "bool_type": "should be true or false",
}


def _faults_of(error: ValidationError, document: dict[str, Any]) -> Iterator[Fault]:
    for item in error.errors(include_url=False, include_context=False, include_input=False):
        loc = _place_in(document, item["loc"])
        message = (
            item["msg"].removeprefix("Value error, ").removeprefix("Tuple ").partition(" after validation")[0]
        )
        message = _WORDS.get(item["type"], message)
        yield Fault(loc, message, item["type"])


def _place_in(document: Any, loc: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The part of a pydantic place that exists in the document: names of union branches are left out."""
    place: list[str | int] = []
    for position, part in enumerate(loc):
        is_last = position == len(loc) - 1
        if isinstance(document, dict) and (part in document or is_last):  # a missing key is named too
            document = document.get(part)
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            continue
        place.append(part)
    return tuple(place)
