"""Responses to requests that carry an `Idempotency-Key`, stored as long as the mass reply that they are about."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from app.domain.words import MassReplyId
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class Record:
    fingerprint: bytes
    mass_reply_id: MassReplyId
    status: int | None
    answer: str | None = field(repr=False)
    """As it was sent, or None while the request is under way."""


async def try_hold(tx: TenantTx, caller: str, key: str) -> bool:
    """Lock a key until the transaction ends. Return False, without waiting, if another request holds it."""
    statement = sa.text("SELECT pg_try_advisory_xact_lock(hashtextextended(:held, 0))")
    return bool(await tx.scalar(statement, held=f"{tx.tenant} {caller} {key}"))


async def find(tx: TenantTx, caller: str, key: str) -> Record | None:
    """Return the caller's record. Records from before they were stored by caller belong to every caller."""
    statement = sa.text("""
        SELECT fingerprint, mass_reply_id, status, answer FROM idempotency_records
        WHERE tenant_id = :tenant AND key = :key AND caller IN (:caller, '') ORDER BY caller DESC LIMIT 1
    """)
    row = (await tx.execute(statement, caller=caller, key=key)).first()
    return None if row is None else Record(row.fingerprint, row.mass_reply_id, row.status, row.answer)


async def insert(tx: TenantTx, caller: str, key: str, fingerprint: bytes, mass_reply: MassReplyId) -> None:
    """Store a key in the transaction of its own request. The primary key makes it unique."""
    statement = sa.text("""
        INSERT INTO idempotency_records (tenant_id, key, caller, fingerprint, mass_reply_id)
        VALUES (:tenant, :key, :caller, :fingerprint, :mass_reply)
    """)
    await tx.execute(statement, key=key, caller=caller, fingerprint=fingerprint, mass_reply=mass_reply)


async def answer(tx: TenantTx, caller: str, key: str, status: int, text: str) -> tuple[int, str]:
    """Store a response, unless one is stored already. Return the stored one."""
    statement = sa.text("""
        UPDATE idempotency_records SET status = coalesce(status, :status), answer = coalesce(answer, :answer)
        WHERE tenant_id = :tenant AND key = :key AND caller IN (:caller, '') RETURNING status, answer
    """)
    row = (await tx.execute(statement, key=key, caller=caller, status=status, answer=text)).one()
    return row.status, row.answer
