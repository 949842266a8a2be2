"""The ids of e-mails are kept in angle brackets, as their headers have them, whoever brought them.

Revision ID: 0055
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0053"
branch_labels = None
depends_on = None

TABLES = ("conversations", "messages")
BARE = "'^[!-;=?-~]+@[!-;=?-~]+$'"

STATEMENTS = (
    # Of two that differ in brackets alone the one with brackets is kept as it is, and so is the other.
    f"""
    UPDATE messages m SET provider_message_id = '<' || m.provider_message_id || '>' FROM conversations c
    WHERE c.tenant_id = m.tenant_id AND c.id = m.conversation_id AND c.channel = 'email'
      AND m.kind = 'customer_message' AND m.provider_message_id ~ {BARE} AND NOT EXISTS (
          SELECT FROM messages o WHERE o.tenant_id = m.tenant_id AND o.conversation_id = m.conversation_id
          AND o.kind = 'customer_message' AND o.provider_message_id = '<' || m.provider_message_id || '>')
    """,  # noqa: S608 - built from constants
    f"""
    UPDATE conversations SET reply_to_message_id = '<' || reply_to_message_id || '>'
    WHERE channel = 'email' AND reply_to_message_id ~ {BARE}
    """,  # noqa: S608 - built from constants
    f"""
    UPDATE conversations SET reply_references = ARRAY(
        SELECT CASE WHEN r.id ~ {BARE} THEN '<' || r.id || '>' ELSE r.id END
        FROM unnest(reply_references) WITH ORDINALITY AS r (id, n) ORDER BY r.n)
    WHERE channel = 'email' AND EXISTS (SELECT FROM unnest(reply_references) AS r (id) WHERE r.id ~ {BARE})
    """,  # noqa: S608 - built from constants
)


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Row-level security hides every tenant's rows from the owner too.
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for statement in STATEMENTS:
        op.execute(sa.text(statement))
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    """What has its brackets keeps them."""
