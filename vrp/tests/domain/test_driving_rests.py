"""After so much driving without a rest a vehicle rests, at the last moment, wherever it is."""

from vrp.domain import evaluator, plan
from vrp.tests.domain.build import causes, document, job, judge, payload, problem, times, van

LUNCH = {"id": "lunch", "service": 50, "time_windows": [[0, 9000]]}


def driver(max_driving=150, duration=50, **extra):
    return van(drive_break={"max_driving": max_driving, "duration": duration}, **extra)


def rests(judged):
    return [visit.arrival for visit in judged.routes[0].visits if visit.type == "break" and not visit.pause]


def test_no_rest_while_the_driving_is_within_its_limit():
    assert rests(judge(document([job(1)], [driver(200)]), V="J1")) == []


def test_a_rest_as_soon_as_it_is_beyond_it():
    assert rests(judge(document([job(1)], [driver(199)]), V="J1")) == [199]


def test_a_rest_is_a_step_on_the_way_with_its_part_of_the_travel():
    at = payload(document([job(2)], [driver(150, 50)]), V="J2")["routes"][0]["steps"]

    # 150 s there, a rest, 50 s; 100 s back, a rest, 100 s.
    assert [(s["type"], s["id"]) for s in at] == [
        ("start", None),
        ("break", "drive_break"),
        ("job", "J2"),
        ("break", "drive_break"),
        ("end", None),
    ]
    assert [s["arrival"] for s in at] == [0, 150, 250, 350, 500]
    assert [s["travel_time"] for s in at] == [0, 150, 50, 100, 100]
    assert [s["distance"] for s in at] == [0, 1500, 500, 1000, 1000]
    assert [s["service"] for s in at] == [0, 50, 0, 50, 0]


def test_several_rests_on_one_long_leg():
    judged = judge(document([job(5)], [driver(200, 10)]), V="J5")

    # 500 s each way: after 200, 400, then 100 + 100 into the way back, and every 200.
    assert rests(judged) == [200, 410, 620, 830]
    assert judged.routes[0].end_time == 1040


def test_work_at_a_stop_is_no_rest():
    assert rests(judge(document([job(1, service=500)], [driver(150, 50)]), V="J1")) == [650]


def test_waiting_long_enough_in_one_piece_is_a_rest():
    doc = document([job(1, time_windows=[[0, 100]]), job(2, time_windows=[[250, 900]])], [driver(200, 50)])

    # 50 s of waiting before J2; 200 s back.
    assert rests(judge(doc, V="J1 J2")) == []


def test_waiting_a_second_less_is_none():
    doc = document([job(1, time_windows=[[0, 100]]), job(2, time_windows=[[249, 900]])], [driver(200, 50)])

    assert rests(judge(doc, V="J1 J2")) == [249]


def test_a_break_that_is_long_enough_is_a_rest():
    assert rests(judge(document([job(1)], [driver(150, 50, breaks=[LUNCH])]), V="J1 break:lunch")) == []


def test_a_shorter_break_is_none():
    assert rests(judge(document([job(1)], [driver(150, 51, breaks=[LUNCH])]), V="J1 break:lunch")) == [200]


def test_on_the_way_to_a_break_the_vehicle_drives_no_further_than_it_may():
    lunch = LUNCH | {"time_windows": [[180, 9000]]}
    doc = document([job(3)], [driver(150, 60, breaks=[lunch], start_latest=0, time_window=[0, 9000])])

    judged = judge(doc, V="break:lunch J3")

    # 150 s of driving, 30 of waiting, lunch (too short for a rest), the rest of 60, 150 more.
    assert [(v.type, v.arrival) for v in judged.routes[0].visits][:4] == [
        ("start", 0),
        ("break", 150),
        ("break", 230),
        ("job", 440),
    ]


def test_rests_are_break_time_of_the_route():
    route = payload(document([job(2)], [driver(150, 50)]), V="J2")["routes"][0]

    assert (route["break_time"], route["service"], route["travel_time"], route["duration"]) == (
        100,
        0,
        400,
        500,
    )


def test_rests_make_later_stops_late():
    doc = document([job(2, time_windows=[[0, 249]])], [driver(150, 50)])

    assert causes(judge(doc, V="J2")) == ["delay"]


def test_a_late_start_does_not_cost_a_rest_that_waiting_was():
    # Leaving at 0 the wait before J2 is a rest of 100; leaving later it would be none.
    doc = document([job(1), job(2, time_windows=[[300, 900]])], [driver(300, 100, time_window=[0, 9000])])

    judged = judge(doc, V="J1 J2")

    assert rests(judged) == []
    assert times(judged)[-1] == (500, 500)
    assert judged.routes[0].start_time == 0


def test_a_wait_that_is_a_rest_is_no_slack():
    doc = document([job(1), job(2, time_windows=[[300, 300]])], [driver(300, 100, time_window=[0, 9000])])

    assert judge(doc, V="J1 J2").routes[0].visits[2].slack == 0

    doc["jobs"][1]["time_windows"] = [[350, 350]]
    assert judge(doc, V="J1 J2").routes[0].visits[1].slack == 0  # it left late enough to wait for 100 only


def test_rests_are_passed_over_when_a_published_plan_is_read_and_put_in_anew():
    the_problem = problem(document([job(2)], [driver(150, 50)]))
    first = evaluator.payload(judge(document([job(2)], [driver(150, 50)]), V="J2"))

    again = evaluator.payload(evaluator.evaluate(the_problem, plan.read(first)))

    assert again == first


def test_where_hundreds_of_rests_were_needed_there_is_no_way():
    assert "unreachable" in causes(judge(document([job(5)], [driver(1, 5)]), V="J5"))
