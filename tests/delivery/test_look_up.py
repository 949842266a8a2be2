"""What keeps a look-up from harm: accounts that cannot be asked, and those that lead elsewhere by now."""

from typing import Any

import asyncpg
import pytest

from app.delivery import look_up as looking_up
from app.delivery.look_up import MOST_ABSENT, look_up_uncertain
from app.delivery.sql import sweeper
from app.delivery.sql.sweeper import UncertainDelivery
from app.dev import servers
from app.domain.channel_port import Absent, LookUp
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus
from app.domain.words import ReasonCode
from app.settings import Settings
from app.store.transactions import SweepTx
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, OneLine, Stage, because, report
from tests.plans import counting_rows

E, S = DeliveryEvent, DeliveryStatus


class Forgetful(Carrier):
    """Says of every message that it never had it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def look_up(self, correlation: str) -> LookUp:
        self.asked.append(correlation)
        return Absent()


async def long_uncertain(stage: Stage) -> Batch:
    batch = await stage.batch()
    await stage.claim(batch)
    await stage.settle(report(batch.first, E.LOSE_ANSWER, reason=because(ReasonCode.ANSWER_LOST)))
    await stage.runs("UPDATE deliveries SET settles_after = now() - interval '2 minutes', not_before = now()")
    return batch


@pytest.fixture(autouse=True)
async def nothing_else_uncertain(settings: Settings) -> None:
    """What other tests have left uncertain would be asked about as well."""
    connection = await asyncpg.connect(settings.database_url.replace(servers.RUNTIME, "postgres", 1))
    await connection.execute("UPDATE deliveries SET not_before = 'infinity' WHERE status = 'uncertain'")
    await connection.close()


async def look_up(stage: Stage) -> Forgetful:
    provider = Forgetful()
    await look_up_uncertain(stage.database, OneLine(stage.runtime.senders, provider))
    return provider


async def test_what_a_provider_never_had_is_queued_again(stage: Stage) -> None:
    batch = await long_uncertain(stage)
    provider = await look_up(stage)
    assert provider.asked == [f"{batch.first}.1"]
    assert await stage.status(batch.first) is S.QUEUED


async def test_a_message_that_never_arrives_is_left_to_a_person_after_a_few_attempts(stage: Stage) -> None:
    batch = await long_uncertain(stage)
    for _ in range(MOST_ABSENT):
        await look_up(stage)
        assert await stage.status(batch.first) is S.QUEUED
        await stage.runs("UPDATE deliveries SET not_before = now()")
        [taken] = await stage.claim(batch)
        lost = report(batch.first, E.LOSE_ANSWER, epoch=taken.epoch, reason=because(ReasonCode.ANSWER_LOST))
        await stage.settle(lost)
        await stage.runs("UPDATE deliveries SET settles_after = now() - interval '2 minutes', not_before = now()")
    assert (await look_up(stage)).asked == [f"{batch.first}.{MOST_ABSENT + 1}"]
    assert await stage.status(batch.first) is S.UNCERTAIN


async def test_absence_is_not_believed_of_an_account_that_was_saved_since_the_attempt(stage: Stage) -> None:
    batch = await long_uncertain(stage)
    await stage.runs("UPDATE channel_accounts SET updated_at = clock_timestamp()")
    provider = await look_up(stage)
    assert provider.asked == [f"{batch.first}.1"]
    assert await stage.status(batch.first) is S.UNCERTAIN


async def test_an_account_that_cannot_be_asked_keeps_no_other_from_being_asked(stage: Stage, other: Stage) -> None:
    stuck, batch = await long_uncertain(other), await long_uncertain(stage)
    await other.runs("UPDATE deliveries SET settles_after = now() - interval '1 hour'")
    await other.runs("DELETE FROM channel_account_routes WHERE account_id = :id", id=other.account)
    await look_up(stage)
    assert await stage.status(batch.first) is S.QUEUED
    assert await other.status(stuck.first) is S.UNCERTAIN
    assert (await look_up(stage)).asked == []


async def test_what_nobody_can_say_keeps_no_other_tenant_s_messages_from_being_asked_about(
    stage: Stage, other: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_up, "AT_ONCE", 2)
    old, asked_before, batch = await long_uncertain(other), await long_uncertain(other), await long_uncertain(stage)
    await other.runs("UPDATE deliveries SET settles_after = now() - interval '1 hour'")
    await other.runs("UPDATE deliveries SET not_before = now() - interval '1 day' WHERE id = :id", id=old.first)
    assert set((await look_up(stage)).asked) == {f"{batch.first}.1", f"{old.first}.1"}
    assert await other.status(asked_before.first) is S.UNCERTAIN


async def test_of_very_many_uncertain_deliveries_each_round_reads_some_and_all_have_their_turn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, asked, read = 20, list[str](), list[int]()
    batch, find = await stage.batch(6 * size), sweeper.uncertain_deliveries
    uncertain = """
        UPDATE deliveries d SET status = 'uncertain', epoch = 1, settles_after = now() - n * interval '1 minute'
        FROM (SELECT id, 2 + row_number() OVER () / 3 AS n FROM deliveries WHERE mass_reply_id = :id) v
        WHERE d.id = v.id
    """
    await stage.runs(uncertain, id=batch.id)

    async def counted(tx: SweepTx, *about: Any) -> list[UncertainDelivery]:
        async with counting_rows(tx) as rows:
            found = await find(tx, *about)
        read.append(rows["deliveries"])
        return found

    async def noted(_: object, __: object, delivery: UncertainDelivery) -> None:
        asked.append(str(delivery.id))

    monkeypatch.setattr(looking_up, "ROUND", size)
    monkeypatch.setattr(looking_up, "AT_ONCE", 2 * size)
    monkeypatch.setattr(sweeper, "uncertain_deliveries", counted)
    monkeypatch.setattr(looking_up, "_ask_safely", noted)
    since = await look_up_uncertain(stage.database, stage.runtime.senders)
    while since is not None:
        since = await look_up_uncertain(stage.database, stage.runtime.senders, since)
    assert sorted(asked) == sorted(map(str, batch.deliveries))
    assert max(read) <= 2 * size, read
    assert len(read) >= 6
