"""Deletes old rows, one page and one transaction at a time, tenant by tenant under row-level security.

Conversations, their timelines and contacts belong to the helpdesk and are not deleted here. Workers delete old events
(`app/webhooks/retention.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.compliance.retention_kinds import DataKind
from app.domain.words import MassReplyId
from app.store.transactions import TenantTx

PAGE: Final = 1_000
"""Rows of one kind that one transaction deletes."""

_FINISHED = "m.tenant_id = :tenant AND m.finished_at < :before"
_UNCERTAIN = "EXISTS (SELECT FROM lanes l WHERE l.tenant_id = :tenant AND l.mass_reply_id = m.id AND l.uncertain > 0)"
_OVER = f"{_FINISHED} AND NOT {_UNCERTAIN}"

# A writer that names a file updates the file's row first, and a purge locks that row before it deletes it. So the
# second of them sees what the first did: a purge cannot see a mass reply whose insert has not committed.
_OLD = {
    DataKind.RECEIPTS: "receipts o WHERE o.tenant_id = :tenant AND o.received_at < :before",
    DataKind.AUTOMATION_RUNS: """
        automation_runs o WHERE o.tenant_id = :tenant AND o.at < :before
          AND NOT EXISTS (SELECT FROM automation_calls c
                          WHERE c.tenant_id = :tenant AND c.run_id = o.id AND c.next_at IS NOT NULL)
    """,
    DataKind.ATTACHMENTS: """
        attachments o WHERE o.tenant_id = :tenant AND o.last_named_at < :before
          AND o.id NOT IN (SELECT unnest(m.attachment_ids) FROM mass_replies m WHERE m.tenant_id = :tenant)
          AND o.id::text NOT IN (SELECT a ->> 'id' FROM messages m CROSS JOIN jsonb_array_elements(m.attachments) a
                                 WHERE m.tenant_id = :tenant AND m.attachments <> '[]' AND a ->> 'id' IS NOT NULL)
    """,
}
"""The rows of each kind that are old and have ended."""

_EMPTY_SESSIONS = """
    chat_sessions o WHERE o.tenant_id = :tenant AND o.created_at < :before
      AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = :tenant AND m.conversation_id = o.conversation_id)
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = :tenant AND d.conversation_id = o.conversation_id)
"""


async def count_old(tx: TenantTx, kind: DataKind, before: datetime) -> int:
    """Count the rows of a kind that a purge would delete."""
    sources = {
        **_OLD,
        DataKind.CHAT_SESSIONS: _EMPTY_SESSIONS,
        DataKind.MASS_REPLIES: f"mass_replies m WHERE {_OVER}",
        DataKind.DELIVERIES: f"mass_replies m JOIN deliveries d ON d.tenant_id = :tenant AND d.mass_reply_id = m.id "
        f"WHERE {_OVER}",
    }
    statement = sa.text(f"SELECT count(*) FROM {sources[kind]}")  # noqa: S608 - one of the constants above
    return await tx.scalar(statement, before=before) or 0


async def count_uncertain(tx: TenantTx, before: datetime) -> int:
    """Count the mass replies that are old enough but have uncertain deliveries."""
    statement = sa.text(f"SELECT count(*) FROM mass_replies m WHERE {_FINISHED} AND {_UNCERTAIN}")  # noqa: S608 - constants
    return await tx.scalar(statement, before=before) or 0


# The array is computed once. A subquery that the plan runs again for each row would lock other rows each time.
DELETE = {
    kind: sa.text(f"""
        DELETE FROM {source.split(maxsplit=1)[0]}
        WHERE tenant_id = :tenant AND id = ANY (ARRAY(
            SELECT o.id FROM {source} ORDER BY o.id LIMIT {PAGE} FOR UPDATE OF o))
        RETURNING {"storage_key" if kind is DataKind.ATTACHMENTS else "NULL"}
    """)  # noqa: S608 - built from the constants above
    for kind, source in _OLD.items()
}


async def delete_page(tx: TenantTx, kind: DataKind, before: datetime) -> Sequence[str | None]:
    """Delete a page of one kind. Return the storage key of each row's file, or None."""
    return list(await tx.scalars(DELETE[kind], before=before))


async def hold_over(tx: TenantTx, before: datetime) -> MassReplyId | None:
    """Lock a finished mass reply, so that it is not retried meanwhile."""
    statement = sa.text(f"""
        SELECT m.id FROM mass_replies m WHERE {_OVER} ORDER BY m.id LIMIT 1 FOR UPDATE OF m SKIP LOCKED
    """)  # noqa: S608 - built from constants
    found: MassReplyId | None = await tx.scalar(statement, before=before)
    return found


async def delete_mass_reply(tx: TenantTx, id_: MassReplyId) -> None:
    statement = sa.text("DELETE FROM mass_replies WHERE tenant_id = :tenant AND id = :id")
    await tx.execute(statement, id=id_)


# Lock the conversation against a first message that is arriving: messages are added under the lock on its row.
_HOLD_SESSIONS = sa.text(f"""
    SELECT c.id AS conversation_id, c.contact_id, o.token_hash
    FROM conversations c JOIN {_EMPTY_SESSIONS.replace("WHERE", "ON o.conversation_id = c.id WHERE", 1)}
      AND c.tenant_id = :tenant ORDER BY c.id LIMIT {PAGE} FOR UPDATE OF c SKIP LOCKED
""")  # noqa: S608 - built from constants
_DELETE_SESSIONS = (
    "DELETE FROM chat_token_routes WHERE tenant_id = :tenant AND token_hash = ANY (CAST(:tokens AS bytea[]))",
    "DELETE FROM chat_sessions WHERE tenant_id = :tenant AND token_hash = ANY (CAST(:tokens AS bytea[]))",
    """DELETE FROM conversations c WHERE c.tenant_id = :tenant AND c.id = ANY (CAST(:conversations AS uuid[]))
       AND NOT EXISTS (SELECT FROM chat_sessions s WHERE s.tenant_id = :tenant AND s.conversation_id = c.id)""",
    """DELETE FROM contacts k WHERE k.tenant_id = :tenant AND k.id = ANY (CAST(:contacts AS uuid[]))
       AND NOT EXISTS (SELECT FROM conversations c WHERE c.tenant_id = :tenant AND c.contact_id = k.id)""",
)


async def delete_empty_sessions(tx: TenantTx, before: datetime) -> int:
    """Delete a page of visitors without messages. Return how many were deleted."""
    rows = list(await tx.execute(_HOLD_SESSIONS, before=before))
    values = {
        "tokens": [row.token_hash for row in rows],
        "conversations": [row.conversation_id for row in rows],
        "contacts": [row.contact_id for row in rows],
    }
    for written in _DELETE_SESSIONS:
        statement = sa.text(written)
        named = statement.compile().params
        await tx.execute(statement, **{name: value for name, value in values.items() if name in named})
    return len(rows)
