"""Extracts written as OpenStreetMap's XML, small enough to read."""

from pathlib import Path

import pytest
from django.conf import settings

from vrp.roads import gazetteer
from vrp.roads.base import RoadsFailed

DATA = Path(settings.BASE_DIR).parent / "shared" / "data" / "osm"


@pytest.fixture
def read(tmp_path):
    """Entries of an extract of nodes (longitude, latitude, tags) and ways (numbers of nodes, tags)."""

    def read(nodes=(), ways=(), relations=""):
        def tags(given):
            return "".join(f'<tag k="{key}" v="{value}"/>' for key, value in given.items())

        points = (
            f'<node id="{i}" version="1" lon="{lon}" lat="{lat}">{tags(given)}</node>'
            for i, (lon, lat, given) in enumerate(nodes, 1)
        )
        lines = (
            f'<way id="{i}" version="1">{"".join(map("<nd ref=%r/>".__mod__, map(str, refs)))}{tags(given)}</way>'
            for i, (refs, given) in enumerate(ways, 1)
        )
        path = tmp_path / "town.osm"
        path.write_text(f'<osm version="0.6">{"".join(points)}{"".join(lines)}{relations}</osm>')
        return list(gazetteer.read(path))

    return read


def house(number, street="Rue Grimaldi", **more):
    return {"addr:housenumber": number, "addr:street": street} | more


def test_an_address_is_one_however_many_shops_bear_it(read):
    entries = read([(7.41, 43.73, house("12")), (7.41, 43.73, house("12", name="Bakery", shop="bakery"))])

    assert [(entry.kind, entry.label) for entry in entries] == [
        ("address", "12 Rue Grimaldi"),
        ("poi", "Bakery, 12 Rue Grimaldi"),
    ]


def test_shops_of_a_chain_and_houses_of_two_villages_are_kept_apart(read):
    shop, home = {"name": "Aldi", "shop": "supermarket"}, house("1", "Hauptstraße")

    entries = read([(8.7, 49.4, shop), (8.8, 49.4, shop), (8.7, 49.4, home), (8.8, 49.4, home)])

    assert [entry.kind for entry in entries] == ["address", "address", "poi", "poi"]


def test_the_address_of_a_building_is_in_its_middle(read):
    corners = [(7.0, 43.0, {}), (7.002, 43.0, {}), (7.002, 43.002, {}), (7.0, 43.002, {})]

    (entry,) = read(corners, [([1, 2, 3, 4, 1], house("5") | {"building": "yes"})])

    assert (entry.longitude, entry.latitude) == (7.001, 43.001)


@pytest.mark.parametrize(
    ("street", "label"),
    [
        ("Rue Grimaldi", "12 Rue Grimaldi, 98000 Monaco"),
        ("Hauptstraße", "Hauptstraße 12, 98000 Monaco"),
        ("Baker Street", "12 Baker Street, 98000 Monaco"),
        ("улица Ленина", "улица Ленина 12, 98000 Monaco"),
    ],
)
def test_a_label_is_written_as_in_its_country(read, street, label):
    (entry,) = read([(7, 43, house("12", street) | {"addr:city": "Monaco", "addr:postcode": "98000"})])

    assert entry.label == label


def test_a_house_may_say_its_street_by_belonging_to_it(read):
    relation = (
        '<relation id="1" version="1"><member type="node" ref="1" role="house"/>'
        '<tag k="type" v="associatedStreet"/><tag k="name" v="Rue Basse"/></relation>'
    )

    (entry,) = read([(7, 43, {"addr:housenumber": "7"})], relations=relation)

    assert entry.label == "7 Rue Basse"


def test_a_street_is_one_entry_at_a_point_of_its_own(read):
    nodes = [(7 + i * 0.001, 43 + i * i * 0.0002, {}) for i in range(7)]
    street = {"highway": "residential", "name": "Rue Grimaldi"}

    (entry,) = read(nodes, [([1, 2, 3], street), ([3, 4, 5], street), ([5, 6, 7], street)])

    assert entry.kind == "street"
    assert (entry.longitude, entry.latitude) in [(lon, lat) for lon, lat, _ in nodes]


def test_the_same_name_in_the_next_town_is_another_street(read):
    places = [(7, 43, {"place": "town", "name": "West"}), (7.1, 43, {"place": "town", "name": "East"})]
    nodes = [(7.001, 43, {}), (7.002, 43, {}), (7.101, 43, {}), (7.102, 43, {})]
    street = {"highway": "residential", "name": "Main Street"}

    entries = read(places + nodes, [([3, 4], street), ([5, 6], street)])

    assert [entry.label for entry in entries if entry.kind == "street"] == [
        "Main Street, West",
        "Main Street, East",
    ]


def test_a_quarter_belongs_to_its_city_though_a_town_is_nearer(read):
    entries = read(
        [
            (7.42, 43.730, {"place": "city", "name": "Monaco"}),
            (7.424, 43.744, {"place": "town", "name": "Beausoleil"}),
            (7.426, 43.738, {"place": "suburb", "name": "Monte-Carlo"}),
            (7.427, 43.739, {"name": "Casino", "amenity": "casino"}),
        ]
    )

    assert entries[-1].label == "Casino, Monte-Carlo, Monaco"


def test_junctions_of_motorways_are_no_streets(read):
    tags = {"highway": "motorway_link", "name": "Monaco"}

    assert (
        read([(7, 43, {"highway": "motorway_junction", "name": "Monaco"}), (7, 43.1, {})], [([1, 2], tags)])
        == []
    )


def test_other_names_are_kept(read):
    (entry,) = read([(23.7, 37.9, {"place": "city", "name": "Αθήνα", "name:en": "Athens"})])

    assert (entry.name, entry.also) == ("Αθήνα", "Athens")


def test_a_house_of_a_way_cut_off_by_the_extract_is_passed_over(read):
    assert read([], [([8, 9], house("5"))]) == []


def test_an_extract_may_be_empty(read):
    assert read() == []


def test_what_is_no_extract_is_refused_by_name(tmp_path):
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(b"not a pbf" * 100)

    with pytest.raises(RoadsFailed, match=r"bad\.osm\.pbf cannot be read"):
        list(gazetteer.read(path))


@pytest.mark.parametrize(
    ("name", "addresses"), [("quackosm-monaco", 250), ("osrm-monaco", 60), ("ors-heidelberg", 500)]
)
def test_real_extracts_are_read_the_same_each_time(name, addresses):
    path = DATA / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip(f"no extract at {path}")

    entries = list(gazetteer.read(path))

    assert entries == list(gazetteer.read(path))
    assert sum(entry.kind == "address" for entry in entries) >= addresses
    assert sum(entry.kind == "street" for entry in entries) >= 200
