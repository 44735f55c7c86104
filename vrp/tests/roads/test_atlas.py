"""Which roads a request gets, and what is said about its places."""

import threading
import time

import numpy as np
import pytest

from vrp.domain import limits
from vrp.domain import request as requests
from vrp.domain.problem import places_of
from vrp.errors import Invalid
from vrp.roads import Atlas, regions
from vrp.roads.base import NO_WAY, RoadsFailed, RoadsStopped, Watch
from vrp.roads.embedded import Embedded
from vrp.roads.http import Away
from vrp.tests.roads import town
from vrp.tests.roads.asking import Counting, document, measure, scattered, words

VIENNA, GRAZ = (16.3738, 48.2082), (15.4395, 47.0707)
EAST = town.corner(3, town.SIZE - 1)  # of it there are no roads
METRES = 1 / 71_500  # degrees of longitude, at the town's latitude


def between(found, asked, one, other):
    """Seconds from one job to another; a job is called by its number."""
    places = places_of(requests.read(asked))
    rows = [places.at[("jobs", number - 1)] for number in (one, other)]
    return found.travels["car"].durations[rows[0], rows[1]]


@pytest.fixture
def here(town_data):
    return Atlas(town_data)


class Broken(Counting):
    """A server that never answers."""

    def block(self, points, sources, targets, profile):
        raise RoadsFailed("OSRM at roads.example.org cannot be reached.")


class Silent(Counting):
    """A server that lets everybody wait."""

    times = 0

    def block(self, points, sources, targets, profile):
        self.times += 1
        raise Away("OSRM at roads.example.org did not answer within 60 seconds")


class Hanging(Counting):
    """A server that takes its time."""

    over = threading.Event()

    def block(self, points, sources, targets, profile):
        self.over.wait(20)
        raise Away("OSRM at roads.example.org did not answer within 60 seconds")


@pytest.fixture
def server(town_data):
    """An operator's own server, which knows the town."""
    return Counting(Embedded(regions.get(town_data, "town")), name="osrm", dataset="theirs")


# Where roads come from


def test_without_a_source_named_a_region_that_covers_the_places_is_taken(here):
    found = measure(document(town.corner(3, 3)), here)

    assert (found.name, found.source.dataset) == ("roads", f"town-{here.regions[0].stamp}")
    assert not found.travels["car"].estimated
    assert found.notes == ()


def test_without_a_source_named_an_operators_server_is_preferred(here, server):
    found = measure(document(town.corner(3, 3)), Atlas(here.data, {"osrm": server}))

    assert (found.name, found.source.dataset) == ("osrm", "theirs")


def test_without_a_source_named_places_outside_every_region_are_estimated_with_a_note(here):
    asked = document(VIENNA, vehicles=[{"id": "van", "start": list(GRAZ)}])

    found = measure(asked, here)

    assert (found.name, found.source) == ("straight_line", None)
    assert found.travels["car"].estimated
    assert words(found) == [
        "No region with roads covers these places (there are: town). Travel is estimated."
    ]


def test_without_any_region_places_are_estimated_without_a_word(tmp_path):
    found = measure(document(town.corner(3, 3)), Atlas(tmp_path))

    assert (found.name, found.notes) == ("straight_line", ())


@pytest.mark.parametrize("source", ["roads", "osrm"])
def test_a_named_source_is_taken(here, server, source):
    asked = document(town.corner(3, 3), options={"matrix_source": source})

    assert measure(asked, Atlas(here.data, {"osrm": server})).name == source


def test_straight_lines_that_are_asked_for_are_calibrated_on_the_region(here):
    asked = document(town.corner(6, 6), options={"matrix_source": "straight_line"})

    found = measure(asked, here)

    guess = measure(asked, Atlas())
    real = measure(document(town.corner(6, 6)), here).travels["car"].durations[0, 1]
    assert (found.name, found.travels["car"].estimated) == ("straight_line", True)
    assert abs(found.travels["car"].durations[0, 1] - real) < abs(guess.travels["car"].durations[0, 1] - real)


