"""How routing servers are asked over HTTP: within a time, again where that may help, and only where an operator said.

No redirect is followed, answers have a largest size, and keys stay out of every text.
"""

import ipaddress
import logging
import os
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from vrp.roads.base import RoadsFailed

_CONNECT = 5.0  # seconds
_MOST_BYTES = 64_000_000
_REMEMBERED = 300.0  # seconds: servers get new data without telling anybody
# Answers that may be better in a while, and how many pauses that may take: limits are counted by the minute.
_PASSING = {429: 10, 502: 1, 503: 1, 504: 1}
_AWAY = (httpx.NetworkError, httpx.ConnectTimeout, httpx.RemoteProtocolError, httpx.ProxyError)
_HUNG_UP = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
_NOT_SHOWN = re.compile(r"[\x00-\x1f\x7f<>]+")

# They write whole addresses, keys among them, for every request.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Refused(RoadsFailed):
    """The server said no. `status` is HTTP's; `answer` what it sent along, empty where that was not JSON."""

    def __init__(self, text: str, status: int, answer: Mapping[str, Any]) -> None:
        super().__init__(text)
        self.status, self.answer = status, answer


class Away(RoadsFailed):
    """There was no answer in time, whatever was asked: nothing is known about the server."""


class _Passing(Exception):
    """Something that may be over in a while: in `wait` seconds where the server told, else in some pauses."""

    def __init__(self, text: str, pauses: int = 1, wait: float = 0.0) -> None:
        super().__init__(text)
        self.pauses, self.wait = pauses, wait


