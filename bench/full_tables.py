"""Ten million deliveries that are over, half of them of the tenant that sends, each with its attempt.

Put in by SQL, without the checks of foreign keys, and with the indexes made once at the end. While that happens the
server writes to the disk what it must and no more; afterwards all is as it was, and vacuumed as autovacuum would.
"""

import asyncio
import os
import shutil
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from bench.processes import VAR
from bench.run import Run
from bench.stack import Service

ROWS: Final = 10_000_000
TENANTS: Final = 20
"""Others, whose deliveries are the other half."""
OF_EACH: Final = 10_000
"""Deliveries of a mass reply."""
AT_ONCE: Final = 250_000
WRITERS: Final = 2
BYTES: Final = 3_000
"""On the disk for each while they are put in: rows, indexes, and the log of both."""

_HURRY: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_wal_size": "24GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
_INDEXES: Final = """
    SELECT CAST(indexrelid AS regclass)::text AS name, pg_get_indexdef(indexrelid) AS definition
    FROM pg_index WHERE indrelid = CAST('deliveries' AS regclass) AND NOT indisunique
"""
# As the first that was sent: finished, with its lane.
_MASS_REPLIES: Final = """
    WITH made AS (
        INSERT INTO mass_replies
        SELECT (jsonb_populate_record(m, jsonb_build_object('id', new.id, 'selection', '{}'::jsonb))).*
        FROM mass_replies m, (SELECT gen_random_uuid() AS id FROM generate_series(1, $2::int)) new
        WHERE m.tenant_id = $1
          AND m.id = (SELECT id FROM mass_replies WHERE tenant_id = $1 AND finished_at IS NOT NULL ORDER BY id LIMIT 1)
        RETURNING tenant_id, id),
    theirs AS (
        INSERT INTO lanes
        SELECT (jsonb_populate_record(l, jsonb_build_object('mass_reply_id', made.id))).*
        FROM made, lanes l
        WHERE l.tenant_id = $1
          AND l.mass_reply_id = (SELECT mass_reply_id FROM lanes WHERE tenant_id = $1 ORDER BY mass_reply_id LIMIT 1))
    SELECT array_agg(id) FROM made
"""
_DELIVERIES: Final = """
    WITH account AS (SELECT id FROM channel_accounts WHERE tenant_id = $1),
    made AS (
        INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                                address_key, status, epoch, segments, provider_message_id, times_billed, queued_at,
                                not_before, sent_at, updated_at)
        SELECT CASE WHEN n % 2 = 0 THEN $1 ELSE ($2::uuid[])[1 + n % $4::int] END, ($3::uuid[])[1 + n / $5::int],
               uuidv7(), uuidv7(), account.id, 'sms', '+120' || n, '+120' || n, 'sent', 1, 1, 'SM' || md5(n::text), 1,
               t.at, t.at, t.at, t.at
        FROM account, generate_series($6::int, $7::int) n,
             LATERAL (SELECT now() - interval '1 day' - n * interval '1 second') t (at)
        RETURNING tenant_id, id, sent_at)
    INSERT INTO delivery_attempts (tenant_id, delivery_id, epoch, started_at, finished_at, outcome, text)
    SELECT tenant_id, id, 1, sent_at, sent_at, 'accepted', 'Our payments provider is back up. Sorry for the wait.'
    FROM made
"""


async def fill(run: Run, service: Service) -> None:
    """Put them in. Raise an error if the disk has no room for them."""
    count = run.fewer(ROWS)
    needed, free = count * BYTES, shutil.disk_usage(VAR).free
    assert free > needed, f"{count:,} deliveries need {needed >> 30} GB on the disk, and {free >> 30} are free"
    async with _connections(run) as connections, in_a_hurry(connections[0]):
        first = connections[0]
        indexes = [tuple(index) for index in await first.fetch(_INDEXES)]
        for name, _ in indexes:
            await first.execute(f"DROP INDEX {name}")
        others = await first.fetchval("SELECT array_agg(gen_random_uuid()) FROM generate_series(1, $1::int)", TENANTS)
        mass_replies = await first.fetchval(_MASS_REPLIES, service.tenant, 1 + count // OF_EACH)
        constant = (service.tenant, others, mass_replies, TENANTS, OF_EACH)
        parts = [(_DELIVERIES, *constant, start + 1, min(start + AT_ONCE, count)) for start in range(0, count, AT_ONCE)]
        await _shared(connections, parts)
        await _shared(connections, [(definition,) for _, definition in indexes])
        await _shared(connections, [(f"VACUUM (ANALYZE) {table}",) for table in ("deliveries", "delivery_attempts")])
        await first.execute("VACUUM (ANALYZE) mass_replies, lanes")


async def _shared(connections: Sequence[Any], statements: Sequence[tuple[Any, ...]]) -> None:
    """Run statements in their order, each on the next connection that is free."""
    left = deque(statements)

    async def work(connection: Any) -> None:
        while left:
            await connection.execute(*left.popleft())

    async with asyncio.TaskGroup() as group:
        for connection in connections:
            group.create_task(work(connection))


@asynccontextmanager
async def _connections(run: Run) -> AsyncIterator[Sequence[Any]]:
    url = run.stack.postgres.url("postgres", "bench")
    connections = [await asyncpg.connect(url) for _ in range(WRITERS)]
    try:
        for connection in connections:
            await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '1GB'")
        yield connections
    finally:
        for connection in connections:
            connection.terminate()


@asynccontextmanager
async def in_a_hurry(connection: Any) -> AsyncIterator[None]:
    """Let the server care for nothing but speed. Afterwards all that was written is on the disk."""
    before = {name: await connection.fetchval(f"SHOW {name}") for name in _HURRY}
    await _set(connection, _HURRY)
    try:
        yield
    finally:
        await _set(connection, before)
    await connection.execute("CHECKPOINT")
    await asyncio.to_thread(os.sync)


async def _set(connection: Any, settings: dict[str, str]) -> None:
    for name, value in settings.items():
        await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    await connection.execute("SELECT pg_reload_conf()")
