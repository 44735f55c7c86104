"""Places that lie off the roads: a mistake when they are far, worth a word when they are not near."""

from collections.abc import Iterator

import numpy as np

from vrp.domain.problem import Places
from vrp.domain.request import Request
from vrp.errors import Fault, Invalid
from vrp.errors import Place as Loc
from vrp.roads.base import Note
from vrp.roads.regions import Region

WARN, REFUSE = 300, 2_000  # metres to the nearest road
TOLD = 20  # places


def looked_at(
    request: Request, places: Places, points: np.ndarray, off: np.ndarray, region: Region | None
) -> Iterator[Note]:
    """This will yield a note for each place somewhat off the road, and raise `Invalid` for those that are far, by name.

    `off` are metres by place; `region` is the one whose roads they are, where that is known.
    """
    faults, who = [], _paths(places)
    for row in np.flatnonzero(off > REFUSE).tolist():
        for path in who[row]:
            text = f"{_called(request, path)} lies {_kilometres(off[row])} from the nearest road"
            faults.append(Fault(location(path), text + _hint(points[row], region), "off_road"))
    if faults:
        raise Invalid(faults)
    for row in np.flatnonzero(off > WARN).tolist()[:TOLD]:
        path = who[row][0]
        name = _called(request, path)
        text = f"{name[0].upper()}{name[1:]} lies {off[row]:,.0f} m from the nearest road, a way that is not counted."
        yield Note(location(path), text)
    if (more := int((off > WARN).sum()) - TOLD) > 0:
        yield Note((), f"{more} more places lie more than {WARN} m from the nearest road.")


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:,.1f} km" if metres < 100_000 else f"{metres / 1000:,.0f} km"


def _hint(point: np.ndarray, region: Region | None) -> str:
    if region and region.covers(point[None, ::-1]).all():
        return f"; did you mean [{point[1]:g}, {point[0]:g}]? Places are [longitude, latitude]"
    if region and not region.covers(point[None]).all():
        return f", outside the region {region.name}; options.matrix_source straight_line would plan with estimates"
    return "; is it where it should be?"


def _paths(places: Places) -> dict[int, list[Loc]]:
    found: dict[int, list[Loc]] = {}
    for path, row in places.at.items():
        found.setdefault(row, []).append(path)
    return found


def location(path: Loc) -> Loc:
    """This will return where the place of a stop, or of a vehicle's end, stands in a request."""
    return path if path[0] == "vehicles" else (*path, "location")


def _called(request: Request, path: Loc) -> str:
    """`job 7 (Bakery)`: how people know what is at a path."""
    kind, number = str(path[0]), int(path[1])
    spec = getattr(request, kind)[number]
    name = (
        f"{kind.removesuffix('s')} {spec.id}"
        if spec.id is not None
        else f"{kind.removesuffix('s')} {number + 1}"
    )
    end = f", its {path[2]}," if len(path) > 2 else ""
    description = getattr(spec, "description", None)
    return name + (f" ({description})" if description else "") + end
