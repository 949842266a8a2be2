"""Functions that name the tenant to row-level security and read one row of it: one round trip for each request.

Revision ID: 0075
Revises: 0070
"""

from alembic import op

revision = "0075"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # They run with the rights of whoever calls them. What they set ends with the transaction, here one statement.
    op.execute("""
        CREATE FUNCTION api_key_of(tenant uuid, key uuid) RETURNS SETOF api_keys LANGUAGE plpgsql ROWS 1 AS $$
        BEGIN
            PERFORM set_config('app.tenant', tenant::text, true);
            RETURN QUERY SELECT * FROM api_keys k WHERE k.tenant_id = tenant AND k.id = key;
        END $$
    """)
    op.execute("""
        CREATE FUNCTION tenant_of(tenant uuid) RETURNS SETOF tenants LANGUAGE plpgsql ROWS 1 AS $$
        BEGIN
            PERFORM set_config('app.tenant', tenant::text, true);
            RETURN QUERY SELECT * FROM tenants t WHERE t.id = tenant;
        END $$
    """)


def downgrade() -> None:
    op.execute("DROP FUNCTION tenant_of(uuid)")
    op.execute("DROP FUNCTION api_key_of(uuid, uuid)")
