"""What people write, where they are reached and what opens doors never gets into a log, whatever goes wrong.

A mark is put into every field that anybody fills in, the service is led through its failures with the log at DEBUG, and
every line of the API, the worker and their libraries is searched for it.
"""

import io
import json
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.accounts.sql import snippets
from app.channels.postmark.adapter import PostmarkAdapter
from app.channels.twilio.adapter import TwilioAdapter
from app.telemetry.logs import configure_logging
from tests.api.conftest import bearer
from tests.imports import line, ndjson
from tests.mass_replies.conftest import Live
from tests.scene import postmark, twilio

MARK = "kanarie"
NUMBERS = ("2025550188", "500555012")
"""A customer's number, and those for which the sandbox makes trouble."""
SECRET = f"{MARK}-secret"
TROUBLE = ("", "invalid-", "optout-", "error-after-", "drop-after-", "garbage-", "throttled-")


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that this process logs. It is asked for before anything is opened: SQLAlchemy looks at the level then."""
    log = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", log)
        configure_logging("DEBUG")
        yield log
    configure_logging("WARNING")


def customer(number: int, prefix: str) -> dict[str, Any]:
    """A conversation that bears the mark wherever text may be."""
    address = f"{prefix}{MARK}{number}@example.com"
    contact = {
        "external_id": f"{MARK}-{number}",
        "name": f"{MARK} name",
        "first_name": MARK,
        "email": address,
        "phone": "+12025550188",
        "custom_fields": {MARK: MARK},
    }
    message = {"text": f"{MARK} lost", "provider_message_id": f"<{MARK}{number}@mail.example.com>"}
    return line(
        f"{MARK}-c{number}",
        subject=f"{MARK} subject",
        human_id=f"{MARK}-h",
        tags=[MARK],
        team=MARK,
        assignee=MARK,
        contact=contact,
        address=address,
        custom_fields={MARK: MARK},
        last_customer_message=message,
    )


async def set_up(live: Live) -> dict[str, str]:
    """Accounts with marked secrets, and what cannot be an account; answers their callback addresses."""
    callbacks = {}
    for account, secret in ((postmark(live.sandbox.url), "server_token"), (twilio(live.sandbox.url), "auth_token")):
        body = {"channel": account.channel, "provider": account.provider, "name": MARK, "config": account.config}
        saved = await live.client.put(
            f"/channel-accounts/{account.key}", json=body | {"credentials": {secret: SECRET}, "rate_per_second": 1000}
        )
        assert saved.status_code == 201, saved.text
        callbacks[account.key] = saved.json()["callback_url"]
    for bad in ({"provider": MARK}, {"config": {MARK: MARK}}, {"credentials": {MARK: SECRET}}, {MARK: SECRET}):
        body = {"channel": "email", "provider": "postmark", "name": MARK, "config": {}} | bad
        assert (await live.client.put(f"/channel-accounts/{MARK}", json=body)).status_code == 422
    return callbacks


async def bring_customers(live: Live) -> None:
    customers = [customer(number, prefix) for number, prefix in enumerate(TROUBLE)]
    texts = {"channel": "sms", "channel_account": "sms"}
    customers += [customer(100, "") | texts | {"address": "+12025550188"}]
    customers += [customer(101, "") | texts | {"address": "+15005550120"}]
    bad = (customer(200, "") | {"channel": MARK}, customer(201, "") | {MARK: MARK}, f'{{"{MARK}": ')
    kinds = {
        "application/x-ndjson": ndjson(*customers, *bad),
        "message/rfc822": f"From: {MARK} <{MARK}@example.com>\r\nSubject: {MARK}\r\n\r\n{MARK}\r\n".encode(),
        "application/mbox": f"From {MARK}\n{MARK}\n\nFrom {MARK}\n\n{MARK}".encode(),
    }
    for kind, content in kinds.items():
        query = {} if kind.endswith("ndjson") else {"channel_account": "email"}
        answer = await live.client.post(
            "/conversations/import", content=content, params=query, headers={"Content-Type": kind}
        )
        assert answer.status_code == 200, answer.text


async def ask_wrongly(live: Live, anonymous: httpx.AsyncClient) -> None:
    """Everything that a caller can get wrong, with the mark in the place that is wrong."""
    client, selection = live.client, {"filter": {"tags": {"any": [MARK]}}}
    for text in (f"{{{{ {MARK}", f"{{{{ contact.{MARK} }}}}", f"{{% {MARK} %}}", ""):
        await client.post("/mass-replies", json={"selection": selection, "message": {"text": text}})
    for filter_ in ({MARK: [MARK]}, {"tags": {MARK: [MARK]}}, {"created_at": {"from": MARK}}):
        await client.post("/conversations/search", json={"filter": filter_})
    await client.post("/mass-replies", content=f'{{"{MARK}'.encode(), headers={"Content-Type": "application/json"})
    await client.post("/mass-replies", json={"selection": {"external_ids": [MARK]}, "message": {"text": MARK}})
    await client.get(f"/conversations/{MARK}")
    await client.get(f"/{MARK}/{MARK}", params={MARK: MARK})
    await client.get("/audit-log", params={"action": MARK, "actor": MARK})
    await client.put(f"/snippets/{MARK}", json={"text": MARK})
    await client.delete(f"/contacts/{MARK}")
    for key in (SECRET, f"mr_{MARK}", "a.kanarie.c"):
        assert (await anonymous.get("/me", headers=bearer(key))).status_code == 401


async def report(anonymous: httpx.AsyncClient, callback: str) -> None:
    """A provider's reports: true ones, ones that nobody asked for, and ones that cannot be read."""
    sender = {"Email": f"stranger.{MARK}@example.com", "Name": MARK}
    inbound = {"MessageID": MARK, "FromFull": sender, "TextBody": MARK}
    bounce = {"RecordType": "Bounce", "ID": 7, "MessageID": MARK, "Email": f"{MARK}@example.com", "Details": MARK}
    for body in (inbound, bounce, {"RecordType": MARK, MARK: MARK}, [MARK], MARK):
        await anonymous.post(callback, json=body)
    await anonymous.post(callback, content=f'{{"{MARK}'.encode())
    refused = await anonymous.post(callback.partition("?")[0], params={"token": SECRET}, json=inbound)
    assert refused.status_code == 401


