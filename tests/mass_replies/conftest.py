"""Mass replies in any state, without a worker that would move them on; and running ones, with one."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.delivery.sweeper import Sweeper
from app.dev.sandbox.journal import JournalEntry
from app.dev.sandbox.server import Sandbox
from app.domain.mass_reply import Confirmation
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.words import Channel
from app.runtime import Runtime
from app.worker import WorkerProcess
from tests.api.conftest import anonymous, app, client, clock, make_key
from tests.e2e.conftest import finished, sandbox, worker
from tests.scene import Account, add_account, add_conversations, postmark, twilio

__all__ = ["anonymous", "app", "client", "clock", "finished", "make_key", "sandbox", "worker"]

BODY = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": {"text": "We are back."}}
NOWHERE = "http://127.0.0.1:9"
"""Nobody answers here; these tests call no provider."""

OVER = {MassReplyStatus.COMPLETED, MassReplyStatus.CANCELLED, MassReplyStatus.EXPIRED}
LANES = {Channel.EMAIL: "email", Channel.OTHER: "desk"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A tenant's conversations on two lanes, and what a test does with their mass reply."""

    client: httpx.AsyncClient
    runtime: Runtime
    tenant: UUID

    async def create(self) -> dict[str, Any]:
        created = await self.client.post("/mass-replies", json=BODY)
        assert created.status_code == 201, created.text
        return dict(created.json())

    async def batch_in(self, status: MassReplyStatus) -> str:
        """Make a mass reply of that status, as if it had come there by itself."""
        batch = await self.create()
        now = datetime.now(UTC)
        await self.write(
            "UPDATE mass_replies SET status = :status, not_after = :later, dispatch_at = :now, confirmed_at = :now, "
            "finished_at = CAST(:finished AS timestamptz) WHERE id = :id",
            id=batch["id"],
            status=status,
            now=now,
            later=now + timedelta(hours=1),
            finished=now if status in OVER else None,
        )
        return str(batch["id"])

    async def let_somebody_else_confirm(self, id_: str) -> None:
        """Make a mass reply another person's, who confirmed it, so that the test's own caller may decide about it."""
        await self.write(
            "UPDATE mass_replies SET author_id = 'agent-9', parties = '{}', confirmation = CAST(:said AS jsonb) "
            "WHERE id = :id",
            id=id_,
            said=json.dumps(Confirmation(6).to_json()),
        )

    async def settle_all(self, id_: str, status: str, **columns: Any) -> None:
        """Give every delivery of a mass reply one status, and its lanes the counters that go with it."""
        assignments = "".join(f", {name} = :{name}" for name in columns)
        await self.write(
            f"UPDATE deliveries SET status = :status{assignments} WHERE mass_reply_id = :id",
            id=id_,
            status=status,
            **columns,
        )
        await self.write(f"UPDATE lanes SET queued = 0, {status} = queued WHERE mass_reply_id = :id", id=id_)

    async def fail_all(self, id_: str, code: str = "unreachable", *, retryable: bool = True) -> None:
        await self.settle_all(id_, "failed", reason_code=code, reason_detail="It failed.", retryable=retryable)

    async def fail_some(self, id_: str, channel: Channel) -> None:
        """Let what goes through one channel fail for a reason that may pass; the rest stays queued."""
        failed = "status = 'failed', reason_code = 'unreachable', reason_detail = 'It failed.', retryable = true"
        for statement in (
            f"UPDATE deliveries SET {failed} WHERE mass_reply_id = :id AND channel = :channel",
            "UPDATE lanes SET queued = 0, failed = queued WHERE mass_reply_id = :id AND channel = :channel",
        ):
            await self.write(statement, id=id_, channel=channel)

    async def sweep(self) -> None:
        """Sweep once, waking nobody."""

        async def nobody(*_: object) -> None:
            pass

        await Sweeper(self.runtime.database, nobody, nobody, timedelta(days=7)).tick()

    async def lose_all(self, id_: str, *, settling: bool = False) -> list[UUID]:
        """Make every delivery uncertain after one attempt; answers the conversations."""
        settles_after = datetime.now(UTC) + timedelta(minutes=1 if settling else -1)
        await self.settle_all(
            id_, "uncertain", epoch=1, reason_code="answer_lost", reason_detail="Lost.", settles_after=settles_after
        )
        await self.write(
            "INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, outcome, text) "
            "SELECT tenant_id, id, 1, 'unknown', 'We are back.' FROM deliveries WHERE mass_reply_id = :id",
            id=id_,
        )
        rows = await self.read("SELECT conversation_id FROM deliveries WHERE mass_reply_id = :id ORDER BY id", id=id_)
        return [row.conversation_id for row in rows]

    async def write(self, statement: str, **values: Any) -> None:
        async with self.runtime.database.begin(self.tenant) as tx:
            await tx.execute(sa.text(statement), **values)

    async def read(self, statement: str, **values: Any) -> list[Any]:
        async with self.runtime.database.begin(self.tenant) as tx:
            return list(await tx.execute(sa.text(statement), **values))

    async def act(
        self, id_: str, action: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self.client.post(f"/mass-replies/{id_}/{action}", json=body or {}, headers=headers)

    async def get(self, id_: str) -> dict[str, Any]:
        return dict((await self.client.get(f"/mass-replies/{id_}")).json())


@pytest.fixture
async def stage(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID) -> Stage:
    """Three conversations on each of two lanes."""
    for channel, key in LANES.items():
        account = Account(key, channel, "webhook", {"url": NOWHERE}, {"secret": "whsec_" + "A" * 32})
        account_id = await add_account(runtime, tenant, account)
        await add_conversations(runtime, tenant, channel, 3, account=account_id)
    return Stage(client, runtime, tenant)


@dataclass(frozen=True, slots=True)
class Live:
    """A running service, and what its providers received."""

    client: httpx.AsyncClient
    runtime: Runtime
    tenant: UUID
    sandbox: Sandbox

    async def add(self, emails: int, texts: int = 0, **account: Any) -> None:
        """Add conversations, on accounts with such limits."""
        for channel, make, count in ((Channel.EMAIL, postmark, emails), (Channel.SMS, twilio, texts)):
            if count:
                account_id = await add_account(self.runtime, self.tenant, make(self.sandbox.url, **account))
                await add_conversations(self.runtime, self.tenant, channel, count, account=account_id)

    async def create(self) -> dict[str, Any]:
        created = (await self.client.post("/mass-replies", json=BODY)).json()
        return await self.until_status(created["id"], "awaiting_confirmation")

    async def try_to_confirm(self, batch: Mapping[str, Any], **terms: Any) -> httpx.Response:
        body = {"recipient_count": batch["recipient_count"], **terms}
        return await self.client.post(f"/mass-replies/{batch['id']}/confirm", json=body)

    async def confirm(self, batch: Mapping[str, Any] | None = None, **terms: Any) -> str:
        """Confirm a mass reply on such terms, a new one unless it is given."""
        batch = batch or await self.create()
        confirmed = await self.try_to_confirm(batch, **terms)
        assert confirmed.status_code == 202, confirmed.text
        return str(batch["id"])

    async def act(self, id_: str, action: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.client.post(f"/mass-replies/{id_}/{action}", json=body or {})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def until(
        self, id_: str, wanted: Callable[[dict[str, Any]], object], *, seconds: float = 60
    ) -> dict[str, Any]:
        """Poll until a mass reply is as wanted; at every poll its counts must sum to what was selected."""
        batch: dict[str, Any] = {}
        try:
            async with asyncio.timeout(seconds):
                while True:
                    batch = (await self.client.get(f"/mass-replies/{id_}")).json()
                    assert batch["counts"] is None or sum(batch["counts"].values()) == batch["selected_count"]
                    if wanted(batch):
                        return batch
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"Waited {seconds:g} seconds in vain. It stands so: {batch}") from None

    async def until_status(self, id_: str, status: str, *, seconds: float = 60) -> dict[str, Any]:
        return await self.until(id_, lambda batch: batch["status"] == status, seconds=seconds)

    @staticmethod
    def soon(**delta: float) -> str:
        return (datetime.now(UTC) + timedelta(**delta)).isoformat()

    def accepted(self) -> list[JournalEntry]:
        return [entry for entry in self.sandbox.journal if entry.accepted]

    def assert_nobody_twice(self) -> None:
        assert list(self.sandbox.journal.counts().duplicates) == []


@pytest.fixture
def live(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, sandbox: Sandbox, worker: WorkerProcess) -> Live:
    return Live(client, runtime, tenant, sandbox)


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """Real workers run here."""
