"""The base map under the routes: which one belongs to some places, and its tiles."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from pmtiles.reader import MmapSource, Reader
from pmtiles.tile import MagicNumberNotFound

from vrp.roads import regions
from vrp.roads.regions import NoSuchRegion, Region
from vrp.web.legend import Document
from vrp.web.page import AuthedRequest, page

CREDIT = {"text": "© OpenStreetMap contributors", "url": "https://www.openstreetmap.org/copyright"}


@page
@require_safe
def show(request: AuthedRequest, region: str, stamp: str, z: int, x: int, y: int) -> HttpResponse:
    """A tile as it lies in the file. Its address changes with the file, so browsers may keep it."""
    try:
        found = regions.get(settings.ROUTEBOOK_DATA, region)
    except NoSuchRegion as error:
        raise Http404 from error
    tiles = _tiles(found) if stamp == _stamp(found) else None
    if not tiles:
        raise Http404
    header = tiles.header()
    if not header["min_zoom"] <= z <= header["max_zoom"] or max(x, y) >= 2**z:
        raise Http404
    data = tiles.get(z, x, y)
    response = HttpResponse(data or b"", content_type="application/vnd.mapbox-vector-tile")
    if data:
        response["Content-Encoding"] = "gzip"
    else:
        response.status_code = 204
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


def covering(places: Sequence[Sequence[float]]) -> Document | None:
    """What the map needs to draw the base map under these places, or None where no region covers most of them."""
    if settings.MAP_STYLE_URL:
        return {"style": settings.MAP_STYLE_URL}
    points = np.asarray(places, np.float64)
    mapped = [region for region in regions.listed(settings.ROUTEBOOK_DATA) if _tiles(region)]
    best = max(mapped, key=lambda region: region.covers(points).sum(), default=None)
    tiles = _tiles(best) if best and best.covers(points).mean() > 0.5 else None
    if not best or not tiles:
        return None
    header = tiles.header()
    sides = (header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat"))
    corner = reverse("web:tile", args=[best.name, _stamp(best), 0, 0, 0])
    return {
        "tiles": corner.removesuffix("0/0/0.pbf") + "{z}/{x}/{y}.pbf",
        "minzoom": header["min_zoom"],
        "maxzoom": header["max_zoom"],
        "bounds": list(sides),
    }


def _tiles(region: Region) -> Reader | None:
    return _opened(region.base_map, stamp) if (stamp := _stamp(region)) else None


def _stamp(region: Region) -> str:
    """Of the map: it may be drawn anew of the same extract. Nothing where there is none."""
    try:
        return f"{region.stamp}-{region.base_map.stat().st_mtime_ns:x}"
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _opened(path: Path, stamp: str) -> Reader | None:
    """Stays open: the stamp tells when there is another file under the same name."""
    try:
        with path.open("rb") as file:
            reader = Reader(MmapSource(file))
        reader.header()
    except (OSError, ValueError, IndexError, MagicNumberNotFound):
        return None
    return reader