async def fail_inside(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors of ours, whose own words hold the mark: in a route, in a statement, in an adapter that a worker calls."""

    async def fail(*_: Any, **__: Any) -> Any:
        raise ValueError(f"{MARK}: {SECRET}")

    with monkeypatch.context() as broken:
        broken.setattr(snippets, "save_snippet", fail)
        assert (await live.client.put("/snippets/x", json={"text": MARK})).status_code == 500
    with monkeypatch.context() as broken:
        broken.setattr(PostmarkAdapter, "send", fail)
        broken.setattr(PostmarkAdapter, "send_many", fail)
        broken.setattr(TwilioAdapter, "send", fail)
        await send(live, {"external_ids": [f"{MARK}-c0", f"{MARK}-c100"]})


async def send(live: Live, selection: dict[str, Any]) -> str:
    body = {
        "selection": selection,
        "message": {"text": f"{MARK} {{{{ contact.first_name }}}}", "html": f"<p>{MARK}</p>"},
        "author": {"id": MARK, "name": MARK, "email": f"{MARK}@example.com"},
    }
    batch = (
        await live.client.post("/mass-replies", json=body, headers={"Idempotency-Key": MARK + str(selection)})
    ).json()
    await live.try_to_confirm(batch | {"recipient_count": 999})
    await live.confirm(batch)
    await live.until(batch["id"], lambda now: now["counts"]["queued"] + now["counts"]["sending"] == 0)
    return str(batch["id"])


async def decide(live: Live, id_: str) -> None:
    query = {"status": "uncertain"}
    uncertain = (await live.client.get(f"/mass-replies/{id_}/deliveries", params=query)).json()["items"]
    assert uncertain, "the sandbox loses answers"
    decision = {"outcome": "sent", "reason": MARK, "conversation_ids": [one["conversation_id"] for one in uncertain]}
    assert (await live.client.post(f"/mass-replies/{id_}/resolve", json=decision)).status_code == 202


async def test_no_text_no_address_and_no_secret_is_ever_logged(
    heard: io.StringIO, live: Live, anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    callbacks = await set_up(live)
    await bring_customers(live)
    await ask_wrongly(live, anonymous)
    id_ = await send(live, {"filter": {"tags": {"any": [MARK]}}})
    await report(anonymous, callbacks["email"])
    await anonymous.post(callbacks["sms"], data={"From": "+12025550188", "Body": MARK, "MessageSid": MARK})
    await decide(live, id_)
    await fail_inside(live, monkeypatch)
    assert (await live.client.delete(f"/contacts/{MARK}-1")).status_code == 204

    lines = heard.getvalue().splitlines()
    events = {json.loads(line).get("event") for line in lines}
    assert {"request", "request_failed", "adapter_raised", "inbound_unmatched"} <= events
    assert any('"level": "debug"' in line for line in lines)
    key = live.client.headers["Authorization"].split("_", 2)[2]
    secrets = (MARK, *NUMBERS, key, callbacks["email"].rpartition("token=")[2])
    assert [line for line in lines if any(secret in line for secret in secrets)] == []
