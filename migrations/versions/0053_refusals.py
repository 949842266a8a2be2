"""Why an account rests, and whether a failure that a provider reports may be retried.

Revision ID: 0053
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("channel_accounts", sa.Column("cool_reason", sa.Text(), nullable=True))
    op.add_column("receipts", sa.Column("temporary", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("receipts", "temporary")
    op.drop_column("channel_accounts", "cool_reason")
