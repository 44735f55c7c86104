"""Places that are not where roads are, and what is said about them."""

import pytest

from vrp.errors import Invalid
from vrp.roads import Atlas, off_road
from vrp.tests.roads import town
from vrp.tests.roads.asking import document, measure, words

EAST = town.corner(3, town.SIZE - 1)  # of it there are no roads
METRES = 1 / 71_500  # degrees of longitude, at the town's latitude


@pytest.fixture
def here(town_data):
    return Atlas(town_data)


def test_stops_that_are_swapped_are_noticed_where_the_depot_is_not(here):
    swapped = [tuple(reversed(town.corner(row, 2))) for row in range(4)]

    with pytest.raises(Invalid, match="did you mean"):
        measure(document(*swapped), here)


def test_a_stop_in_the_sea_is_refused_by_name_and_place(here):
    asked = document(town.corner(3, 3), (10.01, 50.25))
    asked["jobs"][1] |= {"id": "lighthouse", "description": "Mole 3"}

    with pytest.raises(Invalid) as caught:
        measure(asked, here)

    (fault,) = caught.value.faults
    assert (fault.loc, fault.type) == (("jobs", 1, "location"), "off_road")
    assert fault.msg.startswith("job lighthouse (Mole 3) lies 26.4 km from the nearest road")


def test_a_depot_in_the_sea_is_refused_by_the_vehicles_name(here):
    vehicles = [{"id": "van", "start": [10.01, 50.25], "end": list(town.corner(0, 0))}]

    with pytest.raises(Invalid, match=r"vehicles/0/start: vehicle van, its start, lies 26\.4 km from"):
        measure(document(town.corner(3, 3), vehicles=vehicles), here)


@pytest.mark.parametrize(
    ("metres", "outcome"), [(290, "fine"), (320, "noted"), (1_950, "noted"), (2_050, "refused")]
)
def test_a_stop_off_the_road_is_noted_from_300_metres_and_refused_from_2000(here, metres, outcome):
    asked = document(town.corner(3, 3), town.corner(2, 2), (EAST[0] + metres * METRES, EAST[1]))

    if outcome == "refused":
        with pytest.raises(Invalid, match=r"job 3 lies 2\.\d km from the nearest road"):
            measure(asked, here)
        return
    notes = measure(asked, here).notes
    if outcome == "fine":
        assert notes == ()
    else:
        assert [note.loc for note in notes] == [("jobs", 2, "location")]
        assert "from the nearest road, a way that is not counted" in notes[0].msg


def test_a_stop_whose_coordinates_are_swapped_is_told_the_right_ones(here):
    longitude, latitude = town.corner(4, 4)
    asked = document(town.corner(3, 3), town.corner(2, 2), (latitude, longitude))

    with pytest.raises(
        Invalid, match=r"did you mean \[10\.0112, 50\.0072\]\? Places are \[longitude, latitude\]"
    ) as caught:
        measure(asked, here)

    assert caught.value.faults[0].loc == ("jobs", 2, "location")


@pytest.mark.parametrize("source", [None, "roads"])
def test_all_coordinates_swapped_are_told_the_right_ones(here, source):
    corners = [town.corner(row, 3)[::-1] for row in range(5)]
    depot = list(town.corner(0, 0))[::-1]
    asked = document(*corners, vehicles=[{"id": "van", "start": depot}], options={"matrix_source": source})

    with pytest.raises(Invalid, match="did you mean"):
        measure(asked, here)


def test_swapped_coordinates_are_estimated_where_straight_lines_are_asked_for(here):
    corners = [town.corner(row, 3)[::-1] for row in range(5)]
    vehicles = [{"id": "van", "start": list(town.corner(0, 0))[::-1]}]

    found = measure(document(*corners, vehicles=vehicles, options={"matrix_source": "straight_line"}), here)

    assert found.travels["car"].estimated


@pytest.mark.parametrize("place", [(0, 90), (0, -90), (180, 0), (-180, 0), (0, 0), (180, 90)])
def test_a_stop_at_an_end_of_the_world_is_refused_in_words(here, place):
    with pytest.raises(Invalid, match=r"job 4 lies [\d,]+ km from the nearest road"):
        measure(document(town.corner(3, 3), town.corner(2, 2), town.corner(2, 3), place), here)


def test_many_notes_are_cut(here):
    far = [(EAST[0] + 400 * METRES, EAST[1] + row * 1e-4) for row in range(50)]

    said = words(measure(document(*far), here))

    assert len(said) == off_road.TOLD + 1
    assert said[-1] == "30 more places lie more than 300 m from the nearest road."


def test_a_place_outside_the_region_is_told_so_and_what_else_there_is(here):
    west, south = town.corner(0, 0)

    with pytest.raises(Invalid) as caught:
        measure(document(town.corner(1, 1), town.corner(2, 2), (west + 1, south)), here)

    assert "outside the region town" in caught.value.faults[0].msg
    assert "straight_line" in caught.value.faults[0].msg
