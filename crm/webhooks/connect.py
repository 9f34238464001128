"""One POST to an address that may be anyone's: checked where it connects, bounded in time and size, not redirected."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from crm.webhooks.addresses import Target, find_addresses, target_of

# For all of it, from the name to the last byte. Shorter than the database's lock_timeout, because whoever deletes a
# webhook waits for what is being sent.
TIMEOUT_SECONDS = 8.0
MAX_ANSWER = 64 * 1024
_CHUNK = 8192
USER_AGENT = "crm-webhooks/1"


@dataclass(frozen=True)
class Answer:
    """What came back: a status and the beginning of the text, or the error that there is none."""

    status: int | None
    text: str
    error: str
    milliseconds: int


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    started = time.monotonic()
    status, text, error = None, b"", ""
    try:
        target = target_of(url)
        connection = _Pinned(target, deadline=started + TIMEOUT_SECONDS)
        with _cut_off(connection):
            status, text = _exchange(connection, target, body, headers)
    except (OSError, http.client.HTTPException, ValueError) as failure:
        # Some quote what the receiver sent, which may be anything.
        error = _readable(f"{type(failure).__name__}: {failure}".encode(errors="replace"))
    elapsed = time.monotonic() - started
    return Answer(status, _readable(text), error, round(elapsed * 1000))


def _exchange(connection: _Pinned, target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    sent = {"Content-Type": "application/json", "User-Agent": USER_AGENT, "Connection": "close", **headers}
    connection.request("POST", target.path, body, sent)
    response = connection.getresponse()
    if time.monotonic() >= connection.deadline:
        raise TimeoutError  # the head was cut off, which looks like its end
    return response.status, _beginning(response)


def _beginning(response: http.client.HTTPResponse) -> bytes:
    """Of the answer. One that breaks off has told its status all the same."""
    text = b""
    with suppress(OSError, http.client.HTTPException, ValueError):
        while len(text) < MAX_ANSWER and (chunk := response.read1(_CHUNK)):
            text += chunk
    return text[:MAX_ANSWER]


def _readable(text: bytes) -> str:
    """As the database can hold it."""
    return text.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


class _Pinned(http.client.HTTPConnection):
    """Connects to an address that was checked, and to no other that the name might have by then.

    The name stays in the Host header and in the certificate that is asked for.
    """

    def __init__(self, target: Target, *, deadline: float) -> None:
        self.default_port = 443 if target.secure else 80
        super().__init__(target.host, target.port)
        self.target = target
        self.deadline = deadline
        self.wire: socket.socket | None = None

    @property
    def seconds_left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.001)

    def connect(self) -> None:
        addresses = find_addresses(self.target, seconds=self.seconds_left)
        self.sock = self.wire = self._reach(addresses)
        if self.target.secure:
            context = ssl.create_default_context()
            self.sock = self.wire = context.wrap_socket(self.wire, server_hostname=self.target.host)

    def _reach(self, addresses: list[str]) -> socket.socket:
        failures = []
        for address in addresses:
            try:
                return socket.create_connection((address, self.target.port), self.seconds_left)
            except OSError as failure:
                failures.append(failure)
        raise failures[0]


@contextmanager
def _cut_off(connection: _Pinned) -> Iterator[None]:
    """Ends whatever still runs at the deadline: a socket's own time limit begins anew with each byte."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        if connection.wire is not None:
            with suppress(OSError):
                # Not TLS's own, which would talk to the other side first.
                socket.socket.shutdown(connection.wire, socket.SHUT_RDWR)

    timer = threading.Timer(connection.seconds_left, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as failure:
        if over.is_set():
            raise TimeoutError(f"no answer within {TIMEOUT_SECONDS:g} seconds") from failure
        raise
    finally:
        timer.cancel()
        connection.close()
