"""A back-up that was made in the middle of a batch, and restored after its end."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.dev import servers
from app.dev.history.verdict import Kind
from app.domain.delivery_lifecycle import DeliveryStatus
from tests.faults.conftest import Begin
from tests.test_deploy_files import shell

pytestmark = [pytest.mark.faults, pytest.mark.matrix]

WRONG = {Kind.LOST, Kind.DUPLICATED, Kind.UNEXPECTED, Kind.FALSE, Kind.MISCOUNTED}
"""The journal knows attempts that the restored database has forgotten, so that a trace has gaps."""


@pytest.fixture
async def target(postgres_server: servers.PostgresServer) -> AsyncIterator[str]:
    name = f"restored_{os.getpid()}"
    await servers.create_database(postgres_server, name, fresh=True)
    yield name
    await servers.drop_database(postgres_server, name)


async def test_nobody_is_sent_to_again_and_what_is_not_known_is_called_so(
    begin: Begin, postgres_server: servers.PostgresServer, superuser: str, target: str, tmp_path: Path
) -> None:
    trial, dump = await begin(email=150, sms=150), tmp_path / "dump"
    worker = await trial.worker()
    await trial.accepted(100)
    saved = await asyncio.to_thread(shell, "backup.sh", dump, BACKUP_URL=superuser)
    assert saved.returncode == 0, saved.stderr
    await trial.over()
    assert await worker.terminate() == 0

    to = {
        "RESTORE_URL": postgres_server.url("postgres", target),
        "MASS_REPLY_OWNER_URL": postgres_server.url(servers.OWNER, target),
        "MASS_REPLY_DATABASE_URL": postgres_server.url(servers.RUNTIME, target),
    }
    done = await asyncio.to_thread(shell, "restore.sh", dump, **to)
    assert done.returncode == 0, done.stderr
    settings = trial.settings.model_copy(update={"database_url": to["MASS_REPLY_DATABASE_URL"]})
    restored = replace(trial, settings=settings, superuser=to["RESTORE_URL"])
    worker = await restored.worker()
    history = await restored.over()
    assert await worker.terminate() == 0

    assert not WRONG & history.faults().keys()
    known, unknown = history.of(DeliveryStatus.SENT), history.uncertain
    assert known | unknown == history.confirmed.deliveries.keys()
    assert len(known) >= 50
    assert unknown
