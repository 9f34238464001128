"""Which addresses webhooks may lead to: none of the server's own network, unless a setting opens it."""

import ipaddress
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.types import Text

# All that is routed; what wraps an IPv4 address (mapped, translated) lies outside of it.
_UNICAST = ipaddress.ip_network("2000::/3")
_6TO4 = ipaddress.ip_network("2002::/16")
LOOKUP_SECONDS = 2


class Forbidden(OSError):
    """The name leads to an address that may not be called."""


@dataclass(frozen=True)
class Target:
    """Where a URL leads, taken apart once so that what is checked is what is called."""

    host: str
    port: int
    path: str
    secure: bool


def target_of(url: str) -> Target:
    """Raises: ValueError, where it is no http or https URL, or holds what none needs to be called."""
    parts = urlsplit(url)
    if not (url.isascii() and url.isprintable() and " " not in url and "\\" not in url):
        raise ValueError("characters")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError("parts")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    return Target(parts.hostname, port, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", secure)


def address_errors(url: str) -> list[Text]:
    """What stands against the address of a webhook. It may ask the name service: call it outside of transactions.

    A name that leads nowhere now is taken: it is looked up, and judged, before each delivery.
    """
    try:
        target = target_of(url)
    except ValueError:
        return [_("Enter an address such as https://example.com/events, without a user, password or #fragment.")]
    if settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES:
        return []
    if not target.secure:
        return [_("Enter an address that begins with https://.")]
    try:
        find_addresses(target, seconds=LOOKUP_SECONDS)
    except Forbidden:
        return [_("This address leads into a private network. Enter a public one.")]
    except OSError:
        return []
    return []


def find_addresses(target: Target, *, seconds: float) -> list[str]:
    """The numeric addresses of the host, which may be called.

    Raises:
        Forbidden: where any of them may not be.
        OSError: where there are none, or the name service takes too long.
    """
    found = _look_up(target, seconds)
    refused = [address for address in found if not is_allowed(address)]
    if refused:
        raise Forbidden(f"{target.host} leads to {refused[0]}, which is not a public address")
    return found


def is_allowed(address: str) -> bool:
    return settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES or is_public(address)


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _UNICAST or ip in _6TO4):
        return False
    return ip.is_global and not ip.is_multicast


def _look_up(target: Target, seconds: float) -> list[str]:
    """The system's look-up has no time limit of its own."""
    answer: list[list[str] | OSError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            answer.append(list(dict.fromkeys(str(each[4][0]) for each in found)))
        except (OSError, UnicodeError) as error:
            answer.append(error if isinstance(error, OSError) else OSError(f"{target.host} is no name"))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer:
        raise TimeoutError(f"looking up {target.host} took too long")
    if isinstance(answer[0], OSError):
        raise answer[0]
    return answer[0]
