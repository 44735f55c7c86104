import contextlib
import math
import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrp.domain import limits
from vrp.domain import request as requests
from vrp.errors import Invalid

VAN = {"id": "V", "start": [7.42, 43.73]}
JOB = {"id": "J", "location": [7.43, 43.74]}


def faults(document):
    with pytest.raises(Invalid) as caught:
        requests.read(document)
    return {fault.loc: fault.msg for fault in caught.value.faults}


def test_the_smallest_request_is_a_vehicle():
    assert requests.read({"vehicles": [VAN]}).jobs == ()


def test_a_request_that_was_pickled_is_the_same():
    window = {"start": 0, "end": 9, "soft": {"end": 7, "cost_per_hour_late": 1}}
    job = JOB | {"time_windows": [window], "skills": ["a"], "meta": {"who": "me"}}
    request = requests.read({"vehicles": [VAN], "jobs": [job]})

    same = pickle.loads(pickle.dumps(request))

    assert same == request
    assert same.model_dump() == request.model_dump()
    assert same.jobs[0].model_fields_set == request.jobs[0].model_fields_set


def test_a_vroom_payload_reads_unchanged():
    document = {
        "vehicles": [
            {
                "id": 1,
                "profile": "car",
                "description": "first",
                "start": [2.35044, 48.71764],
                "end": [2.35044, 48.71764],
                "capacity": [4],
                "costs": {"fixed": 10, "per_hour": 3600, "per_km": 5},
                "skills": [1, 14],
                "time_window": [28800, 43200],
                "breaks": [{"id": 1, "service": 300, "time_windows": [[32400, 34200]], "max_load": [2]}],
                "speed_factor": 1.2,
                "max_tasks": 4,
                "max_travel_time": 7200,
                "max_distance": 90000,
                "steps": [{"type": "start"}, {"type": "job", "id": 1, "service_at": 30000}, {"type": "end"}],
            }
        ],
        "jobs": [
            {
                "id": 1,
                "description": "a",
                "location": [1.98935, 48.701],
                "setup": 60,
                "service": 300,
                "delivery": [1],
                "pickup": [0],
                "skills": [1],
                "priority": 10,
                "time_windows": [[32400, 36000]],
            }
        ],
        "shipments": [
            {
                "amount": [1],
                "skills": [14],
                "priority": 5,
                "pickup": {"id": 4, "service": 300, "location": [2.41808, 49.22619]},
                "delivery": {"id": 4, "service": 300, "location": [2.39719, 49.07611]},
            }
        ],
        "options": {"g": True},
    }

    request = requests.read(document)

    assert request.shipments[0].key == 4
    assert request.vehicles[0].costs.per_km == 5


def test_windows_may_be_pairs_or_objects_and_are_put_in_order():
    job = JOB | {"time_windows": [[50, 60], {"start": 10, "end": 20}]}

    windows = requests.read({"vehicles": [VAN], "jobs": [job]}).jobs[0].time_windows

    assert [(window.start, window.end) for window in windows] == [(10, 20), (50, 60)]


def test_rfc_3339_times_become_seconds_from_the_first_days_midnight():
    document = {
        "timezone": "Europe/Vienna",
        "vehicles": [VAN | {"time_window": ["2026-11-23T06:00:00+01:00", "2026-11-24T01:00:00+01:00"]}],
        "jobs": [JOB | {"release_time": "2026-11-23T05:30:00Z"}],
    }

    request = requests.read(document)

    assert (request.vehicles[0].time_window.start, request.vehicles[0].time_window.end) == (
        6 * 3600,
        25 * 3600,
    )
    assert request.jobs[0].release_time == 6 * 3600 + 1800


