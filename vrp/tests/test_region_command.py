"""`manage.py region` as an operator calls it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from vrp.management.commands.region import name_of
from vrp.models import Address
from vrp.roads import regions
from vrp.tests.roads import extracts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("osrm")]


@pytest.fixture
def region(settings, tmp_path, capsys):
    """Calls the command on a data folder of its own; returns its exit status and all it said."""
    settings.ROUTEBOOK_DATA = tmp_path / "data"

    def call(*words):
        status = 0
        try:
            call_command("region", *map(str, words))
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return status, said.out + said.err

    return call


@pytest.fixture
def extract(tmp_path):
    return extracts.town_extract(tmp_path / "town.osm.pbf")


@pytest.fixture
def town(own_town, settings, region):
    """The same, where the region `town` is there already."""
    settings.ROUTEBOOK_DATA = own_town
    return region


def names(settings):
    return [found.name for found in regions.listed(settings.ROUTEBOOK_DATA)]


def test_add_makes_a_region_called_after_its_file_and_says_what_it_does(region, extract, settings):
    status, said = region("add", extract)

    assert (status, names(settings)) == (0, ["town"])
    for words in (
        "reading town.osm.pbf",
        "roads for car (CH)",
        "base map",
        "calibrating",
        "addresses",
        "* town",
    ):
        assert words in said


def test_add_loads_the_addresses(region, extract, settings):
    region("add", extract, "--name", "here")

    assert "Row 1" in Address.objects.filter(region="here").values_list("label", flat=True)


def test_add_makes_the_profiles_asked_for_with_the_algorithm_asked_for(region, extract, settings):
    region("add", extract, "--profiles", "foot, car,foot", "--algorithm", "mld")

    (made,) = regions.listed(settings.ROUTEBOOK_DATA)
    assert (made.profiles, made.algorithms) == (("foot", "car"), {"foot": "MLD", "car": "MLD"})


@pytest.mark.parametrize("profiles", ["truck", "car,hovercraft", "", ","])
def test_add_refuses_profiles_that_there_are_not(region, extract, settings, profiles):
    status, said = region("add", extract, "--profiles", profiles)

    assert (status, names(settings)) == (2, [])
    assert "choose of car, bicycle, foot" in said


@pytest.mark.parametrize("name", ["../x", "a/b", "Ä", "x" * 51])
def test_add_refuses_a_name_that_could_not_be_a_folder(region, extract, settings, name):
    status, said = region("add", extract, "--name", name)

    assert (status, names(settings)) == (2, [])
    assert "cannot be a region's name" in said


def test_add_says_what_is_wrong_with_an_extract(region, tmp_path, settings):
    status, said = region("add", extracts.broken_off(tmp_path / "half.osm.pbf"))

    assert (status, names(settings)) == (2, [])
    assert "cannot be read as an .osm.pbf" in said
    assert "Traceback" not in said


def test_add_says_that_a_file_is_not_there(region, tmp_path):
    assert region("add", tmp_path / "nowhere.osm.pbf")[0] == 2


def test_add_refuses_a_second_region_of_a_name_but_replaces_it_where_told(town, extract):
    assert town("add", extract) == (2, "There is a region 'town' already; remove it first, or replace it.\n")

    assert town("add", extract, "--replace")[0] == 0


def test_add_says_so_where_osrm_is_not_installed(region, extract, monkeypatch, tmp_path):
    monkeypatch.setenv("ROUTEBOOK_OSRM", str(tmp_path))

    status, said = region("add", extract)

    assert status == 2
    assert "vrp/roads/fetch.py" in said


def test_add_keeps_the_roads_where_the_database_is_away_and_says_so(region, extract, settings):
    suite = connections["default"]
    connections["default"] = PostgreSQL(suite.settings_dict | {"HOST": "127.0.0.1", "PORT": "1"})
    try:
        status, said = region("add", extract)
    finally:
        connections["default"] = suite

    assert (status, names(settings)) == (1, ["town"])
    assert "addresses of the region could not be changed" in said


def test_list_shows_the_regions_and_marks_the_one_in_use(town, extract):
    town("add", extract, "--name", "other")

    _, said = town("list")

    assert said.splitlines()[0].startswith("* town ")
    assert "car (CH), foot (MLD)" in said
    assert "with base map" in said
    assert said.splitlines()[1].startswith("  other ")


def test_list_of_no_regions_is_empty(region):
    assert region("list") == (0, "")


def test_use_prefers_a_region(town, extract, settings):
    town("add", extract, "--name", "other")

    town("use", "other")

    assert names(settings) == ["other", "town"]


def test_remove_deletes_a_region_and_its_addresses(region, extract, settings):
    region("add", extract)

    assert region("remove", "town") == (0, "town is gone.\n")

    assert (names(settings), Address.objects.count()) == ([], 0)


@pytest.mark.parametrize("verb", ["use", "remove"])
@pytest.mark.parametrize("name", ["elsewhere", "../town", ".", ""])
def test_a_region_that_is_not_there_is_said_not_to_be(town, settings, verb, name):
    status, said = town(verb, name)

    assert (status, names(settings)) == (2, ["town"])
    assert f"There is no region {name!r}; there are: town." in said


def test_a_verb_is_needed(region):
    with pytest.raises(CommandError):
        region()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("monaco-latest.osm.pbf", "monaco"),
        ("Île de France.osm.pbf", "le-de-france"),
        ("berlin.pbf", "berlin"),
        ("---.osm.pbf", "region"),
        ("日本.osm.pbf", "region"),
        ("x" * 80 + ".osm.pbf", "x" * 50),
    ],
)
def test_a_region_is_called_after_its_file(tmp_path, file, name):
    assert name_of(tmp_path / file) == name
    assert regions.check_name(name)
