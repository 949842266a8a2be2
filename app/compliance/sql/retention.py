"""Deleting what is old, a page and a transaction at a time, tenant by tenant behind the wall that everybody is behind.

Conversations, their timelines and contacts are not deleted here: they are the helpdesk's. Workers forget events
themselves (`app/webhooks/retention.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from app.compliance.retention_kinds import DataKind
from app.domain.words import MassReplyId, TenantId
from app.store.transactions import SweepTx, TenantTx

PAGE: Final = 1_000
"""Rows that one transaction deletes of one kind."""

_FINISHED = "m.tenant_id = :tenant AND m.finished_at < :before"
_UNCERTAIN = "EXISTS (SELECT FROM lanes l WHERE l.tenant_id = :tenant AND l.mass_reply_id = m.id AND l.uncertain > 0)"
_OVER = f"{_FINISHED} AND NOT {_UNCERTAIN}"

# Whoever names a file says so in its row first, and purge holds the row before it deletes it, so that the second sees
# what the first did: purge would not see a mass reply that is just being written.
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
"""Where the rows of a kind are that are old and over."""

_EMPTY_SESSIONS = """
    chat_sessions o WHERE o.tenant_id = :tenant AND o.created_at < :before
      AND NOT EXISTS (SELECT FROM messages m WHERE m.tenant_id = :tenant AND m.conversation_id = o.conversation_id)
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.tenant_id = :tenant AND d.conversation_id = o.conversation_id)
"""


async def every_tenant(tx: SweepTx) -> list[TenantId]:
    """The ids of all tenants; needs a sweep's transaction."""
    return [TenantId(id_) for id_ in await tx.scalars(sa.text("SELECT id FROM tenants ORDER BY id"))]


async def count_old(tx: TenantTx, kind: DataKind, before: datetime) -> int:
    """How many rows of a kind a purge would delete."""
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
    """Mass replies that are old enough, and hold deliveries of which nobody knows whether they were sent."""
    statement = sa.text(f"SELECT count(*) FROM mass_replies m WHERE {_FINISHED} AND {_UNCERTAIN}")  # noqa: S608 - constants
    return await tx.scalar(statement, before=before) or 0


# An array is made once; a subquery that a plan runs again for each row would hold other rows each time.
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
    """Delete a page of one kind; answers for each row the key of its file, where it had one."""
    return list(await tx.scalars(DELETE[kind], before=before))


async def hold_over(tx: TenantTx, before: datetime) -> MassReplyId | None:
    """Hold one mass reply that is over, so that nobody retries it meanwhile."""
    statement = sa.text(f"""
        SELECT m.id FROM mass_replies m WHERE {_OVER} ORDER BY m.id LIMIT 1 FOR UPDATE OF m SKIP LOCKED
    """)  # noqa: S608 - built from constants
    found: MassReplyId | None = await tx.scalar(statement, before=before)
    return found


async def delete_deliveries(tx: TenantTx, id_: MassReplyId) -> int:
    """Delete a page of a mass reply's deliveries, with all that hangs on them."""
    statement = sa.text("""
        DELETE FROM deliveries WHERE tenant_id = :tenant AND id = ANY (ARRAY(
            SELECT id FROM deliveries WHERE tenant_id = :tenant AND mass_reply_id = :id ORDER BY id LIMIT :page))
    """)
    return (await tx.execute(statement, id=id_, page=PAGE)).rowcount


async def delete_mass_reply(tx: TenantTx, id_: MassReplyId) -> None:
    statement = sa.text("DELETE FROM mass_replies WHERE tenant_id = :tenant AND id = :id")
    await tx.execute(statement, id=id_)


# The conversation is held against a first message that is just coming: its row is locked before messages are added.
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
    """Delete a page of visitors who left nothing; answers how many."""
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
