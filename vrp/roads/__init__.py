"""Travel times, distances and shapes of roads: the matrices a request brought, a road network, or an estimate."""

from vrp.domain import limits
from vrp.domain.problem import Places, inline_travel
from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.roads import atlas as atlases
from vrp.roads import straight_line
from vrp.roads.atlas import Atlas
from vrp.roads.base import Watch
from vrp.roads.measuring import Roads

SOURCES = ("inline", "straight_line", *atlases.NAMES)


def measure(request: Request, places: Places, atlas: Atlas, watch: Watch) -> Roads:
    """This will return travel between all places, by vehicle profile, and where it comes from.

    Raises `Invalid` where there is none, `RoadsFailed` where a source that the request named gives no answer, and
    `RoadsStopped` when the watch says so.
    """
    refuse_unknown(request, places, atlas)
    if request.matrices:
        return Roads(inline_travel(request), "inline")
    return atlases.measure(request, places, atlas, watch)


def refuse_unknown(request: Request, places: Places, atlas: Atlas) -> None:
    """This will raise `Invalid` when there are no roads for the request: its source, profiles or number of places."""
    source = request.options.matrix_source or ("inline" if request.matrices else "straight_line")
    if source not in SOURCES:
        raise _bad_source(f"there is no source {source!r}; there are {', '.join(SOURCES)}")
    if source in atlases.NAMES and not request.matrices and not atlas.has(source):
        raise _bad_source(f"{source} is not set up here; there are {', '.join(atlas.sources)}")
    if request.matrices and source != "inline":
        raise _bad_source(f"says {source}, and there are matrices: leave one of them out")
    if source == "inline" and not request.matrices:
        raise Invalid([Fault(("matrices",), "are needed when options.matrix_source is inline", "missing")])
    if request.matrices:
        return
    size = len(places.rows)
    if size > limits.MAX_PLACES:
        raise Invalid(
            [Fault(("jobs",), f"{size} different places; the limit is {limits.MAX_PLACES}", "too_long")]
        )
    profiles = {vehicle.profile: i for i, vehicle in reversed(list(enumerate(request.vehicles)))}
    unknown = [
        Fault(
            ("vehicles", i, "profile"),
            f"there are no roads for {profile!r}; there are {', '.join(sorted(straight_line.PROFILES))},"
            " or give a matrix for it",
            "unknown_profile",
        )
        for profile, i in profiles.items()
        if profile not in straight_line.PROFILES
    ]
    if unknown:
        raise Invalid(unknown)


def _bad_source(text: str) -> Invalid:
    return Invalid([Fault(("options", "matrix_source"), text, "unknown_id")])
