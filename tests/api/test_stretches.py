"""No request holds the event loop for long, whatever is in it: while it does, nobody is answered."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest

from app.domain.words import Channel
from app.process.garbage import collect_seldom
from app.runtime import Runtime
from tests.api.test_worst_messages import TAGGED, WORST
from tests.gaps import stretches_of_the_loop
from tests.scene import SENDGRID_PRIVATE, add_account, add_conversations, helpdesk, sendgrid
from tests.siege.attacks import MANY_VALUES, SEARCHES, WRONG_IDS, helpdesk_call, sendgrid_call

LONGEST: Final = 0.2
"""Seconds of the loop's own time, twice what is promised: a busy machine counts roughly. Idle, the longest is 0.045."""

CREATE, SEARCH, IMPORT = "/mass-replies", "/conversations/search", "/conversations/import"
IDS = [str(uuid4()) for _ in range(10_000)]
MESSAGE = {"text": "Hi"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _lines(count: int, **fields: Any) -> bytes:
    return b"\n".join(_json({"external_id": f"h-{n}", "channel": "other", **fields}) for n in range(count))


def _deep(levels: int) -> Any:
    node: Any = {}
    for _ in range(levels):
        node = {"not": node}
    return node


BODIES: Mapping[str, tuple[str, bytes]] = {
    "ids that are no ids": (CREATE, _json(WRONG_IDS)),
    "ids of nobody": (CREATE, _json({"selection": {"conversation_ids": IDS}, "message": MESSAGE})),
    "ids that are numbers": (
        CREATE,
        _json({"selection": {"conversation_ids": list(range(10_000))}, "message": MESSAGE}),
    ),
    "ids of objects": (CREATE, _json({"selection": {"conversation_ids": [{}] * 20_000}, "message": MESSAGE})),
    "one id again and again": (
        CREATE,
        _json({"selection": {"conversation_ids": IDS[:1] * 10_000}, "message": MESSAGE}),
    ),
    "the worst message": (CREATE, _json({"selection": TAGGED, "message": WORST, "on_unresolved": "blank"})),
    "a preview of it": (
        "/mass-replies/preview",
        _json({"selection": TAGGED, "message": WORST, "on_unresolved": "blank"}),
    ),
    "a text of two megabytes": (CREATE, _json({"selection": TAGGED, "message": {"text": "x" * 1_900_000}})),
    "a text of tags": (CREATE, _json({"selection": TAGGED, "message": {"text": "{{ contact.name }}" * 60_000}})),
    "a text of braces": (CREATE, _json({"selection": TAGGED, "message": {"text": "{%" * 900_000}})),
    "a text of shortcodes": (CREATE, _json({"selection": TAGGED, "message": {"text": "/a " * 600_000}})),
    "html of two megabytes": (CREATE, _json({"selection": TAGGED, "message": {"text": "x", "html": "<b>x" * 400_000}})),
    "many values": (SEARCH, MANY_VALUES),
    "values just few enough": (SEARCH, b'{"filter": {"x": [' + b"[]," * 24_000 + b"[]]}}"),
    "a filter of unknown names": (SEARCH, _json({"filter": {f"x{n}": 1 for n in range(24_000)}})),
    "a filter of branches": (SEARCH, _json({"filter": {"any_of": [{} for _ in range(24_000)]}})),
    "a filter of tags": (SEARCH, _json({"filter": {"tags": {"any": [f"t{n}" for n in range(40_000)]}}})),
    "a deep filter": (SEARCH, _json({"filter": _deep(900)})),
    "a filter deeper than calls go": (SEARCH, b'{"filter": {"not": ' * 20_000 + b"{}" + b"}}" * 20_000),
    "searches": (SEARCH, _json({"filter": SEARCHES})),
    "lines": (IMPORT, _lines(500, custom_fields={f"f {n}": "x" * 50 for n in range(40)}, tags=["t"])),
    "lines of many fields": (IMPORT, _lines(300, custom_fields={f"f {n}": "x" for n in range(200)})),
    "lines of large values": (IMPORT, _lines(300, custom_fields={"f": ["x"] * 1_900})),
    "lines of many tags": (IMPORT, _lines(300, tags=[f"t{n}" for n in range(100)])),
    "lines that are none": (IMPORT, b"{}\n" * 20_000),
    "empty lines": (IMPORT, b"\n" * 150_000),
}


async def _parts(body: bytes) -> AsyncIterator[bytes]:
    """As a server hands them on."""
    for first in range(0, len(body), 65_536):
        yield body[first : first + 65_536]


@pytest.mark.parametrize("name", BODIES)
async def test_no_body_holds_the_loop(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, name: str) -> None:
    await add_account(runtime, tenant, helpdesk("http://127.0.0.1:9"))
    await add_conversations(runtime, tenant, Channel.OTHER, 20)
    path, body = BODIES[name]
    headers = NDJSON if path == IMPORT else {"Content-Type": "application/json"}
    await client.post(path, headers=headers, content=b"{}")
    collect_seldom()
    async with stretches_of_the_loop() as stretches:
        answer = await client.post(path, headers=headers, content=_parts(body))
    assert answer.status_code < 500 or answer.status_code == 503
    assert max(stretches) < LONGEST


@pytest.mark.parametrize("provider", ["helpdesk", "sendgrid"])
async def test_no_callback_holds_the_loop(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, provider: str
) -> None:
    make = {"helpdesk": helpdesk, "sendgrid": sendgrid}[provider]
    account = str(await add_account(runtime, tenant, make("http://127.0.0.1:9")))
    call = helpdesk_call(account) if provider == "helpdesk" else sendgrid_call(account, SENDGRID_PRIVATE, 1_000)
    collect_seldom()
    async with stretches_of_the_loop() as stretches:
        answer = await call.made(client)
    assert answer.status_code == 204, answer.text
    assert max(stretches) < LONGEST
