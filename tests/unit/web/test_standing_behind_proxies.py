"""The client's address behind reverse proxies: what the trusted one wrote counts, what the client claims does not."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from xuezheng.web.middleware import ClientAddressMiddleware


def seen(settings, proxies, forwarded):
    settings.TRUSTED_PROXIES = proxies
    found = []
    middleware = ClientAddressMiddleware(lambda request: found.append(request.META["REMOTE_ADDR"]) or HttpResponse())
    middleware(RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {}))
    return found[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_address_is_what_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, address):
    assert seen(settings, proxies, forwarded) == address
