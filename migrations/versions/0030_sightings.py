"""When each account's callback address was last called.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "callback_sightings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("refused_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_callback_sightings_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_callback_sightings")),
    )
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute("ALTER TABLE callback_sightings ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE callback_sightings FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY tenant ON callback_sightings USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})"
    )


def downgrade() -> None:
    op.drop_table("callback_sightings")
