import numpy as np
import pytest

from vrp import roads
from vrp.domain import request as requests
from vrp.domain.problem import places_of
from vrp.errors import Invalid
from vrp.roads import Atlas, Watch

VIENNA, GRAZ = [16.3738, 48.2082], [15.4395, 47.0707]


def request(**vehicle):
    return requests.read(
        {"vehicles": [{"id": "V", "start": VIENNA, **vehicle}], "jobs": [{"id": 1, "location": GRAZ}]}
    )


def travels(asked):
    return roads.measure(asked, places_of(asked), Atlas(), Watch()).travels


def test_a_car_is_estimated_at_the_great_circle_times_a_detour():
    car = travels(request())["car"]

    assert car.distances[0, 1] == pytest.approx(145_000 * 1.4, rel=0.01)
    assert car.durations[0, 1] == pytest.approx(car.distances[0, 1] * 3.6 / 30, abs=1)
    assert car.estimated


def test_there_is_no_way_to_go_to_stay():
    assert np.all(np.diag(travels(request())["car"].durations) == 0)


def test_profiles_have_their_own_speed():
    foot, bicycle = travels(request(profile="foot"))["foot"], travels(request(profile="bicycle"))["bicycle"]

    assert foot.durations[0, 1] > 2 * bicycle.durations[0, 1]


def test_a_profile_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(Invalid) as caught:
        travels(request(profile="hovercraft"))

    assert caught.value.faults[0].loc == ("vehicles", 0, "profile")
    assert "bicycle" in caught.value.faults[0].msg


def test_a_source_nobody_knows_is_refused():
    document = {"vehicles": [{"id": "V", "start": VIENNA}], "options": {"matrix_source": "telepathy"}}

    with pytest.raises(Invalid) as caught:
        travels(requests.read(document))

    assert caught.value.faults[0].loc == ("options", "matrix_source")


def test_stops_at_the_same_coordinates_are_one_place():
    document = {
        "vehicles": [{"id": "V", "start": VIENNA, "end": VIENNA}],
        "jobs": [{"id": 1, "location": VIENNA}],
    }

    assert len(places_of(requests.read(document)).rows) == 1


def test_given_matrices_are_used_as_they_are():
    document = {
        "vehicles": [{"id": "V", "start_index": 0}],
        "matrices": {"car": {"durations": [[0, 7], [8, 0]]}},
    }
    asked = requests.read(document)

    assert travels(asked)["car"].durations.tolist() == [[0, 7], [8, 0]]
