"""Where a request comes from: one answer for all that counts and locks out, the API's limits and the sign-in page."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def address_of(request: HttpRequest | Request) -> str:
    """The caller's network address. One caller has a whole network of version 6 addresses."""
    return str(_caller(request) or "unknown")


def sign_in_address(request: HttpRequest) -> str | None:
    """The same as one address, the form in which django-axes stores it."""
    caller = _caller(request)
    return str(caller.network_address if isinstance(caller, IPv6Network) else caller) if caller else None


def _caller(request: HttpRequest | Request) -> IPv4Address | IPv6Network | None:
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # The last one is what the proxy itself saw; the ones before it anyone can write.
        text = request.META.get("HTTP_X_FORWARDED_FOR", text).rpartition(",")[2].strip()
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address if isinstance(address, IPv4Address) else IPv6Network((address, 64), strict=False)
