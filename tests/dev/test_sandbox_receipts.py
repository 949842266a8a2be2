"""Receipts are repeated until they are taken, and never hold up a message."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.dev.sandbox import Sandbox, SandboxOptions, Timing
from app.dev.sandbox.message_bus import MessageBus
from app.dev.sandbox.meta import Meta
from app.dev.sandbox.provider import HttpProvider
from app.dev.sandbox.whatsapp import WhatsApp
from tests.dev.sandbox_calls import (
    INSTAGRAM_ID,
    PAGE_ID,
    QUICK,
    SENDERS,
    MetaSender,
    Received,
    Sender,
    TwilioSender,
    WhatsAppSender,
    get,
    post,
    quick_sandbox,
    run_receiver,
    within,
)

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


AT_ONCE = replace(QUICK, receipts=False, receipts_at_once=3)


def events_of(received: Received) -> list[Mapping[str, Any]]:
    """What one call tells of, in the words of WhatsApp or Messenger."""
    changes = [change for entry in received.json["entry"] for change in entry.get("changes", ())]
    messages = [event for entry in received.json["entry"] for event in entry.get("messaging", ())]
    return [status for change in changes for status in change["value"]["statuses"]] or messages


async def tell(sandbox: Sandbox, provider: HttpProvider) -> None:
    """Send the receipts of everything that the provider has accepted."""
    for entry in sandbox.journal:
        sandbox.courier.schedule(provider, entry)
    await within(5, sandbox)


@pytest.mark.parametrize(
    ("build", "sender", "kinds"),
    [(WhatsApp, WhatsAppSender(), 3), (Meta, MetaSender(), 3)],
    ids=["whatsapp", "messenger"],
)
async def test_where_a_provider_does_so_one_call_tells_of_several_messages(
    build: Callable[[MessageBus], HttpProvider], sender: Sender, kinds: int
) -> None:
    async with run_receiver(failures=1) as receiver, quick_sandbox(AT_ONCE) as (sandbox, client):
        sender.reporting_to(receiver.url).register(sandbox)
        for number in range(4):
            await post(client, sandbox, sender.call(f"2404199000000{number}", f"d-{number}.1"))
        await tell(sandbox, provider := build(sandbox.exchange))

        assert sorted(len(events_of(each)) for each in receiver.received[:2]) == [1, 3]
        assert sum(len(events_of(each)) for each in receiver.received[1:]) == 4 * kinds
        for entry in sandbox.journal:
            told = [report.kind for report in sandbox.journal.reports(entry) if report.taken]
            assert told == list(provider.story(entry))


async def test_a_call_tells_of_the_messages_of_one_account_and_provider() -> None:
    async with run_receiver() as receiver, quick_sandbox(AT_ONCE) as (sandbox, client):
        for identity in (PAGE_ID, INSTAGRAM_ID):
            sender = MetaSender(receiver.url, identity)
            sender.register(sandbox)
            for number in range(2):
                await post(client, sandbox, sender.call(f"2404199000000{number}", f"d-{number}.1"))
        await tell(sandbox, Meta(sandbox.exchange))

        told = [{entry["id"] for entry in each.json["entry"]} for each in receiver.received]
        assert all(len(accounts) == 1 for accounts in told)
