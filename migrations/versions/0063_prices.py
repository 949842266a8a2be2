"""What WhatsApp says of each message's price, and how often a delivery was counted as sent.

Revision ID: 0063
Revises: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0055"
branch_labels = None
depends_on = None

PRICES = "What the provider says of the price of each of its messages, by attempt and file."
TIMES_BILLED = "How often it was counted as sent, and its messages as charged."
CHARGE = "What the provider says of the message's price."


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.add_column(
        "deliveries",
        sa.Column("prices", sa.dialects.postgresql.JSONB(), server_default="{}", nullable=False, comment=PRICES),
    )
    op.add_column(
        "deliveries",
        sa.Column("times_billed", sa.Integer(), server_default=sa.text("0"), nullable=False, comment=TIMES_BILLED),
    )
    op.add_column("receipts", sa.Column("charge", sa.Text(), nullable=True, comment=CHARGE))
    # What was sent before is on the bills already. The owner reads all tenants' rows here.
    op.execute("ALTER TABLE deliveries NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE deliveries SET times_billed = 1 WHERE channel = 'whatsapp' AND sent_at IS NOT NULL")
    op.execute("ALTER TABLE deliveries FORCE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("receipts", "charge")
    op.drop_column("deliveries", "times_billed")
    op.drop_column("deliveries", "prices")
