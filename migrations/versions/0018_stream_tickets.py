"""Tickets to an event stream: each is good for a minute and for one stream.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "stream_tickets",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_stream_tickets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_stream_tickets")),
    )
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute("ALTER TABLE stream_tickets ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE stream_tickets FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON stream_tickets USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def downgrade() -> None:
    op.drop_table("stream_tickets")
