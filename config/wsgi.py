"""What granian serves."""

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_site = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if not environ.get("CONTENT_LENGTH") and environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        _measure_body(environ)
    return _site(environ, start_response)


def _measure_body(environ: dict[str, Any]) -> None:
    """A body sent in chunks tells no length, and Django would take it for empty.

    No more is read than shows that it is too large; what lies behind then refuses it by its length.
    """
    body = bytearray()
    while piece := environ["wsgi.input"].read(min(1 << 20, settings.MAX_BODY_BYTES + 1 - len(body))):
        body += piece
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
