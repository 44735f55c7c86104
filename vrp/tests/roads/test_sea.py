from vrp.roads import sea

BOX = (0.0, 0.0, 10.0, 10.0)


def is_sea(polygons, x, y):
    """Judged by rays, as who draws the polygons does."""
    return any(
        sea._holds(outer, (x, y)) and not any(sea._holds(island, (x, y)) for island in islands)
        for outer, *islands in polygons
    )


def square(west, south, size):
    """A ring with its inside on the left."""
    return [
        (west, south), (west + size, south), (west + size, south + size), (west, south + size), (west, south)
    ]  # fmt: skip


def test_sea_lies_to_the_right_of_a_coast_that_goes_on_to_the_sides_of_the_box():
    found = sea.polygons([[(4, 5), (6, 5)]], BOX)

    assert is_sea(found, 1, 2)
    assert is_sea(found, 9, 2)
    assert not is_sea(found, 1, 8)
    assert not is_sea(found, 9, 8)


def test_coast_the_other_way_round_has_its_sea_on_the_other_side():
    found = sea.polygons([[(6, 5), (4, 5)]], BOX)

    assert not is_sea(found, 5, 2)
    assert is_sea(found, 5, 8)


def test_coast_goes_on_in_its_own_direction():
    found = sea.polygons([[(4, 4), (6, 6)]], BOX)

    assert is_sea(found, 9, 8)
    assert not is_sea(found, 8, 9)


def test_pieces_of_a_coast_in_any_order_make_one():
    found = sea.polygons([[(6, 5), (8, 5)], [(2, 5), (4, 5)], [(4, 5), (6, 5)]], BOX)

    assert found == sea.polygons([[(2, 5), (4, 5), (6, 5), (8, 5)]], BOX)


def test_small_gap_in_a_coast_is_closed():
    found = sea.polygons([[(2, 5), (4.9, 5)], [(5.1, 5), (8, 5)]], BOX)

    assert len(found) == 1
    assert is_sea(found, 5, 4.9)
    assert not is_sea(found, 5, 5.1)


def test_island_is_not_sea():
    found = sea.polygons([[(2, 5), (8, 5)], square(4, 2, 1)], BOX)

    assert is_sea(found, 3.5, 2.5)
    assert not is_sea(found, 4.5, 2.5)


def test_island_with_a_gap_in_its_coast_is_an_island():
    found = sea.polygons([[(2, 5), (8, 5)], [*square(4, 2, 1)[:-1], (4, 2.2)]], BOX)

    assert is_sea(found, 3.5, 2.5)
    assert not is_sea(found, 4.5, 2.5)


def test_island_in_two_pieces_that_do_not_quite_meet_is_an_island():
    ring = square(4, 2, 1)

    found = sea.polygons([[(2, 5), (8, 5)], [*ring[:2], (5, 2.9)], [*ring[2:4], (4, 2.1)]], BOX)

    assert is_sea(found, 3.5, 2.5)
    assert not is_sea(found, 4.5, 2.5)


def test_around_nothing_but_islands_all_is_sea():
    found = sea.polygons([square(2, 2, 1), square(6, 6, 2)], BOX)

    assert is_sea(found, 5, 5)
    assert not is_sea(found, 2.5, 2.5)
    assert not is_sea(found, 7, 7)


def test_water_inside_a_closed_coast_is_a_sea():
    found = sea.polygons([square(4, 4, 2)[::-1]], BOX)

    assert is_sea(found, 5, 5)
    assert not is_sea(found, 1, 1)


def test_land_between_two_coasts_is_not_sea():
    north, south = [(8, 7), (2, 7)], [(2, 3), (8, 3)]

    found = sea.polygons([north, south], BOX)

    assert is_sea(found, 5, 9)
    assert not is_sea(found, 5, 5)
    assert is_sea(found, 5, 1)


def test_water_between_two_coasts_is_one_sea():
    found = sea.polygons([[(2, 7), (8, 7)], [(8, 3), (2, 3)]], BOX)

    assert len(found) == 1
    assert is_sea(found, 5, 5)
    assert not is_sea(found, 5, 9)
    assert not is_sea(found, 5, 1)


def test_no_coast_no_sea():
    assert sea.polygons([], BOX) == []
    assert sea.polygons([[(1, 1)], [(2, 2), (2, 2)]], BOX) == []
