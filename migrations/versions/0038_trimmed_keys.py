"""Tags and helpdesks' ids lose the blanks around them, as every key does that comes in.

Revision ID: 0038
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0035"
branch_labels = None
depends_on = None

TABLES = ("conversations", "conversation_tags")
TRIMMED = r"regexp_replace({0}, '^\s+|\s+$', '', 'g')"
TAG, EXTERNAL_ID = TRIMMED.format("tag"), TRIMMED.format("c.external_id")

STATEMENTS = (
    f"""
    INSERT INTO conversation_tags (tenant_id, tag, conversation_id)
    SELECT DISTINCT tenant_id, {TAG}, conversation_id FROM conversation_tags WHERE tag <> {TAG} AND {TAG} <> ''
    ON CONFLICT DO NOTHING
    """,  # noqa: S608 - built from constants
    f"DELETE FROM conversation_tags WHERE tag <> {TAG}",  # noqa: S608 - built from constants
    # Of two that differ in blanks alone, the second keeps its id: it is found by our own only, and nothing is lost.
    f"""
    WITH meant AS (
        SELECT DISTINCT ON (c.tenant_id, {EXTERNAL_ID}) c.tenant_id, c.id, {EXTERNAL_ID} AS trimmed
        FROM conversations c WHERE c.external_id <> {EXTERNAL_ID} ORDER BY c.tenant_id, {EXTERNAL_ID}, c.id)
    UPDATE conversations c SET external_id = m.trimmed FROM meant m
    WHERE c.tenant_id = m.tenant_id AND c.id = m.id AND m.trimmed <> '' AND NOT EXISTS (
        SELECT FROM conversations o WHERE o.tenant_id = m.tenant_id AND o.external_id = m.trimmed)
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
    """What was trimmed stays so."""