def test_midnight_is_that_of_the_time_zone_also_on_the_day_the_clocks_change():
    document = {
        "timezone": "Europe/Vienna",
        "vehicles": [VAN | {"time_window": ["2026-10-25T01:00:00+02:00", "2026-10-25T04:00:00+01:00"]}],
    }

    window = requests.read(document).vehicles[0].time_window

    assert (window.start, window.end) == (3600, 5 * 3600)  # that night has an hour more


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        ([], (), "object"),
        ({}, ("vehicles",), "required"),
        ({"vehicles": []}, ("vehicles",), "at least one vehicle"),
        ({"vehicles": {}}, ("vehicles",), "should be a list"),
        ({"vehicles": [VAN], "job": []}, ("job",), "unknown key"),
        ({"vehicles": [VAN | {"capcity": [1]}]}, ("vehicles", 0, "capcity"), "unknown key"),
        ({"vehicles": [{"id": "V"}]}, ("vehicles", 0), "start or an end"),
        ({"vehicles": [VAN | {"start": [7, 95]}]}, ("vehicles", 0, "start"), "latitude 95"),
        ({"vehicles": [VAN | {"start": [1e308, 4]}]}, ("vehicles", 0, "start"), "outside the earth"),
        ({"vehicles": [VAN | {"start": [7]}]}, ("vehicles", 0, "start"), "[longitude, latitude]"),
        ({"vehicles": [VAN | {"start": [math.nan, 4]}]}, ("vehicles", 0, "start"), "outside the earth"),
        ({"vehicles": [VAN | {"speed_factor": 0}]}, ("vehicles", 0, "speed_factor"), "greater than 0"),
        ({"vehicles": [VAN | {"speed_factor": math.inf}]}, ("vehicles", 0, "speed_factor"), "finite"),
        ({"vehicles": [VAN | {"count": 10**9}]}, ("vehicles",), "the limit is"),
        ({"vehicles": [VAN | {"count": 0}]}, ("vehicles", 0, "count"), "greater than or equal to 1"),
        ({"vehicles": [VAN | {"time_window": [5, 4]}]}, ("vehicles", 0, "time_window"), "before it starts"),
        ({"vehicles": [VAN | {"time_window": [5]}]}, ("vehicles", 0, "time_window"), "[start, end]"),
        (
            {"vehicles": [VAN | {"reload": {"locations": [[1, 2]], "max_reloads": 10**9}}]},
            ("vehicles", 0, "reload", "max_reloads"),
            "less than or equal",
        ),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"service": -1}]},
            ("jobs", 0, "service"),
            "greater than or equal to 0",
        ),
        ({"vehicles": [VAN], "jobs": [JOB | {"service": 1.5}]}, ("jobs", 0, "service"), "whole number"),
        ({"vehicles": [VAN], "jobs": [JOB | {"service": "5"}]}, ("jobs", 0, "service"), "not text"),
        ({"vehicles": [VAN], "jobs": [JOB | {"service": True}]}, ("jobs", 0, "service"), "not true or false"),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"service": 2**63}]},
            ("jobs", 0, "service"),
            "less than or equal",
        ),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"priority": 101}]},
            ("jobs", 0, "priority"),
            "less than or equal to 100",
        ),
        ({"vehicles": [VAN], "jobs": [JOB | {"id": ""}]}, ("jobs", 0, "id"), "not be empty"),
        ({"vehicles": [VAN], "jobs": [JOB, JOB]}, ("jobs", 1, "id"), "already"),
        ({"vehicles": [VAN], "jobs": [JOB | {"id": 1}, JOB | {"id": "1"}]}, ("jobs", 1, "id"), "already"),
        ({"vehicles": [VAN], "jobs": [{"id": 1}]}, ("jobs", 0), "needs a location"),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"location": "depot"}]},
            ("jobs", 0, "location"),
            "no location with the id",
        ),
        (
            {"vehicles": [VAN], "jobs": [{"id": 1, "location_index": 3}]},
            ("jobs", 0, "location_index"),
            "no matri",
        ),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"time_windows": [[1, 5], [4, 9]]}]},
            ("jobs", 0, "time_windows"),
            "overlap",
        ),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"time_windows": [["8 o'clock", 9]]}]},
            ("jobs", 0, "time_windows", 0, 0),
            "RFC 3339",
        ),
        (
            {"vehicles": [VAN | {"capacity": [1, 2]}], "jobs": [JOB | {"delivery": [1]}]},
            ("vehicles", 0, "capacity"),
            "2 dimensions",
        ),
        (
            {"vehicles": [VAN], "jobs": [JOB | {"allowed_vehicles": ["W"]}]},
            ("jobs", 0, "allowed_vehicles", 0),
            "no vehicle",
        ),
        (
            {"vehicles": [VAN], "relations": [{"type": "first", "ids": ["X"]}]},
            ("relations", 0, "ids", 0),
            "no job",
        ),
        (
            {"vehicles": [VAN], "relations": [{"type": "tuple", "ids": ["X"]}]},
            ("relations", 0, "type"),
            "same_vehicle",
        ),
        (
            {"vehicles": [VAN], "matrices": {"car": {"durations": [[0, 1], [1]]}}},
            ("matrices", "car", "durations"),
            "square: row 1",
        ),
        (
            {"vehicles": [VAN], "matrices": {"car": {"durations": [[0, -1], [1, 0]]}}},
            ("matrices", "car", "durations"),
            "[0][1]",
        ),
        (
            {"vehicles": [VAN], "matrices": {"car": {"durations": [[0, "x"], [1, 0]]}}},
            ("matrices", "car", "durations"),
            "numbers only",
        ),
        (
            {"vehicles": [VAN], "matrices": {"car": {"durations": [[0, 0.5], [1, 0]]}}},
            ("matrices", "car", "durations"),
            "whole number",
        ),
        (
            {"vehicles": [VAN], "matrices": {"bike": {"durations": [[0]]}}},
            ("vehicles", 0, "profile"),
            "no matrix for 'car'",
        ),
        ({"vehicles": [VAN], "timezone": "Mars/Olympus"}, ("timezone",), "unknown time zone"),
        (
            {"vehicles": [VAN], "options": {"time_limit": 10**9}},
            ("options", "time_limit"),
            "less than or equal",
        ),
    ],
)
def test_a_fault_is_named_with_its_place(document, place, words):
    found = faults(document)

    assert place in found, found
    assert words in found[place]


