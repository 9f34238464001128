"""A bad line between a client and the server: what is to happen to the next requests is said before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "content-length", "transfer-encoding"}


@dataclass
class Line:
    """Attributes:
    mishaps: of the next requests of a method, in their order, what happens. A status is answered in place of the
        server; a callable is called before the request goes on; None loses the answer of what was done.
    sent: what the client sent, as method and headers.
    """

    url: str = ""
    mishaps: dict[str, list[int | Callable[[], object] | None]] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def headers_of(self, method: str, name: str) -> list[str]:
        return [headers[name] for sent, headers in self.sent if sent == method]


@contextmanager
def bad_line(server: str) -> Iterator[Line]:
    line = Line()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            line.sent.append((self.command, {name.lower(): value for name, value in self.headers.items()}))
            mishaps = line.mishaps.get(self.command)
            mishap = mishaps.pop(0) if mishaps else nothing
            if isinstance(mishap, int):
                self.answer(mishap, [("Retry-After", "0")], b"")
            elif mishap is None:
                self.forward()
            else:
                mishap()
                self.answer(*self.forward())

        def do_POST(self) -> None:
            self.do_GET()

        def forward(self) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = HTTPConnection(urlsplit(server).netloc)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, answer.getheaders(), content

        def answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    line.url = f"http://127.0.0.1:{listener.server_port}"
    threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield line
    finally:
        listener.shutdown()
        listener.server_close()


def nothing() -> None:
    """Happens."""
