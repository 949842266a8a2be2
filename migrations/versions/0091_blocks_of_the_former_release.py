"""A block by the former release counts also where the present one left a lifted row.

It inserts a block without a time, and leaves a row of the same address alone. So a STOP that it took, during an upgrade
or after a roll back, would be lost.
"""

from alembic import op

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE FUNCTION block_again() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Inserts in its stead: so it waits for a START whose transaction is under way, and sees what that lifts.
            INSERT INTO blocked_addresses AS b SELECT NEW.*
            ON CONFLICT (tenant_id, channel, address, reason) DO UPDATE
            SET lifted_at = NULL, created_at = excluded.created_at WHERE b.lifted_at IS NOT NULL;
            RETURN NULL;
        END $$
    """)
    # The default of the column. The present release writes a time of its own.
    op.execute("""
        CREATE TRIGGER block_again BEFORE INSERT ON blocked_addresses FOR EACH ROW
        WHEN (pg_trigger_depth() = 0 AND NEW.lifted_at IS NULL AND NEW.created_at = now())
        EXECUTE FUNCTION block_again()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER block_again ON blocked_addresses")
    op.execute("DROP FUNCTION block_again()")
