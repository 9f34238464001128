"""A receiver of webhooks as an integrator would write one, and the words of the tests about it."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier

# A status, or what takes the handler and answers as it likes.
Reaction = int | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Message:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)

    def verify(self, secret: str) -> Any:
        """Raises: WebhookVerificationError. Not our code: the package that receivers use."""
        return Verifier(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Attributes: reactions: to the next messages, in their order; after them `usual`."""

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    usual: Reaction = 204
    refused: Callable[[dict[str, Any]], bool] = lambda event: False

    @property
    def types(self) -> list[str]:
        return [message.event["type"] for message in self.messages]

    @property
    def ids(self) -> list[str]:
        return [message.headers["webhook-id"] for message in self.messages]

    def wait_for(self, number: int, seconds: float = 20) -> None:
        eventually(lambda: len(self.messages) >= number, seconds)


def eventually(happened: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "It did not happen."
        time.sleep(0.02)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = Message(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with lock:
                reaction = receiver.reactions.pop(0) if receiver.reactions else receiver.usual
                if receiver.refused(message.event):
                    reaction = 500
                receiver.messages.append(message)
            if callable(reaction):
                reaction(self)
            else:
                self.send_response(reaction)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """Whoever sends may hang up."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}/hook?x=1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
