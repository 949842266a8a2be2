"""The events of one call to a callback address: taken in groups, each whatever the others are, and no group in the way
of the workers.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from app.compliance.sql.identified_contact import hold_contact
from app.delivery import callbacks, customer_events
from app.delivery.callbacks import Called, take_callback
from app.delivery.receipts import take_reports
from app.delivery.sql import settlements
from app.domain.charges import Charge
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.provider_events import Inbound, Moved, ProviderEvent, Receipt, ReceiptKind, Webhook, storable_event
from app.domain.words import Channel, DeliveryId, ReasonCode
from app.store import blocked_addresses
from app.store.transactions import TenantTx
from tests.delivery.settling import accepted, claimed
from tests.delivery.stage import Stage

S = DeliveryStatus
LONG = "".join(sha256(bytes([number])).hexdigest() for number in range(200))
"""Nothing in it repeats: PostgreSQL compresses what it indexes."""


def receipt(delivery: DeliveryId, key: str | None = None, **about: Any) -> Receipt:
    values: dict[str, Any] = {"kind": ReceiptKind.DELIVERED, "provider_message_id": None, **about}
    return Receipt(event_key=key or uuid4().hex, correlation=f"{delivery}.1", **values)


async def call(stage: Stage, monkeypatch: pytest.MonkeyPatch, events: Sequence[ProviderEvent]) -> None:
    """Let the provider report these events in one call."""
    async with stage.database.begin(stage.tenant) as tx:
        sender = await stage.runtime.senders.fresh(tx, stage.account)
    monkeypatch.setattr(callbacks, "_events", lambda *_: [storable_event(each) for each in events])
    monkeypatch.setattr(type(sender.adapter), "verify", lambda *_: True)
    runtime, webhook = stage.runtime, Webhook("POST", "https://us.example.com", {}, {}, b"")
    called = Called(stage.tenant, sender)
    await take_callback(runtime.database, runtime.senders, runtime.aside, runtime.telemetry.metrics, called, webhook)


async def test_an_event_key_of_any_length_is_taken_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = await claimed(stage, 2)
    events = [receipt(each, f"{LONG}{place}") for place, each in enumerate(batch.deliveries)]
    for _ in range(2):
        await call(stage, monkeypatch, events)
    assert await stage.counts(batch) == {"delivered": 2}
    keys = [row.event_key for row in await stage.runs("SELECT event_key FROM receipts")]
    assert len(set(keys)) == len(keys) == 2
    assert all(key.startswith(LONG[:200]) and len(key.encode()) <= 1_000 for key in keys)


async def test_a_provider_s_id_of_any_length_leads_to_its_message(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the response to the call named it, and as the receipt does."""
    batch = await claimed(stage)
    await stage.settle(accepted(batch.first, id_=LONG))
    assert (await stage.row(batch.first)).provider_message_id.startswith(LONG[:200])
    event = Receipt(ReceiptKind.DELIVERED, uuid4().hex, None, LONG)
    await call(stage, monkeypatch, [event])
    assert await stage.status(batch.first) is S.DELIVERED


