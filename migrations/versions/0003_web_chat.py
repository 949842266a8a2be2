"""Web chat: visitors' sessions, and the HTML part of replies that are read from our own timeline.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    html = "Kept only where the customer reads the reply from our own timeline."
    for table in ("messages", "delivery_attempts"):
        op.add_column(table, sa.Column("html", sa.Text(), nullable=True, comment=html))
    op.create_table(
        "chat_token_routes",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_chat_token_routes_tenant_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_chat_token_routes")),
    )
    op.create_table(
        "chat_sessions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["channel_accounts.tenant_id", "channel_accounts.id"],
            name=op.f("fk_chat_sessions_tenant_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "conversation_id"],
            ["conversations.tenant_id", "conversations.id"],
            name=op.f("fk_chat_sessions_tenant_id_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_chat_sessions")),
    )
    op.create_index(
        op.f("ix_chat_sessions_tenant_id_account_id_created_at"),
        "chat_sessions",
        ["tenant_id", "account_id", "created_at"],
        unique=False,
    )
    # An unset setting is NULL and a once-set one is '': both must show nothing. The sub-select runs once a statement.
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    op.execute("ALTER TABLE chat_sessions ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE chat_sessions FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON chat_sessions USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def downgrade() -> None:
    op.drop_table("chat_sessions")
    op.drop_table("chat_token_routes")
    op.drop_column("delivery_attempts", "html")
    op.drop_column("messages", "html")
