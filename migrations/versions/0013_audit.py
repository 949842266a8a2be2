"""The audit log, when a contact was erased, and the addresses that stay blocked though nobody knows them any more.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    _create_audit_log()
    op.create_table(
        "erased_blocks",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address_digest", sa.LargeBinary(), nullable=False, comment="Keyed; the key is not in the database."),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_erased_blocks_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "channel", "address_digest", name=op.f("pk_erased_blocks")),
    )
    op.add_column("contacts", sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    # An unset setting is NULL and a once-set one is '': both must show nothing. The sub-select runs once a statement.
    tenant = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"
    for table in ("audit_log", "erased_blocks"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING (tenant_id = {tenant}) WITH CHECK (tenant_id = {tenant})")


def _create_audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("key_name", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("user_name", sa.Text(), nullable=True),
        sa.Column("user_email", sa.Text(), nullable=True),
        sa.Column("roles", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("mass_reply_id", sa.Uuid(), nullable=True),
        sa.Column("recipient_count", sa.Integer(), nullable=True),
        sa.Column("message_sha256", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_log_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_log")),
    )
    for column in ("mass_reply_id", "action"):
        name = op.f(f"ix_audit_log_tenant_id_{column}_id")
        op.create_index(name, "audit_log", ["tenant_id", column, "id"], unique=False)


def downgrade() -> None:
    op.drop_column("contacts", "erased_at")
    op.drop_table("erased_blocks")
    op.drop_table("audit_log")
