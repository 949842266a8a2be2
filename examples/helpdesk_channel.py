"""Carry a channel yourself: the other side of the provider `webhook`. It needs the package `standardwebhooks`.

    CHANNEL_SECRET=whsec_… CALLBACK_URL=https://…/callbacks/… python3 helpdesk_channel.py 8089

The secret is yours, the callback address is what `PUT /channel-accounts/{key}` answered. Here "delivering" is printing;
a second later it is reported as delivered.
"""

import json
import os
import sys
import urllib.request
import uuid
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Timer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOK, CALLBACK_URL = Webhook(os.environ["CHANNEL_SECRET"]), os.environ["CALLBACK_URL"]
TAKEN: dict[str, str] = {}
"""Our message's id by the call's. Keep it in your database: the same call must never deliver twice."""
LOCK = Lock()


def deliver(call_id: str, message: dict[str, str], to: str) -> str:
    """Deliver a message once, and return our id of it."""
    with LOCK:
        if call_id not in TAKEN:
            print(json.dumps({"to": to, "text": message["text"]}), flush=True)
            TAKEN[call_id] = str(uuid.uuid4())
        return TAKEN[call_id]


def report(type_: str, **data: str) -> None:
    """Tell mass-reply what became of a message. Repeat it, under the same id, until it is answered with 2xx."""
    now, id_ = datetime.now(UTC), str(uuid.uuid4())
    body = json.dumps({"type": type_, "timestamp": now.isoformat(), "data": data})
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": WEBHOOK.sign(id_, now, body),
        "Content-Type": "application/json",
    }
    urllib.request.urlopen(urllib.request.Request(CALLBACK_URL, body.encode(), headers), timeout=10).close()


class Channel(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            WEBHOOK.verify(body, dict(self.headers))
        except WebhookVerificationError:
            # 401 would pause the account; whoever signs wrongly is not mass-reply.
            self.answer(400, {"code": "provider_rejected", "detail": "The signature is wrong."})
            return
        data = json.loads(body)["data"]
        if not data["conversation"]["address"]:
            self.answer(422, {"code": "address_invalid", "detail": "There is no such room."})
            return
        id_ = deliver(self.headers["webhook-id"], data["message"], data["conversation"]["address"])
        self.answer(200, {"message_id": id_})
        report_later = Timer(1, report, ["message.delivered"], {"correlation": data["correlation"], "message_id": id_})
        report_later.daemon = True
        report_later.start()

    def answer(self, status: int, body: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard output is for the messages."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Channel).serve_forever()
