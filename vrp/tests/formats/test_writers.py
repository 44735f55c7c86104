"""Plans going out: each format, inert whatever texts they hold, and back in again."""

import io
import json
import xml.etree.ElementTree as ElementTree
import zipfile

import gpxpy
import numpy as np
import orjson
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from vrp.domain import evaluator
from vrp.domain import request as requests
from vrp.domain.plan import Plan, Route, Step
from vrp.domain.problem import Travel, build, places_of
from vrp.errors import Invalid
from vrp.formats import tables, writers

HOSTILE = [
    "=1+1",
    "+1",
    "-x",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "'=1",
    "''",
    "]]>",
    "a\x01b\ufffe",
]
DOCUMENT = {
    "jobs": [
        {
            "id": 1,
            "location": [16.37, 48.21],
            "description": "Bakery",
            "delivery": [4],
            "service": 300,
            "time_windows": [[0, 30000], [86400, 90000]],
        },
        {"id": "later", "location": [16.4, 48.2], "penalty": 5},
    ],
    "shipments": [
        {
            "id": "s",
            "amount": [2],
            "pickup": {"id": "p", "location": [16.38, 48.22]},
            "delivery": {"id": "d", "location": "there"},
        },
        {"id": 9, "pickup": {"location": [16.1, 48.2]}, "delivery": {"location": [16.1, 48.3]}},
    ],
    "locations": [{"id": "there", "coordinates": [16.39, 48.23]}],
    "vehicles": [{"id": "van", "start": [16.36, 48.2], "end": [16.36, 48.2], "capacity": [10]}],
}
STEPS = (Step("job", 1), Step("pickup", "p"), Step("delivery", "d"))


def planned(document: dict, steps: tuple[Step, ...], vehicle: str = "van") -> tuple[dict, requests.Request]:
    request = requests.read(document)
    places = places_of(request)
    minutes = np.full((len(places.rows),) * 2, 60)
    np.fill_diagonal(minutes, 0)
    problem = build(request, places, {"car": Travel(minutes, minutes * 10)})
    plan = Plan((Route(vehicle, steps),))
    return evaluator.payload(evaluator.evaluate(problem, plan)), request


def written(kind: str, document: dict = DOCUMENT, steps: tuple[Step, ...] = STEPS) -> bytes:
    return writers.write(*planned(document, steps), kind).data


def named(*names: str) -> dict:
    jobs = [{"id": name, "location": [16.37, 48.21], "description": name} for name in names]
    return {"jobs": jobs, "vehicles": [{"id": "van", "start": [16.36, 48.2]}]}


@pytest.mark.parametrize("kind", writers.KINDS)
def test_every_kind_has_a_media_type_and_an_ending(kind):
    made = writers.write(*planned(DOCUMENT, STEPS), kind)

    assert made.data
    assert "/" in made.media_type
    assert made.extension in (kind, "json")


def test_an_unknown_kind_is_refused():
    with pytest.raises(Invalid, match="there is no format 'doc'"):
        written("doc")


def test_json_is_the_plan_itself():
    plan, request = planned(DOCUMENT, STEPS)

    assert orjson.loads(writers.write(plan, request, "json").data) == json.loads(json.dumps(plan))


def test_csv_has_a_row_for_each_step_and_for_what_is_left_out():
    rows = written("csv").decode("utf-8-sig").splitlines()

    assert rows[0].startswith(
        "route,sequence,type,id,description,latitude,longitude,delivery_1,pickup_1,time_windows"
    )
    assert rows[2].startswith(
        "van,1,job,1,Bakery,48.21,16.37,4,,0:00 - 8:20; +1d 0:00 - +1d 1:00,0:01,0:01,0:06,600"
    )
    assert [row.split(",")[2:4] for row in rows[1:]] == [
        *[["start", ""], ["job", "1"], ["pickup", "p"], ["delivery", "d"], ["end", ""]],
        *[["job", "later"], ["pickup", "9"], ["delivery", "9"]],
    ]


def test_a_workbook_has_its_four_sheets():
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx")))

    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}

    assert list(sheets) == ["summary", "routes", "stops", "unassigned"]
    assert sheets["routes"][1][:4] == ["van", 3, "0:00", "0:09"]
    assert sheets["stops"][2][2:7] == ["job", 1, "Bakery", 48.21, 16.37]
    assert [row[:2] for row in sheets["unassigned"][1:]] == [["job", "later"], ["shipment", 9]]


def test_geojson_draws_lines_and_points():
    features = orjson.loads(written("geojson"))["features"]

    kinds = [(one["properties"]["kind"], one["geometry"]["type"]) for one in features]
    assert kinds == [("route", "LineString"), *[("stop", "Point")] * 5, *[("unassigned", "Point")] * 2]
    assert features[0]["geometry"]["coordinates"][1] == [16.37, 48.21]
    assert features[-2]["geometry"]["coordinates"] == [16.4, 48.2]


def test_a_geometry_is_drawn_when_there_is_one():
    plan, request = planned(DOCUMENT, STEPS)
    plan["routes"][0]["geometry"] = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"

    lines = orjson.loads(writers.write(plan, request, "geojson").data)["features"][0]["geometry"][
        "coordinates"
    ]

    assert lines == [[-120.2, 38.5], [-120.95, 40.7], [-126.453, 43.252]]
    assert gpxpy.parse(writers.write(plan, request, "gpx").data.decode()).tracks[0].get_points_no() == 3


def test_gpx_has_a_route_for_each_route():
    file = gpxpy.parse(written("gpx").decode())

    assert [point.name for point in file.routes[0].points] == [
        "start",
        "job 1",
        "pickup p",
        "delivery d",
        "end",
    ]
    assert file.routes[0].points[1].description == "0:01 Bakery"