def test_every_fault_is_named_at_once():
    document = {
        "vehicles": [VAN | {"capacity": [1, 1], "colour": "red"}],
        "jobs": [JOB | {"service": -1, "delivery": [1]}, JOB | {"time_windows": [[9, 1]]}],
        "matrices": {"car": {"durations": [[0, 1], [1]]}},
    }

    assert {
        ("vehicles", 0, "colour"),
        ("vehicles", 0, "capacity"),
        ("jobs", 0, "service"),
        ("jobs", 1, "id"),
        ("jobs", 1, "time_windows", 0),
        ("matrices", "car", "durations"),
    } <= set(faults(document))


def test_at_most_a_hundred_faults_are_named():
    assert (
        len(faults({"vehicles": [VAN], "jobs": [JOB | {"id": i, "service": -1} for i in range(300)]})) == 100
    )


def test_the_limits_are_checked_before_anything_is_built():
    document = {"vehicles": [VAN], "jobs": [None] * (limits.MAX_STOPS + 1)}

    assert faults(document) == {("jobs",): f"{limits.MAX_STOPS + 1} stops; the limit is {limits.MAX_STOPS}"}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"vehicles": [VAN | {f"key {i}": 1 for i in range(10**6)}]}, ("vehicles", 0)),
        ({"vehicles": [VAN], **{f"key {i}": 1 for i in range(10**6)}}, ()),
        ({"vehicles": [VAN], "jobs": [JOB | {"skills": [[]] * 10**6}]}, ("jobs", 0, "skills")),
        ({"vehicles": [VAN], "relations": [{}] * 10**6}, ("relations",)),
        ({"vehicles": [VAN], "jobs": [{str(i): 1 for i in range(150)}] * 9_000}, ()),
    ],
)
def test_a_million_faults_are_refused_by_their_number(document, place):
    started = time.process_time()

    assert place in faults(document)

    assert time.process_time() - started < 1


def test_names_in_any_script_are_kept_as_they_are():
    names = ["🚚", "مستودع", "a‮b", "Ł"]

    request = requests.read({"vehicles": [VAN], "jobs": [JOB | {"id": name} for name in names]})

    assert [job.id for job in request.jobs] == names


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
KEYS = sorted(
    set(requests.Request.model_fields) | set(requests.Vehicle.model_fields) | set(requests.Job.model_fields)
)
documents = st.dictionaries(
    st.sampled_from(KEYS),
    json_values | st.lists(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=5), max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(documents)
def test_no_document_does_anything_but_read_or_be_refused(document):
    with contextlib.suppress(Invalid):
        requests.read(document)
