"""When a file was last named, so that a purge and a mass reply that names it see each other; and messages with files.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    named = sa.Column(
        "last_named_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
    )
    op.add_column("attachments", named)
    with_files = sa.text("attachments <> '[]'")
    op.create_index("ix_messages_with_files", "messages", ["tenant_id"], postgresql_where=with_files)


def downgrade() -> None:
    op.drop_index("ix_messages_with_files", table_name="messages")
    op.drop_column("attachments", "last_named_at")
