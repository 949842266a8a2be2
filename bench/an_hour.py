"""What an hour of sending leaves behind while a transaction is open that may still see it: dead rows that stay.

Made by SQL in the seconds that it takes, in the mass reply that is sent next: deliveries that have left its queue, and
the versions of the rows that each claim and each record changes. Triggers are off, and the server is in a hurry.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from bench.full_tables import in_a_hurry
from bench.run import Run
from bench.stack import Service

DELIVERIES: Final = 1_100_000
"""Of an hour with the default settings beside a provider that takes 100 ms: 305 in a second."""
VERSIONS: Final[Mapping[str, int]] = {"lanes": 375_000, "channel_accounts": 117_000}
"""Of the row of its lane, and of its account: what so many deliveries were seen to change (`python -m bench.costs`)."""

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
# By the place of its last version: to find it by its key would be to visit all before it.
_CHANGED: Final = """
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
_COLUMNS: Final = {"lanes": "pumped_at", "channel_accounts": "allowed_at"}


async def leave(run: Run, service: Service, mass_reply: UUID, share: float = 1.0) -> None:
    """Leave behind what a share of an hour would. Call it while the mass reply awaits its confirmation."""
    connection: Any = await asyncpg.connect(run.stack.postgres.url("postgres", "bench"))
    try:
        await connection.execute("SET session_replication_role = replica")
        async with in_a_hurry(connection):
            await _deliveries(connection, service, mass_reply, run.fewer(round(DELIVERIES * share)))
            for table, times in VERSIONS.items():
                await _versions(connection, service, mass_reply, table, run.fewer(round(times * share)))
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


async def _versions(connection: Any, service: Service, mass_reply: UUID, table: str, times: int) -> None:
    condition = f"tenant_id = '{service.tenant}'" + (f" AND mass_reply_id = '{mass_reply}'" if table == "lanes" else "")
    statement = _CHANGED.format(table=table, column=_COLUMNS[table], times=times, condition=condition)
    await connection.execute(statement)
