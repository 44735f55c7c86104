"""Asking geocoding servers, where an operator named any: each text once and for ever, and politely."""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

from vrp.models import GeocoderAnswer
from vrp.roads.base import RoadsFailed
from vrp.roads.geocoders import Geocoder, Nominatim, Photon
from vrp.roads.matching import Found

_SECONDS = 20.0  # for all the texts of one call: somebody is waiting
_LONGEST = 500  # characters
_ASKED_AGAIN = timedelta(days=30)  # where nothing was known: the map grows
_log = logging.getLogger(__name__)


def find_all(texts: Iterable[str]) -> dict[str, Found]:
    """This will return what the servers know, as far as there is time; what was asked before costs none.

    A server that is away has no answers: the rest of the work goes on without.
    """
    found: dict[str, Found] = {}
    left = _askable(texts)
    deadline = time.monotonic() + _SECONDS
    for geocoder in _geocoders(settings.PHOTON_URL, settings.NOMINATIM_URL):
        found |= dict(_asked(geocoder, left, deadline))
        left = [text for text in left if text not in found]
    return found


def unasked(texts: Iterable[str]) -> set[str]:
    """This will return the texts that a server could still be asked for: time ran out before, or it was away."""
    left = _askable(texts)
    return {
        text
        for geocoder in _geocoders(settings.PHOTON_URL, settings.NOMINATIM_URL)
        for text in set(left) - set(_known(geocoder, left))
    }


def is_there() -> bool:
    """This will tell whether there is any server to ask."""
    return bool(settings.PHOTON_URL or settings.NOMINATIM_URL)


def _askable(texts: Iterable[str]) -> list[str]:
    return [
        text for text in dict.fromkeys(texts) if text.strip() and len(text) <= _LONGEST and "\0" not in text
    ]


@cache
def _geocoders(photon: str, nominatim: str) -> list[Geocoder]:
    made: list[Geocoder] = []
    for kind, url in ((Photon, photon), (Nominatim, nominatim)):
        try:
            made += [kind(url)] if url else []
        except RoadsFailed as error:  # the system checks say so too
            _log.error("%s", error)
    return made


def _asked(geocoder: Geocoder, texts: list[str], deadline: float) -> Iterator[tuple[str, Found]]:
    known = _known(geocoder, texts)
    for text in texts:
        if text in known:
            answer = known[text]
        elif time.monotonic() + geocoder.pause > deadline:
            continue
        else:
            try:
                answer = _ask(geocoder, text)
            except RoadsFailed as error:
                _log.warning("%s", error)
                deadline = 0.0  # no use in asking for the others
                continue
        if answer:
            yield text, answer


def _known(geocoder: Geocoder, texts: list[str]) -> dict[str, Found | None]:
    rows = GeocoderAnswer.objects.filter(geocoder=geocoder.address, text__in=texts)
    fresh = now() - _ASKED_AGAIN
    return {row.text: _read(row.answer) for row in rows if row.answer or row.asked_at > fresh}


def _ask(geocoder: Geocoder, text: str) -> Found | None:
    """Ask and remember. The lock makes all processes together wait between two questions."""
    with transaction.atomic(), connection.cursor() as cursor:
        if geocoder.pause:
            cursor.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"asking {geocoder.address}"])
            newest = GeocoderAnswer.objects.filter(geocoder=geocoder.address).order_by("-asked_at").first()
            if newest:
                time.sleep(max(0.0, geocoder.pause - max(0.0, (now() - newest.asked_at).total_seconds())))
        found = geocoder.ask(text)
        GeocoderAnswer.objects.update_or_create(
            geocoder=geocoder.address,
            text=text,
            defaults={"answer": asdict(found) if found else None, "asked_at": now()},
        )
    return found


def _read(answer: dict[str, Any] | None) -> Found | None:
    return Found(**answer | {"location": tuple(answer["location"])}) if answer else None
