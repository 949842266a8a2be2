"""When somebody last said that an account's fault is mended: what failed before says nothing of it any more.

Revision ID: 0067
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0050"
branch_labels = None
depends_on = None

MENDED_AT = "When it was last saved or resumed: reports on earlier attempts stop it no more."


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    column = sa.Column("mended_at", sa.TIMESTAMP(timezone=True), nullable=True, comment=MENDED_AT)
    op.add_column("channel_accounts", column)


def downgrade() -> None:
    op.drop_column("channel_accounts", "mended_at")
