"""Tables of stops and vehicles, with their traps."""

import datetime
import io

import pytest
import xlsxwriter

from vrp.domain import limits
from vrp.domain import request as requests
from vrp.errors import Invalid, TooLarge
from vrp.formats import grids, tables

DEPOT = "id,lat,lon,type\nyard,48.1,16.3,depot\n"
VAN = b"id,lat,lon\nvan,48.1,16.3\n"


def read(text: str, vehicles: bytes | None = VAN) -> dict:
    return tables.read(text.encode(), vehicles)


def faults(text: str | bytes, vehicles: bytes | None = VAN) -> list[str]:
    with pytest.raises(Invalid) as caught:
        tables.read(text.encode() if isinstance(text, str) else text, vehicles)
    return [str(fault) for fault in caught.value.faults]


def workbook(sheets: dict[str, list[list]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        formats = {
            datetime.time: book.add_format({"num_format": "hh:mm"}),
            datetime.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell, formats.get(type(cell)))
    return out.getvalue()


def test_a_row_becomes_a_job():
    document = read(
        "id,name,lat,lon,demand,service (min),from,to,skills,priority,penalty,notes,colour\n"
        '7,Anna,48.2,16.4,12,5,8:00,9:30,"lift, cold",3,99.5,ring twice,red\n'
    )

    assert document["jobs"] == [
        {
            "id": 7,
            "location": [16.4, 48.2],
            "description": "Anna: ring twice",
            "delivery": [12],
            "service": 300,
            "time_windows": [[28800, 34200]],
            "skills": ["lift", "cold"],
            "priority": 3,
            "penalty": 99.5,
            "meta": {"colour": "red"},
        }
    ]
    assert document["vehicles"] == [{"id": "van", "start": [16.3, 48.1], "end": [16.3, 48.1]}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiter_and_encoding_are_seen_from_the_file(delimiter, encoding):
    text = f'Kunde{delimiter}"Breite"{delimiter}Länge\r\n\r\nMüller{delimiter}"48,2"{delimiter}"16,4"\r\n'

    document = tables.read(text.encode(encoding), VAN)

    assert (document["jobs"][0]["id"], document["jobs"][0]["location"]) == ("Müller", [16.4, 48.2])


def test_excel_may_name_the_delimiter():
    assert read("sep=;\nid;lat;lon\na,b;48;16\n")["jobs"][0]["id"] == "a,b"


def test_several_loads_are_several_dimensions():
    document = read("id,lat,lon,weight,volume,pickup\n1,48,16,5,,\n2,48,16,,2,1\n3,48,16,,,\n")

    loads = [(job.get("delivery"), job.get("pickup")) for job in document["jobs"]]
    assert loads == [([5, 0], None), ([0, 2], [1, 0]), (None, None)]


def test_capacities_have_as_many_columns_as_loads():
    said = faults("id,lat,lon,weight,volume\n1,48,16,5,1\n", b"id,lat,lon,capacity\nv,48,16,9\n")

    assert said == ["vehicles/row/2/capacity: has 1 columns, the loads of the stops have 2 (weight, volume)"]


def test_a_stop_of_type_pickup_is_picked_up():
    assert read("id,lat,lon,type,qty\n1,48,16,Pickup,4\n")["jobs"][0]["pickup"] == [4]


def test_one_end_of_a_window_is_enough():
    document = read("id,lat,lon,from,to\n1,48,16,8:00,\n2,48,16,,9:00\n3,48,16,2026-03-01 08:00,\n")

    assert [job["time_windows"] for job in document["jobs"]] == [
        [[28800, 86400]],
        [[0, 32400]],
        [["2026-03-01T08:00:00", "2026-03-01T23:59:59"]],
    ]


def test_without_ids_the_names_or_the_row_numbers_serve():
    named, numbered = read("name,lat,lon\nAnna,48,16\n"), read("lat,lon\n\n48,16\n")

    assert (named["jobs"][0]["id"], numbered["jobs"][0]["id"]) == ("Anna", 3)


def test_a_depot_without_vehicles_gets_plain_ones():
    document = read(DEPOT + "1,48.2,16.3,\n2,48.2,16.4,\n", None)

    assert [job["id"] for job in document["jobs"]] == [1, 2]
    assert document["vehicles"] == [{"id": "vehicle", "count": 2, "start": [16.3, 48.1], "end": [16.3, 48.1]}]


def test_vehicles_have_everything_a_row_can_say():
    document = read(
        "id,lat,lon,qty\n1,48.2,16.4,1\n",
        b"vehicle,count,start_lat,start_lon,end_lat,end_lon,capacity,from,to,skills,fixed,cost per km,cost per hour,"
        b"max_duration (h),max distance km,max stops,speed_factor,profile,break,driver\n"
        b"van,2,48.1,16.3,48.2,16.4,10,7:00,17:00,lift,5,0.8,20,8,120,30,0.9,car,12:00-12:30; 15:00-15:10,Kim\n",
    )

    (vehicle,) = requests.read(document).vehicles
    assert (vehicle.id, vehicle.count, vehicle.start, vehicle.end) == ("van", 2, (16.3, 48.1), (16.4, 48.2))
    assert (vehicle.time_window.start, vehicle.time_window.end) == (25200, 61200)
    assert (vehicle.costs.fixed, vehicle.costs.per_km, vehicle.costs.per_hour) == (5, 0.8, 20)
    assert (vehicle.max_duration, vehicle.max_distance, vehicle.max_tasks) == (28800, 120_000, 30)
    assert [(pause.time_windows[0].start, pause.service) for pause in vehicle.breaks] == [
        (43200, 1800),
        (54000, 600),
    ]
    assert (vehicle.speed_factor, vehicle.description) == (0.9, "Kim")


def test_a_break_with_a_duration_begins_in_its_window():
    document = read(
        "id,lat,lon\n1,48,16\n", b"id,lat,lon,break,break_duration (min)\nv,48,16,12:00-13:00,30\n"
    )

    assert document["vehicles"][0]["breaks"] == [{"id": 1, "time_windows": [[43200, 46800]], "service": 1800}]


def test_vehicles_may_name_a_depot():
    document = read(
        DEPOT + "north,48.5,16.3,depot\n1,48.2,16.3,\n", b"id,depot,end depot\n1,North,\n2,yard,north\n"
    )

    assert [(one["start"], one["end"]) for one in document["vehicles"]] == [
        ([16.3, 48.5], [16.3, 48.5]),
        ([16.3, 48.1], [16.3, 48.5]),
    ]


@pytest.mark.parametrize(
    ("text", "vehicles", "said"),
    [
        ("id,lat,lon\n1,48,16\n", None, "vehicles: needs vehicles: a second sheet 'vehicles', a second file"),
        ("id,lat\n1,48\n", VAN, "longitude: no column says the longitude"),
        ("id,lat,lon\n", VAN, "there are no rows of stops"),
        ("id,lat,lon\n1,48,16\n\n1,48,16\n", VAN, "row/4/id: 1 is there already, in row 2"),
        ("id,lat,lon\n1,48,\n", VAN, "row/2/lon: is empty"),
        ("id,lat,lon\n1,x,16\n", VAN, "row/2/lat: 'x' is not a number"),
        (
            "id,lat,lon\n1,98,16\n",
            VAN,
            "row/2/lat: 98 is outside -90 to 90: latitude and longitude look swapped",
        ),
        ("id,lat,lon\n1,48,200\n", VAN, "row/2/lon: 200 is outside -180 to 180"),
        (
            "id,lat,lon,Menge\n1,48,16,2.5\n",
            VAN,
            "row/2/Menge: 2.5 should be a whole number: use a smaller unit",
        ),
        ("id,lat,lon,Menge\n1,48,16,-2\n", VAN, "row/2/Menge: Input should be greater than or equal to 0"),
        ("id,lat,lon,open,close\n1,48,16,9:00,8:00\n", VAN, "row/2/close: the window ends (28800) before"),
        (
            "id,lat,lon,tw\n1,48,16,8-9-10\n",
            VAN,
            "row/2/tw: '8-9-10' is not a window: write it as 8:00-10:00",
        ),
        ("id,lat,lon,type\n1,48,16,ship\n", VAN, "row/2/type: should be job, delivery, pickup or depot"),
        ("id,lat,lon,prio\n1,48,16,101\n", VAN, "row/2/prio: Input should be less than or equal to 100"),
        ("id,lat,lon,vehicles\n1,48,16,9\n", VAN, "row/2/vehicles: there is no vehicle with the id 9"),
        ("id,lat,lon\n1,48,16\n", b"id\nv\n", "vehicles/row/2/latitude: needs a start"),
        (
            "id,lat,lon\n1,48,16\n",
            b"id,depot\nv,x\n",
            "vehicles/row/2/depot: there is no stop of type depot called 'x'",
        ),
        (
            "id,lat,lon\n1,48,16\n",
            b"id,lat,lon,count\nv,48,16,0\n",
            "vehicles/row/2/count: Input should be greater",
        ),
        (
            "id,lat,lon\n1,48,16\n",
            VAN + b"van,48,16\n",
            "vehicles/row/3/id: 'van' is there already, in row 2",
        ),
        ('id,lat,lon\n1,"48,16\n2,48,16\n', VAN, "row/2: this row cannot be read: unexpected end of data"),
        ("id,lat,lon\n1,48,16\x00\n", VAN, "this is not a text file"),
        (f"id,lat,lon\n1,48,16,{'x' * 2001}\n", VAN, "row/2: a cell has 2001 characters; the limit is 2000"),
    ],
)
def test_a_fault_is_named_with_its_row_and_heading(text, vehicles, said):
    found = faults(text, vehicles)

    assert len(found) == 1
    assert said in found[0]


def test_all_faults_are_named_at_once():
    assert len(faults("id,lat,lon,qty\n1,x,16,y\n2,48,,z\n", b"id,lat,lon,capacity\nv,48,16,many\n")) == 5


def test_a_stop_that_would_lie_among_the_others_looks_swapped():
    said = faults("id,lat,lon\n1,48.1,16.1\n2,48.2,16.2\n3,16.3,48.3\n4,48.4,16.4\n")

    assert said == ["row/4/lat: latitude 16.3 and longitude 48.3 look swapped"]


def test_a_workbook_has_stops_and_vehicles_on_two_sheets():
    data = workbook(
        {
            "Vehicles": [["id", "lat", "lon"], ["van", 48.1, 16.3]],
            "Orders": [
                ["id", "lat", "lon", "demand", "from", "to", "release"],
                [],
                [12, 48.2, 16.3, 4, datetime.time(8, 30), 0.5, 1800],
            ],
        }
    )

    document = tables.read(data)

    assert document["jobs"] == [
        {
            "id": 12,
            "location": [16.3, 48.2],
            "delivery": [4],
            "time_windows": [[30600, 43200]],
            "release_time": 1800,
        }
    ]
    assert document["vehicles"][0]["id"] == "van"


def test_dates_of_a_workbook_are_clock_values():
    moment = datetime.datetime(2026, 3, 1, 8, 30)
    data = workbook({"stops": [["lat", "lon", "from"], [48.2, 16.3, moment]]})

    request = requests.read(tables.read(data, VAN))

    assert request.jobs[0].time_windows[0].start == 30600


def test_a_preview_says_how_columns_were_understood():
    found = tables.preview(b"Kunde;Breite;Laenge;service;Farbe\nAnna;48,2;16,3;60;rot\n")

    assert [(one.heading, one.field) for one in found.columns] == [
        ("Kunde", "name"),
        ("Breite", "latitude"),
        ("Laenge", "longitude"),
        ("service", "service"),
        ("Farbe", None),
    ]
    assert [(row.number, row.cells[0]) for row in found.rows] == [(2, "Anna")]
    assert found.document is None
    assert found.notes[0] == "Kept as free data: Farbe."
    assert "'service' are seconds" in found.notes[1]


def test_more_columns_than_the_limit_are_refused():
    with pytest.raises(TooLarge, match="row 2 has 100003 columns; the limit is 200"):
        read("id,lat,lon\n1,48,16" + ",1" * 100_000)


def test_more_rows_than_the_limit_are_refused():
    with pytest.raises(TooLarge, match=f"more than {grids.MAX_ROWS} rows"):
        read("lat,lon\n" + "48,16\n" * (grids.MAX_ROWS + 1))


def test_more_stops_than_a_request_may_have_are_a_fault():
    assert "the limit is" in faults("lat,lon\n" + "48,16\n" * (limits.MAX_STOPS + 1))[0]
