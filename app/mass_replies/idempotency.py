"""Idempotency keys: the same request again gets the response of the first, and does nothing.

A key's record is written in the transaction of the request's own work, under a primary key: both are there or neither.
"""

from dataclasses import dataclass

from app.domain.errors import IdempotencyInProgress, IdempotencyKeyReused
from app.domain.words import MassReplyId
from app.mass_replies.sql import idempotency
from app.mass_replies.sql.idempotency import Record
from app.store.transactions import TenantTx


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One caller's key, and the fingerprint of the request that carries it."""

    caller: str
    key: str
    fingerprint: bytes

    async def earlier(self, tx: TenantTx) -> Record | None:
        """Return the record of the same request. The first request gets None, and holds the key until it commits.

        Raise IdempotencyInProgress if another request holds the key, and IdempotencyKeyReused if that one differed.
        """
        if not await idempotency.try_hold(tx, self.caller, self.key):
            raise IdempotencyInProgress
        record = await idempotency.find(tx, self.caller, self.key)
        if record is not None and record.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused
        return record

    async def open(self, tx: TenantTx, mass_reply: MassReplyId) -> None:
        """Store the key, still without a response."""
        await idempotency.insert(tx, self.caller, self.key, self.fingerprint, mass_reply)

    async def close(self, tx: TenantTx, status: int, text: str) -> tuple[int, str]:
        """Store the response. Return the response that was stored first."""
        return await idempotency.answer(tx, self.caller, self.key, status, text)


async def earlier(tx: TenantTx, key: IdempotencyKey | None) -> Record | None:
    """Return the record of the same request, or None if it is the first or carries no key."""
    return None if key is None else await key.earlier(tx)
