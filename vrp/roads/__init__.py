"""Travel times and distances between the places of a request: the matrices it brought, or an estimate."""

from vrp.domain import limits
from vrp.domain.problem import Places, Travel, inline_travel
from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.roads import straight_line

SOURCES = ("inline", "straight_line")


def travels(request: Request, places: Places) -> dict[str, Travel]:
    """This will return the travel between all places, by vehicle profile. Raises `Invalid` where there is none."""
    refuse_unknown(request, places)
    if request.matrices:
        return inline_travel(request)
    profiles = {vehicle.profile for vehicle in request.vehicles}
    return {profile: straight_line.travel(places, profile) for profile in profiles}


def refuse_unknown(request: Request, places: Places) -> None:
    """This will raise `Invalid` when there are no roads for the request: its source, profiles or number of places."""
    source = request.options.matrix_source or ("inline" if request.matrices else "straight_line")
    if source not in SOURCES:
        loc = ("options", "matrix_source")
        raise Invalid(
            [Fault(loc, f"there is no source {source!r}; there are {', '.join(SOURCES)}", "unknown_id")]
        )
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
