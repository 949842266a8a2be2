"""Each process's share of an account's calls. It is leased, and worked out again at each claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.store.newest import newest_account
from app.store.transactions import TenantTx

OTHERS: Final = """
    SELECT count(*) AS others, coalesce(sum(s.slots), 0) AS held_by_others,
           count(*) FILTER (WHERE s.slots = 0) AS without
    FROM call_shares s
    WHERE s.tenant_id = :tenant AND s.account_id = :account AND s.holder <> :holder
      AND s.expires_at > clock_timestamp()
"""
"""What the other processes hold of an account. The account's row must be locked."""


@dataclass(frozen=True, slots=True)
class CallShare:
    """One process's share of an account's calls."""

    holder: UUID
    slots: int
    expires_at: datetime
    """At least the end of the last claim's lease: until then its calls may be under way."""


RENEWED: Final = timedelta(seconds=5)
"""A share lasts this much longer than it must, so that it is not written again with each claim."""

RENEW: Final = f"""
    INSERT INTO call_shares (tenant_id, account_id, holder, slots, renewed_at, expires_at)
    SELECT :tenant, a.id, :holder, :slots, :now, CAST(:expires_at AS timestamptz) + interval '{RENEWED}'
    FROM ({newest_account("id")}) a
    WHERE NOT EXISTS (
        SELECT FROM call_shares
        WHERE tenant_id = :tenant AND account_id = :account AND holder = :holder AND slots = :slots
          AND expires_at BETWEEN :expires_at AND CAST(:expires_at AS timestamptz) + interval '{RENEWED}')
    ON CONFLICT (tenant_id, account_id, holder) DO UPDATE
    SET slots = excluded.slots, renewed_at = excluded.renewed_at, expires_at = excluded.expires_at
"""  # noqa: S608 - built from constants
"""Stores a process's share, unless it is stored already and lasts long enough. The account's row must be locked."""

# A share locked right now lasts until it expires. Skipping it, this waits for no lock: the order is free.
_RELEASE = sa.text("""
    WITH held AS MATERIALIZED (
        SELECT account_id, holder FROM call_shares
        WHERE tenant_id = :tenant AND (holder = ANY (CAST(:holders AS uuid[])) OR expires_at < clock_timestamp())
        FOR UPDATE SKIP LOCKED)
    DELETE FROM call_shares s USING held h
    WHERE s.tenant_id = :tenant AND s.account_id = h.account_id AND s.holder = h.holder
""")


async def release(tx: TenantTx, holders: Sequence[UUID]) -> None:
    """Release these shares to other processes, and delete those of processes that are gone."""
    await tx.execute(_RELEASE, holders=holders)
