"""An account's own number, where its provider tells it.

Revision ID: 0064
Revises: 0063
"""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

OWN_ADDRESS = "Its own address, as its provider told it."


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("channel_accounts", sa.Column("own_address", sa.Text(), nullable=True, comment=OWN_ADDRESS))


def downgrade() -> None:
    op.drop_column("channel_accounts", "own_address")
