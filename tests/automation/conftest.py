"""A tenant with automation rules, made through the API, and things that happen to its conversations."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.automation.runner import run_page
from app.conversations.importing import import_lines
from app.conversations.sql.customer_messages import record_customer_message
from app.domain.conversation import CustomerMessage
from app.domain.delivery_lifecycle import DeliveryEvent
from app.domain.outbox import ConversationUpdated, Event, EventType, OutboxEntry
from app.domain.words import Channel, ConversationId, TenantId
from app.runtime import Runtime
from app.store import outbox
from tests.api.conftest import anonymous, app, client, make_key, other_client, other_tenant
from tests.delivery.stage import Batch, Stage, make_stage, report
from tests.imports import ndjson, stream
from tests.scene import add_conversation, row, timeline

__all__ = ["anonymous", "app", "client", "make_key", "other_client", "other_tenant"]

Action = dict[str, Any]


def tag(name: str) -> Action:
    return {"type": "add_tag", "tag": name}


def untag(name: str) -> Action:
    return {"type": "remove_tag", "tag": name}


def status(name: str) -> Action:
    return {"type": "set_status", "status": name}


def note(text: str) -> Action:
    return {"type": "add_note", "text": text}


def webhook(url: str) -> Action:
    return {"type": "call_webhook", "url": url}


@dataclass(frozen=True, slots=True)
class Desk:
    """One tenant's helpdesk."""

    runtime: Runtime
    tenant: TenantId
    client: httpx.AsyncClient

    async def rule(self, key: str, trigger: str | dict[str, Any], *actions: Action, **more: Any) -> dict[str, Any]:
        given = {"type": trigger} if isinstance(trigger, str) else trigger
        body = {"name": key.capitalize(), "trigger": given, "actions": list(actions), **more}
        answer = await self.client.put(f"/automation-rules/{key}", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def rule_id(self, key: str) -> UUID:
        statement = "SELECT id FROM automation_rules WHERE key = :key"
        return UUID(str((await row(self.runtime, self.tenant, statement, key=key)).id))

    async def conversation(self, *tags: str, **columns: Any) -> ConversationId:
        made = await add_conversation(self.runtime, self.tenant, Channel.OTHER, "visitor-1", tags=tags, **columns)
        return ConversationId(made)

    async def customer_writes(self, conversation: ConversationId, text: str = "Hello?", **about: Any) -> None:
        message = CustomerMessage(text, **about)
        async with self.runtime.database.begin(self.tenant) as tx:
            await record_customer_message(tx, conversation, message, datetime.now(UTC))

    async def sent(self, count: int, **about: Any) -> Batch:
        """A mass reply that a provider took."""
        stage = await make_stage(self.runtime, self.tenant)
        batch = await stage.batch(count, **about)
        await self.sends(stage, batch)
        return batch

    async def sends(self, stage: Stage, batch: Batch, size: int = 50) -> None:
        await stage.claim(batch)
        for start in range(0, len(batch.deliveries), size):
            taken = batch.deliveries[start : start + size]
            await stage.settle(*(report(each, DeliveryEvent.ACCEPT, 1, outcome="accepted") for each in taken))

    async def is_tagged(self, conversation: ConversationId, *names: str) -> None:
        """Others hear that tags were added, as an import would tell them."""
        await self.tells(ConversationUpdated(conversation, tags_added=names))

    async def tells(self, *subjects: ConversationUpdated) -> None:
        async with self.runtime.database.begin(self.tenant) as tx:
            entry = OutboxEntry(EventType.CONVERSATION_UPDATED, subjects=subjects)
            await outbox.publish(tx, [entry])

    async def imports(self, *lines: dict[str, Any]) -> None:
        body, digests = stream(ndjson(*lines)), self.runtime.address_digests
        report = await import_lines(self.runtime.database, self.tenant, body, digests)
        assert report.failed == 0

    async def run(self) -> None:
        while await run_page(self.runtime.database, self.tenant):
            pass

    async def runs(self, key: str) -> list[dict[str, Any]]:
        """The log of a rule, the oldest first."""
        answer = await self.client.get(f"/automation-rules/{key}/runs", params={"limit": 500})
        return list(reversed(answer.json()["items"]))

    async def outcomes(self, key: str) -> list[str]:
        return [run["outcome"] for run in await self.runs(key)]

    async def tags(self, conversation: UUID) -> set[str]:
        statement = "SELECT coalesce(array_agg(tag), '{}') AS tags FROM conversation_tags WHERE conversation_id = :id"
        return set((await row(self.runtime, self.tenant, statement, id=conversation)).tags)

    async def stands(self, conversation: UUID) -> Any:
        return await row(self.runtime, self.tenant, "SELECT * FROM conversations WHERE id = :id", id=conversation)

    async def notes(self, conversation: UUID) -> list[str]:
        items = await timeline(self.runtime, self.tenant, conversation)
        return [item.text for item in items if item.kind == "system_note"]

    async def told(self) -> Sequence[Event]:
        """All that others can hear."""
        async with self.runtime.database.begin(self.tenant) as tx:
            await outbox.number(tx)
            return await outbox.after(tx, 0, 10_000)


@pytest.fixture
async def desk(runtime: Runtime, tenant: UUID, client: httpx.AsyncClient) -> Desk:
    return Desk(runtime, TenantId(tenant), client)


@pytest.fixture
async def tripwires(owner_url: str) -> AsyncIterator[None]:
    """The database itself refuses two tags: `tripwire` for good, `deadlock` as if only for this moment."""
    connection = await asyncpg.connect(owner_url)
    await connection.execute("""
        CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE 'tripped' USING ERRCODE = CASE NEW.tag WHEN 'deadlock' THEN '40P01' ELSE 'P0001' END;
        END $$;
        CREATE TRIGGER trip BEFORE INSERT ON conversation_tags FOR EACH ROW
        WHEN (NEW.tag IN ('tripwire', 'deadlock')) EXECUTE FUNCTION trip()
    """)
    yield
    await connection.execute("DROP TRIGGER trip ON conversation_tags; DROP FUNCTION trip")
    await connection.close()
