import pytest

from vrp.web import lines

A, B, C, D = (7.0, 43.0), (7.01, 43.0), (7.02, 43.0), (7.02, 43.01)


def parts(routes):
    return list(lines.side_by_side(routes))


def test_route_alone_is_one_line_in_the_middle():
    assert parts({1: [A, B, C]}) == [(1, [A, B, C], 0)]


def test_routes_run_beside_each_other_only_where_they_share_the_road():
    assert parts({1: [A, B, C], 2: [A, B, D]}) == [
        (1, [A, B], -0.5),
        (1, [B, C], 0),
        (2, [A, B], 0.5),
        (2, [B, D], 0),
    ]


def test_routes_keep_their_sides_when_one_drives_the_other_way():
    """To the right of who drives west is to the left of who drives east."""
    assert parts({1: [A, B, C], 2: [C, B, A]}) == [(1, [A, B, C], -0.5), (2, [C, B, A], -0.5)]


def test_route_that_comes_back_on_the_same_road_lies_on_itself():
    assert parts({1: [A, B, A]}) == [(1, [A, B, A], 0)]


def test_many_routes_on_one_road_move_closer_together():
    sides = [side for _, _, side in parts({number: [A, B] for number in range(9)})]

    assert sides[0] == -2
    assert sides[-1] == 2
    assert sides == sorted(sides)


def test_route_without_places_is_no_line():
    assert parts({1: [], 2: [A]}) == []


def test_stop_off_the_road_is_tied_to_the_nearest_point_of_it():
    assert lines.ties([A, C], [(7.01, 43.001)]) == [[(7.01, 43.001), (7.01, 43.0)]]


def test_stop_off_the_end_of_the_road_is_tied_to_its_end():
    assert lines.ties([A, C], [(7.03, 43.0)]) == [[(7.03, 43.0), C]]


@pytest.mark.parametrize("stop", [A, (7.005, 43.00005)])
def test_stop_at_the_road_needs_no_tie(stop):
    assert lines.ties([A, C], [stop]) == []


def test_place_that_is_passed_twice_is_tied_once():
    depot = (7.0, 43.002)

    assert len(lines.ties([A, A, C], [depot, depot])) == 1
