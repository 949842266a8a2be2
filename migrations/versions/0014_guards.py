"""A tenant's guards, those that a mass reply was made under, and a second person's approval.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

HAND = "Who had a hand in it, by their ids."
MADE = "Those of the tenant when it was made."
COLUMNS = ("parties", "guards", "approval", "approver", "approval_reason", "approval_at")


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "tenant_settings",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("guards", postgresql.JSONB(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_settings"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_tenant_settings_tenant_id"),
    )
    _wall("tenant_settings")
    empty = sa.text("'{}'")
    op.add_column(
        "mass_replies", sa.Column("parties", sa.ARRAY(sa.Text()), server_default=empty, nullable=False, comment=HAND)
    )
    op.add_column("mass_replies", sa.Column("guards", postgresql.JSONB(), nullable=True, comment=MADE))
    op.add_column("mass_replies", sa.Column("approver", postgresql.JSONB(), nullable=True))
    for name in ("approval", "approval_reason"):
        op.add_column("mass_replies", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("mass_replies", sa.Column("approval_at", postgresql.TIMESTAMP(timezone=True), nullable=True))


def _wall(table: str) -> None:
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("mass_replies", name)
    op.drop_table("tenant_settings")
