"""Webhook endpoints: their settings, and the position of each in the outbox.

One worker at a time posts to an endpoint. It claims the endpoint, and writes only while it holds the claim. The claim
of a dead worker ends with its lease.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.domain.outbox import EventType
from app.domain.words import TenantId
from app.store import named_locks
from app.store.transactions import SweepTx, TenantTx
from app.webhooks.model import Backlog, EndpointDraft, RetryDecision, WebhookEndpoint

COUNTED = 10_000
"""A backlog is counted up to this number."""

# Each half reads an index range without other tenants' events and without those that are already posted.
_SELECT = """
    SELECT e.*, least(waiting.count, :counted) AS backlog, waiting.oldest
    FROM webhook_endpoints e CROSS JOIN LATERAL (
        SELECT count(*) AS count, min(created_at) AS oldest FROM (
            (SELECT o.created_at FROM outbound_events o
             WHERE o.tenant_id = e.tenant_id AND o.position > e.position
               AND (e.events IS NULL OR o.type = ANY (e.events))
             ORDER BY o.position LIMIT :counted)
            UNION ALL
            (SELECT o.created_at FROM outbound_events o
             WHERE o.tenant_id = e.tenant_id AND o.position IS NULL AND (e.events IS NULL OR o.type = ANY (e.events))
             ORDER BY o.written LIMIT :counted)) o) waiting
    WHERE e.tenant_id = :tenant
"""
_FIND = sa.text(f"{_SELECT} AND e.key = :key")
_LIST = sa.text(f"{_SELECT} AND (CAST(:after AS text) IS NULL OR e.key > :after) ORDER BY e.key LIMIT :limit")


async def find(tx: TenantTx, key: str) -> WebhookEndpoint | None:
    row = (await tx.execute(_FIND, counted=COUNTED, key=key)).one_or_none()
    return None if row is None else _read(row)


async def page(tx: TenantTx, *, after: str | None, limit: int) -> Sequence[WebhookEndpoint]:
    """Return the endpoints after a key, by key."""
    return [_read(row) for row in await tx.execute(_LIST, counted=COUNTED, after=after, limit=limit)]


def _read(row: Any) -> WebhookEndpoint:
    return WebhookEndpoint(
        id=row.id,
        key=row.key,
        url=row.url,
        events=None if row.events is None else tuple(map(EventType, row.events)),
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
        next_try_at=row.next_try_at,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_failure=row.last_failure,
        created_at=row.created_at,
        previous_until=row.previous_until,
        backlog=Backlog(row.backlog, row.oldest),
    )


async def hold_number(tx: TenantTx) -> None:
    """Lock the number of the tenant's endpoints until the transaction ends, so that no other transaction saves one."""
    await named_locks.hold(tx, "webhook endpoints")


async def next_id(tx: TenantTx) -> UUID:
    id_: UUID = (await tx.execute(sa.text("SELECT uuidv7()"))).scalar_one()
    return id_


# An existing endpoint keeps its secret and its position, and its failure is cleared.
_SAVE = sa.text("""
    INSERT INTO webhook_endpoints AS e (tenant_id, id, key, url, events, enabled, secrets, position)
    VALUES (:tenant, :id, :key, :url, CAST(:events AS text[]), :enabled, :secrets, :position)
    ON CONFLICT (tenant_id, key) DO UPDATE
    SET url = excluded.url, events = excluded.events, enabled = excluded.enabled, disabled_reason = NULL,
        failures = 0, failing_since = NULL, next_try_at = now(), updated_at = now()
    RETURNING e.id = :id
""").bindparams(sa.bindparam("secrets", type_=sa.JSON))


async def save(
    tx: TenantTx, id_: UUID, key: str, draft: EndpointDraft, sealed: Mapping[str, str], position: int
) -> bool:
    """Create or replace the endpoint of that key. Return whether it is new."""
    events = None if draft.events is None else sorted(draft.events)
    values = {"id": id_, "key": key, "url": draft.url, "events": events, "enabled": draft.enabled}
    return bool(await tx.scalar(_SAVE, secrets=dict(sealed), position=position, **values))