class Server:
    """One server at an address an operator set. `kind` is what its makers call it; a key is among the `secrets`.

    One question takes at most about `seconds`, with all the times it is asked again.
    """

    def __init__(
        self,
        kind: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        seconds: float = 60.0,
        attempts: int = 4,
        pause: float = 0.5,
    ) -> None:
        self._url = _checked(kind, url)
        self._headers, self._parameters = dict(headers or {}), dict(parameters or {})
        self._secrets = [*self._headers.values(), *self._parameters.values(), self._url.password]
        self._seconds, self._attempts, self._pause = seconds, attempts, pause
        self._told: dict[str, tuple[float, dict[str, Any]]] = {}
        self.host = self._url.netloc.decode()
        self.address = f"{self._url.scheme}://{self.host}{self._url.path.rstrip('/')}"
        self.title = f"{kind} at {self.host}"

    def get(self, path: str) -> dict[str, Any]:
        """This will return the JSON object of the answer. Raises `RoadsFailed`, or `Refused` where it said no."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """This will do as `get`, with a JSON body; numpy arrays in it are lists."""
        return self._ask("POST", path, orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY))

    def told(self, path: str) -> dict[str, Any]:
        """This will return what the server says of itself, asked anew after minutes; nothing where it does not say.

        Raises `Away` where it never answered.
        """
        asked_at, answer = self._told.get(path, (-_REMEMBERED, {}))
        if time.monotonic() - asked_at < _REMEMBERED:
            return answer
        try:
            answer = self.get(path)
        except Away:
            if path not in self._told:
                raise
        except RoadsFailed:
            answer = {}
        self._told[path] = time.monotonic(), answer
        return answer

    @contextmanager
    def reading(self, what: str) -> Iterator[None]:
        """This will turn what goes wrong with an answer of another shape than expected into `RoadsFailed`."""
        try:
            yield
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise self.failed(
                f"answered with something else than {what} ({self._shown(str(error))})"
            ) from error

    def failed(self, what: str) -> RoadsFailed:
        """This will return an error that names the server."""
        return RoadsFailed(self._text(what))

    def _ask(self, method: str, path: str, body: bytes | None) -> dict[str, Any]:
        deadline, attempt = time.monotonic() + self._seconds, 1
        while True:
            try:
                return self._once(method, path, body, deadline)
            except _Passing as passing:
                usual = self._pause * passing.pauses * 2 ** (attempt - 1)
                pause = passing.wait or usual * random.uniform(0.5, 1.5)
                if attempt >= self._attempts or time.monotonic() + pause > deadline:
                    raise Away(self._text(str(passing))) from passing
            time.sleep(pause)
            attempt += 1

    def _once(self, method: str, path: str, body: bytes | None, deadline: float) -> dict[str, Any]:
        try:
            try:
                answer, content = self._exchanged(method, path, body, deadline)
            except _HUNG_UP:  # as servers do without a word after so many questions (OSRM: 512)
                answer, content = self._exchanged(method, path, body, deadline)
        except _AWAY as error:
            words = f"cannot be reached ({str(error) or type(error).__name__}). Is it running, is its address right?"
            raise _Passing(words) from error
        except httpx.TimeoutException as error:
            raise Away(self._text(_TOO_SLOW.format(self._seconds))) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise self.failed(f"cannot be asked or understood ({error})") from error
        document = _json(content)
        if answer.status_code != httpx.codes.OK:
            raise self._refusal(answer, document or {}, content)
        if document is None:
            start = self._shown(content[:1_000].decode(errors="replace"))
            raise self.failed(f"answered with something else than JSON: {start!r}. Is its address right?")
        return document

    def _exchanged(
        self, method: str, path: str, body: bytes | None, deadline: float
    ) -> tuple[httpx.Response, bytes]:
        left = max(deadline - time.monotonic(), 0.1)
        headers = {"accept": "application/json", "user-agent": "Routebook", **self._headers}
        if body is not None:
            headers["content-type"] = "application/json"
        if direct := _is_loopback(self._url.host):
            headers["accept-encoding"] = "identity"  # packing costs more than sending
        query = "?" + str(httpx.QueryParams(self._parameters)) if self._parameters else ""
        with _client(os.getpid(), direct).stream(
            method,
            f"{str(self._url).rstrip('/')}{path}{query}",
            content=body,
            headers=headers,
            timeout=httpx.Timeout(left, connect=min(left, _CONNECT)),
        ) as answer:
            return answer, self._read(answer, deadline)

    def _read(self, answer: httpx.Response, deadline: float) -> bytes:
        chunks, size = [], 0
        for chunk in answer.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > _MOST_BYTES:
                raise self.failed(f"answered with more than {_MOST_BYTES // 1_000_000} MB")
            if time.monotonic() > deadline:
                raise Away(self._text(_TOO_SLOW.format(self._seconds)))
        return b"".join(chunks)

    def _refusal(self, answer: httpx.Response, document: dict[str, Any], content: bytes) -> Exception:
        said = self._shown(_message(document) or content[:1_000].decode(errors="replace"))
        words = f"answered {answer.status_code} {answer.reason_phrase}{': ' if said else ''}{said}"
        if answer.is_redirect:
            there = answer.url.join(answer.headers["location"])
            words = f"sends elsewhere, to {there.scheme}://{there.netloc.decode()}: set the address it names"
            return self.failed(words)
        if answer.status_code in _PASSING:
            wait = _wait(answer.headers.get("retry-after", ""))
            return _Passing(words, _PASSING[answer.status_code], wait)
        if answer.status_code in {401, 403}:
            words += ". Is its key right, and is it allowed to ask this?"
        return Refused(self._text(words), answer.status_code, document)

    def _text(self, what: str) -> str:
        return f"{self.title} {self._shown(what, 500)}"

    def _shown(self, text: str, most: int = 200) -> str:
        """The beginning of what somebody said, on one line, without our keys."""
        for secret in filter(None, self._secrets):
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return _NOT_SHOWN.sub(" ", text)[:most].strip()


_TOO_SLOW = "did not answer within {:g} seconds"


@lru_cache(maxsize=4)
def _client(process: int, direct: bool) -> httpx.Client:
    """One for each process: connections are kept for a while, but not into a fork. `direct`: past any proxy."""
    # OSRM hangs up after five idle seconds; who lets go first sees no error.
    return httpx.Client(trust_env=not direct, limits=httpx.Limits(keepalive_expiry=3))


def _checked(kind: str, url: str) -> httpx.URL:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL("")
    if address.scheme not in ("http", "https") or not address.host or address.query or address.fragment:
        raise RoadsFailed(f"The address of {kind} must be like https://roads.example.org/path")
    return address


def _json(content: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _message(document: Mapping[str, Any]) -> str:
    """What went wrong, where the routing servers we know write it."""
    error = document.get("error")
    if isinstance(error, dict):
        document, error = error, None
    return next((text for text in (document.get("message"), error) if isinstance(text, str)), "")


def _wait(retry_after: str) -> float:
    """Seconds, out of a number of them or a date."""
    try:
        if retry_after.isdigit():
            return float(retry_after)
        return max(parsedate_to_datetime(retry_after).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return 0.0
