"""Hear of what happens: a server for the calls of a webhook endpoint. It needs the package `standardwebhooks`.

    WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py 8088

The secret is what `PUT /webhook-endpoints/{key}` answered. Each event is printed as one line of JSON.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
SEEN: set[str] = set()
"""Ids of events that were handled. Keep them in your database, for three days at least: calls are repeated so long."""


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            WEBHOOK.verify(body, dict(self.headers))  # the body as it came, not parsed and written again
        except WebhookVerificationError:
            self.answer(401)
            return
        if self.headers["webhook-id"] not in SEEN:
            print(body.decode(), flush=True)
            SEEN.add(self.headers["webhook-id"])
        self.answer(204)  # only now: what is not answered with 2xx comes again

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard output is for the events."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
