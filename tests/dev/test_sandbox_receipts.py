"""Receipts are repeated until they are taken, and never hold up a message."""

from dataclasses import replace

from app.dev.sandbox import SandboxOptions, Timing
from tests.dev.sandbox_calls import QUICK, SENDERS, TwilioSender, get, post, quick_sandbox, run_receiver, within

EMAIL = SENDERS[0]


async def test_a_receipt_that_is_not_taken_is_sent_again() -> None:
    async with run_receiver(failures=1) as receiver, quick_sandbox() as (sandbox, client):
        EMAIL.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, EMAIL.call("ann@example.com"))
        await within(5, sandbox)
        [entry] = sandbox.journal
        assert [report.taken for report in sandbox.journal.reports(entry)] == [False, True]


async def test_order_is_kept_across_attempts() -> None:
    async with run_receiver(failures=1) as receiver, quick_sandbox() as (sandbox, client):
        await post(client, sandbox, TwilioSender(receiver.url).call("+14155550100"))
        await within(5, sandbox)
        statuses = [received.form["MessageStatus"] for received in receiver.received]
        assert statuses == ["queued", "queued", "sent", "delivered"]


async def test_a_receipt_that_nobody_takes_is_given_up() -> None:
    async with quick_sandbox() as (sandbox, client):
        EMAIL.reporting_to("http://127.0.0.1:9/callbacks").register(sandbox)
        await post(client, sandbox, EMAIL.call("ann@example.com"))
        await within(5, sandbox)
        [entry] = (await get(client, sandbox, "/journal")).json["entries"]
        assert entry["receipts"] == [{"kind": "Delivery", "taken": False}] * (1 + len(QUICK.timing.retry_pauses))


async def test_receipts_can_be_turned_off() -> None:
    async with run_receiver() as receiver, quick_sandbox(replace(QUICK, receipts=False)) as (sandbox, client):
        EMAIL.reporting_to(receiver.url).register(sandbox)
        for recipient in ("ann@example.com", "bounce@example.com", "receipt-first@example.com"):
            assert (await post(client, sandbox, EMAIL.call(recipient))).status == 200
        await within(5, sandbox)
        assert receiver.received == []


async def test_refused_messages_have_no_receipts() -> None:
    async with run_receiver() as receiver, quick_sandbox() as (sandbox, client):
        EMAIL.reporting_to(receiver.url).register(sandbox)
        await post(client, sandbox, EMAIL.call("invalid@example.com"))
        await within(5, sandbox)
        assert receiver.received == []


async def test_stopping_does_not_wait_for_receipts_that_are_due_later() -> None:
    async with run_receiver() as receiver:
        async with quick_sandbox(SandboxOptions(timing=Timing(receipt_delay=60))) as (sandbox, client):
            EMAIL.reporting_to(receiver.url).register(sandbox)
            await post(client, sandbox, EMAIL.call("ann@example.com"))
        assert receiver.received == []
