"""Where a request comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """This will return the caller's address, believing only what our own proxies have written.

    Each proxy appends whom it heard, so with two proxies of ours the third entry from the right is the caller.
    """
    heard = [request.META.get("REMOTE_ADDR", "")]
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        heard = [*filter(None, map(str.strip, forwarded.split(","))), *heard]
    caller = heard[max(0, len(heard) - 1 - settings.TRUSTED_PROXIES)]
    try:
        return str(ip_address(caller.partition("%")[0]))  # PostgreSQL's inet knows no zones
    except ValueError:
        return None