async def test_a_customer_with_an_endless_address_and_id_takes_no_other_event_along(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await claimed(stage)
    message = Inbound(LONG, LONG, sender=f"{LONG}@example.com", text="Hi", opted_out=True)
    block = receipt(batch.first, kind=ReceiptKind.FAILED, code=ReasonCode.BOUNCED, bad_address=f"{LONG}@example.com")
    await call(stage, monkeypatch, [message, block])
    assert await stage.status(batch.first) is S.FAILED


@pytest.mark.parametrize("error", [KeyError("?"), DBAPIError("…", None, Exception())], ids=["ours", "the database's"])
async def test_an_event_that_cannot_be_taken_holds_no_other_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    batch = await claimed(stage, 30)

    async def failing(tx: TenantTx, taken: Sequence[Any]) -> None:
        if any(each.event_key == "bad" for _, _, each in taken):
            raise error
        await take_reports(tx, taken)

    monkeypatch.setattr(callbacks, "take_reports", failing)
    events = [receipt(each, "bad" if place == 3 else None) for place, each in enumerate(batch.deliveries)]
    with pytest.raises(type(error)):
        await call(stage, monkeypatch, events)
    assert await stage.counts(batch) == {"delivered": 29, "sending": 1}


async def test_what_may_pass_ends_the_call_and_the_provider_repeats_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    async def failing(_: TenantTx, events: Sequence[Any]) -> None:
        taken.append(len(events))
        raise ConnectionResetError

    monkeypatch.setattr(callbacks, "take_reports", failing)
    batch = await claimed(stage, 30)
    with pytest.raises(ConnectionResetError):
        await call(stage, monkeypatch, [receipt(each) for each in batch.deliveries])
    assert taken == [20]


LANES = "SELECT FROM lanes WHERE mass_reply_id = :id FOR UPDATE NOWAIT"
CONVERSATIONS = "SELECT FROM conversations WHERE id = ANY (CAST(:ids AS uuid[])) FOR UPDATE NOWAIT"


@asynccontextmanager
async def waiting_for(
    stage: Stage, delivery: DeliveryId, monkeypatch: pytest.MonkeyPatch, events: Sequence[ProviderEvent]
) -> AsyncIterator[TenantTx]:
    """Let a call wait for a delivery that somebody else settles, who needs the conversation and the lane next."""
    async with stage.database.begin(stage.tenant) as tx:
        await settlements.lock(tx, [delivery])
        calling = asyncio.create_task(call(stage, monkeypatch, events))
        await stage.somebody_waits_for_a_lock()
        yield tx
    await calling


@pytest.mark.parametrize("about", [{}, {"charge": Charge.TEMPLATE}], ids=["plain", "with a price"])
async def test_receipts_wait_for_no_delivery_while_they_hold_a_lane(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, about: dict[str, Any]
) -> None:
    batch = await claimed(stage, 2)
    events = [receipt(each, **about) for each in batch.deliveries]
    async with waiting_for(stage, batch.deliveries[1], monkeypatch, events) as tx:
        await tx.execute(sa.text(LANES), id=batch.id)
    assert await stage.counts(batch) == {"delivered": 2}


async def test_receipts_wait_for_no_delivery_while_a_customer_s_message_holds_a_conversation(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await claimed(stage), await claimed(stage)
    wrote = customer_message(one.conversations[0])
    async with waiting_for(stage, two.first, monkeypatch, [wrote, receipt(two.first)]) as tx:
        await tx.execute(sa.text(CONVERSATIONS), ids=list(one.conversations))
    assert await stage.status(two.first) is S.DELIVERED
    assert ("customer_message", "Hello?") in await stage.timeline(one)


def customer_message(conversation: UUID) -> Inbound:
    return Inbound(
        event_key=uuid4().hex,
        provider_message_id=f"<{uuid4()}@example.com>",
        sender="somebody@example.com",
        text="Hello?",
        sent_at=datetime.now(UTC),
        conversation_id=conversation,
        vouched=True,
    )


async def test_the_receipts_of_one_message_are_applied_in_their_order(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = await claimed(stage, 2)
    kinds = (ReceiptKind.SENT, ReceiptKind.DELIVERED, ReceiptKind.DELIVERED, ReceiptKind.READ)
    await call(stage, monkeypatch, [receipt(each, kind=kind) for kind in kinds for each in batch.deliveries])
    assert await stage.counts(batch) == {"read": 2}
    rows = await stage.runs("SELECT kind, outcome FROM receipts WHERE delivery_id = :id ORDER BY id", id=batch.first)
    assert [(row.kind, row.outcome) for row in rows] == [
        ("sent", "applied"),
        ("delivered", "applied"),
        ("delivered", "absorbed: not_applicable"),
        ("read", "applied"),
    ]


async def test_what_a_customer_writes_while_an_erasure_is_under_way_is_taken_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The conversation that it would find may be the erased one."""
    message = Inbound("m-1", "m-1", sender="name1@example.com", text="Hi")
    async with stage.database.begin(stage.tenant) as tx:
        assert await hold_contact(tx, "nobody") is None
        calling = asyncio.create_task(call(stage, monkeypatch, [message]))
        await stage.somebody_waits_for_a_lock()
    await calling


async def test_calls_with_the_same_opt_outs_in_opposite_orders_do_not_wait_for_each_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["ann@example.com", "bob@example.com"]
    stops = [Inbound(name, name, sender=name, text="STOP", opted_out=True) for name in names]
    async with stage.database.begin(stage.tenant) as tx:
        await blocked_addresses.block(tx, Channel.EMAIL, names[0], ReasonCode.OPTED_OUT)
        calling = asyncio.create_task(call(stage, monkeypatch, [*reversed(stops)]))
        await stage.somebody_waits_for_a_lock()
        await tx.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))  # sooner than a deadlock is noticed
        await blocked_addresses.block(tx, Channel.EMAIL, names[1], ReasonCode.OPTED_OUT)
    await calling
    rows = await stage.runs("SELECT address FROM blocked_addresses ORDER BY address")
    assert [row.address for row in rows] == names


def test_only_messages_that_follow_each_other_change_places_and_those_of_one_sender_do_not() -> None:
    account: Any = SimpleNamespace(channel=Channel.SMS)
    moved = Moved("m", before=("a",), after="b")
    wrote = [Inbound(key, key, sender=key[0], text="") for key in ("b1", "a1", "b2", "a2")]
    events: list[customer_events.CustomerEvent] = [*wrote[:3], moved, *wrote[3:], wrote[0]]
    ordered = [event for _, event in customer_events._in_order_of_locks([(account, each) for each in events])]
    assert ordered == [wrote[1], wrote[0], wrote[2], moved, wrote[3], wrote[0]]


@pytest.mark.parametrize(
    ("channel", "region", "sender", "text", "choice"),
    [
        (Channel.WHATSAPP, None, "4915123456789", "Abmelden bitte", True),
        (Channel.SMS, None, "+33612345678", "Arrêtez", True),
        (Channel.SMS, "US", "+4915123456789", "Abmelden", None),
        (Channel.WHATSAPP, None, "US.13491208655302741918", "Abmelden", None),
        (Channel.WHATSAPP, None, "US.13491208655302741918", "Stop", True),
        (Channel.EMAIL, None, "ann@example.com", "Stop", None),
    ],
)
def test_a_customer_s_own_country_says_what_stop_is_if_the_account_has_none(
    channel: Channel, region: str | None, sender: str, text: str, choice: bool | None
) -> None:
    account: Any = SimpleNamespace(channel=channel, config={"region": region})
    assert customer_events._choice(account, Inbound("m", "m", sender=sender, text=text)) is choice
