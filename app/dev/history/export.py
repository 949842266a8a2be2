"""Exports what the database knows of one tenant's mass replies: ids, statuses and times, and nothing that was written.

One transaction reads it all, so that it is of one moment. It sees what the runtime's own role may see.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

Export = Mapping[str, Sequence[Mapping[str, Any]]]

QUERIES: Final[Mapping[str, str]] = {
    "deliveries": """
        SELECT d.id, d.mass_reply_id, d.conversation_id, d.channel, a.provider, d.status, d.epoch, d.sent_at,
               d.times_billed, d.account_id, greatest(d.segments, 1) AS units, d.settles_after, d.flips, d.reached,
               d.restores
        FROM deliveries d LEFT JOIN channel_accounts a ON a.tenant_id = d.tenant_id AND a.id = d.account_id
        WHERE d.tenant_id = $1 AND d.mass_reply_id = ANY ($2)
    """,
    "attempts": """
        SELECT a.delivery_id, a.epoch, a.started_at, a.outcome, a.finished_at
        FROM deliveries d JOIN delivery_attempts a ON a.tenant_id = d.tenant_id AND a.delivery_id = d.id
        WHERE d.tenant_id = $1 AND d.mass_reply_id = ANY ($2) ORDER BY a.delivery_id, a.epoch
    """,
    # A report without our correlation is of the attempt that got the provider's id.
    "receipts": """
        SELECT d.id AS delivery_id, coalesce(r.epoch, a.epoch, d.epoch) AS epoch, r.kind, r.occurred_at, r.settled_at,
               r.outcome
        FROM receipts r
        JOIN deliveries d ON d.tenant_id = r.tenant_id AND d.account_id = r.account_id
         AND (d.id = r.delivery_id OR r.delivery_id IS NULL AND d.provider_message_id = r.provider_message_id)
        LEFT JOIN delivery_attempts a ON a.tenant_id = d.tenant_id AND a.delivery_id = d.id
         AND a.provider_message_id = r.provider_message_id
        WHERE r.tenant_id = $1 AND d.mass_reply_id = ANY ($2) AND r.recipient IS NULL
          AND r.kind IN ('sent', 'delivered', 'read', 'failed')
          AND (r.outcome = 'applied' OR r.outcome LIKE 'absorbed%')
        ORDER BY r.settled_at, r.id
    """,
    "decisions": """
        SELECT p.delivery_id, p.epoch, p.outcome, p.send_again, p.decided_at
        FROM deliveries d JOIN delivery_decisions p ON p.tenant_id = d.tenant_id AND p.delivery_id = d.id
        WHERE d.tenant_id = $1 AND d.mass_reply_id = ANY ($2) ORDER BY p.decided_at
    """,
    "timeline": """
        SELECT delivery_id, count(*) FILTER (WHERE kind = 'reply') AS replies,
               count(*) FILTER (WHERE kind = 'system_note' AND text LIKE 'Sent with a mass reply by %') AS notes
        FROM messages WHERE tenant_id = $1 AND mass_reply_id = ANY ($2) AND delivery_id IS NOT NULL
        GROUP BY delivery_id
    """,
    "lanes": """
        SELECT mass_reply_id, sum(queued) AS queued, sum(sending) AS sending, sum(sent) AS sent,
               sum(delivered) AS delivered, sum(read) AS read, sum(failed) AS failed, sum(uncertain) AS uncertain,
               sum(skipped) AS skipped, sum(cancelled) AS cancelled
        FROM lanes WHERE tenant_id = $1 AND mass_reply_id = ANY ($2) GROUP BY mass_reply_id
    """,
    "mass_replies": """
        SELECT id, created_at, mark_as_done, cardinality(attachment_ids) AS files
        FROM mass_replies WHERE tenant_id = $1 AND id = ANY ($2)
    """,
    "conversations": """
        SELECT id, engagement, status, engagement_version, status_version, last_customer_message_at
        FROM conversations WHERE tenant_id = $1
         AND id IN (SELECT conversation_id FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = ANY ($2))
    """,
    # Of other mass replies: they may hold the same conversations, and providers got their messages too.
    "others": """
        SELECT d.id, d.mass_reply_id, d.conversation_id, d.channel, NULL AS provider, d.status, d.epoch, d.sent_at,
               d.times_billed, d.account_id, 1 AS units, NULL AS settles_after, d.flips, d.reached, d.restores
        FROM deliveries d JOIN mass_replies m ON m.tenant_id = d.tenant_id AND m.id = d.mass_reply_id
        WHERE d.tenant_id = $1 AND d.mass_reply_id <> ALL ($2) AND m.confirmed_at IS NOT NULL
    """,
    "rates": """
        SELECT a.id AS account_id, l.at, CAST(l.details ->> 'rate_per_second' AS float8) AS rate_per_second
        FROM audit_log l JOIN channel_accounts a ON a.tenant_id = l.tenant_id AND a.key = l.object_id
        WHERE l.tenant_id = $1 AND l.action = 'channel_account.saved'
          AND a.id IN (SELECT account_id FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = ANY ($2))
        UNION ALL
        SELECT id, NULL, CAST(rate_per_second AS float8) FROM channel_accounts
        WHERE tenant_id = $1
          AND id IN (SELECT account_id FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = ANY ($2))
        ORDER BY at NULLS LAST
    """,
    "updates": """
        SELECT id, position, written, type, mass_reply_id, subjects
        FROM outbound_events WHERE tenant_id = $1 AND type = 'conversation.updated' AND EXISTS (
            SELECT FROM jsonb_array_elements(subjects) subject WHERE CAST(subject ->> 'conversation_id' AS uuid) IN (
                SELECT conversation_id FROM deliveries WHERE tenant_id = $1 AND mass_reply_id = ANY ($2)))
        ORDER BY position, written
    """,
    "events": """
        SELECT id, position, written, type, mass_reply_id, subjects, created_at
        FROM outbound_events WHERE tenant_id = $1 AND mass_reply_id = ANY ($2) ORDER BY position, written
    """,
    "retried": """
        SELECT mass_reply_id FROM audit_log
        WHERE tenant_id = $1 AND mass_reply_id = ANY ($2) AND action = 'mass_reply.retried'
    """,
}


async def export(database_url: str, tenant: UUID, mass_replies: Sequence[UUID]) -> Export:
    """Read all that is known of these mass replies, or of all of the tenant's when none is named."""
    connection: Any = await asyncpg.connect(database_url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute("SELECT set_config('app.tenant', $1, true)", str(tenant))
            named = list(mass_replies) or await _all_of(connection, tenant)
            return {
                table: [dict(row) for row in await connection.fetch(query, tenant, named)]
                for table, query in QUERIES.items()
            }
    finally:
        await connection.close()


async def _all_of(connection: Any, tenant: UUID) -> list[UUID]:
    rows = await connection.fetch(
        "SELECT id FROM mass_replies WHERE tenant_id = $1 AND confirmed_at IS NOT NULL", tenant
    )
    return [row["id"] for row in rows]
