"""Conversations are found by their address in one spelling: an e-mail from ann@ belongs to Ann@.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    # A column, because under row-level security no index on an expression is used unless its function is leakproof.
    key = sa.Column(
        "address_key",
        sa.Text(),
        sa.Computed("lower(address)", persisted=True),
        nullable=True,
        comment="The address as addresses are compared.",
    )
    op.add_column("conversations", key)
    op.drop_index("ix_conversations_address", "conversations")
    op.create_index("ix_conversations_address", "conversations", ["tenant_id", "channel", "address_key"])


def downgrade() -> None:
    op.drop_index("ix_conversations_address", "conversations")
    op.create_index("ix_conversations_address", "conversations", ["tenant_id", "channel", "address"])
    op.drop_column("conversations", "address_key")
