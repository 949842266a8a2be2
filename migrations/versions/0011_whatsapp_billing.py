"""What WhatsApp bills: messages inside the reply window and templates outside it, counted by lane.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = ("whatsapp_in_window_billed", "whatsapp_templates_billed")


def upgrade() -> None:
    # A migration that cannot have its lock at once must not queue everybody behind it.
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name in COLUMNS:
        op.add_column("lanes", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("lanes", name)
