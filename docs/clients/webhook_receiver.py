#!/usr/bin/env python3
"""Receives webhooks: made to be copied.
It needs `pip install standardwebhooks`.

    export WEBHOOK_SECRET=whsec_… PORT=8080
    python webhook_receiver.py
"""

from __future__ import annotations

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(os.environ["WEBHOOK_SECRET"])
# Kept where what you make of the events is kept, and written in the same transaction.
handled: set[str] = set()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Any 2xx says that it was handled: do so first, within eight seconds."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = webhook.verify(body, dict(self.headers))  # as they came
        except WebhookVerificationError:
            self.answer(400)
            return
        if event["id"] not in handled:
            print(json.dumps(event), flush=True)
            handled.add(event["id"])
        self.answer(204)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Only events are printed."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Receiver)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
