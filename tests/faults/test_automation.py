"""Workers that die and stop while they run automation rules: every rule runs once on everything, all the same."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.automation.rule_json import parse_rule
from app.automation.rules import save_rule
from app.conversations.sql.customer_messages import record_customer_message
from app.domain.audit import OPERATOR
from app.domain.conversation import CustomerMessage
from app.domain.words import Channel, ConversationId, TenantId
from app.runtime import Runtime
from app.settings import Settings
from tests.faults.processes import running
from tests.scene import add_conversation

EVENTS = 100
RULE = {
    "trigger": {"type": "message.received"},
    "actions": [{"type": "add_note", "text": "noted"}, {"type": "add_tag", "tag": "seen"}],
}

pytestmark = pytest.mark.faults


async def notes(runtime: Runtime, tenant: UUID) -> int:
    async with runtime.database.begin(tenant) as tx:
        return int(await tx.scalar(sa.text("SELECT count(*) FROM messages WHERE kind = 'system_note'")) or 0)


async def noted(runtime: Runtime, tenant: UUID, least: int) -> None:
    async with asyncio.timeout(60):
        while await notes(runtime, tenant) < least:
            await asyncio.sleep(0.02)


async def write(runtime: Runtime, tenant: TenantId, conversation: ConversationId) -> None:
    for n in range(EVENTS):
        async with runtime.database.begin(tenant) as tx:
            message = CustomerMessage(f"Message {n}.")
            await record_customer_message(tx, conversation, message, datetime.now(UTC))


async def test_a_kill_a_stop_and_a_second_worker_lose_nothing_and_do_nothing_twice(
    runtime: Runtime, settings: Settings, tenant: UUID, tmp_path: Path
) -> None:
    owner = TenantId(tenant)
    rule = parse_rule("Note", True, RULE)
    await save_rule(runtime.database, runtime.vault, owner, "note", rule, OPERATOR, allow_private=True)
    conversation = ConversationId(await add_conversation(runtime, tenant, Channel.OTHER, "visitor-1"))
    await write(runtime, owner, conversation)

    async with running(settings, tmp_path / "killed.log") as killed:
        await noted(runtime, tenant, 20)
        await killed.kill()
    async with running(settings, tmp_path / "one.log") as one, running(settings, tmp_path / "two.log") as two:
        # A worker that is still starting does not hear SIGTERM, and the other might do everything meanwhile.
        await asyncio.gather(one.ready(), two.ready())
        await write(runtime, owner, conversation)
        await noted(runtime, tenant, EVENTS + 20)
        assert await one.terminate() == 0
        await noted(runtime, tenant, 2 * EVENTS)
        assert await two.terminate() == 0
        assert one.bad_signs() == two.bad_signs() == []

    async with runtime.database.begin(tenant) as tx:
        runs = await tx.scalar(sa.text("SELECT count(*) FROM automation_runs WHERE outcome = 'done'"))
    assert (await notes(runtime, tenant), runs) == (2 * EVENTS, 2 * EVENTS)
