"""Webhook endpoints: where events are posted to, how far each has come, and how it is doing.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=True, comment="Null: of every type."),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("secrets", postgresql.JSONB(), nullable=False, comment="Sealed: current, and previous if replaced."),
        _at("previous_until", comment="Until then what is posted bears the previous secret's signature too."),
        _at("created_at", nullable=False),
        _at("updated_at", nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="No event up to here is to be posted."),
        sa.Column("ahead", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        _at("lease_until"),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _at("failing_since"),
        _at("next_try_at", nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        _at("last_success_at"),
        _at("last_failure_at"),
        sa.Column("last_failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_webhook_endpoints_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_endpoints")),
        sa.UniqueConstraint("tenant_id", "key", name=op.f("uq_webhook_endpoints_tenant_id_key")),
    )
    live = sa.text("enabled AND disabled_reason IS NULL")
    op.create_index("ix_webhook_endpoints_live", "webhook_endpoints", ["next_try_at"], postgresql_where=live)
    # An unset setting is NULL and a once-set one is '': both must show nothing. The sub-select runs once a statement.
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute("ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON webhook_endpoints USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})"
    )


def _at(name: str, *, nullable: bool = True, comment: str | None = None) -> sa.Column[object]:
    default = None if nullable else sa.text("now()")
    timestamp = postgresql.TIMESTAMP(timezone=True)
    return sa.Column(name, timestamp, server_default=default, nullable=nullable, comment=comment)


def downgrade() -> None:
    op.drop_table("webhook_endpoints")
