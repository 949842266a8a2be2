"""A provider's call with anything in place of any of its values: it is read or refused, and never fails."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest

from app.channels.registry import build
from app.domain.channel_port import Adapter
from app.domain.provider_events import MalformedWebhook, Webhook, storable_event
from tests.channels.all_cases import CASES
from tests.channels.cases import ProviderCase

Path = tuple[str | int, ...]
DIGITS: Final = "9" * 5_000
"""More than `int()` reads."""
HOSTILE: Final = (
    *(
        "null",
        "true",
        "[]",
        "{}",
        "-1",
        "1e400",
        "1e308",
        "9" * 30,
        f'"{DIGITS}"',
        '["a", 1, null]',
        '{"a": {"b": [1]}}',
    ),
    *(r'"\ud800"', r'"\u0000"', '"9999-12-31T23:59:59-12:00"', '"0001-01-01T00:00:00+12:00"', '"99999999999999"', '""'),
)
"""As JSON."""
MARK: Final = "the value"


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where a body has values."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*path, name)
        yield from paths(each, (*path, name))


def with_mark(body: Any, path: Path) -> str:
    changed = parent = json.loads(json.dumps(body))
    for name in path[:-1]:
        parent = parent[name]
    parent[path[-1]] = MARK
    return json.dumps(changed)


def hostile_bodies(call: Webhook) -> Iterator[bytes]:
    if call.headers.get("content-type", "").startswith("multipart/"):
        return
    try:
        body = json.loads(call.body)
    except ValueError:
        fields = dict(parse_qsl(call.body.decode()))
        yield from (urlencode(fields | {name: each.strip('"')}).encode() for name in fields for each in HOSTILE)
        return
    for path in paths(body):
        marked = with_mark(body, path)
        yield from (marked.replace(f'"{MARK}"', each).encode() for each in HOSTILE)
    yield marked.replace(f'"{MARK}"', DIGITS).encode()


@pytest.mark.parametrize("name", sorted(set(CASES) - {"smtp"}))
async def test_whatever_a_call_holds_it_is_read_or_refused(name: str) -> None:
    case = CASES[name]()
    assert isinstance(case, ProviderCase)
    async with httpx.AsyncClient() as http:
        adapter = build(name, case.setup("http://127.0.0.1:9"), http)
        for call in (case.receipt, case.inbound, case.unknown):
            for body in hostile_bodies(call):
                with suppress(MalformedWebhook):
                    storable_in_time(adapter, replace(call, body=body))


def storable_in_time(adapter: Adapter, call: Webhook) -> None:
    for event in adapter.parse(call):
        stored = storable_event(event)
        for field in ("occurred_at", "sent_at", "up_to"):
            moment = getattr(stored, field, None)
            assert moment is None or isinstance(moment.astimezone(UTC), datetime)