def test_vrooms_answer_sums_travel_up():
    answer = orjson.loads(written("vroom"))

    assert (answer["code"], answer["summary"]["unassigned"], answer["summary"]["duration"]) == (0, 2, 240)
    assert [step["duration"] for step in answer["routes"][0]["steps"]] == [0, 60, 120, 180, 240]
    assert [task["type"] for task in answer["unassigned"]] == ["job", "pickup", "delivery"]


@pytest.fixture
def resting() -> tuple[dict, requests.Request]:
    """A plan with a rest that the driving time asks for, and a reload."""
    van = DOCUMENT["vehicles"][0] | {
        "reload": {"locations": ["there"], "duration": 60},
        "drive_break": {"max_driving": 50, "duration": 10},
    }
    return planned(DOCUMENT | {"vehicles": [van], "shipments": []}, (Step("job", 1), Step("reload", 0)))


def test_reloads_and_rests_are_rows_and_no_stops(resting):
    data = writers.write(*resting, "csv").data

    rows = [row.split(",")[2:4] for row in data.decode("utf-8-sig").splitlines()[1:]]
    assert ["reload", "0"] in rows
    assert ["break", "drive_break"] in rows
    back = tables.read(data, b"id,lat,lon\nvan,48.2,16.36\n")
    assert [job["id"] for job in back["jobs"]] == [1, "later"]


def test_maps_show_where_a_vehicle_reloads_and_not_where_it_rests(resting):
    points = gpxpy.parse(writers.write(*resting, "gpx").data.decode()).routes[0].points
    features = orjson.loads(writers.write(*resting, "geojson").data)["features"]

    assert [point.name for point in points] == ["start", "job 1", "reload", "end"]
    kinds = [one["properties"]["type"] for one in features if one["properties"]["kind"] == "stop"]
    assert kinds == ["start", "job", "reload", "end"]


def test_vrooms_answer_has_no_word_that_vroom_does_not_know(resting):
    steps = orjson.loads(writers.write(*resting, "vroom").data)["routes"][0]["steps"]

    assert {step["type"] for step in steps} == {"start", "job", "break", "end"}
    assert [step["location"] for step in steps if step.get("description") == "reload"] == [[16.39, 48.23]]


def test_the_sheet_of_what_is_left_out_says_what_would_let_it_in():
    plan, request = planned(DOCUMENT, STEPS)
    plan["unassigned"][0]["changes"] = [{"message": "Use one more vehicle like van."}]

    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(writers.write(plan, request, "xlsx").data)
    )

    rows = book.get_sheet_by_name("unassigned").to_python()
    assert [row[-1] for row in rows] == ["smallest change", "Use one more vehicle like van.", ""]


def test_places_without_coordinates_are_left_out_of_maps():
    document = {
        "jobs": [{"id": 1, "location_index": 1}],
        "vehicles": [{"id": "van", "start_index": 0}],
        "matrices": {"car": {"durations": [[0, 1], [1, 0]]}},
    }

    for kind in writers.KINDS:
        assert written(kind, document, (Step("job", 1),))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_in_csv(text):
    cells = tables._all_sheets(written("csv", named(text), ()))[0]

    raw = written("csv", named(text), ()).decode("utf-8-sig")
    assert cells.rows[-1].cells[3] == text.strip()
    assert f",{text}," not in raw or text[0] not in "=+-@\t\r＝＋－＠'"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_is_a_formula_in_a_workbook(text):
    with zipfile.ZipFile(io.BytesIO(written("xlsx", named(text), (Step("job", text),)))) as parts:
        sheets = [
            ElementTree.fromstring(parts.read(name)) for name in parts.namelist() if "sheets/sheet" in name
        ]

    assert sheets
    assert not [tag for sheet in sheets for tag in sheet.iter() if tag.tag.endswith(("}f", "}hyperlink"))]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("kind", ["gpx", "geojson"])
def test_any_text_gives_well_formed_files(kind, text):
    data = written(kind, named(text), (Step("job", text),))

    assert len(ElementTree.fromstring(data) if kind == "gpx" else orjson.loads(data)) > 0


_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\t"), max_size=30
)
_IDS = st.one_of(
    st.integers(-(10**12), 10**12),
    _TEXTS.map(str.strip).filter(bool),
    st.sampled_from(HOSTILE[:4] + HOSTILE[6:13]),
    st.integers(0, 10**9).map(lambda number: f"+44{number}"),
)


@given(ids=st.lists(_IDS, min_size=1, max_size=6, unique_by=str), seconds=st.integers(0, 10**6))
@settings(max_examples=100, deadline=None)
def test_a_plan_written_as_csv_reads_back_as_its_stops(ids, seconds):
    jobs = [
        {
            "id": name,
            "location": [16.5, 48.25],
            "delivery": [3],
            "service": seconds,
            "time_windows": [[seconds, 2 * seconds]],
        }
        for name in ids
    ]
    document = {"jobs": jobs, "vehicles": [{"id": "van", "start": [16.36, 48.2], "capacity": [100]}]}
    plan, request = planned(document, tuple(Step("job", name) for name in ids))

    back = tables.read(writers.write(plan, request, "csv").data, b"id,lat,lon\nvan,48.2,16.36\n")

    read = requests.read(back).jobs
    assert [str(job.id) for job in read] == [str(name) for name in ids]
    for job, original in zip(read, request.jobs, strict=True):
        for key in ("location", "delivery", "service", "time_windows"):
            assert getattr(job, key) == getattr(original, key)
