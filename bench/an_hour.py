"""What an hour of sending leaves behind while a transaction is open that may still see it: dead rows that stay.

Made by SQL in the seconds that it takes, in the mass reply that is sent next: deliveries that have left its queue, and
the versions of every row that is changed again and again. Triggers are off, and the server is in a hurry. The indexes
compare nothing with what they hold: each version that begins a new page would be compared with all others of its key,
which takes long and leaves nothing.

Two things differ from a real hour. Conversations, attempts and messages are left as they are: each is changed once at
most and found by its key. And the workers' shares are those of two others whose leases have run out: a worker that
sends reads their versions with its own, and makes a row of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg

from bench.full_tables import in_a_hurry
from bench.run import Run
from bench.stack import WORKERS, Service

DELIVERIES: Final = 1_100_000
"""Of an hour with the default settings beside a provider that takes 100 ms: 305 in a second."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Rows that are changed again and again, and how often each of them is in the hour."""

    table: str
    times: int
    column: str
    condition: str


# What so many deliveries were seen to change (`BENCH_LATENCY=0.1 BENCH_IN_FLIGHT=32 python -m bench.costs`): the lane
# at each claim, each record and each renewal; the account at each claim. A worker's share of its calls is renewed every
# five seconds. The sweepers say by the second that they live.
CHANGED: Final[Sequence[Changed]] = (
    Changed("lanes", 145_000, "pumped_at", "tenant_id = '{tenant}' AND mass_reply_id = '{mass_reply}'"),
    Changed("channel_accounts", 66_000, "allowed_at", "tenant_id = '{tenant}'"),
    Changed("call_shares", 720, "renewed_at", "tenant_id = '{tenant}' AND expires_at < now()"),
    Changed("heartbeats", 10_000, "beat_at", "true"),
)

# As the first that the mass reply has, and due before it.
_QUEUED: Final = """
    INSERT INTO deliveries (tenant_id, mass_reply_id, conversation_id, contact_id, account_id, channel, address,
                            address_key, status, segments, queued_at, not_before, updated_at)
    SELECT d.tenant_id, d.mass_reply_id, uuidv7(), uuidv7(), d.account_id, d.channel, '+120' || n, '+120' || n,
           'queued', 1, d.queued_at, d.not_before - (1 + $3::int - n) * interval '3 milliseconds', d.updated_at
    FROM (SELECT * FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = $2 ORDER BY not_before, id LIMIT 1) d,
         generate_series(1, $3::int) n
"""
_CLAIMED: Final = """
    UPDATE deliveries SET status = 'sending', epoch = 1, claim_token = uuidv7(), updated_at = now(),
                          lease_until = not_before + interval '1 minute', settles_after = not_before
    WHERE tenant_id = $1 AND mass_reply_id = $2 AND not_before < $3
"""
_SENT: Final = """
    UPDATE deliveries SET status = 'sent', claim_token = NULL, lease_until = NULL, sent_at = not_before,
                          times_billed = 1, provider_message_id = 'SM' || md5(address)
    WHERE tenant_id = $1 AND mass_reply_id = $2 AND not_before < $3
"""
# As the last claim of the hour would.
_LANE: Final = """
    UPDATE lanes SET (queue_from_at, queue_from_id) = (
        SELECT not_before, id FROM deliveries
        WHERE tenant_id = $1 AND mass_reply_id = $2 AND status = 'queued' ORDER BY not_before, id LIMIT 1)
    WHERE tenant_id = $1 AND mass_reply_id = $2
"""
_UNCHECKED: Final = """
    UPDATE pg_index SET indisunique = NOT indisunique
    WHERE indrelid = ANY ('{lanes, channel_accounts, call_shares, heartbeats}'::regclass[]) AND indexrelid IN (
        SELECT conindid FROM pg_constraint WHERE contype IN ('p', 'u'))
"""
# These tables are small when the statement is planned: it would read them as a whole.
_BY_PLACE: Final = "SET LOCAL enable_seqscan = off"
_SHARES: Final = """
    INSERT INTO call_shares (tenant_id, account_id, holder, slots, renewed_at, expires_at)
    SELECT tenant_id, id, gen_random_uuid(), 16, now() - interval '1 minute', now() - interval '1 second'
    FROM channel_accounts, generate_series(1, $2::int) WHERE tenant_id = $1
"""
# By the place of its last version: to find it by its key would be to visit all before it.
_CHANGE: Final = """
    DO $$
    DECLARE place tid;
    BEGIN
        FOR place IN SELECT ctid FROM {table} WHERE {condition} LOOP
            FOR n IN 1..{times} LOOP
                UPDATE {table} SET {column} = clock_timestamp() WHERE ctid = place RETURNING ctid INTO place;
            END LOOP;
        END LOOP;
    END $$
"""


async def leave(run: Run, service: Service, mass_reply: UUID, share: float = 1.0) -> None:
    """Leave behind what a share of an hour would. Call it while the mass reply awaits its confirmation."""
    connection: Any = await asyncpg.connect(run.stack.postgres.url("postgres", "bench"))
    key = {"tenant": service.tenant, "mass_reply": mass_reply}
    try:
        await connection.execute("SET session_replication_role = replica")
        # As autovacuum would in the first minutes. Room that it frees later is where the next versions would go.
        await connection.execute("VACUUM lanes, channel_accounts, call_shares")
        async with in_a_hurry(connection):
            await _deliveries(connection, service, mass_reply, run.fewer(round(DELIVERIES * share)))
            async with connection.transaction():  # so that nobody deletes the shares before they are changed
                await connection.execute(_SHARES, service.tenant, WORKERS)
                await connection.execute(_UNCHECKED)
                await connection.execute(_BY_PLACE)
                for changed in CHANGED:
                    await connection.execute(_change(changed, run.fewer(round(changed.times * share)), **key))
                await connection.execute(_UNCHECKED)
    finally:
        await connection.close()


async def _deliveries(connection: Any, service: Service, mass_reply: UUID, count: int) -> None:
    key = (service.tenant, mass_reply)
    first = await connection.fetchval(
        "SELECT min(not_before) FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = $2", *key
    )
    async with connection.transaction():
        await connection.execute(_QUEUED, *key, count)
        await connection.execute(_CLAIMED, *key, first)
        await connection.execute(_SENT, *key, first)
        await connection.execute(_LANE, *key)


def _change(changed: Changed, times: int, **key: UUID) -> str:
    condition = changed.condition.format(**key)
    return _CHANGE.format(table=changed.table, column=changed.column, times=times, condition=condition)
