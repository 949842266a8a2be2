"""A lane says what it waits for, and that a worker will come back to it.

Revision ID: 0035
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0035"
down_revision = "0030"
branch_labels = None
depends_on = None

TIMES = {
    "watched_until": "Until when a worker has promised to come back to this lane by itself.",
    "held_until": "Until when this lane alone waits, for `held_reason`.",
}


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name, comment in TIMES.items():
        op.add_column("lanes", sa.Column(name, TIMESTAMP(timezone=True), nullable=True, comment=comment))
    op.add_column("lanes", sa.Column("held_reason", sa.Text, nullable=True))
    comment = "How often in a row the lane could not be worked; the next claim that succeeds sets it to 0."
    column = sa.Column("held_times", sa.Integer, nullable=False, server_default=sa.text("0"), comment=comment)
    op.add_column("lanes", column)


def downgrade() -> None:
    for name in ("held_times", "held_reason", *TIMES):
        op.drop_column("lanes", name)
