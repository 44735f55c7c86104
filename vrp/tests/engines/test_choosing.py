"""Which engine gets a problem, and what is said when none can have it."""

from pathlib import Path
from typing import Any

import pytest

from vrp import engines
from vrp.domain.features import Feature
from vrp.domain.problem import Problem
from vrp.engines import ENGINES, EngineCannot
from vrp.tests.problems import build, job, request, vehicle

BREAK = {"breaks": [{"id": 1, "service": 10}]}
DOCS = Path(engines.__file__).parents[1] / "docs" / "engines.md"


def with_vehicle(**more: Any) -> Problem:
    return build(request([vehicle(**more)], [job(1, 1)]))


@pytest.mark.parametrize(
    ("uses", "engine"),
    [
        ({}, "sisr"),
        (BREAK, "sisr"),
        (BREAK | {"max_duration": 500}, "sisr"),
    ],
)
def test_auto_takes_the_first_engine_that_models_everything(uses: Any, engine: str) -> None:
    assert engines.choose(with_vehicle(**uses)) == engine


def test_the_requested_engine_is_used_where_it_can_be() -> None:
    assert engines.choose(with_vehicle(), "ortools") == "ortools"


def test_a_requested_engine_that_cannot_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(EngineCannot) as refused:
        engines.choose(with_vehicle(**BREAK), "pyvrp")

    (fault,) = refused.value.faults
    assert fault.loc == ("options", "engine")
    assert fault.msg == "pyvrp cannot do this request: it does not model breaks"


def test_what_no_library_can_is_done_by_the_last_resort() -> None:
    pause = {"id": 1, "service": 9, "max_load": [1]}

    assert engines.choose(with_vehicle(max_duration=500, breaks=[pause])) == "sisr"


def test_an_engine_of_another_day_is_said_not_to_be_installed() -> None:
    with pytest.raises(EngineCannot, match="jsprit is not installed here"):
        engines.choose(with_vehicle(), "jsprit")


def test_what_an_engine_cannot_combine_is_refused_too() -> None:
    both = with_vehicle(max_distance=500, max_travel_time=500)

    assert engines.missing("pyvrp", both) == [Feature.MAX_DISTANCE, Feature.MAX_TRAVEL_TIME]
    assert engines.choose(both) == "sisr"


def test_a_missing_library_disables_one_engine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "pyvrp", "vrp.engines.no_such_module:Engine")
    engines.get.cache_clear()
    engines.installed.cache_clear()

    try:
        assert engines.installed() == ("sisr", "vroom", "ortools")
        assert engines.able(frozenset({Feature.CAPACITY})) == ["sisr", "vroom", "ortools"]
        assert engines.choose(with_vehicle()) == "sisr"
    finally:
        engines.get.cache_clear()
        engines.installed.cache_clear()


def test_every_engine_is_preferred_somewhere() -> None:
    assert {name for name, _ in engines.PREFERENCE} == set(ENGINES)


def test_the_page_on_engines_tells_the_truth_about_every_feature() -> None:
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in DOCS.read_text().splitlines()]
    header = next(row for row in rows if row[0] == "feature")
    said = {row[0]: dict(zip(header, row, strict=False)) for row in rows if len(row) == len(header)}

    for feature in Feature:
        for name in ENGINES:
            engine = engines.get(name)
            models = (
                "native" if feature in engine.native else "emulated" if feature in engine.emulated else "no"
            )
            assert said[feature][name] == models, (feature, name)


def test_more_tables_than_fit_into_memory_are_refused() -> None:
    stops = [job(k, k % 2) for k in range(1, 2001)]
    fleet = [vehicle(str(k), costs={"per_hour": 10 + k, "per_km": 1}) for k in range(100)]

    problem = build(request(fleet, stops, (0, 10)))

    with pytest.raises(EngineCannot, match=r"tables of 2,001 rows would take 11\.9 GB of memory"):
        engines.choose(problem, "pyvrp")
    assert engines.choose(problem) == "sisr"
