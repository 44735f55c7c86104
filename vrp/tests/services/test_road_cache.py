"""What roads have answered is kept in the database, and losing the database loses time only."""

import threading
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.utils import timezone

from vrp import planner
from vrp.models import RoadAnswer, RoadTable
from vrp.roads import Atlas, regions, tables
from vrp.roads.base import Watch
from vrp.roads.embedded import Embedded
from vrp.services.road_cache import RoadCache
from vrp.tests.roads import town
from vrp.tests.roads.asking import Counting, document, points, scattered

pytestmark = pytest.mark.django_db


@pytest.fixture
def roads(town_data):
    return Counting(Embedded(regions.get(town_data, "town")))


def table(roads, places, profile="car"):
    return tables.table(roads, tables.rounded(places), profile, RoadCache(), Watch())


def used(row, **ago):
    type(row).objects.filter(pk=row.pk).update(used_at=timezone.now() - timedelta(**ago))


def test_a_second_table_of_the_same_places_asks_nothing(roads):
    first = table(roads, scattered(30))
    roads.asked.clear()

    second = table(roads, scattered(30))

    assert roads.asked == []
    assert np.array_equal(first.durations, second.durations)
    assert np.array_equal(first.distances, second.distances)
    assert np.allclose(first.off, second.off, atol=0.01)


def test_one_more_place_asks_for_its_row_and_its_column_only(roads):
    places = scattered(30)
    table(roads, places[:29])
    roads.asked.clear()

    found = table(roads, places)

    assert len(roads.asked) == 59
    assert all(tuple(places[29].tolist()) in pair for pair in roads.asked)
    assert np.array_equal(found.durations, table(roads.source, places).durations)


def test_the_order_of_places_does_not_matter(roads):
    places = scattered(30)
    table(roads, places)
    roads.asked.clear()

    turned = table(roads, places[::-1])

    assert roads.asked == []
    straight = tables.table(roads, places[::-1], "car", tables.Forgetful(), Watch())
    assert np.array_equal(turned.durations, straight.durations)
    assert RoadTable.objects.count() == 1


def test_places_everywhere_on_earth_are_found_again_to_the_last_digit():
    ends = [(180, 90), (-180, -90), (0, 0)]
    anywhere = np.random.default_rng(2).uniform((-180, -90), (180, 90), (500, 2))
    places = tables.rounded(np.vstack([anywhere, ends]))
    numbers = np.zeros((len(places), len(places)), dtype=np.int32)
    RoadCache().keep("d", "car", tables.Table(places, numbers, numbers, np.zeros(len(places))))

    found = RoadCache().closest("d", "car", places[::-1])

    assert np.array_equal(found.points, places)


def test_no_way_is_kept_as_such(roads):
    places = points(town.corner(0, 0), town.corner(1, 1), town.island(0, 3))
    first = table(roads, places)

    second = table(roads, places)

    assert second.durations.tolist() == first.durations.tolist()
    assert -1 in second.durations


@pytest.mark.parametrize("change", ["dataset", "profile"])
def test_another_dataset_or_profile_never_meets_old_rows(roads, change):
    table(roads, scattered(10))
    roads.asked.clear()
    if change == "dataset":
        roads.dataset = "town-newer"

    table(roads, scattered(10), "foot" if change == "profile" else "car")

    assert len(roads.asked) == 100
    assert RoadTable.objects.count() == 2


def test_a_region_that_is_replaced_asks_again(own_town):
    old = regions.get(own_town, "town")
    places = scattered(10)
    table(Embedded(old), places)
    new = Counting(Embedded(regions.Region(**{**vars(old), "stamp": "another"})))

    table(new, places)

    assert len(new.asked) == 100


def test_where_few_places_are_known_all_are_asked(roads):
    places = scattered(30)
    table(roads, places[:10])
    roads.asked.clear()

    table(roads, places)

    assert len(roads.asked) == 900


