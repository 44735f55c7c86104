import pytest
from django.test import RequestFactory

from accounts.addresses import client_address


@pytest.mark.parametrize(
    ("proxies", "forwarded", "heard_from", "caller"),
    [
        (0, "", "192.0.2.1", "192.0.2.1"),
        (0, "198.51.100.9", "192.0.2.1", "192.0.2.1"),  # anybody can write the header
        (1, "198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (1, "203.0.113.5, 198.51.100.9", "10.0.0.1", "198.51.100.9"),  # the first one is a lie
        (2, "203.0.113.5, 198.51.100.9, 10.0.0.2", "10.0.0.1", "198.51.100.9"),
        (2, "198.51.100.9", "10.0.0.1", "198.51.100.9"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, " , ,", "10.0.0.1", "10.0.0.1"),
        (1, "evil", "10.0.0.1", None),
        (0, "", "2001:DB8::1", "2001:db8::1"),
        (0, "", "fe80::1%eth0", "fe80::1"),
        (0, "", "", None),
        (0, "", "unix:", None),
    ],
)
def test_the_caller_is_whom_our_own_proxies_heard(settings, proxies, forwarded, heard_from, caller):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=heard_from, HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == caller
