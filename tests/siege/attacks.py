"""What a hostile tenant does with its keys and its accounts' secrets, all at once, from a process of its own.

That process is nicer than the service: in the world it would run on a machine of its own.
"""

import asyncio
import base64
import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import uvloop
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key
from standardwebhooks import Webhook as Signer

from tests.api.conftest import bearer
from tests.api.test_worst_messages import WORST
from tests.scene import STANDARD_SECRET

CHOSEN = {"filter": {"tags": {"any": ["chosen"]}}}
SEARCHES = {"any_of": [{"subject_contains": f"no such {part}", "not": {"team": ["x"]}} for part in range(5)]}
DEEP = {"any_of": [{"tags": {"any": ["bulk"], "none": ["x"]}, "not": {"subject_contains": "x"}} for _ in range(5)]}
MANY_VALUES = b'{"filter": {"x": [' + b"[]," * 600_000 + b"[]]}}"
WRONG_IDS = {"selection": {"conversation_ids": [str(n) for n in range(10_000)]}, "message": {"text": "Hi"}}
Statuses = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where it strikes, and with what in its hands."""

    url: str
    agent: str
    viewer: str
    integration: str
    helpdesk: str
    """An account's id, of which the secret is known, and so of the next."""
    sendgrid: str
    sendgrid_key: str
    batch: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """A provider's, signed."""

    path: str
    body: bytes
    headers: Mapping[str, str]

    async def made(self, http: httpx.AsyncClient) -> httpx.Response:
        return await http.post(self.path, content=self.body, headers=self.headers)


def besiege(target: Target) -> None:
    """Print how each attack was answered, as JSON."""
    os.nice(10)
    print(json.dumps(uvloop.run(_besiege(target))))  # noqa: T201 - what a process of its own has to say


async def _besiege(target: Target) -> Statuses:
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    ends = time.monotonic() + target.seconds
    limits = httpx.Limits(max_connections=None)
    async with (
        httpx.AsyncClient(base_url=target.url, limits=limits, timeout=60) as http,
        asyncio.TaskGroup() as group,
    ):
        for name, (many, attack) in _attacks(http, target).items():
            for _ in range(many):
                group.create_task(_again(attack, ends, statuses[name]))
    return statuses


async def _again(attack: Callable[[], Awaitable[httpx.Response]], ends: float, statuses: Counter[str]) -> None:
    while time.monotonic() < ends:
        try:
            answer = await attack()
        except httpx.TransportError:  # a body that nobody reads ends with its connection
            statuses["cut off"] += 1
        else:
            statuses[str(answer.status_code)] += 1


def _attacks(
    http: httpx.AsyncClient, target: Target
) -> Mapping[str, tuple[int, Callable[[], Awaitable[httpx.Response]]]]:
    """By name: how many at once, and what each does."""
    agent, viewer, integration = map(bearer, (target.agent, target.viewer, target.integration))
    worst = {"selection": CHOSEN, "message": WORST, "on_unresolved": "blank"}
    lines = _lines()

    def post(path: str, headers: Mapping[str, str], **body: Any) -> Callable[[], Awaitable[httpx.Response]]:
        return lambda: http.post(path, headers=headers, **body)

    return {
        "preview": (4, post("/mass-replies/preview", agent, json=worst)),
        "send": (2, lambda: _send(http, agent, worst)),
        "wrong ids": (2, post("/mass-replies", agent, json=WRONG_IDS)),
        "search": (10, post("/conversations/search", viewer, json={"filter": SEARCHES})),
        "deep search": (5, post("/conversations/search", viewer, json={"filter": DEEP})),
        "many values": (4, post("/conversations/search", viewer, content=MANY_VALUES)),
        "slow body": (20, lambda: http.post("/conversations/search", headers=viewer, content=_slow())),
        "stream": (20, lambda: _first_byte(http, f"/mass-replies/{target.batch}/events", viewer)),
        "import": (
            2,
            post("/conversations/import", integration | {"Content-Type": "application/x-ndjson"}, content=lines),
        ),
        "helpdesk callback": (2, lambda: helpdesk_call(target.helpdesk).made(http)),
        "sendgrid callback": (1, lambda: sendgrid_call(target.sendgrid, target.sendgrid_key, 5_000).made(http)),
        "forged callback": (4, post(f"/callbacks/{target.sendgrid}", {}, content=b"x" * 1_000_000)),
    }


async def _send(http: httpx.AsyncClient, headers: Mapping[str, str], body: Mapping[str, Any]) -> httpx.Response:
    """Have the workers render it too."""
    made = await http.post("/mass-replies", headers=headers, json=body)
    if made.status_code != 201:
        return made
    count = {"recipient_count": made.json()["recipient_count"]}
    return await http.post(f"/mass-replies/{made.json()['id']}/confirm", headers=headers, json=count)


async def _slow() -> AsyncIterator[bytes]:
    for _ in range(10):
        yield b" "
        await asyncio.sleep(0.1)


async def _first_byte(http: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> httpx.Response:
    async with http.stream("GET", path, headers=headers) as answer:
        async for _ in answer.aiter_bytes():
            break
        return answer


def _lines() -> bytes:
    fields = {f"field {number}": "x" * 50 for number in range(40)}
    return b"\n".join(
        json.dumps({"external_id": f"hostile-{n}", "channel": "other", "custom_fields": fields, "tags": ["t"]}).encode()
        for n in range(2_000)
    )


def helpdesk_call(account: str) -> Call:
    """An event of almost 2 MB that says nothing we know, new each time."""
    id_, now = uuid4().hex, datetime.now(UTC)
    body = json.dumps({"type": "x", "data": [id_] * 50_000})
    headers = {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(STANDARD_SECRET).sign(id_, now, body),
    }
    return Call(f"/callbacks/{account}", body.encode(), headers)


def sendgrid_call(account: str, private: str, count: int) -> Call:
    """Receipts of deliveries that there are none of, signed with an account's private key."""
    at = int(time.time())
    events = [
        {
            "event": "delivered",
            "sg_event_id": uuid4().hex,
            "delivery": f"{uuid4()}.1",
            "timestamp": at,
            "email": "a@b.c",
        }
        for _ in range(count)
    ]
    body, moment = json.dumps(events).encode(), str(at).encode()
    key = load_der_private_key(base64.b64decode(private), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = base64.b64encode(key.sign(moment + body, ec.ECDSA(SHA256()))).decode()
    headers = {
        "Content-Type": "application/json",
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": moment.decode(),
    }
    return Call(f"/callbacks/{account}", body, headers)
