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
            UPDATE blocked_addresses SET lifted_at = NULL, created_at = NEW.created_at
            WHERE tenant_id = NEW.tenant_id AND channel = NEW.channel AND address = NEW.address
              AND reason = NEW.reason AND lifted_at IS NOT NULL;
            RETURN NEW;
        END $$
    """)
    # The default of the column. The present release writes a time of its own.
    op.execute("""
        CREATE TRIGGER block_again BEFORE INSERT ON blocked_addresses FOR EACH ROW
        WHEN (NEW.lifted_at IS NULL AND NEW.created_at = now()) EXECUTE FUNCTION block_again()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER block_again ON blocked_addresses")
    op.execute("DROP FUNCTION block_again()")
