"""The secret key is replaced while workers send, receipts come in and people save accounts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import pairwise

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app.domain.delivery_lifecycle import DeliveryStatus
from app.settings import Settings
from tests.conftest import SECRET_KEY
from tests.faults.conftest import Begin
from tests.faults.processes import environment_of
from tests.faults.trial import Trial, api
from tests.forked import run_command

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


async def test_the_key_is_replaced_under_traffic_and_nothing_fails_or_is_lost(
    begin: Begin, turned_back: None
) -> None:
    trial = await begin(rate=100)
    [url] = await callback_urls(trial, SECRET_KEY)
    worker, logs = await trial.worker(), []
    for number, (before, keys) in enumerate(pairwise(STEPS), 1):
        await trial.accepted(number * EACH)
        beside = await trial.worker(secret_key=SecretStr(keys))
        await beside.ready()
        async with people(trial, before) as former, people(trial, keys) as present:
            for user in (former, present, former):
                await save_accounts(user, trial.sandbox.url)
                assert (await user.post(url, json={"RecordType": "Unknown"})).status_code == 204
        if keys.startswith(NEW) and keys != NEW:
            # Two operators at once, while both workers send.
            await asyncio.gather(*(rotate(under(trial.settings, keys)) for _ in range(2)))
        logs += [worker.log, beside.log]
        assert await worker.terminate() == 0
        worker = beside
    history = await trial.over()

    assert history.faults() == {}
    assert history.of(DeliveryStatus.SENT) == history.confirmed.deliveries.keys()
    assert not [path for path in logs if "unreadable" in path.read_text()]
    assert await callback_urls(trial, NEW) == [url]
