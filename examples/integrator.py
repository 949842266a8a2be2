"""Send a mass reply from a program of your own. Python's standard library is enough.

    MASS_REPLY_URL=http://127.0.0.1:8000 MASS_REPLY_KEY=mr_… python3 integrator.py outage "Hi, payments work again." 2

The first word is a tag, the second the message, the third how many people you mean to write to. Any other number of
recipients is not confirmed, and nothing is sent.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

URL, KEY = os.environ["MASS_REPLY_URL"].rstrip("/"), os.environ["MASS_REPLY_KEY"]


class Refused(Exception):
    """The service said no; the message is its own words."""


def call(method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, Any]:
    """Return an answer's status, headers and body. Repeat what is safe to repeat. Raise Refused if the answer is no."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", **headers}
    request = urllib.request.Request(f"{URL}{path}", data, headers, method=method)
    for pause in (1, 2, 4, None):
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 304:
                return error.code, error.headers, None
            if error.code not in (429, 503) or pause is None:
                raise Refused(json.load(error)["detail"]) from None
            time.sleep(float(error.headers.get("Retry-After", pause)))
        except (urllib.error.URLError, TimeoutError):
            # Nobody knows whether the request arrived. Reading it again is safe; so is creating with the same
            # Idempotency-Key, and confirming the same number.
            if pause is None:
                raise
            time.sleep(pause)
    raise AssertionError("the last pause is None")


def create(tag: str, text: str) -> Any:
    """Freeze the selection and the message. The key makes a repeated request find the first one's mass reply."""
    body = {"selection": {"filter": {"tags": {"any": [tag]}}}, "message": {"text": text}}
    _, _, created = call("POST", "/mass-replies", body, **{"Idempotency-Key": str(uuid.uuid4())})
    return created if created["status"] != "preparing" else wait(created["id"], "preparing")


def wait(id_: str, *while_status: str) -> Any:
    """Poll as long as the status is one of these. An unchanged answer is a 304 without a body."""
    tag, batch = "", dict[str, Any]()
    while True:
        status, headers, body = call("GET", f"/mass-replies/{id_}", **({"If-None-Match": tag} if tag else {}))
        tag, batch = headers["ETag"], batch if status == 304 else body
        if batch["status"] not in while_status:
            return batch
        print(f"{batch['status']}: {batch['counts']}", file=sys.stderr)
        time.sleep(float(headers.get("Retry-After", 2)))


def results(id_: str) -> Any:
    """Read every page of the results."""
    cursor = ""
    while cursor is not None:
        _, _, page = call("GET", f"/mass-replies/{id_}/deliveries?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        yield from page["items"]
        cursor = page["next_cursor"]


def main(tag: str, text: str, expected: int) -> int:
    batch = create(tag, text)
    print(f"{batch['recipient_count']} of {batch['selected_count']} would get it", file=sys.stderr)
    for skipped in batch["preflight"]["skipped"]:
        print(f"{skipped['count']} skipped on {skipped['channel']}: {skipped['code']}", file=sys.stderr)
    if batch["recipient_count"] != expected:
        call("POST", f"/mass-replies/{batch['id']}/cancel")
        print(f"Not the {expected} that were meant: nothing was sent.", file=sys.stderr)
        return 4
    call("POST", f"/mass-replies/{batch['id']}/confirm", {"recipient_count": expected})
    batch = wait(batch["id"], "sending", "scheduled")
    for delivery in results(batch["id"]):
        print(delivery["external_id"], delivery["status"], (delivery["reason"] or {}).get("detail", ""), sep="\t")
    return 0 if batch["status"] == "completed" else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
    except Refused as refused:
        sys.exit(str(refused))
