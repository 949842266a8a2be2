"""A block of an address that was lifted stays as a row: a report may come that is older."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0089"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blocked_addresses", sa.Column("lifted_at", TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    # The owner sees no rows while row-level security is forced on it.
    op.execute("ALTER TABLE blocked_addresses NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM blocked_addresses WHERE lifted_at IS NOT NULL")
    op.execute("ALTER TABLE blocked_addresses FORCE ROW LEVEL SECURITY")
    op.drop_column("blocked_addresses", "lifted_at")
