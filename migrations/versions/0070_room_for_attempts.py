"""Room for an attempt's text and its end beside the attempt: both are written into the row that the claim has made.

Revision ID: 0070
Revises: 0067
"""

from alembic import op

revision = "0070"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE delivery_attempts SET (fillfactor = 50)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE delivery_attempts RESET (fillfactor)")
