"""Workers that stop while they prepare a large selection: another one goes on, and everybody is prepared once."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.dev.history.evidence import Confirmed
from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from app.store import selection
from tests.faults.processes import Worker
from tests.faults.trial import Trial, api, furnish, until
from tests.history import confirm, create

pytestmark = [pytest.mark.faults, pytest.mark.matrix, pytest.mark.timeout(300)]

PAGE = 30
"""Conversations of a page; there are two pages."""
PATIENT = 60.0
"""Seconds for the preparation: a worker that froze within a transaction holds the mass reply for ten."""
POINTS = ("prepare.inserted:1", "prepare.page:1", "prepare.inserted:2")
"""Within the first page, between the two, and within the second."""


@pytest.fixture
async def large(
    settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Trial]:
    """Recipients of two pages, too many to be prepared within a request."""
    monkeypatch.setattr(selection, "PAGE_SIZE", PAGE)
    leaving = settings.model_copy(update={"prepare_inline_limit": 0})
    tenant, key = await furnish(leaving, sandbox, {Channel.EMAIL: PAGE, Channel.SMS: PAGE}, (), 10_000)
    async with AsyncExitStack() as stack:
        yield Trial(leaving, superuser, sandbox, tenant, key, tmp_path, stack, Confirmed("", {}))


@pytest.mark.parametrize("way", ["kill", "term", "freeze"])
@pytest.mark.parametrize("point", POINTS)
async def test_what_a_worker_left_half_prepared_is_prepared_once_by_another(large: Trial, point: str, way: str) -> None:
    armed = await large.worker(crash=f"{point}:{way}")
    async with api(large.settings, large.key) as client:
        created = await create(client)
        assert created["status"] == "preparing"
        await armed.stopped()
        worker = await large.worker()
        await prepared(client, created["id"])
        trial = replace(large, confirmed=await confirm(client, created))
    await ended(armed, way)
    history = await trial.over()

    assert history.faults() == {}
    assert len(history.confirmed.deliveries) == 2 * PAGE
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    [[rows]] = await trial.rows("SELECT count(*) FROM deliveries WHERE tenant_id = $1", trial.tenant)
    assert rows == 2 * PAGE
    assert await worker.terminate() == 0


async def prepared(client: httpx.AsyncClient, mass_reply: str) -> None:
    async def waits() -> bool:
        batch = (await client.get(f"/mass-replies/{mass_reply}")).json()
        return bool(batch["status"] == "awaiting_confirmation")

    await until(waits, PATIENT)


async def ended(worker: Worker, way: str) -> None:
    """Wake a frozen one up, which finds that the world went on; see that one which was told to stop did."""
    if way == "freeze":
        worker.thaw()
        assert await worker.terminate() == 0
    elif way == "term":
        assert worker.process.exitcode == 0
