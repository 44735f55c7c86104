"""Servers that know where addresses are: Nominatim and Photon, at an address an operator set."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from vrp.roads.http import Server
from vrp.roads.matching import Certainty, Found
from vrp.roads.search_words import words

_SECONDS = 10.0  # for one answer


class Geocoder(ABC):
    """One server. `pause`: how many seconds lie between two questions, whoever asks."""

    pause = 0.0

    def __init__(self, url: str) -> None:
        self._server = Server(type(self).__name__, url, seconds=_SECONDS, attempts=2)
        self.address = self._server.address
        self.title = self._server.title

    def ask(self, text: str) -> Found | None:
        """This will return what the server takes an address for, or None. Raises `RoadsFailed`."""
        answer = self._server.get(self._path(text))
        with self._server.reading("places as GeoJSON"):
            features = answer["features"]
            return self._found(features[0], text) if features else None

    def _found(self, feature: Mapping[str, Any], text: str) -> Found:
        longitude, latitude = (float(part) for part in feature["geometry"]["coordinates"][:2])
        if abs(longitude) > 180 or abs(latitude) > 90:
            raise ValueError("coordinates outside the earth")
        label, number, is_street = self._read(feature["properties"])
        label = label or text
        if number and set(words(number)) & set(words(text)):
            return Found(label, (longitude, latitude), "address")
        certainty: Certainty = "street" if number or is_street else "place"
        return Found(label, (longitude, latitude), certainty, f"only the {certainty} is known")

    @abstractmethod
    def _path(self, text: str) -> str:
        """The question, as the end of an address."""

    @abstractmethod
    def _read(self, properties: Mapping[str, Any]) -> tuple[str, str, bool]:
        """What people call it, its house number, and whether it is a street."""


class Nominatim(Geocoder):
    pause = 1.0  # the rule of the public server

    def _path(self, text: str) -> str:
        return "/search?" + urlencode({"q": text, "format": "geojson", "addressdetails": 1, "limit": 1})

    def _read(self, properties: Mapping[str, Any]) -> tuple[str, str, bool]:
        number = str(properties.get("address", {}).get("house_number", ""))
        return str(properties["display_name"]), number, properties.get("category") == "highway"


class Photon(Geocoder):
    def _path(self, text: str) -> str:
        return "/api?" + urlencode({"q": text, "limit": 1})

    def _read(self, properties: Mapping[str, Any]) -> tuple[str, str, bool]:
        number, town = str(properties.get("housenumber", "")), properties.get("city", "")
        street = f"{properties.get('street', '')} {number}".strip()
        parts = [properties.get("name", ""), street, f"{properties.get('postcode', '')} {town}".strip()]
        label = ", ".join(dict.fromkeys(str(part) for part in parts if part))
        return label, number, properties.get("type") == "street"
