"""The secret key is replaced while workers send, receipts come in and people save accounts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app.domain.delivery_lifecycle import DeliveryStatus
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.faults.conftest import Begin
from tests.faults.processes import environment_of
from tests.faults.trial import IN_FLIGHT, Trial, api
from tests.forked import run_command
from tests.scene import Account, postmark, twilio

pytestmark = pytest.mark.faults

NEW = "a-newer-key-" + "1" * 32
STEPS = (SECRET_KEY, f"{SECRET_KEY},{NEW}", f"{NEW},{SECRET_KEY}", NEW)
"""What MASS_REPLY_SECRET_KEY is given, one after the other, as docs/operations.md says. Neighbours run side by side."""
EACH = 60
"""Messages that the provider accepts before the next step."""


def under(settings: Settings, keys: str) -> Settings:
    return settings.model_copy(update={"secret_key": SecretStr(keys)})


@pytest.fixture
async def turned_back(settings: Settings, superuser: str) -> AsyncIterator[None]:
    """Leave the database as other tests' services can read it."""
    yield
    await rotate(under(settings, f"{SECRET_KEY},{NEW}"))
    connection = await asyncpg.connect(superuser)
    await connection.execute("DELETE FROM installation_secrets")
    await connection.close()


async def rotate(settings: Settings) -> None:
    done = await asyncio.to_thread(run_command, "rotate-secrets", environment=environment_of(settings))
    assert done.returncode == 0, done.stderr


async def save(user: httpx.AsyncClient, account: Account) -> None:
    """Save an account as it is, its credentials too, as somebody does in the console."""
    body: dict[str, Any] = {
        "channel": account.channel,
        "provider": account.provider,
        "name": account.key,
        "config": account.config,
        "credentials": account.credentials,
        "rate_per_second": account.rate_per_second,
        "max_in_flight": account.max_in_flight,
    }
    answer = await user.put(f"/channel-accounts/{account.key}", json=body)
    assert answer.status_code == 200, answer.text


async def callback_url(trial: Trial, keys: str) -> str:
    async with api(under(trial.settings, keys), trial.key) as user:
        return str((await user.get("/channel-accounts/email")).json()["callback_url"])


async def test_the_key_is_replaced_under_traffic_and_nothing_fails_or_is_lost(begin: Begin, turned_back: None) -> None:
    trial = await begin(rate=100)
    accounts = [make(trial.sandbox.url, rate_per_second=100, max_in_flight=IN_FLIGHT) for make in (postmark, twilio)]
    url, worker, logs = await callback_url(trial, SECRET_KEY), await trial.worker(), []
    for number, (before, keys) in enumerate(pairwise(STEPS), 1):
        await trial.accepted(number * EACH)
        beside = await trial.worker(secret_key=SecretStr(keys))
        await beside.ready()
        async with (
            api(under(trial.settings, before), trial.key) as former,
            api(under(trial.settings, keys), trial.key) as present,
        ):
            for user in (former, present) if NEW in before else (former,):
                for account in accounts:
                    await save(user, account)
            for user in (former, present):
                called = await user.post(httpx.URL(url).raw_path.decode(), json={"RecordType": "Unknown"})
                assert called.status_code == 204
        logs += [worker.log, beside.log]
        assert await worker.terminate() == 0
        worker = beside
        if keys.startswith(NEW) and keys != NEW:
            # Two operators at once, while a worker sends.
            await asyncio.gather(*(rotate(under(trial.settings, keys)) for _ in range(2)))
    trial = replace(trial, settings=under(trial.settings, NEW))
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert not [path for path in logs if "unreadable" in path.read_text()]
    assert await callback_url(trial, NEW) == url
