"""`Idempotency-Key`: the same request again gets the answer of the first, and does nothing.

The record of a key is written in the transaction of the deed, under a primary key: either both are there or neither.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Header
from starlette.responses import Response

from app.api.schemas import Body
from app.domain.errors import IdempotencyInProgress, IdempotencyKeyReused
from app.domain.permissions import Caller
from app.domain.words import MassReplyId, TenantId
from app.mass_replies.sql import idempotency
from app.mass_replies.sql.idempotency import Record
from app.store.transactions import TenantTx

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any text of your own. Repeat it with the same body, and nothing is done a second time.",
        examples=["3f0c2c1e-6f0f-4a53-9a54-6a1a4f6d7a11"],
    ),
]


@dataclass(frozen=True, slots=True)
class Keyed:
    """One key of one caller, and what it was given for."""

    tenant: TenantId
    caller: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, caller: Caller, key: str | None, deed: str, body: Body) -> Self | None:
        """None where the request bears no key. `deed` tells requests to different addresses apart."""
        if key is None:
            return None
        said = json.dumps([deed, body.model_dump(mode="json")], sort_keys=True)
        return cls(caller.tenant_id, caller.identity, key, hashlib.sha256(said.encode()).digest())

    async def earlier(self, tx: TenantTx) -> Record | None:
        """What became of the same request before; None for the first, which holds the key until it commits.

        Raises IdempotencyInProgress, IdempotencyKeyReused.
        """
        if not await idempotency.try_hold(tx, self.caller, self.key):
            raise IdempotencyInProgress
        record = await idempotency.find(tx, self.caller, self.key)
        if record is not None and record.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused
        return record

    async def open(self, tx: TenantTx, mass_reply: MassReplyId) -> None:
        await idempotency.insert(tx, self.caller, self.key, self.fingerprint, mass_reply)

    async def close(self, tx: TenantTx, status: int, text: str) -> tuple[int, str]:
        """Keep the answer; answers the one that holds."""
        return await idempotency.answer(tx, self.caller, self.key, status, text)


async def earlier(tx: TenantTx, keyed: Keyed | None) -> Record | None:
    """The same request before this one; None where there was none, or where the request bears no key."""
    return None if keyed is None else await keyed.earlier(tx)


def replay(record: Record) -> Response:
    """The first answer, once more."""
    if record.status is None:
        raise IdempotencyInProgress
    return Response(record.answer, record.status, {"Idempotent-Replayed": "true"}, media_type="application/json")
