"""Who did what is asked for by author, by person and by key.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = ("author_id", "user_id", "key_id")


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    for column in COLUMNS:
        op.create_index(f"ix_audit_log_tenant_id_{column}_id", "audit_log", ["tenant_id", column, "id"])


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_index(f"ix_audit_log_tenant_id_{column}_id", table_name="audit_log")
