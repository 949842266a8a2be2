"""The bodies of providers' calls: how much of one is read, and what in it is left out or refused."""

import hmac
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.delivery import callbacks
from app.runtime import Runtime
from tests.api.conftest import stored_rows
from tests.api.test_problems import assert_problem
from tests.scene import (
    META_SECRETS,
    SENDGRID_PRIVATE,
    Account,
    add_account,
    messenger,
    postmark,
    sendgrid,
    twilio,
    whatsapp,
)
from tests.siege.attacks import sendgrid_call

API = "https://api.example.com"


class Counted:
    """A body without a length, which counts what of it was asked for."""

    def __init__(self, size: int) -> None:
        self.left, self.read = size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.left > 0:
            part = b"x" * min(self.left, 50_000)
            self.left -= len(part)
            self.read += len(part)
            yield part


@pytest.mark.parametrize(
    ("account", "headers", "limit"),
    [
        (twilio(API), {"X-Twilio-Signature": "bm8="}, 64_000),
        (messenger(API), {"X-Hub-Signature-256": "sha256=00"}, 1_000_000),
        (whatsapp(API), {"X-Hub-Signature-256": "sha256=00"}, 3_000_000),
    ],
    ids=["twilio", "meta", "whatsapp"],
)
async def test_a_callback_is_read_as_far_as_its_provider_s_are_long(
    account: Account,
    headers: dict[str, str],
    limit: int,
    anonymous: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
) -> None:
    address = f"/callbacks/{await add_account(runtime, tenant, account)}"

    problem = assert_problem(
        await anonymous.post(address, content=b"x" * (limit + 1), headers=headers), 413, "body_too_large"
    )
    assert f"{limit:,}" in problem["detail"]
    assert (await anonymous.post(address, content=b"x" * limit, headers=headers)).status_code == 401


@pytest.mark.parametrize("account", [twilio(API), messenger(API), postmark(API), sendgrid(API)], ids=lambda a: a.key)
async def test_of_a_callback_without_signature_or_secret_no_byte_is_read(
    account: Account, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    id_ = await add_account(runtime, tenant, account)
    for address, status in ((f"/callbacks/{id_}?token=guess", 401), (f"/callbacks/{uuid4()}", 404)):
        body = Counted(40_000_000)
        response = await anonymous.post(address, content=body)
        assert (response.status_code, body.read) == (status, 0)


UNSTORABLE = ["NUL \x00 in it", "half \ud83d of a character"]


@pytest.mark.parametrize("text", UNSTORABLE, ids=["nul", "surrogate"])
async def test_what_a_database_cannot_hold_is_left_out_of_a_callback(
    text: str, anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, messenger(API))
    message = {
        "sender": {"id": f"12345{text}"},
        "recipient": {"id": text},
        "timestamp": 1777626000000,
        "message": {"mid": f"m_{text}", "text": text, "reply_to": {"mid": text}},
        "limit": float("inf"),
        text: text,
    }
    body = {"object": "page", "entry": [{"id": text, "time": 1777626000000, "messaging": [message, {text: text}]}]}
    content = json.dumps(body).encode()
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    response = await anonymous.post(
        f"/callbacks/{account}", content=content, headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    assert response.status_code == 204, response.text
    assert "in it" in (stored := await stored_rows(runtime.database, tenant, "receipts")) or "of a character" in stored


async def test_a_callback_of_more_values_than_are_read_is_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.channels.callback_bodies.MOST_CALLBACK_VALUES", 100)
    account = await add_account(runtime, tenant, messenger(API))
    content = b'{"object": "page", "entry": [' + b"[]," * 100 + b"[]]}"
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    problem = assert_problem(
        await anonymous.post(f"/callbacks/{account}", content=content, headers=headers), 422, "invalid_request"
    )
    assert "100 values" in problem["detail"]


async def test_the_events_of_a_callback_are_taken_in_groups_and_too_many_are_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, really = list[int](), callbacks._take_group

    async def take(*arguments: Any) -> None:
        taken.append(len(arguments[5]))
        await really(*arguments)

    monkeypatch.setattr(callbacks, "_take_group", take)
    monkeypatch.setattr(callbacks, "MOST_EVENTS", 45)
    account = str(await add_account(runtime, tenant, sendgrid(API)))
    assert (await sendgrid_call(account, SENDGRID_PRIVATE, 45).made(anonymous)).status_code == 204
    assert taken == [20, 20, 5]
    problem = assert_problem(await sendgrid_call(account, SENDGRID_PRIVATE, 46).made(anonymous), 422, "invalid_request")
    assert "at most 45 are accepted" in problem["detail"]
    assert taken == [20, 20, 5]


async def test_a_callback_nested_without_end_is_refused(
    anonymous: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    account = await add_account(runtime, tenant, messenger(API))
    content = b'{"object": "page", "entry": [{"messaging": [{"a":' + b'{"a":' * 700 + b"1" + b"}" * 700 + b"}]}]}"
    signature = hmac.new(META_SECRETS["app_secret"].encode(), content, sha256).hexdigest()
    response = await anonymous.post(
        f"/callbacks/{account}", content=content, headers={"X-Hub-Signature-256": f"sha256={signature}"}
    )
    assert response.status_code in (204, 422), response.text
