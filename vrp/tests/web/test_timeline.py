from vrp.tests.web.conftest import judged, monaco
from vrp.web import legend, routes, timeline


def drawn(*jobs):
    document = monaco()
    names = legend.of(document)
    return timeline.of(routes.rows(judged(document, *jobs), names))


def bars(picture, kind):
    return [bar for lane in picture.lanes for bar in lane.bars if bar.kind == kind]


def test_nothing_is_drawn_without_routes():
    assert timeline.of([]) is None


def test_every_bar_lies_inside_the_picture():
    picture = drawn(2, 1)

    for bar in (bar for lane in picture.lanes for bar in lane.bars):
        assert 0 <= bar.x <= 100
        assert bar.x + bar.width <= 100.001


def test_hours_go_from_the_first_to_the_last_edge():
    ticks = drawn(2, 1).ticks

    assert (ticks[0].x, ticks[-1].x) == (0, 100)
    assert len(ticks) <= timeline.MOST_TICKS + 2


def test_work_is_numbered_and_has_its_window_behind_it():
    first, second = bars(drawn(2, 1), "work")

    assert (first.number, second.number) == (1, 2)
    assert first.windows == ()
    assert second.windows[0].x <= second.x


def test_bars_of_a_route_follow_each_other():
    picture = drawn(2, 1)

    starts = [bar.x for bar in picture.lanes[0].bars]
    assert starts == sorted(starts)


def test_work_that_takes_no_time_is_still_seen():
    (_, huge) = bars(drawn(1, "huge"), "work")

    assert huge.width == timeline.NARROWEST


def test_work_that_breaks_a_rule_is_marked():
    assert any(bar.is_late for bar in bars(drawn(1, "huge"), "work"))