async def count(tx: TenantTx) -> int:
    statement = sa.text("SELECT count(*) FROM webhook_endpoints WHERE tenant_id = :tenant")
    return int(await tx.scalar(statement) or 0)


async def delete(tx: TenantTx, key: str) -> bool:
    statement = sa.text("DELETE FROM webhook_endpoints WHERE tenant_id = :tenant AND key = :key")
    return (await tx.execute(statement, key=key)).rowcount > 0


async def hold_secrets(tx: TenantTx, key: str) -> tuple[UUID, Mapping[str, str]] | None:
    """Lock an endpoint and return its id and sealed secrets, for `write_secrets`."""
    statement = sa.text("SELECT id, secrets FROM webhook_endpoints WHERE tenant_id = :tenant AND key = :key FOR UPDATE")
    row = (await tx.execute(statement, key=key)).one_or_none()
    return None if row is None else (row.id, row.secrets)


_WRITE_SECRETS = sa.text("""
    UPDATE webhook_endpoints SET secrets = :secrets, updated_at = now(),
           previous_until = now() + CAST(:previous_lasts AS interval)
    WHERE tenant_id = :tenant AND id = :id
""").bindparams(sa.bindparam("secrets", type_=sa.JSON))


async def write_secrets(tx: TenantTx, id_: UUID, sealed: Mapping[str, str], previous_lasts: timedelta) -> None:
    await tx.execute(_WRITE_SECRETS, id=id_, secrets=dict(sealed), previous_lasts=previous_lasts)


# Ends a claim: what its worker writes would undo this.
_MOVE_BACK = sa.text("""
    UPDATE webhook_endpoints
    SET position = least(position, :position), ahead = CASE WHEN :position < position THEN '{}' ELSE ahead END,
        claim_token = NULL, lease_until = NULL, failures = 0, failing_since = NULL, next_try_at = now(),
        updated_at = now()
    WHERE tenant_id = :tenant AND key = :key AND enabled AND disabled_reason IS NULL
""")


async def move_back(tx: TenantTx, key: str, position: int) -> bool:
    """Move an endpoint back to a position. Return False if none of that key is posted to."""
    return (await tx.execute(_MOVE_BACK, key=key, position=position)).rowcount > 0


@dataclass(frozen=True, slots=True)
class ClaimedEndpoint:
    """An endpoint, claimed by one worker until its lease ends."""

    tenant: TenantId
    id: UUID
    token: UUID
    key: str
    url: str = field(repr=False)
    events: tuple[EventType, ...] | None
    sealed: Mapping[str, str] = field(repr=False)
    previous_until: datetime | None
    position: int
    ahead: frozenset[str]
    """The calls after the position that are done already, by `webhook-id`."""
    failures: int
    failing_since: datetime | None


_DUE = sa.text("""
    SELECT tenant_id, id FROM (
        SELECT e.tenant_id, e.id, e.next_try_at,
               row_number() OVER (PARTITION BY e.tenant_id ORDER BY e.next_try_at) AS place
        FROM webhook_endpoints e
        WHERE e.enabled AND e.disabled_reason IS NULL AND e.next_try_at <= clock_timestamp()
          AND e.tenant_id <> ALL (CAST(:at_limit AS uuid[]))
          AND (e.lease_until IS NULL OR e.lease_until < clock_timestamp())
          AND (EXISTS (SELECT FROM outbound_events o WHERE o.tenant_id = e.tenant_id AND o.position > e.position)
               OR EXISTS (SELECT FROM outbound_events o WHERE o.tenant_id = e.tenant_id AND o.position IS NULL))) d
    ORDER BY place, next_try_at LIMIT :limit
""")


async def due(tx: SweepTx, limit: int, at_limit: Collection[TenantId] = ()) -> list[tuple[TenantId, UUID]]:
    """Return endpoints that have events waiting and may be called, except those of tenants at their limit.

    The longest-waiting one of each tenant comes first, then each tenant's second, and so on.
    """
    rows = await tx.execute(_DUE, limit=limit, at_limit=list(at_limit))
    return [(TenantId(row.tenant_id), row.id) for row in rows]


