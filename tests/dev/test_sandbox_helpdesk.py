"""The sandbox takes our own `webhook` provider's messages as a helpdesk would."""

import pytest
from standardwebhooks import Webhook

from tests.dev.sandbox_calls import (
    WEBHOOK_SECRET,
    Call,
    HelpdeskSender,
    get,
    post,
    quick_sandbox,
    run_receiver,
    standard_webhook_headers,
    within,
)

SENDER = HelpdeskSender()


async def test_a_well_signed_message_is_accepted() -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        answer = await post(client, sandbox, SENDER.call("visitor-1", "d-3.1"))
        [entry] = sandbox.journal
        assert (answer.status, answer.json) == (200, {"message_id": entry.message_id})
        assert (entry.message.correlation, entry.message.recipient) == ("d-3.1", "visitor-1")
        assert (entry.message.channel, entry.message.headers["Webhook-Id"]) == ("other", "d-3.1")


async def test_a_tampered_body_is_401_and_not_accepted() -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        good = SENDER.call("visitor-1")
        answer = await post(client, sandbox, Call(good.path, good.body.replace(b"Hello", b"Jello"), good.headers))
        assert (answer.status, set(answer.json)) == (401, {"code", "detail"})
        assert sandbox.journal.counts().accepted == 0


@pytest.mark.parametrize(("path", "status"), [("", 200), ("?key=acme", 200), ("?key=another", 401)])
async def test_a_key_names_the_account_and_may_be_left_out_while_there_is_one(path: str, status: int) -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        good = SENDER.call("visitor-1")
        answer = await post(client, sandbox, Call("/helpdesk/messages" + path, good.body, good.headers))
        assert answer.status == status


async def test_without_a_registered_account_anything_well_formed_is_taken() -> None:
    async with quick_sandbox() as (sandbox, client):
        good = SENDER.call("visitor-1")
        answer = await post(client, sandbox, Call("/helpdesk/messages", good.body, {}))
        assert (answer.status, sandbox.journal.counts().accepted) == (200, 1)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"data": {}}', b'{"data": {"conversation": 1}}'])
async def test_what_is_no_message_is_400(body: bytes) -> None:
    async with quick_sandbox() as (sandbox, client):
        SENDER.register(sandbox)
        answer = await post(client, sandbox, Call("/helpdesk/messages", body, standard_webhook_headers("d-1.1", body)))
        assert (answer.status, set(answer.json)) == (400, {"code", "detail"})


async def test_an_empty_message_is_422() -> None:
    async with quick_sandbox() as (sandbox, client):
        answer = await post(client, sandbox, SENDER.call("visitor-1", text=""))
        assert (answer.status, answer.json["code"]) == (422, "message_empty")


@pytest.mark.parametrize(
    ("recipient", "kinds", "code"),
    [
        ("visitor-1", ["message.sent", "message.delivered"], None),
        ("bounce@example.com", ["message.sent", "message.failed"], "bounced"),
        ("undelivered@example.com", ["message.sent", "message.failed"], "unreachable"),
        ("complaint@example.com", ["message.sent", "message.delivered", "message.failed"], "complained"),
    ],
)
async def test_receipts_are_signed_as_standard_webhooks(recipient: str, kinds: list[str], code: str | None) -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        SENDER.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, SENDER.call(recipient, "d-5.2"))
        await within(5, sandbox)
        events = [Webhook(WEBHOOK_SECRET).verify(r.body, dict(r.headers)) for r in receiver.received]
        assert [event["type"] for event in events] == kinds
        assert {event["data"]["correlation"] for event in events} == {"d-5.2"}
        assert events[-1]["data"].get("code") == code
        assert len({received.headers["webhook-id"] for received in receiver.received}) == len(kinds)


async def test_an_attachment_is_kept_without_its_content() -> None:
    async with quick_sandbox() as (sandbox, client):
        good = SENDER.call("visitor-1")
        attachment = b'"attachments": [{"filename": "a.pdf", "content": "QUJD"}]'
        body = good.body.replace(b'"attachments": []', attachment)
        await post(client, sandbox, Call(good.path, body, {}))
        listed = (await get(client, sandbox, "/journal")).json["entries"]
        assert listed[0]["fields"]["message"]["attachments"] == [{"filename": "a.pdf"}]
