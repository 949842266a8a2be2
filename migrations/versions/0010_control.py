"""Control over a running mass reply: samples, what lanes went through last, people's decisions, idempotency keys.

Revision ID: 0010
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("mass_replies", sa.Column("sampling", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("deliveries", sa.Column("sampled", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "ix_deliveries_sampled",
        "deliveries",
        ["tenant_id", "mass_reply_id", "account_id", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("sampled"),
    )
    for name, what in (
        ("recent_size", "How many of the last attempts `recent_failures` tells of."),
        ("recent_failures", "The last attempts, one bit each, the latest lowest; set where it failed or is uncertain."),
    ):
        column = sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment=what)
        op.add_column("lanes", column)
    _create_delivery_decisions()
    _create_idempotency_records()
    _force_row_security("delivery_decisions", "idempotency_records")


def _create_delivery_decisions() -> None:
    op.create_table(
        "delivery_decisions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("send_again", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["deliveries.tenant_id", "deliveries.id"],
            name=op.f("fk_delivery_decisions_tenant_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery_decisions")),
    )
    op.create_index(
        op.f("ix_delivery_decisions_tenant_id_delivery_id"),
        "delivery_decisions",
        ["tenant_id", "delivery_id"],
        unique=False,
    )


def _create_idempotency_records() -> None:
    op.create_table(
        "idempotency_records",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="Null until the request has ended."),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "mass_reply_id"],
            ["mass_replies.tenant_id", "mass_replies.id"],
            name=op.f("fk_idempotency_records_tenant_id_mass_reply_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_index(
        op.f("ix_idempotency_records_tenant_id_mass_reply_id"),
        "idempotency_records",
        ["tenant_id", "mass_reply_id"],
        unique=False,
    )


def _force_row_security(*tables: str) -> None:
    # An unset setting is NULL and a once-set one is '': both must show nothing. The sub-select runs once a statement.
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def downgrade() -> None:
    op.drop_table("idempotency_records")
    op.drop_table("delivery_decisions")
    op.drop_column("lanes", "recent_failures")
    op.drop_column("lanes", "recent_size")
    op.drop_index("ix_deliveries_sampled", table_name="deliveries")
    op.drop_column("deliveries", "sampled")
    op.drop_column("mass_replies", "sampling")
