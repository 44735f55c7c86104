import numpy as np
import pytest

from vrp.roads import servers
from vrp.roads.base import RoadsFailed

EVERYWHERE = dict.fromkeys(servers.SERVERS, "https://roads.example")


def test_there_are_sources_for_addresses_only():
    assert list(servers.made({"graphhopper": "https://roads.example", "osrm": ""}, {})) == ["graphhopper"]


def test_sources_are_known_by_their_names():
    made = servers.made(EVERYWHERE, {"openrouteservice": "a", "graphhopper": "b"})

    assert [(name, source.name) for name, source in made.items()] == [
        (name, name) for name in servers.SERVERS
    ]


def test_tables_are_as_large_as_each_server_takes_by_itself():
    made = servers.made(EVERYWHERE, {}, dict.fromkeys(servers.SERVERS, 0))

    assert {name: (source.most_cells, source.most_points) for name, source in made.items()} == {
        "osrm": (10_000, 200),
        "valhalla": (2_500, 100),
        "openrouteservice": (3_500, 118),
        "graphhopper": (25, 10),
    }


def test_an_operator_may_allow_larger_tables():
    made = servers.made(EVERYWHERE, {}, {"osrm": 1_000_000, "valhalla": 1_000_000})

    assert (made["osrm"].most_cells, made["osrm"].most_points) == (1_000_000, 2_000)
    assert (made["valhalla"].most_cells, made["valhalla"].most_points) == (40_000, 400)
    assert made["openrouteservice"].most_cells == 3_500


def test_an_address_that_is_none_is_told_by_whoever_is_asked_and_harms_nobody_else():
    made = servers.made({"valhalla": "localhost:8002", "osrm": "https://roads.example"}, {})

    assert isinstance(made["valhalla"], servers.Unusable)
    assert made["osrm"].profile("car") == "car"
    with pytest.raises(RoadsFailed, match="address of Valhalla must be like"):
        made["valhalla"].block(np.zeros((2, 2)), [0], [1], "car")
