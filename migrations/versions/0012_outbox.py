"""The outbox: one row for what a transaction did of one type, numbered by whoever reads it first.

Nothing has read the rows until now; they are dropped.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("TRUNCATE outbound_events")
    for name in ("conversation_id", "delivery_id", "data"):
        op.drop_column("outbound_events", name)
    op.execute("CREATE SEQUENCE outbound_event_positions")
    op.add_column("outbound_events", sa.Column("written", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.add_column("outbound_events", sa.Column("position", sa.BigInteger(), nullable=True))
    empty = sa.text("'[]'")
    op.add_column("outbound_events", sa.Column("subjects", postgresql.JSONB(), server_default=empty, nullable=False))
    op.add_column("outbound_events", sa.Column("depth", sa.Integer(), server_default=sa.text("0"), nullable=False))
    for name, columns, rows in (
        ("unnumbered", ("tenant_id", "written"), "position IS NULL"),
        ("position", ("tenant_id", "position"), "position IS NOT NULL"),
        ("mass_reply", ("tenant_id", "mass_reply_id", "position"), "position IS NOT NULL"),
    ):
        where = sa.text(rows)
        op.create_index(f"ix_outbound_events_{name}", "outbound_events", list(columns), postgresql_where=where)


def downgrade() -> None:
    for name in ("mass_reply", "position", "unnumbered"):
        op.drop_index(f"ix_outbound_events_{name}", table_name="outbound_events")
    for name in ("depth", "subjects", "position", "written"):
        op.drop_column("outbound_events", name)
    op.execute("DROP SEQUENCE outbound_event_positions")
    for name in ("conversation_id", "delivery_id"):
        op.add_column("outbound_events", sa.Column(name, sa.Uuid(), nullable=True))
    empty = sa.text("'{}'")
    op.add_column("outbound_events", sa.Column("data", postgresql.JSONB(), server_default=empty, nullable=False))
