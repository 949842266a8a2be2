"""A person's decisions before anything is sent: to confirm, to approve or to reject a mass reply."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.approval import ApprovalStatus
from app.domain.outbound import Author
from app.domain.outbox import EventType, OutboxEntry
from app.domain.words import MassReplyId
from app.store.outbox import publish
from app.store.transactions import TenantTx


async def keep(
    tx: TenantTx, id_: MassReplyId, now: datetime, confirmation: Mapping[str, Any], parties: Iterable[str]
) -> None:
    """Store what was confirmed, and everybody who took part so far."""
    statement = sa.text("""
        UPDATE mass_replies SET confirmed_at = :now, confirmation = CAST(:confirmation AS jsonb), expires_at = NULL,
               parties = CAST(:parties AS text[])
        WHERE tenant_id = :tenant AND id = :id
    """)
    await tx.execute(statement, id=id_, now=now, confirmation=json.dumps(confirmation), parties=sorted(parties))


async def ask_for_approval(tx: TenantTx, id_: MassReplyId, expires_at: datetime) -> None:
    statement = sa.text("""
        UPDATE mass_replies SET approval = :needed, expires_at = :expires_at WHERE tenant_id = :tenant AND id = :id
    """)
    await tx.execute(statement, id=id_, needed=ApprovalStatus.NEEDED, expires_at=expires_at)


async def store_decision(
    tx: TenantTx, id_: MassReplyId, status: ApprovalStatus, by: Author, reason: str | None = None
) -> None:
    """Store a second person's decision."""
    statement = sa.text("""
        UPDATE mass_replies SET approval = :status, approver = CAST(:by AS jsonb), approval_reason = :reason,
               approval_at = now(), expires_at = NULL
        WHERE tenant_id = :tenant AND id = :id
    """)
    person = json.dumps({"id": by.id, "name": by.name, "email": by.email})
    await tx.execute(statement, id=id_, status=status, by=person, reason=reason)


async def schedule(tx: TenantTx, id_: MassReplyId, dispatch_at: datetime, not_after: datetime) -> None:
    """Store when it is to be sent, once no further decision is needed."""
    statement = sa.text("""
        UPDATE mass_replies SET dispatch_at = :dispatch_at, not_after = :not_after
        WHERE tenant_id = :tenant AND id = :id
    """)
    await tx.execute(statement, id=id_, dispatch_at=dispatch_at, not_after=not_after)
    await publish(tx, [OutboxEntry(EventType.MASS_REPLY_CONFIRMED, id_)])
