"""Extracts become regions, or nothing at all and a word about why."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import psutil
import pytest
from django.conf import settings

from vrp.roads import adding, gazetteer, regions
from vrp.roads.adding import AlreadyThere
from vrp.roads.base import RoadsFailed
from vrp.roads.embedded import Embedded
from vrp.roads.embedded.build import BuildFailed
from vrp.roads.extract import BadExtract
from vrp.roads.regions import BadName, NoSuchRegion
from vrp.tests.roads import extracts, town
from vrp.tests.roads.asking import points
from vrp.tests.roads.processes import is_gone, wait_until

pytestmark = pytest.mark.usefixtures("osrm")
ADD = (
    "import sys; from pathlib import Path; from vrp.roads import adding;"
    "adding.add(Path(sys.argv[1]), Path(sys.argv[2]), name=sys.argv[3], is_replacing='replace' in sys.argv)"
)


@pytest.fixture
def extract(tmp_path):
    return extracts.town_extract(tmp_path / "town.osm.pbf")


def adding_elsewhere(*words, errors=subprocess.DEVNULL):
    """Another process that adds a region."""
    command = [sys.executable, "-c", ADD, *map(str, words)]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=errors, text=True)


def names(data):
    return [region.name for region in regions.listed(data)]


def rubbish(data):
    return {path.name for path in (data / "regions").iterdir()} - {".lock", regions.PREFERRED, *names(data)}


def test_an_extract_becomes_a_region_with_bounds_roads_and_calibration(tmp_path, extract):
    region = adding.add(tmp_path / "data", extract, name="town")

    assert region == regions.get(tmp_path / "data", "town")
    assert region.bounds[:2] == town.corner(0, 0)
    assert region.calibration["car"]["detour"]
    assert Embedded(region).route(points(town.corner(0, 0), town.corner(0, 1)), "car").durations[0] > 0


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (extracts.broken_off, "cannot be read .* EOF"),
        (extracts.empty, "is empty"),
        (extracts.text, "cannot be read as an .osm.pbf"),
        (extracts.xml, "cannot be read as an .osm.pbf"),
        (extracts.noise, "cannot be read as an .osm.pbf"),
        (extracts.without_roads, "holds no roads"),
        (extracts.folder, "is not a file"),
        (extracts.missing, "is not a file"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_extract_is_refused_with_the_reason_and_leaves_nothing(tmp_path, write, words):
    file = write(tmp_path / "bad.osm.pbf")

    with pytest.raises(BadExtract, match=words):
        adding.add(tmp_path / "data", file, name="bad")

    assert (names(tmp_path / "data"), rubbish(tmp_path / "data")) == ([], set())


def test_an_extract_that_cuts_streets_off_is_used_as_far_as_it_goes(tmp_path):
    region = adding.add(tmp_path / "data", extracts.clipped(tmp_path / "town.osm.pbf"), name="town")

    assert region.bounds[0] == town.corner(0, 1)[0]


def test_an_extract_where_nobody_may_drive_is_refused_for_cars(tmp_path):
    file = extracts.footpaths(tmp_path / "town.osm.pbf")

    with pytest.raises(BuildFailed, match="no edges remaining"):
        adding.add(tmp_path / "data", file, name="town", profiles=["foot", "car"])

    assert rubbish(tmp_path / "data") == set()
    assert adding.add(tmp_path / "data", file, name="town", profiles=["foot"]).calibration["foot"]


@pytest.mark.parametrize("name", ["town.osm.pbf", "town.bin"])
def test_an_extract_in_any_order_is_sorted(tmp_path, name):
    file = extracts.back_to_front(tmp_path / "town.osm.pbf").rename(tmp_path / name)
    said = []

    region = adding.add(tmp_path / "data", file, name="town", say=said.append)

    assert "sorting it …" in said
    table = Embedded(region).block(points(town.corner(0, 0), town.corner(0, 4)), [0], [1], "car")
    assert table.distances[0, 0] == pytest.approx(801, abs=2)


def test_a_build_that_fails_ends_with_what_the_program_said_last(tmp_path, extract, monkeypatch):
    """As where the programs are not those of the profiles."""
    (tmp_path / "osrm" / "profiles").mkdir(parents=True)
    (tmp_path / "osrm" / "bin").symlink_to(adding.binaries.find().folder)
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path / "osrm"))

    with pytest.raises(BuildFailed, match=r"osrm-extract gave up: .*car\.lua"):
        adding.add(tmp_path / "data", extract, name="town")

    assert rubbish(tmp_path / "data") == set()


def test_a_second_region_of_a_name_is_refused_and_the_first_stays(tmp_path, extract):
    first = adding.add(tmp_path / "data", extract, name="town")

    with pytest.raises(AlreadyThere, match="'town' already"):
        adding.add(tmp_path / "data", extract, name="town")

    assert regions.listed(tmp_path / "data") == [first]


def test_a_region_is_replaced_where_that_is_wanted(tmp_path, extract):
    first = adding.add(tmp_path / "data", extract, name="town")

    second = adding.add(tmp_path / "data", extract, name="town", profiles=["foot"], is_replacing=True)

    assert second.stamp != first.stamp
    assert regions.listed(tmp_path / "data") == [second]
    assert rubbish(tmp_path / "data") == set()


def test_a_replacement_that_fails_leaves_the_region_as_it_was(tmp_path, extract):
    first = adding.add(tmp_path / "data", extract, name="town")

    with pytest.raises(BadExtract):
        adding.add(tmp_path / "data", extracts.noise(tmp_path / "bad"), name="town", is_replacing=True)

    assert regions.listed(tmp_path / "data") == [first]


def test_of_two_adds_of_a_name_at_once_one_is_told_that_it_is_there(tmp_path, extract):
    both = [adding_elsewhere(tmp_path / "data", extract, "town", errors=subprocess.PIPE) for _ in "12"]

    said = [process.communicate(timeout=60)[1] for process in both]

    assert sorted(process.returncode for process in both) == [0, 1]
    assert "AlreadyThere" in "".join(said)
    assert names(tmp_path / "data") == ["town"]


def test_two_adds_of_different_names_at_once_both_end_well(tmp_path, extract):
    both = [adding_elsewhere(tmp_path / "data", extract, name) for name in ("east", "west")]

    assert [process.wait(60) for process in both] == [0, 0]
    assert sorted(names(tmp_path / "data")) == ["east", "west"]


@pytest.mark.parametrize("seconds", [0.45, 0.6, 0.75])
def test_an_add_that_is_killed_leaves_no_half_region_and_the_next_one_works(tmp_path, extract, seconds):
    process = adding_elsewhere(tmp_path / "data", extract, "town")
    time.sleep(seconds)
    process.kill()
    process.wait()

    done = [region.algorithms for region in regions.listed(tmp_path / "data")]
    adding.add(tmp_path / "data", extract, name="town", is_replacing=True)

    assert done in ([], [{"car": "CH"}])
    assert names(tmp_path / "data") == ["town"]
    assert rubbish(tmp_path / "data") == set()


def test_with_an_add_that_is_killed_its_programs_end(tmp_path, monaco_extract):
    with adding_elsewhere(tmp_path / "data", monaco_extract, "monaco") as process:
        mother, programs = psutil.Process(process.pid), []
        while not programs:
            time.sleep(0.01)
            programs = [
                child for child in mother.children() if child.name() in ("osrm-extract", "osrm-contract")
            ]
        for program in programs:
            program.send_signal(signal.SIGSTOP)  # by itself it does not end
        process.kill()

    wait_until(lambda: all(is_gone(program) for program in programs))


def test_a_region_that_was_being_replaced_when_the_power_went_is_found_again(own_town, extract):
    (own_town / "regions" / ".adding-x" / "old").mkdir(parents=True)
    (own_town / "regions" / "town").rename(own_town / "regions" / ".adding-x" / "old" / "town")

    adding.add(own_town, extract, name="other")

    assert sorted(names(own_town)) == ["other", "town"]
    assert rubbish(own_town) == set()


@pytest.mark.evidence
def test_killed_at_any_moment_a_replacement_leaves_a_region_that_works(tmp_path, extract):
    data, chance = tmp_path / "data", random.Random(3)
    adding.add(data, extract, name="town")
    half_way = 0
    for _ in range(20):
        process = adding_elsewhere(data, extract, "town", "replace")
        time.sleep(chance.uniform(0.3, 1.2))
        process.kill()
        half_way += process.wait() == -signal.SIGKILL
        assert names(data) == ["town"]
        table = Embedded(regions.get(data, "town")).block(
            points(town.corner(0, 0), town.corner(0, 4)), [0], [1], "car"
        )
        assert table.distances[0, 0] > 0
    adding.add(data, extract, name="town", is_replacing=True)
    print(f"\n{half_way} of 20 replacements were killed half-way")
    assert rubbish(data) == set()


@pytest.mark.parametrize(
    "name", ["../x", "/tmp/x", "a/b", ".", "..", "", ".adding-x", "Ä", "A", "x\n", "preferred", "a" * 51]
)
def test_a_name_that_could_leave_the_folder_or_hide_in_it_is_refused(tmp_path, extract, name):
    with pytest.raises(BadName):
        adding.add(tmp_path / "data", extract, name=name)

    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("change", [regions.prefer, regions.remove, regions.get])
def test_a_region_that_is_not_there_is_not_looked_for_elsewhere(tmp_path, own_town, change):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "region.json").write_bytes(
        (own_town / "regions" / "town" / "region.json").read_bytes()
    )

    with pytest.raises(NoSuchRegion, match="there are: town"):
        change(own_town, "../../outside")

    assert (tmp_path / "outside" / "region.json").exists()


def test_the_first_region_is_the_preferred_one_until_another_is(own_town, extract):
    adding.add(own_town, extract, name="other")
    assert names(own_town) == ["town", "other"]

    regions.prefer(own_town, "other")

    assert names(own_town) == ["other", "town"]


def test_a_removed_region_is_gone_with_its_files_and_its_preference(own_town):
    regions.remove(own_town, "town")

    assert (names(own_town), regions.preferred(own_town)) == ([], "")
    assert not (own_town / "regions" / "town").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"name": "town"}', b"\xff", b"null"])
def test_a_region_whose_description_is_damaged_is_not_there_and_can_be_added_again(
    own_town, extract, content
):
    (own_town / "regions" / "town" / "region.json").write_bytes(content)
    assert names(own_town) == []

    adding.add(own_town, extract, name="town", is_replacing=True)

    assert names(own_town) == ["town"]


def test_a_disk_without_room_is_said_before_it_is_full(tmp_path, extract, monkeypatch):
    class Full:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Full)

    with pytest.raises(BuildFailed, match=r"has no room: about .* MB are needed"):
        adding.add(tmp_path / "data", extract, name="town")


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path, extract):
    (tmp_path / "data").write_text("a file")

    with pytest.raises(RoadsFailed, match=r"The region could not be made: .*Not a directory"):
        adding.add(tmp_path / "data", extract, name="town")


def test_two_that_need_a_region_of_another_version_make_it_once(own_town):
    region = adding.replace(regions.get(own_town, "town"), version="v5.27.1")
    regions.write(region)
    said, made = [], []
    both = [
        threading.Thread(target=lambda: made.append(adding.up_to_date(own_town, region, said.append)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)

    assert said.count("base map …") == 1
    assert made == [regions.get(own_town, "town")] * 2


def test_a_region_of_another_version_is_made_again(own_town):
    region = regions.get(own_town, "town")
    regions.write(adding.replace(region, version="v5.27.1"))

    made = adding.up_to_date(own_town, regions.get(own_town, "town"))

    assert made.version == region.version
    assert regions.get(own_town, "town") == made
    assert made.profiles == region.profiles


def test_a_region_of_another_version_that_was_removed_meanwhile_is_said_to_be(own_town):
    region = adding.replace(regions.get(own_town, "town"), version="v5.27.1")
    regions.remove(own_town, "town")

    with pytest.raises(RoadsFailed, match="town has been removed"):
        adding.up_to_date(own_town, region)


@pytest.mark.parametrize("seed", [2, pytest.param(range(100), marks=pytest.mark.evidence, id="evidence")])
def test_an_extract_with_a_few_wrong_bytes_is_refused_in_words_or_used(tmp_path, seed):
    tally: Counter[str] = Counter()
    for number in seed if isinstance(seed, range) else [seed]:
        file = extracts.mutated(tmp_path / "town.osm.pbf", number)

        try:
            region = adding.add(tmp_path / "data", file, name="town", is_replacing=True)
            list(gazetteer.read(region.extract))
            tally["used"] += 1
        except RoadsFailed as error:
            tally[str(error)[:60]] += 1

        assert rubbish(tmp_path / "data") == set()
    print(f"\n{tally}")
