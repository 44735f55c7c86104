"""The page for planners is true: its examples are read as it says, and what it names is known."""

import pathlib
import re

from vrp.domain import request as requests
from vrp.formats import columns, files, grids, sandbox, tables

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "formats.md").read_text()
STOPS, FLEET = (text.encode() for text in re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL))
JSON, VRPLIB = (
    re.search(rf"```{kind}\n({start}.*?)```", PAGE, re.DOTALL)[1].encode()
    for kind, start in (("json", "{"), ("", "NAME"))
)


def test_the_example_of_stops_and_vehicles_is_read():
    stops = STOPS.replace(b"depot;Yard;48,1850;16,3700;;;6:00;18:00;\n", b"")

    request = requests.read(tables.read(stops, FLEET))

    assert [(job.id, job.description, job.delivery[0], job.service) for job in request.jobs] == [
        (1, "Bakery", 12, 300),
        (2, "School", 30, 600),
        (3, "Hotel", 8, 300),
    ]
    assert [(vehicle.id, vehicle.count, vehicle.costs.per_km) for vehicle in request.vehicles] == [
        ("van", 3, 0.8),
        ("truck", 1, 1.4),
    ]
    assert request.vehicles[0].breaks[0].service == 1800


def test_the_row_of_the_yard_may_be_its_depot():
    lines = STOPS.decode().splitlines()
    types = ["type", "", "", "", "depot"]
    typed = [f"{line};{kind}" for line, kind in zip(lines, types, strict=True)]

    request = requests.read(tables.read("\n".join(typed).encode()))

    assert len(request.jobs) == 3
    assert (request.vehicles[0].count, request.vehicles[0].start) == (3, (16.37, 48.185))
    assert request.vehicles[0].time_window.end == 18 * 3600


def test_the_other_examples_are_read():
    assert requests.read(files.preview(JSON).document).jobs[0].delivery == (4,)
    assert [job.id for job in requests.read(files.preview(VRPLIB).document).jobs] == [2, 3]


def test_the_headings_it_names_are_known():
    head, vehicles = PAGE.split("## Tables of vehicles")
    for section, kind in ((head, "stops"), (vehicles.split("## JSON")[0], "vehicles")):
        for line in section.splitlines():
            cells = line.split("|")
            if len(cells) < 4 or "---" in line:
                continue
            for heading in re.findall(r"`([^`]+)`", cells[2]):
                assert columns.recognise([heading], kind)[0].field, f"{heading} of {kind}"


def test_its_limits_are_those_of_the_code():
    for limit in (
        f"{sandbox.SECONDS} seconds",
        f"{sandbox.MEMORY // 2**30} GB of memory",
        f"{sandbox.MAX_BYTES // 2**20} MB",
        f"{grids.MAX_ROWS:,} rows",
        f"{grids.MAX_COLUMNS} columns",
        f"{grids.MAX_UNPACKED // 2**20} MB unpacked",
    ):
        assert limit in " ".join(PAGE.split())
