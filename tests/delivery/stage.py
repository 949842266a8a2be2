"""A mass reply that is being sent, made straight in the database, and eyes to see what became of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from app.delivery.pump import Pump
from app.delivery.pump_context import Pace, PumpContext
from app.delivery.receipts import take_reports
from app.delivery.record import Recorder
from app.delivery.senders import AccountSender, PlanCache, SenderCache
from app.delivery.settle import Report, settle
from app.delivery.sql import claims
from app.delivery.sql.call_shares import CallShare
from app.delivery.sql.claims import Attempt, Claimed, ClaimLimit
from app.delivery.staged_files import FileStaging
from app.delivery.sweeper import Sweeper
from app.domain.channel_port import Adapter
from app.domain.delivery_lifecycle import DeliveryEvent, DeliveryStatus, Ignored, ReportedEvent, Transition
from app.domain.lanes import LaneKey
from app.domain.outbox import DeliveryUpdated
from app.domain.provider_events import Receipt, ReceiptKind
from app.domain.words import AccountId, Channel, DeliveryId, MassReplyId, Reason, TenantId
from app.runtime import Runtime
from app.store import outbox
from app.store.database import Database
from app.store.transactions import TenantTx
from tests.patience import patience
from tests.scene import add_account, add_conversations, postmark, timeline, twilio

LEASE, SETTLES_AFTER = timedelta(seconds=30), timedelta(seconds=60)
AUTHOR = "Ines Agent"

_MASS_REPLY = """
    INSERT INTO mass_replies (tenant_id, status, selection, message_text, source_text, on_unresolved, author_id,
                              author_name, mark_as_done, selected_count, recipient_count, confirmed_at, dispatch_at,
                              not_after, started_at)
    VALUES (:tenant, 'sending', '{}', :text, :text, 'skip', 'agent-7', :author, :mark_as_done, :count, :count, now(),
            now(), now() + interval '1 day', now())
    RETURNING id
"""
_DELIVERIES = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            address_key, subject, status, segments)
    SELECT tenant_id, :mass_reply, id, contact_id, account_id, channel, address, address_key, subject, 'queued',
           :segments
    FROM conversations WHERE tenant_id = :tenant AND external_id LIKE :prefix || '-%' ORDER BY id
"""
_LANES = """
    INSERT INTO lanes (tenant_id, mass_reply_id, channel, account_id, queued)
    SELECT tenant_id, mass_reply_id, channel, account_id, count(*) FROM deliveries
    WHERE tenant_id = :tenant AND mass_reply_id = :mass_reply GROUP BY 1, 2, 3, 4
"""
_BEFORE_THE_QUEUE = """
    SELECT d.id FROM deliveries d JOIN lanes l USING (tenant_id, mass_reply_id, channel, account_id)
    WHERE d.mass_reply_id = :id AND d.status = 'queued' AND (d.not_before, d.id) < (l.queue_from_at, l.queue_from_id)
"""
_NOWHERE = "https://api.example.com"


@dataclass(frozen=True, slots=True)
class Batch:
    """One mass reply on one account."""

    id: MassReplyId
    lane: LaneKey
    deliveries: tuple[DeliveryId, ...]
    conversations: tuple[UUID, ...]

    @property
    def first(self) -> DeliveryId:
        return self.deliveries[0]