@pytest.mark.parametrize("source", ["osrm", "valhalla", "openrouteservice", "graphhopper"])
def test_a_source_that_nobody_set_up_is_refused_with_those_there_are(here, source):
    with pytest.raises(Invalid, match=f"{source} is not set up here; there are inline, straight_line, roads"):
        measure(document(town.corner(3, 3), options={"matrix_source": source}), here)


def test_roads_are_refused_where_no_region_is(tmp_path):
    with pytest.raises(Invalid, match="roads is not set up here"):
        measure(document(town.corner(3, 3), options={"matrix_source": "roads"}), Atlas(tmp_path))


def test_roads_are_refused_where_no_region_covers_the_places(here):
    asked = document(
        VIENNA, vehicles=[{"id": "van", "start": list(GRAZ)}], options={"matrix_source": "roads"}
    )

    with pytest.raises(Invalid, match="no region covers these places; there are roads for: town"):
        measure(asked, here)


def test_a_source_nobody_has_heard_of_is_refused(here):
    with pytest.raises(Invalid, match="there is no source 'telepathy'"):
        measure(document(town.corner(3, 3), options={"matrix_source": "telepathy"}), here)


def test_a_server_that_fails_is_replaced_by_an_estimate_that_says_why(here, server):
    broken = Broken(server)

    found = measure(document(town.corner(3, 3)), Atlas(None, {"osrm": broken}))

    assert found.travels["car"].estimated
    assert words(found) == ["OSRM at roads.example.org cannot be reached. Travel is estimated instead."]


def test_a_named_server_that_fails_is_an_error(here, server):
    asked = document(town.corner(3, 3), options={"matrix_source": "osrm"})

    with pytest.raises(RoadsFailed, match="cannot be reached"):
        measure(asked, Atlas(None, {"osrm": Broken(server)}))