_CLAIM = sa.text("""
    UPDATE webhook_endpoints
    SET claim_token = gen_random_uuid(), lease_until = clock_timestamp() + CAST(:lease AS interval)
    WHERE tenant_id = :tenant AND id = :id AND enabled AND disabled_reason IS NULL
      AND next_try_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until < clock_timestamp())
    RETURNING *
""")


async def claim(tx: TenantTx, id_: UUID, lease: timedelta) -> ClaimedEndpoint | None:
    """Claim an endpoint. Return None if another worker has it, or if it may not be called any more."""
    row = (await tx.execute(_CLAIM, id=id_, lease=lease)).one_or_none()
    return None if row is None else _claimed(row)


_ADVANCE = sa.text("""
    UPDATE webhook_endpoints
    SET position = :position, ahead = CAST(:ahead AS text[]),
        lease_until = clock_timestamp() + CAST(:lease AS interval),
        failures = CASE WHEN :delivered THEN 0 ELSE failures END,
        failing_since = CASE WHEN :delivered THEN NULL ELSE failing_since END,
        last_success_at = CASE WHEN :delivered THEN clock_timestamp() ELSE last_success_at END
    WHERE tenant_id = :tenant AND id = :id AND claim_token = :token
    RETURNING *
""")


async def advance(
    tx: TenantTx, claim: ClaimedEndpoint, position: int, ahead: Collection[str], lease: timedelta, *, delivered: bool
) -> ClaimedEndpoint | None:
    """Store the endpoint's position, and extend the lease. Return None if the claim is lost.

    `delivered` says whether it accepted a call. The returned claim has what people changed since.
    """
    values = {"position": position, "ahead": sorted(ahead), "lease": lease, "delivered": delivered}
    row = (await tx.execute(_ADVANCE, **_mine(claim), **values)).one_or_none()
    return None if row is None or not row.enabled else _claimed(row)


_NOTE_PASSED_OVER = sa.text("""
    UPDATE webhook_endpoints SET last_failure = :why, last_failure_at = clock_timestamp()
    WHERE tenant_id = :tenant AND id = :id AND claim_token = :token
""")


async def note_passed_over(tx: TenantTx, claim: ClaimedEndpoint, why: str) -> None:
    """Store on the endpoint which call was skipped; it continues with the next."""
    await tx.execute(_NOTE_PASSED_OVER, why=why, **_mine(claim))


_RELEASE = sa.text("""
    UPDATE webhook_endpoints SET claim_token = NULL, lease_until = NULL, next_try_at = clock_timestamp()
    WHERE tenant_id = :tenant AND id = :id AND claim_token = :token
""")


async def release(tx: TenantTx, claim: ClaimedEndpoint) -> None:
    """Release an endpoint. If it has more events waiting, its turn comes after those that wait already."""
    await tx.execute(_RELEASE, **_mine(claim))


_SET_BACK = sa.text("""
    UPDATE webhook_endpoints
    SET claim_token = NULL, lease_until = NULL, failures = failures + 1, failing_since = :failing_since,
        next_try_at = :next_try_at, disabled_reason = :disabled_reason, last_failure = :why,
        last_failure_at = clock_timestamp()
    WHERE tenant_id = :tenant AND id = :id AND claim_token = :token
""")


async def store_retry(tx: TenantTx, claim: ClaimedEndpoint, decision: RetryDecision) -> None:
    """Store a failure, and release the endpoint until its next try."""
    values = {
        "failing_since": decision.failing_since,
        "next_try_at": decision.next_try_at,
        "disabled_reason": decision.disabled_reason,
        "why": decision.why,
    }
    await tx.execute(_SET_BACK, **_mine(claim), **values)


def _mine(claim: ClaimedEndpoint) -> dict[str, object]:
    return {"id": claim.id, "token": claim.token}


def _claimed(row: Any) -> ClaimedEndpoint:
    return ClaimedEndpoint(
        tenant=TenantId(row.tenant_id),
        id=row.id,
        token=row.claim_token,
        key=row.key,
        url=row.url,
        events=None if row.events is None else tuple(map(EventType, row.events)),
        sealed=row.secrets,
        previous_until=row.previous_until,
        position=row.position,
        ahead=frozenset(row.ahead),
        failures=row.failures,
        failing_since=row.failing_since,
    )