def test_the_cache_is_trimmed_to_its_size_the_longest_unused_first(roads, settings):
    for seed in (1, 2, 3):
        table(roads, scattered(30, seed))
    one, two, three = RoadTable.objects.order_by("pk")
    used(one, hours=1)
    used(two, hours=3)
    used(three, hours=2)
    settings.ROAD_CACHE_BYTES = 3 * one.bytes

    table(roads, scattered(30, 4))

    kept = list(RoadTable.objects.order_by("pk").values_list("pk", flat=True))
    assert kept[:2] == [one.pk, three.pk]
    assert len(kept) == 3


def test_a_table_larger_than_the_cache_is_not_kept(roads, settings):
    settings.ROAD_CACHE_BYTES = 1000

    table(roads, scattered(30))

    assert RoadTable.objects.count() == 0


def test_a_table_that_is_used_counts_as_used(roads):
    table(roads, scattered(10))
    used(RoadTable.objects.get(), days=3)

    table(roads, scattered(10))

    assert RoadTable.objects.get().used_at > timezone.now() - timedelta(minutes=1)


def test_other_answers_are_kept_under_their_key():
    cache = RoadCache()

    cache.put("key", b"\x00line")
    cache.put("key", b"another")

    assert cache.get("key") == b"\x00line"
    assert cache.get("other") is None


def test_other_answers_are_bounded_too(settings):
    settings.ROAD_CACHE_BYTES = 500_000
    for number in range(8):
        RoadCache().put(f"key-{number}", b"x" * 120_000)

    assert RoadAnswer.objects.count() == 4


def test_small_answers_are_bounded_now_and_then(settings):
    settings.ROAD_CACHE_BYTES = 10_000
    for number in range(1_000):
        RoadCache().put(f"key-{number}", b"x" * 1000)

    assert RoadAnswer.objects.count() < 1_000


def test_a_row_that_is_damaged_is_asked_again(roads):
    table(roads, scattered(10))
    RoadTable.objects.update(durations=b"short")
    roads.asked.clear()

    assert table(roads, scattered(10)).durations.max() > 0


@pytest.mark.django_db(transaction=True)
def test_a_database_that_hangs_up_is_forgotten(roads):
    table(roads, scattered(10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [backend])
    other.close()
    roads.asked.clear()

    found = table(roads, scattered(10))

    assert found.durations.max() > 0
    assert len(roads.asked) == 100
    assert RoadCache().get("key") is None  # and it is there again


@pytest.mark.django_db(transaction=True)
def test_a_plan_is_made_while_the_database_is_away(town_data):
    suite = connections["default"]
    connections["default"] = PostgreSQL(suite.settings_dict | {"HOST": "127.0.0.1", "PORT": "1"})
    try:
        asked, here = document(town.corner(3, 3), town.corner(5, 1)), Atlas(town_data, cache=RoadCache())
        plan = planner.solve(asked, time_limit=0.5, atlas=here)
    finally:
        connections["default"] = suite

    assert not plan["estimated"]
    assert plan["roads"]["notes"] == []
    assert plan["routes"][0]["geometry"]


@pytest.mark.django_db(transaction=True)
def test_two_that_ask_for_the_same_at_once_both_get_it_and_it_is_kept_once(roads):
    found, together = [], threading.Barrier(4)

    def ask():
        together.wait()
        try:
            found.append(table(roads, scattered(60)).durations)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == 4
    assert all(np.array_equal(found[0], other) for other in found)
    assert RoadTable.objects.count() == 1


def test_the_shape_of_a_route_is_asked_for_once(roads):
    here = Atlas(None, {"osrm": roads}, RoadCache())
    asked = document(town.corner(3, 3), town.corner(5, 1))

    first, second = (planner.solve(asked, time_limit=0.5, atlas=here) for _ in range(2))

    assert roads.routes == 1
    assert first["routes"][0]["geometry"] == second["routes"][0]["geometry"]