def test_without_osrm_places_are_estimated_with_a_note_that_says_what_to_do(here, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    found = measure(document(town.corner(3, 3)), here)

    assert found.travels["car"].estimated
    (said,) = words(found)
    assert "not installed here" in said
    assert "vrp/roads/fetch.py" in said


def test_without_osrm_roads_that_are_named_are_an_error_that_says_what_to_do(here, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    with pytest.raises(RoadsFailed, match=r"not installed here .*fetch\.py"):
        measure(document(town.corner(3, 3), options={"matrix_source": "roads"}), here)


def test_a_region_made_by_another_version_is_made_again_on_the_way(own_town):
    region = regions.get(own_town, "town")
    regions.write(regions.Region(**{**vars(region), "version": "v5.27.1"}))

    found = measure(document(town.corner(3, 3)), Atlas(own_town))

    assert (found.name, found.notes) == ("roads", ())
    assert regions.get(own_town, "town").version == region.version


def test_a_region_of_another_version_that_cannot_be_made_again_is_estimated_with_the_reason(own_town):
    region = regions.get(own_town, "town")
    regions.write(regions.Region(**{**vars(region), "version": "v5.27.1"}))
    region.extract.write_bytes(b"no more")

    found = measure(document(town.corner(3, 3)), Atlas(own_town))

    assert found.travels["car"].estimated
    assert "cannot be read as an .osm.pbf" in words(found)[0]


def test_a_graph_that_is_broken_is_estimated_with_the_reason(own_town):
    (regions.get(own_town, "town").folder / "car" / "roads.osrm.names").unlink()

    found = measure(document(town.corner(3, 3)), Atlas(own_town))

    assert found.travels["car"].estimated
    assert "roads.osrm.names" in words(found)[0]


def test_given_matrices_ask_nobody(here):
    asked = {
        "vehicles": [{"id": "van", "start_index": 0}],
        "jobs": [{"id": 1, "location_index": 1}],
        "matrices": {"car": {"durations": [[0, 7], [8, 0]]}},
    }

    assert measure(asked, here).name == "inline"


# Profiles


def test_each_profile_is_measured_on_its_own_roads(here):
    depot = list(town.corner(0, 0))
    vehicles = [{"id": name, "start": depot, "profile": name} for name in ("car", "foot")]

    found = measure(document(town.corner(5, 5), vehicles=vehicles), here)

    assert found.travels["foot"].durations[0, 1] > 2 * found.travels["car"].durations[0, 1]


def test_progress_over_two_profiles_is_one(here):
    depot, told = list(town.corner(0, 0)), []
    vehicles = [{"id": name, "start": depot, "profile": name} for name in ("car", "foot")]

    measure(document(town.corner(5, 5), vehicles=vehicles), here, Watch(lambda *at: told.append(at)))

    assert told == sorted(told)
    assert told[-1] == (8, 8)


def test_a_truck_takes_the_cars_roads_more_slowly_and_is_an_estimate(here):
    depot = list(town.corner(0, 0))
    vehicles = [{"id": name, "start": depot, "profile": name} for name in ("car", "truck")]

    found = measure(document(town.corner(5, 5), vehicles=vehicles), here)

    car, truck = found.travels["car"].durations[0, 1], found.travels["truck"].durations[0, 1]
    assert truck == pytest.approx(1.2 * car, abs=1)
    assert found.travels["truck"].estimated
    assert "20 % slower" in words(found)[0]


def test_a_profile_the_region_has_no_roads_for_is_estimated_with_a_note(here):
    vehicles = [{"id": "van", "start": list(town.corner(0, 0)), "profile": "bicycle"}]

    found = measure(document(town.corner(5, 5), vehicles=vehicles), here)

    assert found.travels["bicycle"].estimated
    assert words(found) == [
        "The region town has no roads for 'bicycle'; there are roads for car, van, foot, driving-car,"
        " foot-walking."
        " Travel is estimated instead."
    ]


class Named(Counting):
    """A server with a name of its own for cars."""

    def profile(self, name):
        return "auto" if name == "car" else None

    def block(self, points, sources, targets, profile):
        assert profile == "auto"
        return super().block(points, sources, targets, "car")


def test_neighbours_are_measured_by_a_server_with_names_of_its_own(server, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ROWS", 1)

    found = measure(document(town.corner(1, 1), town.corner(2, 2)), Atlas(servers={"osrm": Named(server)}))

    assert (found.name, found.travels["car"].is_known(0, 1)) == ("osrm", True)


def test_a_profile_without_roads_does_not_keep_the_others_from_theirs(here):
    corner = list(town.corner(0, 0))
    vehicles = [{"id": name, "start": corner, "profile": name} for name in ("bicycle", "car")]

    found = measure(document(town.corner(5, 5), vehicles=vehicles), here)

    assert found.name == "roads"
    assert (found.travels["bicycle"].estimated, found.travels["car"].estimated) == (True, False)
    assert words(found) == ["The region town has no roads for bicycle: they are estimated."]


def test_a_region_stands_in_for_a_server_that_fails(here, server):
    both = Atlas(here.data, {"osrm": Broken(server)})

    found = measure(document(town.corner(5, 5)), both)

    assert found.name == "roads"
    assert words(found) == ["OSRM at roads.example.org cannot be reached."]


def test_a_server_that_is_silent_is_not_waited_for_again_at_once(here, server):
    silent = Silent(server)
    both = Atlas(here.data, {"osrm": silent})

    for _ in range(3):
        assert measure(document(town.corner(5, 5)), both).name == "roads"

    assert silent.times == 1


def test_a_stop_does_not_wait_for_a_server_that_hangs(server):
    hanging = Hanging(server)
    began = time.monotonic()

    watch = Watch(should_stop=lambda: time.monotonic() - began > 0.2)
    with pytest.raises(RoadsStopped):
        measure(document(town.corner(5, 5)), Atlas(servers={"osrm": hanging}), watch)

    assert time.monotonic() - began < 3
    hanging.over.set()


def test_a_source_beside_matrices_is_refused(here):
    asked = document(town.corner(1, 1), options={"matrix_source": "roads"})
    asked["matrices"] = {"car": {"durations": [[0, 1], [1, 0]]}}
    asked["vehicles"][0] |= {"start_index": 0, "end_index": 0}
    asked["jobs"][0]["location_index"] = 1

    with pytest.raises(Invalid, match="there are matrices"):
        measure(asked, here)


def test_a_profile_the_named_source_has_no_roads_for_is_refused(here):
    vehicles = [{"id": "van", "start": list(town.corner(0, 0)), "profile": "bicycle"}]

    with pytest.raises(Invalid, match="no roads for 'bicycle'") as caught:
        measure(document(town.corner(5, 5), vehicles=vehicles, options={"matrix_source": "roads"}), here)

    assert caught.value.faults[0].loc == ("vehicles", 0, "profile")


def test_a_profile_nobody_knows_is_refused(here):
    vehicles = [{"id": "van", "start": list(town.corner(0, 0)), "profile": "hovercraft"}]

    with pytest.raises(Invalid, match="no roads for 'hovercraft'"):
        measure(document(town.corner(5, 5), vehicles=vehicles), here)


# Places


def test_a_stop_on_the_island_has_no_way_to_it_nor_from_it(here):
    asked = document(town.corner(3, 3), town.island(0, 3))

    found = measure(asked, here)

    assert between(found, asked, 1, 2) == between(found, asked, 2, 1) == NO_WAY


def test_stops_at_the_same_place_take_no_time(here):
    asked = document(town.corner(3, 3), town.corner(3, 3), town.corner(4, 3))

    found = measure(asked, here)

    assert between(found, asked, 1, 2) == 0
    assert between(found, asked, 1, 3) == between(found, asked, 2, 3) > 0


def test_stops_a_hair_apart_are_asked_for_once_and_take_no_time(server):
    longitude, latitude = town.corner(3, 3)
    asked = document((longitude, latitude), (longitude + 2e-7, latitude), town.corner(4, 3))

    found = measure(asked, Atlas(None, {"osrm": server}))

    assert between(found, asked, 1, 2) == 0
    assert len(server.asked) == 9


def test_everything_at_one_place_is_no_way_at_all(here):
    found = measure(document(town.corner(0, 0), town.corner(0, 0)), here)

    assert (found.name, found.notes) == ("roads", ())
    assert found.travels["car"].durations.max() == 0


def test_a_stop_at_each_corner_of_the_bounds_is_measured(here):
    west, south, east, north = here.regions[0].bounds

    found = measure(document(*[(x, y) for x in (west, east) for y in (south, north)]), here)

    assert (found.name, found.notes) == ("roads", ())


def test_a_request_without_jobs_is_measured(here):
    assert measure(document(), here).travels["car"].durations.tolist() == [[0]]


@pytest.mark.evidence
def test_requests_anywhere_end_in_roads_an_estimate_or_words(here):
    dice = np.random.default_rng(11)
    tally = {"roads": 0, "straight_line": 0, "refused": 0}
    for _ in range(150):
        near = scattered(int(dice.integers(0, 6)), int(dice.integers(1000)))
        far = np.round(dice.uniform((-180, -90), (180, 90), (int(dice.integers(0, 4)), 2)), 6)
        places = [*near.tolist(), *far.tolist()]
        dice.shuffle(places)
        try:
            tally[measure(document(*places), here).name] += 1
        except Invalid:
            tally["refused"] += 1
    print(f"\n{tally}")


# Regions that overlap


def test_of_regions_that_cover_the_same_the_preferred_one_is_taken(own_town):
    (own_town / "regions" / "twin").mkdir()
    town_region = regions.get(own_town, "town")
    regions.write(
        regions.Region(**{**vars(town_region), "name": "twin", "folder": own_town / "regions" / "twin"})
    )
    places = scattered(5)

    assert Atlas(own_town).region_of(places).name == "town"
    regions.prefer(own_town, "twin")
    assert Atlas(own_town).region_of(places).name == "twin"


def test_of_regions_the_one_with_the_most_places_is_taken_if_that_is_half(here):
    places = scattered(4)
    places[:2] = VIENNA
    assert here.region_of(places).name == "town"

    places[:3] = VIENNA
    assert here.region_of(places) is None


# Stopping


def test_a_stop_ends_the_measuring(here):
    with pytest.raises(RoadsStopped):
        measure(document(town.corner(3, 3)), here, Watch(should_stop=lambda: True))


def test_an_empty_name_of_a_source_is_none(here, server):
    broken = Atlas(servers={"osrm": Broken(server)})

    found = measure(document(town.corner(1, 1), options={"matrix_source": ""}), broken)

    assert found.name == "straight_line"
