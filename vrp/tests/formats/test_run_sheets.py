"""Run sheets as a driver reads them."""

import io
from typing import Any

import pypdf
import pytest

from vrp.domain.plan import Step
from vrp.formats import run_sheets
from vrp.tests.formats.test_writers import DOCUMENT, STEPS, named, planned


def pages(document: dict[str, Any] = DOCUMENT, steps: tuple[Step, ...] = STEPS) -> list[str]:
    made = run_sheets.pdf(*planned(document, steps))
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages]


def job(**more: Any) -> dict[str, Any]:
    return {
        "jobs": [{"id": 1, "location": [16.37, 48.21], **more}],
        "vehicles": [{"id": "van", "start": [16.36, 48.2]}],
    }


def test_a_sheet_names_its_vehicle_and_its_stops_in_order() -> None:
    (page,) = pages()

    assert page.startswith("van\n3 stops · 0:00–0:09")
    assert page.index("Bakery") < page.index("pickup") < page.index("delivery")
    assert "0:00–8:20" in page


def test_each_route_begins_a_page() -> None:
    plan, request = planned(DOCUMENT, STEPS)
    plan["routes"] *= 2

    assert len(pypdf.PdfReader(io.BytesIO(run_sheets.pdf(plan, request))).pages) == 2


def test_a_plan_without_routes_is_a_page_without_any() -> None:
    plan, request = planned(DOCUMENT, STEPS)
    plan["routes"] = []

    assert len(pypdf.PdfReader(io.BytesIO(run_sheets.pdf(plan, request))).pages) == 1


@pytest.mark.parametrize(
    "name", ['#panic("x")', "$x$ *bold* _it_", "</text><script>", "\\u{41} \\", "@ref <label>"]
)
def test_names_are_text_whatever_they_say(name: str) -> None:
    (page,) = pages(named(name), (Step("job", name),))

    assert "".join(name.split()) in "".join(page.split())


def test_notes_of_a_stop_are_told() -> None:
    (page,) = pages(job(meta={"door": "blue", "floor": 3, "more": {"x": 1}}), (Step("job", 1),))

    assert "door: blue" in page
    assert "floor: 3" in page
    assert "more" not in page


def test_a_plan_without_coordinates_has_a_sheet_without_a_drawing() -> None:
    plan, request = planned(job(), (Step("job", 1),))
    for step in plan["routes"][0]["steps"]:
        step["location"] = None
    request = request.model_copy(update={"jobs": (request.jobs[0].model_copy(update={"location": None}),)})

    assert run_sheets.pdf(plan, request).startswith(b"%PDF")
