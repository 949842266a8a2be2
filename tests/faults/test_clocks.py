"""Workers, or an API, whose time of day jumps by an hour, either way."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from app.dev.history.evidence import Confirmed
from app.dev.ports import free_port
from app.dev.sandbox.server import Sandbox
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.words import Channel
from app.settings import Settings
from tests.faults.conftest import Begin
from tests.faults.processes import serving
from tests.faults.trial import Trial, furnish, until
from tests.history import create, deliveries

pytestmark = [pytest.mark.faults, pytest.mark.matrix]

HOUR = 3600.0
HOLD = 2
"""Seconds for which a confirmed mass reply is held."""


@pytest.mark.parametrize("jumps", [(HOUR,), (-HOUR,), (HOUR, -HOUR)])
async def test_nothing_is_uncertain_or_late(begin: Begin, jumps: tuple[float, ...]) -> None:
    trial = await begin(email=200, sms=200, rate=20)
    # Leases as everybody has them: what is looked for is the hour, and not whether the machine is quick.
    workers = [await trial.worker(jump=jump, lease=timedelta(seconds=30)) for jump in jumps]
    history = await trial.over(seconds=100)

    assert history.faults() == {}
    assert {status: len(history.of(status)) for status in DeliveryStatus if history.of(status)} == {"sent": 400}
    assert [await worker.terminate() for worker in workers] == [0] * len(workers)


@asynccontextmanager
async def jumped(settings: Settings, key: str, log: Path, jump: float) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API process whose clock has jumped."""
    port = free_port()
    async with (
        serving(settings, log, port, jump=jump),
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, trust_env=False
        ) as client,
    ):

        async def says_so() -> bool:
            date = parsedate_to_datetime((await client.get("/health/live")).headers["Date"])
            return abs(date - datetime.now(UTC)) > timedelta(seconds=HOUR / 2)

        await until(says_so, 20)
        yield client


@pytest.mark.parametrize("jump", [HOUR, -HOUR])
async def test_an_api_whose_clock_jumps_gives_everybody_the_time_that_was_promised(
    settings: Settings, superuser: str, sandbox: Sandbox, tmp_path: Path, jump: float
) -> None:
    tenant, key = await furnish(settings, sandbox, {Channel.EMAIL: 5, Channel.SMS: 5}, (), 10_000)
    async with AsyncExitStack() as stack, jumped(settings, key, tmp_path / "api.log", jump) as client:
        trial = Trial(settings, superuser, sandbox, tenant, key, tmp_path, stack, Confirmed("", {}))
        created = await create(client)
        expires = datetime.fromisoformat(created["expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=25) < expires <= settings.confirm_within

        queued = {item["id"]: item["conversation_id"] async for item in deliveries(client, created["id"])}
        body = {"recipient_count": len(queued), "hold_seconds": HOLD}
        assert (await client.post(f"/mass-replies/{created['id']}/confirm", json=body)).status_code == 202
        confirmed = (await client.get(f"/mass-replies/{created['id']}")).json()
        held = datetime.fromisoformat(confirmed["dispatch_at"]) - datetime.now(UTC)
        assert held <= timedelta(seconds=HOLD)
        worker = await trial.worker()
        history = await replace(trial, confirmed=Confirmed(created["id"], queued)).over()

        assert history.faults() == {}
        assert history.of(DeliveryStatus.SENT) == queued.keys()
        assert await worker.terminate() == 0
