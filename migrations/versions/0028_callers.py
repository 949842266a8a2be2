"""Who made a key and when it was last used; idempotency keys by caller; routes that only their own tenant may write.

Revision ID: 0028
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0022"
branch_labels = None
depends_on = None

ROUTES = ("api_key_routes", "channel_account_routes", "chat_token_routes")
TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column("api_keys", sa.Column("made_by", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("api_keys", sa.Column("made_with", sa.Uuid(), nullable=True))
    op.add_column("api_keys", sa.Column("last_used_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    # Those from before belong to nobody: whoever repeats one gets its answer.
    op.add_column("idempotency_records", sa.Column("caller", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.drop_constraint("pk_idempotency_records", "idempotency_records", type_="primary")
    op.create_primary_key("pk_idempotency_records", "idempotency_records", ["tenant_id", "key", "caller"])
    for table in ROUTES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY route ON {table} FOR SELECT USING (true)")
        op.execute(f"CREATE POLICY own_insert ON {table} FOR INSERT WITH CHECK (tenant_id = {TENANT})")
        op.execute(f"CREATE POLICY own_delete ON {table} FOR DELETE USING (tenant_id = {TENANT})")


def downgrade() -> None:
    for table in ROUTES:
        for policy in ("route", "own_insert", "own_delete"):
            op.execute(f"DROP POLICY {policy} ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.drop_constraint("pk_idempotency_records", "idempotency_records", type_="primary")
    # Of two callers' records of one key, one can stay.
    op.execute("""
        DELETE FROM idempotency_records r USING idempotency_records other
        WHERE other.tenant_id = r.tenant_id AND other.key = r.key AND other.caller < r.caller
    """)
    op.drop_column("idempotency_records", "caller")
    op.create_primary_key("pk_idempotency_records", "idempotency_records", ["tenant_id", "key"])
    for column in ("last_used_at", "made_with", "made_by"):
        op.drop_column("api_keys", column)
