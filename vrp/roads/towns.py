"""Which city the things of an extract are in."""

from collections.abc import Mapping
from math import cos, hypot, radians
from typing import NamedTuple

from vrp.roads.nearby import Nearby

SETTLEMENTS = {"city": 2.3, "town": 1.0, "village": 1.2}  # how far each draws the quarters around it
QUARTERS = ("suburb", "quarter", "neighbourhood", "borough")
_HOUSE_NEARBY, _HOUSE_IN_SIGHT, _QUARTER_NEARBY, _SETTLEMENT_NEARBY = 300.0, 5_000.0, 1_500.0, 20_000.0


class Thing(NamedTuple):
    """An object of OpenStreetMap with its tags and its middle."""

    tags: Mapping[str, str]
    longitude: float
    latitude: float


class Where(NamedTuple):
    city: str = ""
    postcode: str = ""
    district: str = ""
    town: str = ""  # what the city belongs to, as far as the map tells


class Towns:
    """Which city something is in: its own address says so, else houses nearby, else the nearest town or quarter.

    Borders would tell better, but an extract cuts most of them."""

    def __init__(self, things: list[Thing]) -> None:
        named = [thing for thing in things if "name" in thing.tags]
        settlements = [thing for thing in named if thing.tags.get("place") in SETTLEMENTS]
        self.houses: Nearby[tuple[str, str]] = Nearby()
        self.quarters: Nearby[str] = Nearby()
        self.towns: Nearby[str] = Nearby()
        for thing in things:
            if city := thing.tags.get("addr:city"):
                self.houses.add(thing.longitude, thing.latitude, (city, _postcode_of(thing.tags)))
        for thing in settlements:
            self.towns.add(thing.longitude, thing.latitude, thing.tags["name"])
        for thing in named:
            if thing.tags.get("place") in QUARTERS and settlements:
                self.quarters.add(thing.longitude, thing.latitude, thing.tags["name"])
                self.towns.add(thing.longitude, thing.latitude, _city_of_quarter(thing, settlements))

    def of(self, thing: Thing) -> Where:
        """This will tell where something is; what nothing tells is empty."""
        at = thing.longitude, thing.latitude
        own, postcode = thing.tags.get("addr:city", ""), _postcode_of(thing.tags)
        district = thing.tags.get("addr:suburb") or self.quarters.nearest(*at, _QUARTER_NEARBY) or ""
        town = self.towns.nearest(*at, _SETTLEMENT_NEARBY) or ""
        if own:
            return Where(own, postcode, district, town)
        if house := self.houses.nearest(*at, _HOUSE_NEARBY):
            return Where(house[0], postcode or house[1], district, town)
        house = None if town else self.houses.nearest(*at, _HOUSE_IN_SIGHT)
        return Where(house[0] if house else town, postcode, district, town)


def _city_of_quarter(quarter: Thing, settlements: list[Thing]) -> str:
    def pull(town: Thing) -> float:
        across = (town.longitude - quarter.longitude) * cos(radians(quarter.latitude))
        return hypot(across, town.latitude - quarter.latitude) / SETTLEMENTS[town.tags["place"]]

    return min(settlements, key=pull).tags["name"]


def _postcode_of(tags: Mapping[str, str]) -> str:
    return tags.get("addr:postcode", "")[:20]
