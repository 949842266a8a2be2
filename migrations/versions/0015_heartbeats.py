"""Heartbeats: when a piece of work that one process at a time does for all was last done.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beat_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
        # One row, written every second: room for its next versions on the same page, without a change of an index.
        postgresql_with={"fillfactor": 50},
    )


def downgrade() -> None:
    op.drop_table("heartbeats")