class Stage:
    """One tenant with an e-mail account, and everything that works on its deliveries."""

    def __init__(self, runtime: Runtime, tenant: TenantId, account: AccountId) -> None:
        self.runtime, self.tenant, self.account = runtime, tenant, account

    @property
    def database(self) -> Database:
        return self.runtime.database

    async def runs(self, statement: str, **values: Any) -> Any:
        async with self.database.begin(self.tenant) as tx:
            return await tx.execute(sa.text(statement), **values)

    async def one(self, statement: str, **values: Any) -> Any:
        return (await self.runs(statement, **values)).one()

    async def sms_account(self, **about: Any) -> AccountId:
        return AccountId(await add_account(self.runtime, self.tenant, twilio(_NOWHERE, **about)))

    async def batch(
        self,
        count: int = 1,
        *,
        account: AccountId | None = None,
        channel: Channel = Channel.EMAIL,
        text: str = "Hi {{ contact.first_name }}, we are back.",
        segments: int = 0,
        mark_as_done: bool = False,
    ) -> Batch:
        account, prefix = account or self.account, f"b{uuid4().hex[:8]}"
        await add_conversations(self.runtime, self.tenant, channel, count, account=account, prefix=prefix)
        values = {"text": text, "author": AUTHOR, "mark_as_done": mark_as_done, "count": count}
        id_ = MassReplyId((await self.one(_MASS_REPLY, **values)).id)
        await self.runs(_DELIVERIES, mass_reply=id_, prefix=prefix, segments=segments)
        await self.runs(_LANES, mass_reply=id_)
        rows = list(
            await self.runs("SELECT id, conversation_id FROM deliveries WHERE mass_reply_id = :id ORDER BY id", id=id_)
        )
        deliveries = tuple(DeliveryId(row.id) for row in rows)
        lane = LaneKey(self.tenant, id_, account)
        return Batch(id_, lane, deliveries, tuple(row.conversation_id for row in rows))

    async def claim(self, batch: Batch, count: int = 1_000, **by: Any) -> list[Claimed]:
        """Take deliveries as a pump does, and be left with them."""
        async with self.database.begin(self.tenant) as tx:
            return await self.claim_in(tx, batch, count, **by)

    async def claim_in(
        self,
        tx: TenantTx,
        batch: Batch,
        count: int = 1_000,
        *,
        token: UUID | None = None,
        holder: UUID | None = None,
        before_it_counts: Callable[[], Awaitable[None]] | None = None,
    ) -> list[Claimed]:
        holder = holder or uuid4()
        gate = await claims.lock_lane(tx, batch.lane, holder)
        assert gate is not None
        claim_limit = ClaimLimit(count, 1_000_000, queue_from=gate.queue_from)
        taken = await claims.claim(tx, batch.lane, token or uuid4(), claim_limit, gate.now, LEASE, SETTLES_AFTER)
        if before_it_counts:
            await before_it_counts()
        attempts = [Attempt(one, f"Text of attempt {one.epoch}.") for one in taken]
        share = CallShare(holder, 0, gate.now)
        await claims.mark(tx, batch.lane, attempts, gate.allowed_at, gate.now, share)
        return taken

    async def settle(self, *reports: Report) -> dict[DeliveryId, Transition | Ignored]:
        async with self.database.begin(self.tenant) as tx:
            return await settle(tx, reports)

    async def receipt(self, delivery: DeliveryId | None, kind: ReceiptKind, **about: Any) -> None:
        epoch, channel = about.pop("epoch", 1), about.pop("channel", Channel.EMAIL)
        values: dict[str, Any] = {
            "event_key": uuid4().hex,
            "correlation": delivery and f"{delivery}.{epoch}",
            "provider_message_id": None,
            **about,
        }
        async with self.database.begin(self.tenant) as tx:
            await take_reports(tx, [(self.account, channel, Receipt(kind, **values))])

    async def row(self, delivery: DeliveryId) -> Any:
        return await self.one("SELECT * FROM deliveries WHERE id = :id", id=delivery)

    async def status(self, delivery: DeliveryId) -> DeliveryStatus:
        return DeliveryStatus((await self.row(delivery)).status)

    async def conversation(self, batch: Batch, number: int = 0) -> Any:
        return await self.one("SELECT * FROM conversations WHERE id = :id", id=batch.conversations[number])

    async def mass_reply(self, batch: Batch) -> Any:
        return await self.one("SELECT * FROM mass_replies WHERE id = :id", id=batch.id)

    async def attempts(self, delivery: DeliveryId) -> list[Any]:
        statement = "SELECT * FROM delivery_attempts WHERE delivery_id = :id ORDER BY epoch"
        return list(await self.runs(statement, id=delivery))

    async def timeline(self, batch: Batch, number: int = 0) -> list[tuple[str, str]]:
        items = await timeline(self.runtime, self.tenant, batch.conversations[number])
        return [(item.kind, item.text) for item in items]

    async def events(self, batch: Batch) -> int:
        """How many messages others were told of."""
        statement = """
            SELECT coalesce(sum(jsonb_array_length(subjects)), 0) AS told FROM outbound_events
            WHERE mass_reply_id = :id AND type = 'message.created'
        """
        return int((await self.one(statement, id=batch.id)).told)

    async def told(self, batch: Batch) -> list[str]:
        """The statuses of its deliveries that others were told of, in the order in which they are read."""
        async with self.runtime.database.begin(self.tenant) as tx:
            await outbox.number(tx)
            found = await outbox.after(tx, 0, 1000)
        news = [event.entry for event in found if event.entry.mass_reply_id == batch.id]
        subjects = [subject for each in news for subject in each.subjects]
        return [subject.status for subject in subjects if isinstance(subject, DeliveryUpdated)]

    async def counts(self, batch: Batch) -> dict[str, int]:
        """The lane's counters, which must be what counting the rows says. Nothing is queued before its queue."""
        columns = ", ".join(DeliveryStatus)
        lane = (await self.one(f"SELECT {columns} FROM lanes WHERE mass_reply_id = :id", id=batch.id))._asdict()
        counted = await self.runs(
            "SELECT status, count(*) FROM deliveries WHERE mass_reply_id = :id GROUP BY status", id=batch.id
        )
        found = {status: count for status, count in lane.items() if count}
        assert found == {row.status: row.count for row in counted}
        assert not list(await self.runs(_BEFORE_THE_QUEUE, id=batch.id))
        assert sum(found.values()) == len(batch.deliveries)
        return found

    def pump_context(self, adapter: Adapter, recorder: Recorder | None = None, **pace: Any) -> PumpContext:
        times = {"lease": LEASE, "settles_after": SETTLES_AFTER, "slots": 50, "budget": timedelta(seconds=20), **pace}
        senders = OneLine(self.runtime.senders, adapter)
        plans = PlanCache()
        loads = FileStaging(self.database, self.runtime.files, senders, plans)
        return PumpContext(self.database, recorder or Recorder(self.database), Pace(**times), senders, plans, loads)

    async def pump(self, batch: Batch, adapter: Adapter, **pace: Any) -> bool:
        """Work a lane to its end, or to the end of the budget; answers whether there was more to do."""
        pump_context = self.pump_context(adapter, **pace)
        async with recording(pump_context.recorder):
            wait = await Pump(pump_context, batch.lane, asyncio.Event()).run()
        return wait is not None and not wait.left

    def sweeper(self, woken: list[LaneKey] | None = None, prepared: list[MassReplyId] | None = None) -> Sweeper:
        async def wake_lane(lane: LaneKey) -> None:
            (woken if woken is not None else []).append(lane)

        async def wake_preparation(_: TenantId, mass_reply: MassReplyId) -> None:
            (prepared if prepared is not None else []).append(mass_reply)

        return Sweeper(self.database, wake_lane, wake_preparation, timedelta(days=7))

    async def somebody_waits_for_a_lock(self, tasks: int = 1) -> None:
        """Let other tasks run until so many of them wait for a lock in the database."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        async with patience(f"{tasks} wait for a lock"):
            while (await self.one(waiting)).count < tasks:
                await asyncio.sleep(0.005)

    async def let_lease_run_out(self, batch: Batch) -> None:
        await self.runs(
            "UPDATE deliveries SET lease_until = now() - interval '1 second' WHERE mass_reply_id = :id "
            "AND status = 'sending'",
            id=batch.id,
        )

    async def let_settle(self, batch: Batch) -> None:
        """Move the clock past `settles_after`."""
        await self.runs(
            "UPDATE deliveries SET settles_after = now() WHERE mass_reply_id = :id AND settles_after IS NOT NULL",
            id=batch.id,
        )


class OneLine(SenderCache):
    """The accounts as they are, all with one adapter."""

    def __init__(self, senders: SenderCache, adapter: Adapter) -> None:
        self._real, self._adapter = senders, adapter

    async def sender(self, tx: TenantTx, account: AccountId, version: datetime) -> AccountSender:
        return self._with_adapter(await self._real.sender(tx, account, version))

    async def fresh(self, tx: TenantTx, account_id: AccountId) -> AccountSender:
        return self._with_adapter(await self._real.fresh(tx, account_id))

    def _with_adapter(self, sender: AccountSender) -> AccountSender:
        return replace(sender, adapter=self._adapter, limits=self._adapter.limits)


class recording:  # noqa: N801 - read like the context managers of contextlib
    """Let a recorder write while the block runs, and to its end after it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def __aenter__(self) -> Recorder:
        self._task = asyncio.create_task(self._recorder.run())
        return self._recorder

    async def __aexit__(self, *_: object) -> None:
        self._recorder.close()
        await self._task


def report(delivery: DeliveryId, event: DeliveryEvent, epoch: int | None = 1, **about: Any) -> Report:
    reported = {key: about.pop(key) for key in ("occurred_at", "reason") if key in about}
    return Report(delivery, ReportedEvent(event, epoch, **reported), **about)


def because(code: Any, detail: str = "Because.", *, retryable: bool = False) -> Reason:
    return Reason(code, detail, retryable)


async def eventually(holds: Callable[[], bool]) -> None:
    """Let other tasks run until it holds."""
    async with patience("it holds"):
        while not holds():
            await asyncio.sleep(0.001)


@asynccontextmanager
async def staged(runtime: Runtime, tenant: UUID) -> AsyncIterator[Stage]:
    """Make a stage for one test. The claims that the test leaves would fill a sweep of the next one."""
    stage = await make_stage(runtime, tenant)
    yield stage
    await stage.runs("UPDATE deliveries SET lease_until = 'infinity' WHERE status = 'sending'")


async def make_stage(runtime: Runtime, tenant: UUID, **account: Any) -> Stage:
    email = await add_account(runtime, tenant, postmark(_NOWHERE, **account))
    return Stage(runtime, TenantId(tenant), AccountId(email))
