"""A hostile tenant beside a normal one, each process of the service and the attackers' own on the same machine.

`make siege` lasts five minutes and holds the times against the bounds too. In short, what is asserted depends
on no clock: a machine that does other things as well makes everything slower.
"""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from app.dev.ports import free_port
from app.domain.outbound import Author
from app.domain.permissions import Role
from app.domain.words import Channel
from app.runtime import Runtime
from app.settings import Settings
from tests.api.conftest import MakeKey, bearer
from tests.conftest import SECRET_KEY
from tests.delivery.stage import make_stage
from tests.faults.processes import running
from tests.history import create
from tests.patience import patience
from tests.plans import renew_statistics
from tests.scene import SENDGRID_PRIVATE, add_account, add_conversations, helpdesk, row, sendgrid
from tests.siege.attacks import Target, besiege
from tests.siege.ground import Spent, process, provide, served

MEASURED = "SIEGE_SECONDS" in os.environ
SECONDS = float(os.environ.get("SIEGE_SECONDS", "8"))
ALONE = min(SECONDS, 30.0)
PACE = 100.0
"""Messages a second that the normal tenant's provider takes, as an account's `rate_per_second` says."""


_BULK = """
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id, subject)
    SELECT :tenant, 'bulk-' || n, 'other', (SELECT id FROM contacts LIMIT 1), repeat('Payment ', 50) || n
    FROM generate_series(1, 20000) n
"""
_BULK_TAGS = """
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT tenant_id, 'bulk', id FROM conversations WHERE external_id LIKE 'bulk-%'
"""


@dataclass(slots=True)
class Times:
    """How long `GET /me` took, and how the batch went meanwhile."""

    batch_per_second: float = 0.0
    me: list[float] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)
    programs: dict[str, dict[str, float]] = field(default_factory=dict)
    """What each of our processes had of the machine meanwhile, in cores."""

    def of_a_hundred(self, part: int) -> float:
        return round(1000 * sorted(self.me)[min(len(self.me) - 1, len(self.me) * part // 100)], 1)

    def figures(self) -> dict[str, Any]:
        return {
            "batch_per_second": round(self.batch_per_second, 1),
            "me_p50_ms": self.of_a_hundred(50),
            "me_p99_ms": self.of_a_hundred(99),
            "me_longest_ms": self.of_a_hundred(100),
            "me_calls": len(self.me),
            "load": round(os.getloadavg()[0], 1),
            **self.programs,
        }


@pytest.fixture
def settings(database_url: str, redis_url: str) -> Settings:
    return Settings(database_url=database_url, redis_url=redis_url, secret_key=SECRET_KEY, allow_private_urls=True)


@pytest.mark.proof
@pytest.mark.timeout(SECONDS * 4 + 240)
async def test_a_hostile_tenant_hurts_nobody_else(
    settings: Settings,
    runtime: Runtime,
    owner_url: str,
    quiet: None,
    make_key: MakeKey,
    tenant: UUID,
    other_tenant: UUID,
    tmp_path: Path,
) -> None:
    provider = free_port()
    url = f"http://127.0.0.1:{provider}"
    target = await _make_hostile(runtime, owner_url, make_key, tenant, url)
    await add_account(runtime, other_tenant, helpdesk(url, rate_per_second=PACE))
    await add_conversations(runtime, other_tenant, Channel.OTHER, int(PACE * ALONE), tag="alone", prefix="alone")
    await add_conversations(runtime, other_tenant, Channel.OTHER, int(PACE * SECONDS), tag="beside", prefix="beside")
    key = await make_key(Role.SUPERVISOR, owner=other_tenant)
    with process(provide, provider, 0.02, settings=settings, log=tmp_path / "provider.log"):
        async with (
            running(settings.model_copy(update={"log_level": "INFO"}), tmp_path / "worker.log") as worker,
            served(settings, tmp_path) as (api_url, api),
            httpx.AsyncClient(base_url=api_url, headers=bearer(key), timeout=30) as user,
        ):
            await worker.ready()
            programs = {"api": api, "worker": worker.process}
            alone = await _normal(user, "alone", programs)
            hostile = tmp_path / "hostile.json"
            with process(besiege, replace(target, url=api_url), settings=settings, log=hostile) as attackers:
                beside = await _normal(user, "beside", programs)
                await asyncio.to_thread(attackers.join, 90)
    answers = json.loads(hostile.read_text())
    figures = {
        "alone": alone.figures(),
        "beside": beside.figures(),
        "hostile": answers,
    }
    print(json.dumps(figures, indent=1))  # noqa: T201 - the measurement
    uncertain = "SELECT count(*) FROM deliveries WHERE status = 'uncertain'"
    assert (await row(runtime, other_tenant, uncertain)).count == 0
    assert alone.statuses | beside.statuses == {200}
    failures = {status for of in answers.values() for status in of if status.startswith("5")}
    assert failures <= {"503"}, answers
    if not MEASURED:
        return
    assert beside.batch_per_second >= 0.8 * alone.batch_per_second, figures
    assert beside.of_a_hundred(99) - alone.of_a_hundred(99) < 150, figures


async def _make_hostile(runtime: Runtime, owner_url: str, make_key: MakeKey, tenant: UUID, provider: str) -> Target:
    account = await add_account(runtime, tenant, helpdesk(provider))
    await add_conversations(runtime, tenant, Channel.OTHER, 200, tag="chosen", prefix="chosen")
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(text(_BULK))
    await renew_statistics(owner_url, "contacts", "conversations")
    async with runtime.database.begin(tenant) as tx:
        await tx.execute(text(_BULK_TAGS))
    events = await add_account(runtime, tenant, sendgrid(provider))
    return Target(
        url="",
        agent=await make_key(Role.AGENT, agent=Author("mallory", "Mallory")),
        viewer=await make_key(Role.VIEWER),
        integration=await make_key(Role.INTEGRATION),
        helpdesk=str(account),
        sendgrid=str(events),
        sendgrid_key=SENDGRID_PRIVATE,
        batch=str((await (await make_stage(runtime, tenant)).batch(20)).id),
        seconds=SECONDS,
    )


async def _normal(user: httpx.AsyncClient, tag: str, programs: Mapping[str, ForkServerProcess]) -> Times:
    """Send a batch as a person does, and ask who one is every now and then until it is done."""
    times = Times()
    batch = await create(user, selection={"filter": {"tags": {"any": [tag]}}})
    async with patience("it is prepared", seconds=120):
        while batch["status"] == "preparing":
            await asyncio.sleep(0.1)
            batch = (await user.get(f"/mass-replies/{batch['id']}")).json()
    confirmed = await user.post(
        f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": batch["recipient_count"]}
    )
    assert confirmed.status_code == 202, confirmed.text
    began, before = time.monotonic(), {name: Spent.by(each) for name, each in programs.items()}
    sending = asyncio.create_task(_finished(user, str(batch["id"])))
    while not sending.done():
        asked = time.monotonic()
        times.statuses.add((await user.get("/me")).status_code)
        times.me.append(time.monotonic() - asked)
        await asyncio.sleep(0.02)
    await sending
    seconds = time.monotonic() - began
    times.batch_per_second = batch["recipient_count"] / seconds
    times.programs = {name: Spent.by(each).shares_since(before[name], seconds) for name, each in programs.items()}
    return times


async def _finished(user: httpx.AsyncClient, id_: str) -> None:
    async with asyncio.timeout(SECONDS * 3 + 60):
        while (await user.get(f"/mass-replies/{id_}")).json()["finished_at"] is None:
            await asyncio.sleep(0.2)
