"""Which part of an account's calls each worker process may have under way.

Revision ID: 0050
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0050"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "call_shares",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False, comment="A worker process."),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("renewed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_call_shares_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "holder", name=op.f("pk_call_shares")),
        postgresql_with={"fillfactor": 50},
    )
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute("ALTER TABLE call_shares ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE call_shares FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON call_shares USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def downgrade() -> None:
    op.drop_table("call_shares")
