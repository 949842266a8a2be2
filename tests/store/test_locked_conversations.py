"""What is read of a conversation while it is locked is as whoever held it before has left it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from app.domain.conversation import Conversation
from app.runtime import Runtime
from app.store.conversations import lock_by_ids, lock_conversations
from app.store.transactions import TenantTx
from tests.conftest import create_tenant
from tests.delivery.stage import Stage, make_stage

TAG = sa.text("""
    INSERT INTO conversation_tags (tenant_id, conversation_id, tag) VALUES (:tenant, :id, 'outage')
""")


@pytest.fixture
async def stage(runtime: Runtime) -> Stage:
    return await make_stage(runtime, await create_tenant(runtime.database))


@pytest.mark.parametrize("by", ["id", "external_id"])
async def test_tags_that_were_given_while_the_lock_was_waited_for_are_seen(stage: Stage, by: str) -> None:
    batch = await stage.batch()
    row = await stage.conversation(batch)

    async def lock(tx: TenantTx) -> Mapping[Any, Conversation]:
        return await (lock_by_ids(tx, [row.id]) if by == "id" else lock_conversations(tx, [row.external_id]))

    async def look() -> Mapping[Any, Conversation]:
        async with stage.database.begin(stage.tenant) as tx:
            return await lock(tx)

    async with stage.database.begin(stage.tenant) as tx:
        await lock(tx)
        looking = asyncio.create_task(look())
        await stage.somebody_waits_for_a_lock()
        await tx.execute(TAG, id=row.id)
    [seen] = (await looking).values()
    assert "outage" in seen.tags
