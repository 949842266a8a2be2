"""How often one contact is written to within a day, judged once more at the very moment of sending."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

from app.delivery.sql import contact_limits
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.guards import Guards
from app.domain.outbound import Deferred
from app.domain.words import AccountId, Channel
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, Stage

S = DeliveryStatus


async def limited(stage: Stage, per_day: int, *batches: Batch) -> None:
    guards = json.dumps(Guards(max_per_contact_per_day=per_day).to_json())
    for batch in batches:
        await stage.runs(
            "UPDATE mass_replies SET guards = CAST(:guards AS jsonb) WHERE id = :id", id=batch.id, guards=guards
        )


async def same_contacts(stage: Stage, one: Batch, *others: Batch) -> None:
    """Give the conversations of other mass replies to the contacts of the first one, in order."""
    for batch in others:
        for mine, theirs in zip(one.conversations, batch.conversations, strict=True):
            contact = (await stage.one("SELECT contact_id FROM conversations WHERE id = :id", id=mine)).contact_id
            for table, column in (("conversations", "id"), ("deliveries", "conversation_id")):
                await stage.runs(f"UPDATE {table} SET contact_id = :c WHERE {column} = :id", c=contact, id=theirs)


async def reasons(stage: Stage, batch: Batch) -> Counter[str]:
    rows = await stage.runs(
        "SELECT coalesce(reason_code, status) AS said FROM deliveries WHERE mass_reply_id = :id", id=batch.id
    )
    return Counter(row.said for row in rows)


async def test_who_got_enough_since_the_preflight_gets_no_more(stage: Stage) -> None:
    first, second = await stage.batch(2), await stage.batch(2)
    await same_contacts(stage, first, second)
    await limited(stage, 1, second)
    carrier = Carrier()
    await stage.pump(first, carrier)
    await stage.pump(second, carrier)
    assert await reasons(stage, second) == {"contact_limit": 2}
    assert await stage.counts(second) == {"failed": 2}
    assert len(carrier.calls) == 2
    [(kind, text)] = await stage.timeline(second)
    assert kind == "system_error"
    assert "as the settings allow: 1" in text


async def test_what_was_sent_longer_than_a_day_ago_is_no_hindrance(stage: Stage) -> None:
    first, second = await stage.batch(1), await stage.batch(1)
    await same_contacts(stage, first, second)
    await limited(stage, 1, second)
    await stage.pump(first, Carrier())
    await stage.runs(
        "UPDATE deliveries SET sent_at = now() - interval '25 hours' WHERE mass_reply_id = :id", id=first.id
    )
    await stage.pump(second, Carrier())
    assert await reasons(stage, second) == {"sent": 1}


async def test_several_conversations_of_one_contact_in_one_claim_share_what_is_left(stage: Stage) -> None:
    batch = await stage.batch(4)
    first = batch.conversations[0]
    contact = (await stage.one("SELECT contact_id FROM conversations WHERE id = :id", id=first)).contact_id
    await stage.runs("UPDATE conversations SET contact_id = :contact WHERE tenant_id = :tenant", contact=contact)
    await stage.runs("UPDATE deliveries SET contact_id = :contact WHERE tenant_id = :tenant", contact=contact)
    await limited(stage, 3, batch)
    await stage.pump(batch, Carrier())
    assert await reasons(stage, batch) == {"sent": 3, "contact_limit": 1}


async def test_an_attempt_that_was_put_off_does_not_stand_in_its_own_way(stage: Stage) -> None:
    batch = await stage.batch(1)
    await limited(stage, 1, batch)
    await stage.pump(batch, Carrier(Deferred("busy", "Later.", timedelta(0))))
    assert await stage.status(batch.first) is S.QUEUED
    await stage.runs("UPDATE deliveries SET not_before = now() WHERE tenant_id = :tenant")
    await stage.pump(batch, Carrier())
    assert await stage.status(batch.first) is S.SENT


async def test_two_mass_replies_at_once_never_exceed_the_limit(stage: Stage) -> None:
    sms = await stage.sms_account()
    one, two = await stage.batch(20), await stage.batch(20, account=sms, channel=Channel.SMS)
    await same_contacts(stage, one, two)
    await limited(stage, 1, one, two)
    carrier = Carrier()
    await asyncio.gather(stage.pump(one, carrier), stage.pump(two, carrier))
    assert await reasons(stage, one) + await reasons(stage, two) == {"sent": 20, "contact_limit": 20}
    assert len(carrier.calls) == 20


async def test_a_claim_waits_for_another_that_is_counting(stage: Stage) -> None:
    """What is claimed and not yet committed would be missed by whoever counted now."""
    sms = AccountId(await stage.sms_account())
    one, two = await stage.batch(1), await stage.batch(1, account=sms, channel=Channel.SMS)
    await same_contacts(stage, one, two)
    await limited(stage, 1, one, two)
    carrier = Carrier()
    async with stage.database.begin(stage.tenant) as tx:
        await stage.claim_in(tx, one)
        await contact_limits.take_turns(tx)
        pump = asyncio.create_task(stage.pump(two, carrier))
        await stage.somebody_waits_for_a_lock()
    await pump
    assert carrier.calls == []
    assert await reasons(stage, two) == {"contact_limit": 1}
