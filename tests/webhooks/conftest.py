"""A tenant with an endpoint, things that happen, and the round that posts them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.channels.http import open_http
from app.conversations.sql.customer_messages import record_customer_message
from app.domain.conversation import CustomerMessage
from app.domain.outbox import OutboxEntry
from app.domain.words import Channel, ConversationId, TenantId
from app.runtime import Runtime
from app.store.credentials import Vault
from app.store.outbox import publish
from app.telemetry.metrics import Metrics
from app.webhooks.dispatcher import CallDispatcher
from app.webhooks.endpoint_calls import EndpointCalls
from tests.api.conftest import anonymous, app, client, make_key, other_client, other_tenant
from tests.e2e.conftest import sandbox, worker
from tests.mass_replies.conftest import BODY, NOWHERE
from tests.scene import add_account, add_conversation, add_conversations, postmark
from tests.webhooks.consumer import Consumer, consuming

__all__ = ["anonymous", "app", "client", "make_key", "other_client", "other_tenant", "sandbox", "worker"]


@dataclass(frozen=True, slots=True)
class Scene:
    client: httpx.AsyncClient
    runtime: Runtime
    tenant: UUID
    consumer: Consumer
    metrics: Metrics = field(default_factory=Metrics)

    async def endpoint(self, key: str = "helpdesk", consumer: Consumer | None = None, **changes: Any) -> dict[str, Any]:
        """Make an endpoint at a consumer."""
        consumer = consumer or self.consumer
        put = await self.client.put(f"/webhook-endpoints/{key}", json={"url": consumer.url, **changes})
        assert put.status_code == 201, put.text
        consumer.secret = put.json()["secret"]
        return dict(put.json())

    async def standing(self, key: str = "helpdesk") -> dict[str, Any]:
        got = await self.client.get(f"/webhook-endpoints/{key}")
        assert got.status_code == 200, got.text
        return dict(got.json())

    async def conversation(self, **columns: Any) -> UUID:
        return await add_conversation(self.runtime, self.tenant, Channel.EMAIL, "ann@example.com", **columns)

    async def write_to_us(self, conversation: UUID, text: str) -> None:
        """A customer's message comes in."""
        message, now = CustomerMessage(text), datetime.now(UTC)
        async with self.runtime.database.begin(self.tenant) as tx:
            await record_customer_message(tx, ConversationId(conversation), message, now)

    async def announce(self, *news: OutboxEntry) -> None:
        async with self.runtime.database.begin(self.tenant) as tx:
            await publish(tx, news)

    async def recipients(self) -> None:
        account = await add_account(self.runtime, self.tenant, postmark(NOWHERE))
        await add_conversations(self.runtime, self.tenant, Channel.EMAIL, 3, account=account)

    async def batch(self) -> str:
        """Make a mass reply to the recipients; nobody sends it."""
        created = await self.client.post("/mass-replies", json=BODY)
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    async def act(self, batch: str, *actions: str) -> None:
        for action in actions:
            body = {"recipient_count": 3} if action == "confirm" else {}
            answer = await self.client.post(f"/mass-replies/{batch}/{action}", json=body)
            assert answer.status_code == 202, answer.text

    async def positions(self) -> dict[UUID, int]:
        """Where in the outbox each event stands."""
        async with self.runtime.database.begin(self.tenant) as tx:
            rows = await tx.execute(sa.text("SELECT id, position FROM outbound_events"))
            return {row.id: row.position for row in rows}

    def dispatcher(self, http: httpx.AsyncClient | None = None, vault: Vault | None = None) -> CallDispatcher:
        database, vault = self.runtime.database, vault or self.runtime.vault
        return CallDispatcher(database, EndpointCalls(database, vault, http or self.runtime.posts, self.metrics))

    async def post(self, dispatcher: CallDispatcher | None = None) -> None:
        """Let one round of the worker pass, and all that it begins."""
        dispatcher = dispatcher or self.dispatcher()
        await dispatcher.tick()
        await dispatcher.finish()

    async def let_pass(self, time: timedelta) -> None:
        """Move what the database remembers of its endpoints into the past."""
        async with self.runtime.database.begin(self.tenant) as tx:
            statement = sa.text(
                "UPDATE webhook_endpoints SET next_try_at = next_try_at - CAST(:time AS interval), "
                "failing_since = failing_since - CAST(:time AS interval), "
                "lease_until = lease_until - CAST(:time AS interval)"
            )
            await tx.execute(statement, time=time)

    async def until(self, calls: int, seconds: float = 10) -> None:
        await self.consumer.heard(calls, seconds)


@pytest.fixture
async def consumer() -> AsyncIterator[Consumer]:
    async with consuming() as consumer:
        yield consumer


@pytest.fixture
def scene(client: httpx.AsyncClient, runtime: Runtime, tenant: UUID, consumer: Consumer) -> Scene:
    return Scene(client, runtime, tenant, consumer)


@pytest.fixture
async def neighbour(runtime: Runtime, other_tenant: TenantId, other_client: httpx.AsyncClient) -> AsyncIterator[Scene]:
    """Another tenant, with a consumer of its own."""
    async with consuming() as consumer:
        yield Scene(other_client, runtime, other_tenant, consumer)


@pytest.fixture
async def careful_http() -> AsyncIterator[httpx.AsyncClient]:
    """The client of an installation that does not talk to private addresses."""
    async with open_http(allow_private_urls=False) as http:
        yield http


@pytest.fixture(autouse=True)
def _quiet(quiet: None) -> None:
    """A round posts for every tenant of its database."""
