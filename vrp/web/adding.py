"""Adding a stop to a scenario: what somebody types becomes a list of addresses, and the one chosen a job."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from vrp.errors import Conflict, Invalid
from vrp.formats import cells
from vrp.services import addresses
from vrp.web import errors
from vrp.web.page import AuthedRequest, page

_SHOWN = 8
_DAY = 86_400
_COORDINATES = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*", re.ASCII)
_PLACE = re.compile(r"(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?) ?(.*)", re.ASCII)

Point = tuple[float, float]


@dataclass(frozen=True)
class Choice:
    """A place to choose; `value` is what a form sends of it."""

    longitude: float
    latitude: float
    label: str
    kind: str = ""

    @property
    def value(self) -> str:
        return f"{self.longitude} {self.latitude} {self.label}"


class StopForm(forms.Form):
    place = forms.CharField(max_length=600, error_messages={"required": "Search for a place and choose one."})
    id = forms.CharField(max_length=200, required=False)
    description = forms.CharField(max_length=500, required=False)
    service = forms.FloatField(min_value=0, max_value=100_000, required=False)
    opens = forms.TimeField(required=False)
    closes = forms.TimeField(required=False)
    amount = forms.CharField(max_length=100, required=False)

    def clean_place(self) -> Choice:
        match = _PLACE.fullmatch(self.cleaned_data["place"])
        if not match:
            raise forms.ValidationError("Search for a place and choose one.")
        return Choice(float(match[1]), float(match[2]), match[3])

    def clean_amount(self) -> list[int]:
        try:
            return [cells.whole(part) for part in re.split(r"[;,\s]+", self.cleaned_data["amount"]) if part]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    @property
    def chosen(self) -> list[Choice]:
        """What was chosen, for the page to show again when something else was wrong."""
        place = getattr(self, "cleaned_data", {}).get("place")
        return [place] if isinstance(place, Choice) else []

    def job(self, document: dict[str, Any]) -> dict[str, Any]:
        """The job of a request that these values are."""
        given = self.cleaned_data
        place: Choice = given["place"]
        job = {
            "id": cells.identifier(given["id"]) if given["id"] else _free_id(document),
            "location": [place.longitude, place.latitude],
            "description": given["description"] or place.label,
            "service": round(60 * (given["service"] or 0)),
            "delivery": given["amount"],
            "time_windows": _window(given["opens"], given["closes"]),
            "meta": {"address": place.label} if place.label else {},
        }
        return {key: value for key, value in job.items() if value not in (0, "", [], {})}


@page
@require_safe
def suggest(request: AuthedRequest) -> HttpResponse:
    return render(request, "vrp/_addresses.html", suggestions(request.GET))


def suggestions(query: QueryDict) -> dict[str, Any]:
    """What the list of places shows for a text typed so far."""
    text = query.get("q", "").strip()
    return {"q": text, "choices": _choices(text, _point(query.get("near", "")))}


def answers(query: QueryDict, form: StopForm | None) -> dict[str, Any]:
    """The same for a text that is complete: now geocoding servers may be asked, too. Or what a refused form had."""
    if form:
        return {"q": "", "choices": form.chosen}
    shown = suggestions(query)
    if shown["q"] and not _point(shown["q"]) and (found := addresses.find(shown["q"])):
        first = Choice(*found.location, found.label, found.note)
        shown["choices"] = [first, *(choice for choice in shown["choices"] if choice.label != first.label)]
    return shown


def near(document: dict[str, Any]) -> str:
    """Some place of a request, so that of two streets with one name the one nearby is first."""
    rows = (row for key in ("vehicles", "jobs", "locations") for row in document.get(key) or ())
    places = (row.get(key) for row in rows for key in ("start", "location", "coordinates"))
    longitude, latitude = next((place for place in places if isinstance(place, list)), ("", ""))
    return f"{latitude}, {longitude}" if longitude != "" else ""


def of_the_job(error: Invalid | Conflict, position: int) -> list[str]:
    """What was wrong with the job at a position: that it is this one goes without saying."""
    if isinstance(error, Conflict):
        return errors.lines(error)
    return [
        f"{str(fault.loc[2]).replace('_', ' ')}: {fault.msg}"
        if fault.loc[:2] == ("jobs", position) and len(fault.loc) > 2
        else str(fault)
        for fault in error.faults
    ]


def _choices(text: str, nearby: Point | None) -> list[Choice]:
    if not text:
        return []
    if point := _point(text):
        return [Choice(*point, "", "coordinates")]
    found = addresses.search(text, near=nearby, limit=_SHOWN)
    return [
        Choice(row.longitude, row.latitude, row.label, row.kind if row.kind != "poi" else "") for row in found
    ]


def _point(text: str) -> Point | None:
    """Longitude and latitude out of a text that has them the other way round, as people write them."""
    match = _COORDINATES.fullmatch(text)
    if not match or abs(float(match[1])) > 90 or abs(float(match[2])) > 180:
        return None
    return float(match[2]), float(match[1])


def _free_id(document: dict[str, Any]) -> int:
    taken = {str(job.get("id")) for job in document.get("jobs") or ()}
    return next(number for number in range(len(taken) + 1, 2 * len(taken) + 2) if str(number) not in taken)


def _window(opens: time | None, closes: time | None) -> list[list[int]]:
    if opens is None and closes is None:
        return []
    return [[_seconds(opens) if opens else 0, _seconds(closes) if closes else _DAY]]


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second
