"""Wake-ups are hints: a Redis that hangs holds up nobody, and costs nothing that stays."""

import asyncio
import gc
from uuid import UUID

import pytest

from app.delivery.wakeups import Wakeups, connect
from app.domain.lanes import LaneKey
from app.domain.words import AccountId, MassReplyId, TenantId
from app.worker import _JobTasks

LANE = LaneKey(TenantId(UUID(int=1)), MassReplyId(UUID(int=2)), AccountId(UUID(int=3)))


class Freezing:
    """Agrees to everything up to a WATCH, and then says nothing any more, to nobody."""

    def __init__(self) -> None:
        self.frozen = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.read(65_536):
            if not self.frozen:
                writer.write(b"+OK\r\n" * said.count(b"*"))
            self.frozen |= b"WATCH" in said
        writer.close()


async def test_a_redis_that_freezes_within_a_transaction_keeps_no_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.delivery.wakeups.WAKE_SECONDS", 0.2)
    async with await asyncio.start_server(Freezing().serve, "127.0.0.1", 0) as server:
        redis = connect(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
        wakeups = Wakeups(redis)
        assert await wakeups.wake_lane(LANE) is False
        assert redis.connection_pool._in_use_connections == set()
        gc.collect()  # redis-py warns of what was left open, and warnings are errors here
        await wakeups.close()


async def test_two_runs_of_one_job_may_both_delete_its_entry() -> None:
    tasks = _JobTasks()
    tasks["pump:1"] = asyncio.create_task(asyncio.sleep(0))
    await tasks["pump:1"]
    for _ in range(2):
        del tasks["pump:1"]
    assert not tasks
