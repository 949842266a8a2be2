"""One batch, real worker processes, and a fault in the middle."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app.accounts.api_keys import KeyDraft, issue_api_key
from app.accounts.tenants import create_tenant
from app.dev.history.evidence import Confirmed
from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.permissions import Role
from app.domain.words import Channel, TenantId
from app.main import create_app
from app.runtime import open_runtime
from app.settings import Settings
from tests.faults.processes import Worker, running
from tests.history import History, confirm, create, observe
from tests.scene import add_account, add_conversation, add_conversations, postmark, twilio

IN_FLIGHT = 16
"""Calls under way at once on each of the two accounts: what a fault can make uncertain."""


@dataclass(frozen=True, slots=True)
class Trial:
    settings: Settings
    superuser: str
    """PostgreSQL's own address for whoever may see everything."""
    sandbox: Sandbox
    tenant: UUID
    key: str
    logs: Path
    stack: AsyncExitStack
    confirmed: Confirmed

    async def worker(self, *, without: str = "", crash: str = "", jump: float = 0, **changes: Any) -> Worker:
        """Start one more worker process. Something may be wrong with it: see `running`."""
        number = len(list(self.logs.glob("worker-*.log")))
        settings, log = self.settings.model_copy(update=changes), self.logs / f"worker-{number}.log"
        return await self.stack.enter_async_context(running(settings, log, without=without, crash=crash, jump=jump))

    async def accepted(self, count: int, *, seconds: float = 30) -> None:
        """Wait until the provider has accepted so many messages."""
        await until(lambda: self.sandbox.journal.counts().accepted >= count, seconds)

    async def under_way(self) -> set[str]:
        """The deliveries that are claimed and not recorded, once no transaction is open any more."""
        busy = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_type = 'client backend' AND state <> 'idle'
              AND pid <> pg_backend_pid()
        """

        async def quiet() -> bool:
            return bool((await self.rows(busy))[0][0] == 0)

        await until(quiet, 80)  # a process that froze within a transaction holds it until PostgreSQL ends it
        return await self.sending()

    async def sending(self) -> set[str]:
        return {str(row["id"]) for row in await self._deliveries("status = 'sending'")}

    async def status_of(self, deliveries: set[str]) -> Counter[str]:
        """How many of these stand where."""
        return Counter(row["status"] for row in await self._deliveries("true") if str(row["id"]) in deliveries)

    async def given_up(self, deliveries: set[str]) -> None:
        """Wait until the leases of these have run out and the sweeper has said so."""

        async def uncertain() -> bool:
            return (await self.status_of(deliveries)).keys() == {DeliveryStatus.UNCERTAIN}

        await until(uncertain, 20)

    async def left_alone(self, deliveries: set[str]) -> None:
        """Wait until none of these is under way any more, whatever became of it."""

        async def over() -> bool:
            return not deliveries & await self.sending()

        await until(over, 80)  # the sweeper's turn of a process that froze within it is given up after a minute

    async def attempts(self) -> dict[str, datetime]:
        """When each attempt was claimed, by the correlation that it carried."""
        rows = await self.rows("SELECT * FROM delivery_attempts WHERE tenant_id = $1", self.tenant)
        return {f"{row['delivery_id']}.{row['epoch']}": row["started_at"] for row in rows}

    async def over(self, *, seconds: float = 40) -> History:
        """Wait until the mass reply is finished, and put its history together.

        A look-up or a receipt may change it while witnesses are asked; then they are asked again.
        """
        async with api(self.settings, self.key) as client, asyncio.timeout(seconds):
            while True:
                await self._finished(client)
                before, history = await self._stand(), await self.so_far()
                if before == await self._stand():
                    return history

    async def _stand(self) -> list[Any]:
        """How every delivery stands, and how much was told of it."""
        stand = """
            SELECT id, status, epoch, updated_at, (SELECT count(*) FROM outbound_events WHERE tenant_id = $1) AS told
            FROM deliveries WHERE tenant_id = $1 ORDER BY id
        """
        return [tuple(row) for row in await self.rows(stand, self.tenant)]

    async def so_far(self, hooks: Sequence[Mapping[str, Any]] | None = None) -> History:
        """Put together what has happened until now."""
        async with api(self.settings, self.key) as client:
            return await observe(
                client,
                self.confirmed,
                self.sandbox.journal,
                self.superuser,
                self.tenant,
                hooks,
                settles_after=self.settings.settles_after,
            )

    async def _finished(self, client: httpx.AsyncClient) -> None:
        while True:
            batch = (await client.get(f"/mass-replies/{self.confirmed.mass_reply}")).json()
            assert sum(batch["counts"].values()) == batch["selected_count"]
            if batch["finished_at"] is not None:
                return
            await asyncio.sleep(0.05)

    async def _deliveries(self, condition: str) -> list[Any]:
        return await self.rows(f"SELECT id, status FROM deliveries WHERE tenant_id = $1 AND {condition}", self.tenant)

    async def rows(self, statement: str, *values: object) -> list[Any]:
        """Ask on a connection of its own, which no fault of the trial has touched."""
        connection: Any = await asyncpg.connect(self.superuser)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()


@asynccontextmanager
async def api(settings: Settings, key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API with connections of its own: what hits the workers must not break the observer."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {key}"}
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://api.example.test", headers=headers
        ) as client:
            yield client


@asynccontextmanager
async def begun(
    settings: Settings,
    superuser: str,
    sandbox: Sandbox,
    logs: Path,
    *,
    email: int = 300,
    sms: int = 300,
    troubled: Sequence[str] = (),
    rate: float = 10_000,
    in_flight: int = IN_FLIGHT,
) -> AsyncIterator[Trial]:
    """Confirm a mass reply over e-mail and SMS, to troubled numbers too. Nothing is sent before a worker starts."""
    tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: email, Channel.SMS: sms}, troubled, rate, in_flight)
    async with api(settings, key) as client:
        confirmed = await confirm(client, await create(client))
    assert len(confirmed.deliveries) == email + sms + len(troubled)
    async with AsyncExitStack() as stack:
        yield Trial(settings, superuser, sandbox, tenant, key, logs, stack, confirmed)


async def furnish(
    settings: Settings,
    sandbox: Sandbox,
    counts: dict[Channel, int],
    troubled: Sequence[str],
    rate: float,
    in_flight: int = IN_FLIGHT,
) -> tuple[UUID, str]:
    accounts = {Channel.EMAIL: postmark, Channel.SMS: twilio}
    async with open_runtime(settings) as runtime:
        tenant = TenantId(await create_tenant(runtime.database, "Example Ltd"))
        for channel, count in counts.items():
            sender = accounts[channel](sandbox.url, max_in_flight=in_flight, rate_per_second=rate)
            account = await add_account(runtime, tenant, sender)
            if count:
                await add_conversations(runtime, tenant, channel, count, account=account)
            for number in troubled if channel is Channel.SMS else ():
                await add_conversation(runtime, tenant, channel, number, account_id=account)
        async with runtime.database.begin(tenant) as tx:
            draft = KeyDraft("tests", frozenset({Role.ADMIN}), None, None)
            key = await issue_api_key(tx, draft)
    return tenant, str(key.presented)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float) -> None:
    """Look again every few milliseconds, for so long at most."""
    async with asyncio.timeout(seconds):
        for _ in itertools.count():
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.005)
